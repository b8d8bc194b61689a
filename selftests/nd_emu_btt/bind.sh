# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the cases about binding share: sourced, never run.
#
# shellcheck disable=SC2119,SC2120 # load_btt and make_btt without arguments

BIND_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../nd_emu_users/users.sh
. "$BIND_DIR/../nd_emu_users/users.sh"

PATH=$BIND_DIR:$PATH
DRIVERS=/sys/bus/nd/drivers

begin_bind()
{
	begin "$@"
	modprobe -nq nd_emu_btt || skip_all "no module nd_emu_btt"
	needs jq
}

undo_more()
{
	udevadm settle
	! is_loaded || within 20 disable_regions
	unload_btt || diag "cannot unload nd_emu_btt"
}

unload_btt()
{
	[ ! -d /sys/module/nd_emu_btt ] || within 20 remove_btt
}

remove_btt()
{
	udevadm settle
	rmmod nd_emu_btt
}

load_btt()
{
	modprobe nd_emu_btt "$@"
	udevadm settle
}

# With labels, so that there can be a namespace that is not the whole region
load_bus()
{
	load size=256M
	disable_regions
	ndctl init-labels -f -b nd_emu all >/dev/null
	ndctl enable-region -b nd_emu all >/dev/null
	udevadm settle
	names
}

btt_step()
{
	local status
	# Not with "||": that would keep set -e from working in there.
	step "$@"
	status=$?
	names
	return "$status"
}

# make_btt OPTION...: a namespace of 32M with a BTT in it
make_btt()
{
	ndctl create-namespace -f -e "$NS" -m raw -s 32M >/dev/null
	ndctl create-namespace -f -e "$NS" -m sector "$@" >/dev/null
	udevadm settle
}

# How most cases begin: a bus, and a BTT that our driver has
prepare_btt()
{
	load_bus
	load_btt
	make_btt
	driver_is nd_emu_btt
	disk_works
}

# The BTT device that has the namespace
btt_device()
{
	local holder
	read -r holder <"$BUS/$REGION/$NS/holder"
	echo "$BUS/$REGION/$holder"
}

# driver_is DRIVER: of the BTT device; nd_btt's are bound to nd_pmem
driver_is()
{
	local device
	device=$(btt_device)
	[ "$device/driver" -ef "$DRIVERS/$1" ] && return
	equal "driver of the BTT" "$(readlink "$device/driver")" "$1"
}

disk()
{
	set -- "$(btt_device)"/block/*
	echo "/dev/${1##*/}"
}

disk_works()
{
	local disk
	disk=$(disk)
	dd if=/dev/urandom of="$TMP/data" bs=64k count=4 status=none
	dd if="$TMP/data" of="$disk" bs=64k seek=3 oflag=direct status=none
	dd if="$disk" of="$TMP/read" bs=64k skip=3 count=4 iflag=direct \
		status=none
	cmp "$TMP/data" "$TMP/read"
}

disk_has_data()
{
	dd if="$(disk)" of="$TMP/read" bs=64k skip=3 count=4 iflag=direct \
		status=none
	cmp "$TMP/data" "$TMP/read"
}

bind_namespace()
{
	echo "$NS" >"$DRIVERS/nd_pmem/bind" || true
	udevadm settle
}

# as_raw COMMAND...: with the namespace as $RAW and no BTT, then as before
as_raw()
{
	local ns=$BUS/$REGION/$NS
	ndctl disable-namespace "$NS" >/dev/null || true
	echo 1 >"$ns/force_raw"
	bind_namespace
	RAW=$(echo "$ns"/block/*)
	RAW=/dev/${RAW##*/}
	"$@"
	sync
	ndctl disable-namespace "$NS" >/dev/null
	echo 0 >"$ns/force_raw"
}

sum_raw()
{
	cksum <"$RAW"
}

# What the driver said since the mark
btt_log()
{
	dmesg | awk -v mark="$1" '
		index($0, mark) { seen = 1 }
		seen && sub(/^\[[^]]*\] nd_emu_btt:? /, "")'
}
