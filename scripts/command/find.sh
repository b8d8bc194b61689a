# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Which bus, DIMM or region somebody means: sourced by nd-emu, never run.

# read_file FILE: its first line; nothing if there is none
read_file()
{
	local line=
	{ IFS= read -r line <"$1"; } 2>/dev/null || true
	printf '%s\n' "$line"
}

# configured: the buses in configfs
configured()
{
	local dir
	for dir in "$CONFIG"/*/; do
		basename "$dir"
	done
}

check_configured()
{
	case $1 in
	""|*/*|.*)	;;
	*)		[ ! -d "$CONFIG/$1" ] || return 0 ;;
	esac
	[ -z "$(find_live "$1")" ] ||
		die "$1: is of the module's parameters: modprobe -r nd_emu"
	die "$1: must be one of: $(configured | xargs)"
}

# live_buses: in sysfs, with a colon and what people call it
live_buses()
{
	local dev name
	for dev in "$DEVICES"/ndbus*; do
		[ -d "$dev/nd_emu" ] || continue
		name=$(config_name "" "${dev##*/}")
		[ -n "$name" ] ||
			name=$(basename "$(dirname "$(readlink -f "$dev")")")
		echo "${dev##*/}:$name"
	done
}

# config_name DIRECTORY DEVICE: what a device is called in a directory of
# configfs
config_name()
{
	local file
	for file in "$CONFIG$1"/*/dev_name; do
		[ "$(read_file "$file")" = "$2" ] || continue
		basename "${file%/dev_name}"
		return
	done
}

# find_live BUS: its device, by that name or the other
find_live()
{
	live_buses | awk -F: -v name="$1" '
		$1 == name || $2 == name { print $1; exit }'
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
