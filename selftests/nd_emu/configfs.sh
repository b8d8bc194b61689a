# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Buses made with configfs: sourced after common.sh. All of them are removed at
# the end of the case.

CONFIG=/sys/kernel/config/nd_emu

open_configfs()
{
	modprobe configfs 2>/dev/null
	mountpoint -q /sys/kernel/config ||
		mount -t configfs none /sys/kernel/config ||
		skip_all "no configfs"
	modprobe nd_emu && [ -d $CONFIG ]
}

# put FILE TEXT
put()
{
	echo "$2" 2>"$TMP/put" >"$CONFIG/$1" && return
	diag "$1 <- $2: $(<"$TMP/put")"
	return 1
}

get()
{
	text_of "$CONFIG/$1"
}

# One program for all of them, here and where they are removed: on the debug
# kernel, to start one takes longer than anything that it does.
make_dirs()
{
	mkdir "${@/#/$CONFIG/}"
}

go_live()
{
	put "$1/live" 1 && udevadm settle
}

disable_bus()
{
	udevadm settle
	ndctl disable-region -b "$(get "$1/dev_name")" all >/dev/null 2>&1
}

# take_down BUS: with its regions disabled. Whoever looks at a device may hold
# it for a moment.
take_down()
{
	within 20 try_take_down "$1"
}

try_take_down()
{
	[ -z "$(get "$1/dev_name")" ] || disable_bus "$1"
	echo 0 2>/dev/null >"$CONFIG/$1/live"
}

remove_bus()
{
	local dir dirs=()
	take_down "$1" || return
	for dir in "$CONFIG/$1"/{dimms,regions}/*/ "$CONFIG/$1"; do
		[ ! -d "$dir" ] || dirs+=("$dir")
	done
	rmdir "${dirs[@]}"
}

undo()
{
	local bus
	for bus in "$CONFIG"/*/; do
		[ -d "$bus" ] || continue
		bus=${bus%/}
		remove_bus "${bus##*/}" || diag "cannot remove $bus"
	done
}

none_left()
{
	undo
	equal "buses" "$(echo $CONFIG/*/)" "$CONFIG/*/"
}

# denied ERRNO COMMAND...: it fails with that error
denied()
{
	local errno
	errno=$(errno_text "$1")
	shift
	if "$@" 2>"$TMP/denied"; then
		diag "$* succeeded"
		return 1
	fi
	[[ $(<"$TMP/denied") = *": $errno" ]] && return
	diag "$*: $(<"$TMP/denied"), should be $errno"
	return 1
}

# A write whose error is the shell's to report
write_to()
{
	echo "$2" >"$CONFIG/$1"
}

# explained ERRNO TEXT COMMAND...: denied, with one line in the log that begins
# with TEXT and says what must be
explained()
{
	local log
	kmsg "denied: ${*:3}"
	denied "$1" "${@:3}" || return
	log=$(module_log "$MARK_TEXT")
	[[ $log = "$2"*": must "* && $log != *$'\n'* ]] && return
	diag "the log should be one line, '$2... must ...', is:"
	diag "$log"
	return 1
}
