#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

# Of two entries that meet, one is freed. That from boot, which cannot be freed, is
# the upper one where the first blocks of it were taken one by one, and come back
# in the same order. Run this on a kernel booted with "nogbpages" and with memory
# reserved, so that an entry begins in the middle of the memory, where most of it
# moves.
begin 3.8 "System RAM of boot is joined with what was taken below it" 2
without_udevd

SIZE=$((BLOCK / MIB))M

# Where "System RAM" begins, above 4 GiB
entries()
{
	local line start
	while IFS= read -r line; do
		[[ $line =~ ^([0-9a-f]+)-[0-9a-f]+\ :\ System\ RAM$ ]] || continue
		start=$((0x${BASH_REMATCH[1]}))
		[ $start -lt $((4 * GIB)) ] || [ $((start % BLOCK)) -ne 0 ] ||
			echo $start
	done </proc/iomem
}

base_of()
{
	read_text "$CONFIG/$1/dev_name"
	[ -n "$REPLY" ] || return
	read_text "/sys/bus/nd/devices/$REPLY/nd_emu/base"
	echo $((REPLY))
}

# take BUS ADDRESS: that block, and no other
take()
{
	make_dirs "$1" "$1/dimms/d" && put "$1/size" $SIZE || return
	offline_above $(($2 + BLOCK))
	put "$1/live" 1 >/dev/null
	online_again
	[ "$(base_of "$1")" = "$2" ]
}

# first_two ADDRESS
first_two()
{
	take low "$1" && take next $(($1 + BLOCK)) && return
	undo
	return 1
}

lower_first()
{
	remove_bus low && remove_bus next
}

open_configfs || skip_all "no configfs"
mapfile -t BEFORE </proc/iomem
TAKEN=
for start in $(entries); do
	! first_two "$start" || { TAKEN=1; break; }
done
[ -n "$TAKEN" ] || skip_all "no entry whose first two blocks can be taken"
result "the first two blocks of an entry come back, the lower one first" \
	lower_first
mapfile -t NOW </proc/iomem
result "the entry is as it was" same_text "$(printf '%s\n' "${NOW[@]}")" \
	"$(printf '%s\n' "${BEFORE[@]}")"
finish
