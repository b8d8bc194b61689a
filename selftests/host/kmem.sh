#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory that the kernel's kmem driver has made System RAM of a device DAX, and that is
# still online when its region is gone: the system has it until the next boot, so
# nobody else may.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

CONFIG=/sys/kernel/config/nd_emu/kmem

# --- in the guest ------------------------------------------------------------

mem_total()
{
	awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo
}

# last_line TEXT: of the module
last_line()
{
	local line
	line=$(dmesg | sed -n 's/.* nd_emu: //p' | tail -n 1)
	# shellcheck disable=SC2053 # $1 is a pattern
	[[ $line == $1 ]] || fail "the log says '$line'"
}

# to_system: a namespace of the only region, as memory; sets $REGION, $MORE (kB)
to_system()
{
	local before
	udevadm settle
	REGION=$(ndctl list -R | jq -r '.[].dev')
	{
		ndctl disable-region "$REGION"
		ndctl init-labels nmem0
		ndctl enable-region "$REGION"
		ndctl create-namespace -r "$REGION" -m devdax
	} >/dev/null 2>&1
	udevadm settle
	before=$(mem_total)
	daxctl reconfigure-device -m system-ram all >/dev/null 2>&1 ||
		fail "daxctl cannot"
	MORE=$(($(mem_total) - before))
	[ "$MORE" -gt 0 ] || fail "the system has no more memory than before"
}

# Unbound: ndctl would see that memory is in use there.
lose_region()
{
	write "$REGION" /sys/bus/nd/drivers/nd_region/unbind
	[ ! -e "/sys/bus/nd/devices/$REGION/driver" ] || fail "it has a driver"
	kmem_range >/dev/null
}

# kmem_range: where it is, as in "addresses: System RAM (kmem)"
kmem_range()
{
	sed -n 's/^ *\(.*\) : System RAM (kmem)$/\1/p' /proc/iomem | grep . ||
		fail "there is none"
}

# offline RANGE: by hand, as its device is gone
offline()
{
	local addr end size
	size=$((16#$(</sys/devices/system/memory/block_size_bytes)))
	end=$((16#${1#*-}))
	for ((addr = 16#${1%-*}; addr < end; addr += size)); do
		write offline "/sys/devices/system/memory/memory$((addr / size))/state"
	done
}

write()
{
	echo "$1" >"$2"
}

configure_bus()
{
	mkdir "$CONFIG" "$CONFIG"/dimms/d "$CONFIG"/regions/r
	write "$BASE" "$CONFIG/base"
	write 512M "$CONFIG/regions/r/size"
	write 1 "$CONFIG/live"
}

stays_live()
{
	refused "resource busy" write 0 "$CONFIG/live"
	last_line "kmem: live: must stay 1: the system uses memory of *"
}

# A bus of configfs, on a range that was reserved at boot
bus_stays()
{
	local labels range
	modprobe nd_emu
	configure_bus
	to_system
	say "the system has $MORE kB of the bus"
	stays_live
	lose_region
	say "and no region is left"
	stays_live
	refused "resource busy" cat /sys/kernel/debug/nd_emu/ndbus*/nmem0/media
	labels=$(ndctl read-labels nmem0 2>/dev/null | sha256sum)
	refused "Input/output error" write "overwrite 0" \
		/sys/bus/nd/devices/nmem0/security
	equal labels "$(ndctl read-labels nmem0 2>/dev/null | sha256sum)" "$labels"
	say "offline, nobody uses it, but it is no free range"
	range=$(kmem_range)
	offline "$range"
	write 0 "$CONFIG/live"
	equal "memory of kmem" "$(kmem_range)" "$range"
	refused "resource busy" write 1 "$CONFIG/live"
	rmdir "$CONFIG"/dimms/d "$CONFIG"/regions/r "$CONFIG"
	rmmod nd_emu
}

# The bus of the module's parameters, on memory that was carved
module_goes()
{
	local before range
	modprobe nd_emu size=512M
	to_system
	say "the system has $MORE kB of the module's bus"
	refused "in use" rmmod nd_emu
	lose_region
	before=$(mem_total)
	range=$(kmem_range | tail -n 1)
	rmmod nd_emu
	last_line "cannot give back *: it is lost until the next boot"
	equal MemTotal "$(mem_total)" "$before"
	refused "resource busy" modprobe nd_emu "base=0x${range%-*}" size=128M
	equal MemTotal "$(mem_total)" "$before"
}

guest()
{
	# Some kernels are built to put memory online themselves; daxctl refuses then.
	write offline /sys/devices/system/memory/auto_online_blocks
	modprobe kmem
	bus_stays
	module_goes
}

host()
{
	in_vm -t 300 -a "$RESERVED" -- guest
}

run_case host "$@"
