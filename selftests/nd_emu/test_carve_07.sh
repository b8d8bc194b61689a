#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/carve.sh"

# A page of a process that cannot be moved is in the upper block, and nobody sends
# a signal.
begin 3.7 "a run that does not come free in a minute is given up for the next" 4
without_udevd

# The next run is the one below the block.
given_up()
{
	wait "$LOADER" || { diag "$(<"$TMP/modprobe")"; return 1; }
	watch_ends
	module_log "$MARK_TEXT" >"$TMP/log"
	grep -q "^$(printf '\\[mem %#x-.*' "$PLACE") does not come free in 60 s" \
		"$TMP/log" &&
		equal "runs that cannot be taken" \
			"$(grep -c 'cannot be taken (-16)' "$TMP/log")" 1 &&
		was online $((PLACE - BLOCK)) && not was offline "$PLACE" &&
		return
	diag "$(<"$TMP/log")"
	return 1
}

other_is_taken()
{
	find_bus
	BUS=$REPLY
	equal base $(($(attr nd_emu/base))) $((PLACE - SIZE)) && unload &&
		blocks_are "$BEFORE"
}

result "a page of a process cannot leave the upper block" page_in_upper && {
	result "a load has the lower one offline, and waits" start_load
	result "after a minute, the kernel gives up, and the block is online again" \
		given_up
	result "the load has taken the memory below" other_is_taken
}
finish
