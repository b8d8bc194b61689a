#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# The addresses of a DIMM that is ejected are the kernel's to remove, whoever has
# them by then. Run this on a machine with such a DIMM.
begin 3.9 "memory of a DIMM that can be ejected is not taken" 3
without_udevd

DIMM=()
ONLINED=()

# ejectable BLOCK
ejectable()
{
	[ -e "$1/firmware_node/eject" ]
}

undo()
{
	local block
	! is_loaded || unload
	for block in "${ONLINED[@]}"; do
		! is_online "$block" || echo offline >"$block/state"
	done
	ONLINED=()
}

# Where a search begins: whoever hot-plugs memory has it online.
search_begins_there()
{
	local block
	for block in "${DIMM[@]}"; do
		is_online "$block" && continue
		echo online_movable >"$block/state" && ONLINED+=("$block") ||
			return
	done
	equal "highest block" "$(printf '%s\n' "$MEMORY"/memory[0-9]* | sort -V |
		tail -n 1)" "$(printf '%s\n' "${DIMM[@]}" | sort -V |
		tail -n 1)"
}

other_is_taken()
{
	local base block
	load size=$((BLOCK / MIB))M || return
	base=$(attr nd_emu/base)
	# What was taken has no block any more.
	for block in "${DIMM[@]}"; do
		ejectable "$block" && not [ "$block" = "$(block_at $((base)))" ] ||
			return
	done
}

comes_back()
{
	local block
	unload || return
	for block in "${DIMM[@]}"; do
		ejectable "$block" && is_online "$block" || return
	done
}

for block in "$MEMORY"/memory[0-9]*; do
	! ejectable "$block" || DIMM+=("$block")
done
[ ${#DIMM[@]} -gt 0 ] || skip_all "no DIMM that can be ejected"
result "the DIMM is where a search begins" search_begins_there && {
	result "a load takes other memory" other_is_taken
	result "the DIMM is as it was afterwards" comes_back
}
finish
