#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 1.7 "a signal ends a load, and nothing is left of it" 6
without_udevd

LOADER=
MOVED=
POLICY=$(<$MEMORY/auto_online_blocks)

# A shell starts its background jobs deaf to SIGINT. It is not to be over before we
# have had a look.
start_load()
{
	kmsg "modprobe nd_emu size=1G, to be interrupted"
	nice -n 19 env --default-signal=INT modprobe nd_emu size=1G \
		2>"$TMP/modprobe" &
	LOADER=$!
}

searching()
{
	log_since "$MARK_TEXT" | grep -q 'nd_emu: trying'
}

clearing()
{
	local line
	while read -r line; do
		[[ $line != *" : nd_emu" ]] || return 0
	done </proc/iomem
	return 1
}

# interrupted SIGNAL STAGE [STATE]: the system is as it was, or in that state
interrupted()
{
	start_load
	within 60 "$2" || return
	kill -"$1" "$LOADER"
	wait "$LOADER" 2>/dev/null && { diag "the load has succeeded"; return 1; }
	is_loaded && { diag "the module is there"; return 1; }
	module_log "$MARK_TEXT" | grep -q "interrupted by a signal" || {
		diag "$(module_log "$MARK_TEXT")"
		return 1
	}
	system_is "${3:-$STATE}"
}

undo()
{
	echo "$POLICY" >$MEMORY/auto_online_blocks
	! is_loaded || unload
	[ -z "$MOVED" ] || move_block kernel "$MOVED"
}

# Whoever has made a directory, or opened a file, uses a module that is freed
# when its load fails.
open_configfs()
{
	modprobe configfs || return
	[ -d /sys/kernel/config ] || return
	mountpoint -q /sys/kernel/config ||
		mount -t configfs none /sys/kernel/config
}

nothing_to_use()
{
	local state found
	open_configfs || return 4
	start_load
	within 60 searching || return
	read -r state </sys/module/nd_emu/initstate
	found=$(find /sys/kernel/config/nd_emu /sys/kernel/debug/nd_emu/fail \
		-maxdepth 0 2>/dev/null)
	kill -INT "$LOADER"
	wait "$LOADER" 2>/dev/null
	equal initstate "$state" coming && equal found "$found" "" &&
		not is_loaded
}

# The policy onlines what comes back in another zone: there it has to go offline
# once more, with the signal still pending.
interrupted_movable()
{
	local before
	load size=1G || return
	MOVED=$(block_at $(($(attr nd_emu/base))))
	unload || return
	move_block movable "$MOVED" || return 4
	[ "$(<"$MOVED/valid_zones")" = Movable ] || return 4
	echo online_kernel >$MEMORY/auto_online_blocks
	system_state
	before=$REPLY
	interrupted "$@" "$before"
}

result "until it is over, there is nothing that could be used" nothing_to_use
result "SIGINT while it searches" interrupted INT searching
result "SIGKILL while it searches" interrupted KILL searching
result "SIGINT while it clears the memory" interrupted INT clearing
result "SIGINT while it clears memory of ZONE_MOVABLE" \
	interrupted_movable INT clearing
result "after that a load works" load size=128M
finish
