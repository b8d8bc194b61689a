# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the profiles share: sourced, never run. A profile is a program that
# makes its buses go live, or fails with none of them left.

CONFIG=/sys/kernel/config/nd_emu
BUSES=

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

# start: with the module there, and nothing left behind by a failure
start()
{
	set -e
	modprobe nd_emu
	mountpoint -q /sys/kernel/config ||
		mount -t configfs none /sys/kernel/config
	trap 'give_up' EXIT
}

give_up()
{
	for bus in $BUSES; do
		remove_bus "$bus"
	done
}

# remove_bus BUS: fails if a region of it is enabled
remove_bus()
{
	echo 0 >"$CONFIG/$1/live" || return
	for dir in "$CONFIG/$1/dimms"/*/ "$CONFIG/$1/regions"/*/; do
		[ ! -d "$dir" ] || rmdir "$dir"
	done
	rmdir "$CONFIG/$1"
}

# bus NAME [ATTRIBUTE=VALUE...]: the one that what follows belongs to
bus()
{
	BUS=$1
	mkdir "$CONFIG/$BUS"
	BUSES="$BUSES $BUS"
	shift
	set_values "" "$@"
}

# dimm NAME [ATTRIBUTE=VALUE...]
dimm()
{
	mkdir "$CONFIG/$BUS/dimms/$1"
	set_values "dimms/$1/" "$@"
}

# region NAME [ATTRIBUTE=VALUE...]
region()
{
	mkdir "$CONFIG/$BUS/regions/$1"
	set_values "regions/$1/" "$@"
}

set_values()
{
	dir=$1
	for value; do
		case $value in
		*=*)	echo "${value#*=}" >"$CONFIG/$BUS/$dir${value%%=*}" ;;
		esac
	done
}

# live: the bus goes live
live()
{
	echo 1 >"$CONFIG/$BUS/live"
	! command -v udevadm >/dev/null || udevadm settle
}

# bytes SIZE: a number, or one with M or G behind it
bytes()
{
	case $1 in
	*G)	echo $((${1%G} << 30)) ;;
	*M)	echo $((${1%M} << 20)) ;;
	*)	echo $(($1)) ;;
	esac
}

# finish: say what there is
finish()
{
	trap - EXIT
	for bus in $BUSES; do
		echo "$bus: $(cat "$CONFIG/$bus/dev_name")"
	done
}
