# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the cases of BTT disks share, on top of ../nd_emu_users/users.sh:
# sourced, never run.
#
# A case that is about one driver is about $DRIVER. With
# BTT_DRIVER=nd_btt it can be tried on the kernel's.

BTT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../nd_emu_users/users.sh
. "$BTT_DIR/../nd_emu_users/users.sh"

PATH=$BTT_DIR:$PATH
DRIVER=${BTT_DRIVER:-nd_emu_btt}

begin_btt()
{
	begin "$@"
	modprobe -nq nd_emu_btt || [ "$DRIVER" = nd_btt ] ||
		skip_all "no module nd_emu_btt for $(uname -r)"
	needs ndctl blockdev
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
	udevadm settle
}

remove_btt_module()
{
	udevadm settle
	rmmod nd_emu_btt
}

# disk_step TITLE COMMAND...: a step with the disk as $DISK
disk_step()
{
	step "$1" on_disk "${@:2}"
}

on_disk()
{
	DISK=$(block)
	"$@"
}

# The BTT device with a disk
btt_device()
{
	set -- "$BUS/$REGION"/btt*/block
	echo "${1%/block}"
}

# Whose is the disk? The kernel's BTT devices are bound to nd_pmem.
driver_is()
{
	local driver=$1 device
	[ "$driver" != nd_btt ] || driver=nd_pmem
	device=$(btt_device)
	[ "$device/driver" -ef "/sys/bus/nd/drivers/$driver" ] && return
	equal driver "$(readlink "$device/driver")" "$driver"
}

undo_more()
{
	undo_btt
	udevadm settle
	! is_loaded || within 20 disable_regions
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
	DISK=$(block)
	[ -b "$DISK" ]
}

# The disk of the BTT is there, and is this driver's.
disk_of()
{
	use_driver "$1"
	DISK=$(block)
	[ -b "$DISK" ]
	driver_is "$1"
}

disable()
{
	udevadm settle
	ndctl disable-namespace "$NS" >/dev/null
}

enable()
{
	ndctl enable-namespace "$NS" >/dev/null
	udevadm settle
	DISK=$(block)
}

# as_raw COMMAND...: run it with the whole namespace as $RAW, and no BTT. It is
# a list of what has to work, as for step().
as_raw()
{
	local force=/sys/bus/nd/devices/$NS/force_raw status
	disable || return
	echo 1 >"$force"
	enable
	RAW=$DISK
	set +e
	(
		set -e
		"$@"
	)
	status=$?
	set -e
	sync "$RAW"
	disable || return
	echo 0 >"$force"
	[ -n "$LEAVE_DISABLED" ] || enable
	return "$status"
}

# Set by who wants the namespace disabled after as_raw
LEAVE_DISABLED=

# --- sectors -----------------------------------------------------------------

sectors()
{
	echo $(($(blockdev --getsize64 "$DISK") / $(blockdev --getss "$DISK")))
}

# put FIRST COUNT GENERATION [OPTION...]: write stamped sectors
put()
{
	sector_io write "$@"
}

# has FIRST COUNT GENERATION [OPTION...]: that is what is there; 0 is zeros
has()
{
	sector_io check "$@"
}

sector_io()
{
	local what=$1 first=$2 count=$3 generation=$4
	shift 4
	btt_io "$@" "$what" "$DISK" "$first" "$count" "$generation"
}

# Sectors that nobody wrote. (The kernel's driver gives what is in the block.)
never_written()
{
	is_driving || return 0
	has "$1" "$2" 0
}

# unreadable FIRST COUNT: the numbers of these
unreadable()
{
	btt_io errors "$DISK" "$1" "$2" | xargs
}

# --- flushes ------------------------------------------------------------------

flushes()
{
	region_attr nd_emu/flushes
}

# flushed LEAST MOST COMMAND...: so many times
flushed()
{
	local before least=$1 most=$2
	udevadm settle
	before=$(flushes)
	shift 2
	"$@"
	between flushes $(($(flushes) - before)) "$least" "$most"
}

# In a region that has to be asked, each flush may have to wait.
nowait_is_eagain()
{
	btt_io nowait "$DISK" 70 10 5 -c 1 | tee "$TMP/nowait"
	grep -qx '10 times EAGAIN' "$TMP/nowait"
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

copy_raw()
{
	dd if="$RAW" of="$TMP/raw" bs=1M
}

raw_shows()
{
	btt_image show "$RAW"
	btt_image show "$RAW" | grep -q "$1"
}

ndctl_finds_it_clean()
{
	disable
	ndctl check-namespace "$NS" 2>&1 | tee "$TMP/check"
	equal "what ndctl says" "$(<"$TMP/check")" "checked 1 namespace"
	enable
	[ -b "$DISK" ]
}
