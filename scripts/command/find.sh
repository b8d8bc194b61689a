# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Which bus, DIMM or region somebody means: sourced by nd-emu, never run.
#
# What a function finds is in $REPLY, or in an array: to print it, into a
# substitution, would be a process each time.

# read_file FILE: its first line; nothing if there is none
read_file()
{
	REPLY=
	{ IFS= read -r REPLY <"$1"; } 2>/dev/null || true
}

# configured: set $CONFIGURED to the buses in configfs
configured()
{
	local dir
	CONFIGURED=()
	for dir in "$CONFIG"/*/; do
		dir=${dir%/}
		CONFIGURED+=("${dir##*/}")
	done
}

check_configured()
{
	case $1 in
	""|*/*|.*)	;;
	*)		[ ! -d "$CONFIG/$1" ] || return 0 ;;
	esac
	! find_live "$1" ||
		die "$1: is of the module's parameters: modprobe -r nd_emu"
	configured
	die "$1: must be one of: ${CONFIGURED[*]}"
}

# live_buses: set $LIVE to those in sysfs, each with a colon and what people
# call it
live_buses()
{
	local dev
	LIVE=()
	for dev in "$DEVICES"/ndbus*; do
		[ -d "$dev/nd_emu" ] || continue
		config_name "" "${dev##*/}" || platform_name "$dev"
		LIVE+=("${dev##*/}:$REPLY")
	done
}

# config_name DIRECTORY DEVICE: what a device is called in a directory of
# configfs; fails if it is not there
config_name()
{
	local file
	for file in "$CONFIG$1"/*/dev_name; do
		read_file "$file"
		[ "$REPLY" = "$2" ] || continue
		file=${file%/dev_name}
		REPLY=${file##*/}
		return
	done
	return 1
}

# platform_name BUS: that of the device it is on
platform_name()
{
	REPLY=$(readlink -f "$1")
	REPLY=${REPLY%/*}
	REPLY=${REPLY##*/}
}

# find_live BUS: its device, by that name or the other, and $LIVE_NAME is what
# people call it; fails if there is none
find_live()
{
	local bus
	live_buses
	for bus in "${LIVE[@]}"; do
		REPLY=${bus%%:*}
		LIVE_NAME=${bus#*:}
		[ "$1" != "$REPLY" ] && [ "$1" != "$LIVE_NAME" ] || return 0
	done
	REPLY=
	return 1
}

# users_of NDBUS: what keeps it from being taken down, as far as one can see
users_of()
{
	local block mounts=()
	for block in "$DEVICES/$1"/region*/*/block/*; do
		mapfile -t -O ${#mounts[@]} mounts < <(
			findmnt -rno SOURCE,TARGET |
			awk -v dev="/dev/${block##*/}" '
				index($1, dev) == 1 { print $1 " is mounted on " $2 }')
	done
	[ ${#mounts[@]} -eq 0 ] || printf '%s\n' "${mounts[@]}" | sort -u | head -n 1
}
