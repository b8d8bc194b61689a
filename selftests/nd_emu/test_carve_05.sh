#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/carve.sh"

# A page of the kernel is in the upper block. No look at the block shows that it
# cannot be moved, and the kernel says so at once, with the lower block offline.
begin 3.5 "a run that fails halfway is online again, and the next is taken" 3
without_udevd

[ -e /proc/net/packet ] || skip_all "no packet sockets"

PAGE_SLAB=7

# Pages of the kernel cannot get into a block of ZONE_MOVABLE: the lower one.
kernel_page_in_upper()
{
	choose_place && move_block kernel "$(block_at "$PLACE")" &&
		move_block movable "$(block_at $((PLACE - BLOCK)))" || return
	begin_search_here
	hold hold_kernel_page "$PLACE" "$BLOCK"
}

# With a slab in the block, a look at it does show it.
no_slab_in_upper()
{
	local _
	for _ in 1 2 3; do
		kernel_page_in_upper || return
		[ -n "$(pages $PAGE_SLAB)" ] || return 0
		let_go
		kernel_again
		online_again
	done
	return 1
}

run_failed()
{
	module_log "$MARK_TEXT" | grep -q "$(printf \
		'mem %#x-.* cannot be taken (-16)' $((PLACE - BLOCK)))" && return
	diag "slabs in the upper block: $(pages $PAGE_SLAB | wc -l)"
	return 1
}

other_is_taken()
{
	kmsg "load over a page of the kernel"
	watch_blocks && load size=$((SIZE / MIB))M || return
	run_failed || { diag "$(module_log "$MARK_TEXT")"; return 1; }
	[ $(($(attr nd_emu/base))) -lt $((PLACE - BLOCK)) ]
}

was_only_lower()
{
	was offline $((PLACE - BLOCK)) && was online $((PLACE - BLOCK)) &&
		not was offline "$PLACE"
}

was_online_again()
{
	within 20 was online $((PLACE - BLOCK))
	watch_ends
	was_only_lower || { diag "$(<"$TMP/events")"; return 1; }
	unload &&
		blocks_are "$BEFORE"
}

result "a page of the kernel is in the upper block" no_slab_in_upper && {
	result "a load fails on this run, and takes another" other_is_taken
	result "the lower block was offline, and came back" was_online_again
}
finish
