#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# Run this on a machine with two NUMA nodes, booted with memmap= for memory of
# the second one.
begin 7.4 "base= reports the node of the firmware, or the one of node=" 4
without_udevd

# firmware_node ADDRESS: as the table says that the kernel has logged
firmware_node()
{
	local line
	local re='SRAT: Node ([0-9]+) PXM .*\[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)\]'
	while IFS= read -r line; do
		[[ $line =~ $re ]] || continue
		if [ $((BASH_REMATCH[2])) -le "$1" ] &&
		   [ $((BASH_REMATCH[3])) -ge "$1" ]; then
			echo "${BASH_REMATCH[1]}"
			return
		fi
	done < <(dmesg)
}

# reports_with NODE PARAMETER...
reports_with()
{
	local node=$1
	shift
	load "base=$BASE" size=32M "$@" && reports_node "$node" && unload
}

[ -d /sys/devices/system/node/node1 ] || skip_all "one NUMA node only"
BASE=$(reserved_range $((32 * MIB)))
[ -n "$BASE" ] || skip_all "no reserved range"
NODE=$(firmware_node "$BASE")
[ "${NODE:-0}" -gt 0 ] || skip_all "not known to be a range of another node"

result "base= alone: the firmware's" reports_with "$NODE"
result "with node=0: that one" reports_with 0 node=0
result "volatile=1: the firmware's" reports_with "$NODE" volatile=1
result "volatile=1 with node=0: that one" reports_with 0 volatile=1 node=0
finish
