#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

begin 1.6 "memory comes back online whatever the auto-online policy" 6

POLICY=$(cat $MEMORY/auto_online_blocks)

undo()
{
	echo "$POLICY" >$MEMORY/auto_online_blocks
}

cycle()
{
	local before
	before=$(blocks_state)
	echo "$1" >$MEMORY/auto_online_blocks
	load size=128M && unload || return
	undo
	same_text "$(blocks_state)" "$before"
}

# Where the administrator wants all memory that comes in ZONE_MOVABLE, this has
# to be there as well.
movable_policy()
{
	echo online_movable >$MEMORY/auto_online_blocks
	load size=128M && unload || return
	undo
	equal "blocks that are not online" \
		"$(grep -Lx online $MEMORY/memory*/state)" ""
}

block_of_bus()
{
	echo "$MEMORY/memory$(($(attr nd_emu/base) / BLOCK))"
}

# A block that a load takes is moved to ZONE_MOVABLE, and taken again.
movable_cycle()
{
	local block
	load size=128M || return
	block=$(block_of_bus)
	unload || return
	move_block movable "$block" || return 4
	[ "$(<"$block/valid_zones")" = Movable ] || return 4

	load size=128M || return
	if [ "$(block_of_bus)" != "$block" ]; then
		diag "another block was taken"
		return 4
	fi
	unload || return
	equal state "$(<"$block/state")" online &&
		equal zone "$(<"$block/valid_zones")" Movable
}

normal_again()
{
	local zones
	for zones in "$MEMORY"/memory*/valid_zones; do
		[ "$(<"$zones")" = Movable ] || continue
		grep -qF "${zones#"$MEMORY/"} Movable" <<<"$STATE" ||
			move_block kernel "${zones%/valid_zones}"
	done
}

for policy in offline online online_kernel; do
	result "with the policy $policy" cycle $policy
done
result "with the policy online_movable" movable_policy
result "a block of ZONE_MOVABLE goes back to it" movable_cycle
result "a block of ZONE_MOVABLE can become an ordinary one" normal_again
finish
