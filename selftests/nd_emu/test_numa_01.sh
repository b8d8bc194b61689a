#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# Run this on a machine with memory on two NUMA nodes.
begin 7.2 "node= is where memory is taken from, and what devices report" 9
needs jq
without_udevd

NODES=/sys/devices/system/node
HIGHEST=$(sed 's/.*[-,]//' $NODES/has_memory)
[ "$HIGHEST" -gt 0 ] || skip_all "memory on one node only"

# from_node NODE: each block of the range was one of that node before
from_node()
{
	local addr
	grep -o "^node$1 .*" "$TMP/blocks" >"$TMP/node"
	for ((addr = $(attr nd_emu/base);
	      addr < $(attr nd_emu/base) + $(attr nd_emu/size);
	      addr += BLOCK)); do
		grep -qx "node$1 memory$((addr / BLOCK))" "$TMP/node" || {
			diag "$(printf '%#x' "$addr") is not on node $1"
			return 1
		}
	done
}

reports()
{
	reports_node "$1" &&
	equal "block device" "$(cat /sys/block/pmem0/device/numa_node)" "$1"
}

devdax_reports()
{
	modprobe -q device_dax || return 4
	ndctl create-namespace -f -e "namespace${REGION#region}.0" -m devdax \
		>"$TMP/out" 2>&1 || { diag "$(<"$TMP/out")"; return 1; }
	equal target_node "$(cat /sys/bus/dax/devices/dax*/target_node)" "$1"
}

given_back()
{
	unload || return
	blocks_of_nodes >"$TMP/now"
	same_text "$(<"$TMP/now")" "$(<"$TMP/blocks")"
}

blocks_of_nodes()
{
	local node block
	for node in "$NODES"/node[0-9]*; do
		for block in "$node"/memory[0-9]*; do
			echo "${node##*/} ${block##*/}"
		done
	done
}

node_0()
{
	load size=128M node=0 && from_node 0 && reports 0
}

volatile_node()
{
	load size=128M volatile=1 node="$1" && from_node "$1" && reports "$1" &&
		unload
}

# more_than_has NODE: more than that node has, but not more than all have
more_than_has()
{
	local mib
	mib=$(awk '$3 == "MemTotal:" { print int($4 / 1024) }' \
		"$NODES/node$1/meminfo")
	fails ENOMEM size=$((mib + 256))M node="$1" || return
	grep -q "^no [0-9]* MiB of node $1 can be taken" <<<"$LOG" || {
		diag "$LOG"
		return 1
	}
	not grep -q "^no .* of node $((1 - $1)) " <<<"$LOG"
}

blocks_of_nodes >"$TMP/blocks"
result "it loads with node=$HIGHEST" load size=128M node="$HIGHEST"
result "the memory is that node's" from_node "$HIGHEST"
result "region, namespace and block device report it" reports "$HIGHEST"
result "so does devdax" devdax_reports "$HIGHEST"
result "and the node has its memory back" given_back
result "node=0 takes and reports node 0" node_0
unload
result "a volatile region reports its node as well" volatile_node "$HIGHEST"
result "more than node 0 has is refused, and no other is looked at" \
	more_than_has 0
result "more than node 1 has is refused, and no other is looked at" \
	more_than_has 1
finish
