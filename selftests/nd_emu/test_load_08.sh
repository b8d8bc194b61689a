#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

begin 1.8 "a new device reads zeroes, whatever was in the memory" 3
needs cmp

# Fill the page cache, which is where carved memory comes from, with ones.
fill_memory()
{
	local free
	free=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
	mount -t tmpfs -o size=100% none "$TMP" || return
	tr '\0' '\377' </dev/zero | dd of="$TMP/ones" bs=1M iflag=fullblock \
		count=$((free / 4)) status=none
	umount "$TMP"
}

device_reads_zero()
{
	cmp -n "$(attr nd_emu/capacity)" /dev/pmem0 /dev/zero
}

dirty()
{
	tr '\0' '\377' </dev/zero |
		dd of=/dev/pmem0 bs=1M count=64 iflag=fullblock oflag=direct \
			status=none
	unload && load size=128M
}

load size=128M
result "zeroes after the first load" device_reads_zero
result "it is loaded again after ones were written" dirty
result "zeroes again" device_reads_zero
finish
