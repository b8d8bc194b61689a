#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

# The blocks of a run go offline one by one, from the lowest up. A page that
# cannot be moved is put into the upper one of two, and all memory above goes
# offline: the search begins with this run, and the kernel tries to move the
# page, with the lower block offline, until a signal comes. Which blocks went
# and came back, it tells.
begin 3.4 "a run that a signal ends halfway is online again" 4

SIZE=$((2 * BLOCK))
HOLDER=
MONITOR=
LOADER=
PLACE=

undo()
{
	let_go
	watch_ends
	! is_loaded || unload
	[ -z "$PLACE" ] || not in_zone "$PLACE" Movable ||
		move_block kernel "$(block_at "$PLACE")"
}

hold_page()
{
	"$DIR/hold_page" >"$TMP/held" 2>"$TMP/hold.err" &
	HOLDER=$!
	within 20 is_held || {
		diag "$(<"$TMP/hold.err")"
		return 1
	}
	equal "block of the page" $(($(<"$TMP/held") / BLOCK * BLOCK)) "$PLACE"
}

is_held()
{
	[ -s "$TMP/held" ] || not kill -0 "$HOLDER" 2>/dev/null
}

# stop PID: it may be gone already
stop()
{
	[ -n "$1" ] && kill "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null
	return 0
}

let_go()
{
	stop "$HOLDER"
	HOLDER=
}

watch_blocks()
{
	: >"$TMP/events"
	udevadm monitor --kernel --subsystem-match=memory >"$TMP/events" &
	MONITOR=$!
	within 20 grep -q "^KERNEL - " "$TMP/events"
}

watch_ends()
{
	stop "$MONITOR"
	MONITOR=
}

# was ACTION ADDRESS: what the kernel told about the block
was()
{
	grep -q " $1 .*/memory$(($2 / BLOCK)) (" "$TMP/events"
}

in_zone()
{
	[ "$(<"$(block_at "$1")/valid_zones")" = "$2" ]
}

# Memory of processes comes from ZONE_MOVABLE, if there is one.
page_in_upper()
{
	load size=$((SIZE / MIB))M || return
	PLACE=$(($(attr nd_emu/base) + BLOCK))
	unload && move_block movable "$(block_at $PLACE)" &&
		in_zone $PLACE Movable && hold_page || return
	offline_above $((PLACE + BLOCK))
	BEFORE=$(blocks_state)
}

start_load()
{
	kmsg "load over a page that is pinned"
	watch_blocks || return
	env --default-signal=INT modprobe nd_emu size=$((SIZE / MIB))M \
		2>"$TMP/modprobe" &
	LOADER=$!
	within 60 was offline $((PLACE - BLOCK))
}

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
		same_text "$(blocks_state)" "$BEFORE"
}

taken_now()
{
	let_go
	load size=$((SIZE / MIB))M &&
		equal base $(($(attr nd_emu/base))) $((PLACE - BLOCK)) &&
		unload && same_text "$(blocks_state)" "$BEFORE"
}

result "a page of a process cannot leave the upper block" page_in_upper && {
	result "a load has the lower one offline, and waits" start_load
	result "a signal ends it, and the block is online again" interrupted
	result "with the page let go, this run is taken" taken_now
}
finish
