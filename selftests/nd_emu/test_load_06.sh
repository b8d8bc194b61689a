#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 1.6 "memory comes back online whatever the auto-online policy" 6
without_udevd

read -r POLICY <$MEMORY/auto_online_blocks

undo()
{
	echo "$POLICY" >$MEMORY/auto_online_blocks
}

cycle()
{
	local before
	blocks_state
	before=$REPLY
	echo "$1" >$MEMORY/auto_online_blocks
	load size=128M && unload || return
	undo
	blocks_are "$before"
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

# block_of_bus: set $REPLY to the one that was taken
block_of_bus()
{
	read_text "$BUS/nd_emu/base"
	REPLY=$MEMORY/memory$((REPLY / BLOCK))
}

# A block that a load takes is moved to ZONE_MOVABLE, and taken again.
movable_cycle()
{
	local block
	load size=128M || return
	block_of_bus
	block=$REPLY
	unload || return
	move_block movable "$block" || return 4
	read_text "$block/valid_zones"
	[ "$REPLY" = Movable ] || return 4

	load size=128M || return
	block_of_bus
	if [ "$REPLY" != "$block" ]; then
		diag "another block was taken"
		return 4
	fi
	unload || return
	is_online "$block" && read_text "$block/valid_zones" &&
		equal zone "$REPLY" Movable
}

normal_again()
{
	local file zones
	for file in "$MEMORY"/memory*/valid_zones; do
		read -r zones <"$file"
		[ "$zones" = Movable ] || continue
		[[ $STATE = *"$file Movable"* ]] ||
			move_block kernel "${file%/valid_zones}"
	done
}

for policy in offline online online_kernel; do
	result "with the policy $policy" cycle $policy
done
result "with the policy online_movable" movable_policy
result "a block of ZONE_MOVABLE goes back to it" movable_cycle
result "a block of ZONE_MOVABLE can become an ordinary one" normal_again
finish
