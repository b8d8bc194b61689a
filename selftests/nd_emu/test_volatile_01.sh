#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 7.1 "volatile=1 makes a region of volatile memory" 8
without_udevd

volatile_region()
{
	equal "device type" "$(sed -n 's/^DEVTYPE=//p' \
		"$BUS/$REGION/uevent")" nd_volatile
}

no_domain()
{
	not [ -e "$BUS/$REGION/persistence_domain" ] &&
		equal "write cache" \
			"$(cat /sys/block/pmem0/dax/write_cache || echo 0)" 0
}

sizes()
{
	region_attr_is size "$(attr nd_emu/capacity)" &&
		equal "device size" "$(($(</sys/block/pmem0/size) * 512))" \
			"$(attr nd_emu/capacity)"
}

its_own_node()
{
	reports_node "$(numa_node_of "$(attr nd_emu/base)")"
}

# The one node that has the memory block of that address; before the load.
numa_node_of()
{
	local block=memory$(($1 / BLOCK))
	sed -n "s|^node\([0-9]*\) $block$|\1|p" "$TMP/blocks"
}

persistent()
{
	load size=128M volatile=0 &&
		region_attr_is persistence_domain \
			memory_controller
}

for node in /sys/devices/system/node/node*; do
	for block in "$node"/memory[0-9]*; do
		echo "${node##*/} ${block##*/}"
	done
done >"$TMP/blocks"
result "it loads" load size=128M volatile=1
result "the region is a volatile one" volatile_region
result "it has no persistence domain and no write cache" no_domain
result "its DIMM has no labels" no_label_commands
result "region and block device have the capacity" sizes
result "region and namespace report the node of the memory" its_own_node
result "it keeps data for as long as it is loaded" keeps_data 2
unload
result "volatile=0 makes a persistent one" persistent
finish
