# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Buses made with configfs: sourced after common.sh. All of them are removed at
# the end of the case.

CONFIG=/sys/kernel/config/nd_emu

open_configfs()
{
	modprobe nd_emu || return
	[ -d $CONFIG ] || mount -t configfs none /sys/kernel/config ||
		skip_all "no configfs"
	[ -d $CONFIG ]
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
	put "$1/live" 1 && settle
}

disable_bus()
{
	settle
	read_text "$CONFIG/$1/dev_name"
	unbind_regions "/sys/bus/nd/devices/$REPLY"
}

# take_down BUS: with its regions disabled. Whoever looks at a device may hold
# it for a moment.
take_down()
{
	within 20 try_take_down "$1"
}

try_take_down()
{
	read_text "$CONFIG/$1/dev_name"
	[ -z "$REPLY" ] || disable_bus "$1"
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
	set -- "$CONFIG"/*/
	equal "buses" "$*" "$CONFIG/*/"
}

# denied ERRNO COMMAND...: it fails with that error
denied()
{
	local errno
	errno_text "$1"
	errno=$REPLY
	shift
	if "$@" 2>"$TMP/denied"; then
		diag "$* succeeded"
		return 1
	fi
	read_text "$TMP/denied"
	[[ $REPLY = *": $errno" ]] && return
	diag "$*: $REPLY, should be $errno"
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
	# shellcheck disable=SC2034 # of common.sh
	REASONS=()
	denied_for "$@" && reasons_logged
}

# denied_for ERRNO TEXT COMMAND...: denied; the log is for reasons_logged to
# look at, once for all of them
denied_for()
{
	expect_reason "$2" "${@:3}"
	denied "$1" "${@:3}"
}
