#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 1.8 "a new device reads zeroes, whatever was in the memory" 5
needs cmp
without_udevd

AREA=$((128 * 1024))

dimm()
{
	set -- "$BUS"/nmem*
	echo "/dev/${1##*/}"
}

fill_device()
{
	tr '\0' '\377' </dev/zero |
		dd of=/dev/pmem0 bs=1M count=$((CAPACITY / MIB)) \
			iflag=fullblock oflag=direct status=none
	cmp -n "$CAPACITY" /dev/pmem0 <(tr '\0' '\377' </dev/zero)
}

fill_labels()
{
	disable_regions
	"$DIR/labelcmd" "$(dimm)" set 0 $AREA 255
}

# The memory that was filled, or else zeroes say nothing.
load_again()
{
	local base size
	base=$(attr nd_emu/base)
	size=$(attr nd_emu/size)
	unload && offline_above $((base + size)) &&
		load size=128M && attr_is nd_emu/base "$base"
}

device_reads_zero()
{
	cmp -n "$CAPACITY" /dev/pmem0 /dev/zero
}

labels_read_zero()
{
	"$DIR/labelcmd" "$(dimm)" get 0 $AREA | cmp -n $AREA - /dev/zero
}

load size=128M
CAPACITY=$(attr nd_emu/capacity)
result "the device is filled with ones" fill_device
result "and so are the labels" fill_labels
result "the next load takes the same memory" load_again
result "the device reads zeroes" device_reads_zero
result "and so do the labels" labels_read_zero
finish
