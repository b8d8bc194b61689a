# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the profiles share with each other and with nd-emu: sourced, never run. A
# profile is a program that makes its buses go live, or fails with none of them
# left.

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
	[ "$(id -u)" -eq 0 ] || die "must be root"
	[ -d "$CONFIG" ] || open_configfs
	LOGGED=$(last_logged)
	trap 'give_up' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

open_configfs()
{
	modprobe nd_emu
	mountpoint -q /sys/kernel/config ||
		mount -t configfs none /sys/kernel/config
}

give_up()
{
	trap - EXIT
	set +e
	for bus in $BUSES; do
		remove_bus "$bus" || echo "${0##*/}: $bus is left behind" >&2
	done
}

# last_logged: with its time, which tells it from the same words before
last_logged()
{
	dmesg | awk '/^\[[^]]*\] nd_emu: / { last = $0 } END { print last }'
}

# reason: why the kernel has refused what was just written
reason()
{
	logged=$(last_logged)
	case $logged in
	"$LOGGED")	echo "the kernel refused it" ;;
	*": must "*)	echo "must ${logged##*: must }" ;;
	*)		echo "${logged#*] nd_emu: }" ;;
	esac
}

# write_to FILE VALUE: with what a shell would say of a failure left out
write_to()
{
	{ echo "$2" >"$1"; } 2>/dev/null
}

settle()
{
	! command -v udevadm >/dev/null || udevadm settle
}

# enabled_regions NDBUS: set $ENABLED to them; fails if there are none
enabled_regions()
{
	ENABLED=
	for region in "/sys/bus/nd/devices/$1"/region*; do
		[ ! -e "$region/driver" ] || ENABLED="$ENABLED ${region##*/}"
	done
	[ -n "$ENABLED" ]
}

# quiesce NDBUS: disable its regions; if something of them is in use, it fails,
# and they are enabled as before. Whoever looks at a device (udev does, whenever
# it changes) may hold it for a moment.
quiesce()
{
	enabled_regions "$1" || return 0
	regions=$ENABLED
	tries=15
	while enabled_regions "$1"; do
		if [ $tries -eq 0 ]; then
			enable_again "$regions"
			return 1
		fi
		tries=$((tries - 1))
		settle
		ndctl disable-region -b "$1" all >/dev/null 2>&1 || sleep 0.2
	done
}

# enable_again REGIONS: and the namespaces in them that were disabled on the way
enable_again()
{
	for region in $1; do
		ndctl enable-region "$region" >/dev/null 2>&1 || :
		ndctl enable-namespace -r "$region" all >/dev/null 2>&1 || :
	done
}

# remove_bus BUS: fails, and changes nothing, if something of it is in use
remove_bus()
{
	read -r name <"$CONFIG/$1/dev_name" || return
	[ -z "$name" ] || quiesce "$name" || return
	write_to "$CONFIG/$1/live" 0 || return
	dirs=$CONFIG/$1
	set --
	for dir in "$dirs/dimms"/*/ "$dirs/regions"/*/; do
		[ ! -d "$dir" ] || set -- "$@" "$dir"
	done
	rmdir "$@" "$dirs"
}

# bus NAME [ATTRIBUTE=VALUE...]: the one that what follows belongs to
bus()
{
	BUS=$1
	[ ! -d "$CONFIG/$BUS" ] || die "there is a bus $BUS already"
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

# put ATTRIBUTE VALUE: of the bus
put()
{
	write_to "$CONFIG/$BUS/$1" "$2" || die "$BUS: $1=$2: $(reason)"
}

set_values()
{
	dir=$1
	for value; do
		case $value in
		*=*)	put "$dir${value%%=*}" "${value#*=}" ;;
		esac
	done
}

# live: the bus goes live
live()
{
	put live 1
	settle
}

# bytes SIZE: a number, or one with M, G or T behind it
bytes()
{
	case $1 in
	*T)	echo $((${1%T} << 40)) ;;
	*G)	echo $((${1%G} << 30)) ;;
	*M)	echo $((${1%M} << 20)) ;;
	*)	echo $(($1)) ;;
	esac
}

# finish: say what there is
finish()
{
	trap - EXIT INT TERM HUP
	for bus in $BUSES; do
		read -r name <"$CONFIG/$bus/dev_name"
		echo "$bus: $name"
	done
}
