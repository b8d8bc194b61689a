#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

SIZE=$GIB
CAPACITY=$((1008 * MIB))

begin 1.1 "size=1G is a gigabyte of memory less and an NVDIMM more" 11
needs jq blockdev

bus_sizes()
{
	attr_is nd_emu/source carved &&
	attr_is nd_emu/size $SIZE &&
	attr_is nd_emu/capacity $CAPACITY
}

iomem_range()
{
	local start
	start=$(attr nd_emu/base)
	grep -qE "^$(printf '%08x-%08x' "$start" $((start + SIZE - 1))) : nd_emu$" \
		/proc/iomem || {
		diag "$(grep nd_emu /proc/iomem)"
		return 1
	}
}

# Where the memory is, its size, the capacity: all in the one line.
log_line()
{
	local start line
	start=$(attr nd_emu/base)
	line=$(module_log "$BEGUN" | tail -n 1)
	equal "log" "$line" "$(printf \
		'1024 MiB at [mem %#x-%#x], node %s, carved: %s' \
		"$start" $((start + SIZE - 1)) "$(region_attr numa_node)" \
		'1008 MiB in 1 DIMM, 16 MiB for the platform')"
}

# The pages that described the memory are memory again.
mem_total_lower()
{
	meminfo MemTotal
	between "MemTotal lower by (kB)" $((TOTAL - REPLY)) \
		$((CAPACITY / 1024)) $((SIZE / 1024))
}

ndctl_list()
{
	ndctl list -b nd_emu "$@"
}

one_of_each()
{
	local found
	found=$(ndctl_list -BDRN | jq -c '.[] | [ .provider,
		(.dimms | length), (.regions | length),
		(.regions[0].namespaces | length) ]')
	equal "provider, DIMMs, regions, namespaces" "$found" '["nd_emu",1,1,1]'
}

region_sizes()
{
	json size "$(ndctl_list -R)"
	equal "ndctl region" "$REPLY" $CAPACITY &&
	region_attr_is size $CAPACITY &&
	region_attr_is mapping0 "$(region_attr \
		mapping0 | cut -d, -f1),0,$CAPACITY,0"
}

namespace_sizes()
{
	local list
	list=$(ndctl_list -N)
	json size "$list"
	equal "ndctl namespace" "$REPLY" $CAPACITY || return
	json blockdev "$list"
	equal "$REPLY" "$(blockdev --getsize64 "/dev/$REPLY")" $CAPACITY
}

dax_capable()
{
	local list
	list=$(ndctl_list -N)
	json mode "$list"
	equal mode "$REPLY" fsdax || return
	json map "$list"
	equal map "$REPLY" mem &&
	equal dax "$(cat /sys/block/pmem*/queue/dax)" 1
}

reads_zero()
{
	cmp -n $((CAPACITY / 8)) "/dev/$(ndctl_list -N |
		jq -r '.[0].blockdev')" /dev/zero
}

# No wait for udev here: whoever loads the module may use the device.
there_at_once()
{
	unload && modprobe nd_emu size=128M && [ -b /dev/pmem0 ]
}

result "modprobe nd_emu size=1G works" load size=1G &&
{
	result "the bus says size and capacity" bus_sizes
	result "/proc/iomem shows the range" iomem_range
	result "the log says the same" log_line
	result "MemTotal is lower by that" mem_total_lower
	result "there is one DIMM, region and namespace" one_of_each
	result "the region has the capacity" region_sizes
	result "the namespace and its block device have it" namespace_sizes
	result "the block device is fit for DAX" dax_capable
	result "the block device is there when modprobe returns" there_at_once
}
result "no driver has warned" no_warning
finish
