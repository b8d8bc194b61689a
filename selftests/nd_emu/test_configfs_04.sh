#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

begin 18.4 "buses live side by side, and share what was carved" 11

# small BUS: two regions of 32M and 16M for the platform
small()
{
	make_dirs "$1" "$1/dimms/d" "$1/regions/r" "$1/regions/s" &&
	put "$1/regions/r/size" 32M && put "$1/regions/s/size" 16M &&
	go_live "$1"
}

# Entries of /proc/iomem: what was carved, and the parts of it
carved()
{
	grep -c '^[0-9a-f].* : nd_emu$' /proc/iomem
}

parts()
{
	grep -c '^  [0-9a-f].* : nd_emu$' /proc/iomem
}

shared()
{
	equal "parts" "$(parts)" "$1" && equal carved "$(carved)" "$2"
}

# In bytes from regions of all buses; no two have memory in common
disjoint()
{
	local region start end last=0
	while read -r start end; do
		[ "$start" -ge "$last" ] || return
		last=$end
	done < <(for region in /sys/bus/nd/devices/region*; do
		start=$(($(<"$region/resource")))
		echo "$start $((start + $(<"$region/size")))"
	done | sort -n)
}

# Whoever gets memory that another bus had reads zeroes.
zeroes()
{
	local device
	device=/dev/$(ndctl list -r "$(get "$1/regions/r/dev_name")" -N |
		sed -n 's/.*"blockdev":"\([^"]*\)".*/\1/p')
	cmp -n $((32 * MIB)) "$device" /dev/zero
}

scribble()
{
	dd if=/dev/urandom bs=1M count=32 oflag=direct status=none \
		of="/dev/$(ndctl list -r "$(get "$1/regions/r/dev_name")" -N |
		sed -n 's/.*"blockdev":"\([^"]*\)".*/\1/p')"
}

first_goes()
{
	remove_bus a && [ -n "$(get b/dev_name)" ] && shared 1 "$CARVED"
}

third_comes()
{
	small c && shared 2 "$CARVED"
}

same_device()
{
	make_dirs other other/dimms/d && put other/device nd_emu.a &&
	explained EEXIST "other: device=nd_emu.a" write_to other/live 1 &&
	remove_bus other
}


empty_live()
{
	make_dirs e e/dimms/d && go_live e && put e/dimms/d/live 0 &&
	rmdir $CONFIG/e/dimms/d && rmdir $CONFIG/e &&
	not ls -d /sys/devices/platform/nd_emu.e 2>/dev/null
}

memory_back()
{
	remove_bus b && remove_bus c && equal carved "$(carved)" 0 &&
	system_is "$STATE"
}

open_configfs
result "a bus of 64M goes live" small a
result "and another one" small b
CARVED=$(carved)
result "each has a part of its own" shared 2 "$CARVED"
result "no two regions share memory" disjoint
result "the device of another bus is refused" same_device
result "one bus is written full" scribble a
result "and goes; the other stays" \
	first_goes
result "a third one takes its place" third_comes
result "and reads zeroes" zeroes c
result "a live bus that has lost its DIMMs can be removed" empty_live
result "with the last bus the memory is back" memory_back
finish
