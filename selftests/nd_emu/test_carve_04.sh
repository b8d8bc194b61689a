#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/carve.sh"

# A page of a process that cannot be moved is in the upper block: the kernel tries
# to move it, with the lower block offline, until a signal comes, or for a minute
# (3.7).
begin 3.4 "a run that a signal ends halfway is online again" 4
without_udevd

interrupted()
{
	kill -0 "$LOADER" && kill -INT "$LOADER" || return
	wait "$LOADER" && { diag "the load has succeeded"; return 1; }
	within 20 was online $((PLACE - BLOCK))
	watch_ends
	module_log "$MARK_TEXT" | grep -q "interrupted by a signal" || {
		diag "$(module_log "$MARK_TEXT")"
		return 1
	}
	not was offline "$PLACE" && not is_loaded &&
		blocks_are "$BEFORE"
}

taken_now()
{
	let_go
	load size=$((SIZE / MIB))M &&
		equal base $(($(attr nd_emu/base))) $((PLACE - BLOCK)) &&
		unload && blocks_are "$BEFORE"
}

result "a page of a process cannot leave the upper block" page_in_upper && {
	result "a load has the lower one offline, and waits" start_load
	result "a signal ends it, and the block is online again" interrupted
	result "with the page let go, this run is taken" taken_now
}
finish
