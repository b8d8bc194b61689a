#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 6.3 "flush_hints= gives each DIMM hints, and deep_flush writes to one" 9
without_udevd

deep_flush()
{
	echo "$1" 2>/dev/null >"$BUS/$REGION/deep_flush"
}

no_hints()
{
	region_attr_is deep_flush 0 &&
		equal mode "$(stat -c %a "$BUS/$REGION/deep_flush")" 444 &&
		region_attr_is nd_emu/wpq_flushes 0
}

hints()
{
	region_attr_is deep_flush 1 &&
		equal mode "$(stat -c %a "$BUS/$REGION/deep_flush")" 644
}

# count COMMAND...: set $FLUSHES and $HINTS to what it was of each
count()
{
	read_text "$BUS/$REGION/nd_emu/flushes"
	FLUSHES=$REPLY
	read_text "$BUS/$REGION/nd_emu/wpq_flushes"
	HINTS=$REPLY
	"$@" || return
	read_text "$BUS/$REGION/nd_emu/flushes"
	FLUSHES=$((REPLY - FLUSHES))
	read_text "$BUS/$REGION/nd_emu/wpq_flushes"
	HINTS=$((REPLY - HINTS))
}

# one_flush COMMAND...: one flush of the region, one hint of each DIMM
one_flush()
{
	count "$@" || return
	equal flushes "$FLUSHES" 1 && equal "hints written" "$HINTS" "$DIMMS"
}

with_dimms()
{
	DIMMS=$1
	load size=128M dimms="$1" flush_hints="$2" && hints &&
		one_flush deep_flush 1
}

nothing_but_one()
{
	not deep_flush 0 && not deep_flush flush && not deep_flush ""
}

by_fsync()
{
	dd if=/dev/zero of=/dev/pmem0 bs=64k count=1 oflag=direct status=none
	count dd if=/dev/zero of=/dev/pmem0 bs=4k count=1 conv=fsync status=none
	equal "hints for each flush" "$HINTS" $((DIMMS * FLUSHES))
}

labels_untouched()
{
	ndctl read-labels -b nd_emu all 2>/dev/null | cmp -n $((DIMMS * 131072)) \
		- /dev/zero
}

# A new device reads zeroes.
data_untouched()
{
	cmp -n "$(attr nd_emu/capacity)" /dev/pmem0 /dev/zero
}

load size=128M
result "without hints deep_flush is 0 and read-only" no_hints
result "and cannot be written" not deep_flush 1
unload
result "one DIMM with one hint" with_dimms 1 1
unload
result "32 DIMMs with 64 each" with_dimms 32 64
result "the hints are not where the labels are" labels_untouched
result "and not where the data is" data_untouched
unload
result "two DIMMs with four each" with_dimms 2 4
result "anything but 1 is refused" nothing_but_one
result "fsync writes to them as well" by_fsync
finish
