# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the cases of BTT disks share: sourced, never run.
#
# A case that is about one driver is about $DRIVER. With
# BTT_DRIVER=nd_btt it can be tried on the kernel's.

# shellcheck source=namespace.sh
. "$(dirname "${BASH_SOURCE[0]}")/namespace.sh"

DRIVER=${BTT_DRIVER:-nd_emu_btt}

begin_btt()
{
	begin "$@"
	modprobe -nq nd_emu_btt || [ "$DRIVER" = nd_btt ] ||
		skip_all "no module nd_emu_btt for $(uname -r)"
	needs ndctl
}

# --- drivers -----------------------------------------------------------------

is_driving()
{
	[ -d /sys/module/nd_emu_btt ]
}

# The other of the two
other_driver()
{
	[ "$1" = nd_btt ] && echo nd_emu_btt || echo nd_btt
}

# use_driver nd_btt|nd_emu_btt: from here on, BTT devices are that driver's.
use_driver()
{
	case $1 in
	nd_emu_btt)	is_driving || modprobe nd_emu_btt ;;
	nd_btt)		! is_driving || within 20 remove_btt_module ;;
	esac
	settle
}

remove_btt_module()
{
	settle
	rmmod nd_emu_btt
}

# disk_step TITLE COMMAND...: a step with the disk as $DISK
disk_step()
{
	step "$1" on_disk "${@:2}"
}

on_disk()
{
	find_disk
	"$@"
}

undo_more()
{
	undo_btt
	! is_loaded || unload
	! is_driving || within 20 remove_btt_module ||
		diag "cannot unload nd_emu_btt"
}

# A case that stacks something on the disk redefines this.
undo_btt()
{
	:
}

# --- namespaces --------------------------------------------------------------

# load_with DRIVER PARAMETER...: nd_emu, and that driver for its BTTs
load_with()
{
	local driver=$1
	shift
	load "$@" || return
	NS=namespace${REGION#region}.0
	use_driver "$driver"
}

# make_btt LBASIZE [OPTION...]: the region becomes a BTT
make_btt()
{
	local lbasize=$1
	shift
	make_namespace sector -l "$lbasize" "$@" >/dev/null
	find_disk
	[ -b "$DISK" ]
}

# The disk of the BTT is there, and is this driver's.
disk_of()
{
	use_driver "$1"
	find_disk
	[ -b "$DISK" ]
	driver_is "$1"
}

# --- sectors -----------------------------------------------------------------

# sectors: set $REPLY to how many there are
sectors()
{
	local size
	disk_attr size
	size=$REPLY
	sector_size
	REPLY=$((size * 512 / REPLY))
}

# put FIRST COUNT GENERATION... [OPTION...]: write stamped sectors
put()
{
	btt_io write "$DISK" "$@"
}

# has FIRST COUNT GENERATION... [OPTION...]: that is what is there; 0 is zeros
has()
{
	btt_io check "$DISK" "$@"
}

# Sectors that nobody wrote. (The kernel's driver gives what is in the block.)
never_written()
{
	is_driving || return 0
	has "$1" "$2" 0
}

# unreadable FIRST COUNT SECTOR...: of these, the sectors that cannot be read
unreadable()
{
	btt_io errors "$DISK" "$1" "$2" >"$TMP/errors"
	mapfile -t <"$TMP/errors"
	equal "sectors that cannot be read" "${MAPFILE[*]}" "${*:3}"
}

# --- flushes ------------------------------------------------------------------

flushes()
{
	read -r REPLY <"$BUS/$REGION/nd_emu/flushes"
}

# flushed LEAST MOST COMMAND...: so many times
flushed()
{
	local before least=$1 most=$2
	# All of what udev does, also with what was written just now
	[ -n "$WITHOUT_UDEVD" ] || udevadm settle
	flushes
	before=$REPLY
	shift 2
	"$@"
	flushes
	between flushes $((REPLY - before)) "$least" "$most"
}

# In a region that has to be asked, each flush may have to wait.
nowait_is_eagain()
{
	btt_io nowait "$DISK" 70 10 5 -c 1 >"$TMP/nowait"
	equal "what was refused" "$(<"$TMP/nowait")" "10 times EAGAIN"
	has 70 10 5
}

# --- other opinions ----------------------------------------------------------

# In the namespace as it lies there, each block has one owner.
raw_is_whole()
{
	btt_image whole "$RAW"
}

raw_has()
{
	btt_image check "$RAW" "$@"
}

save_places()
{
	btt_image places "$RAW" >"$TMP/places"
}

# place NAME: set $REPLY to where that is, in bytes
place()
{
	local name
	while IFS='=' read -r name REPLY; do
		[ "$name" != "$1" ] || return 0
	done <"$TMP/places"
	return 1
}

# states_are STATE SECTOR...: of the map entries
states_are()
{
	local state=$1 found
	shift
	btt_image state "$RAW" "$@" >"$TMP/states"
	while read -r found; do
		equal "state of sector $1" "$found" "$state"
		shift
	done <"$TMP/states"
	equal "sectors left" $# 0
}

copy_raw()
{
	dd if="$RAW" of="$TMP/raw" bs=1M iflag=direct conv=sparse
}

raw_shows()
{
	btt_image show "$RAW" >"$TMP/shown"
	echo "$(<"$TMP/shown")"
	[[ $(<"$TMP/shown") =~ $1 ]]
}

ndctl_says_clean()
{
	ndctl check-namespace "$NS" >"$TMP/check" 2>&1 || true
	equal "what ndctl says" "$(<"$TMP/check")" "checked 1 namespace"
}

ndctl_finds_it_clean()
{
	disable
	ndctl_says_clean
	enable
	[ -b "$DISK" ]
}
