#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"
. "${0%/*}/cli.sh"

# Run this on a machine with memory on the NUMA nodes 0 and 1.
begin 7.3 "the profile two-sockets has a region on each of two NUMA nodes" 8
needs_command
without_udevd

NODES=/sys/devices/system/node
[ -d $NODES/node1 ] || skip_all "one NUMA node only"

up()
{
	nd_emu_ok up two-sockets 192M &&
	equal DIMMs "$(echo $CONFIG/two-sockets/dimms/*/ | wc -w)" 4
}

# numa_node of what stands on the region of SOCKET, a line for each
nodes_of()
{
	local attribute region=/sys/bus/nd/devices
	region+=/$(get "two-sockets/regions/socket$1/dev_name")
	for attribute in "$region"/{,namespace*/}{numa_node,target_node}; do
		echo "$(<"$attribute")"
	done
}

# on_node SOCKET: region and namespace say so, both attributes
on_node()
{
	equal nodes "$(nodes_of "$1")" "$(printf '%s\n' "$1" "$1" "$1" "$1")"
}

# from_node SOCKET: the memory is less by what the region takes, and 16 MiB at
# most for the platform, rounded up to blocks, or to a leaf of the direct map
from_node()
{
	local less
	less=$((BEFORE[$1] - $(memory_of "$1")))
	[ $less -ge $((96 * MIB)) ] && [ $less -le $((256 * MIB)) ] && return
	[ $less -ne $GIB ] || return 0
	diag "node $1 has $less bytes less"
	return 1
}

# memory_of NODE: the bytes of its blocks that are online
memory_of()
{
	local block count=0
	for block in "$NODES/node$1"/memory[0-9]*; do
		! is_online "$block" || count=$((count + 1))
	done
	echo $((count * BLOCK))
}

down()
{
	nd_emu_ok down &&
	equal "memory of node 0" "$(memory_of 0)" "${BEFORE[0]}" &&
	equal "memory of node 1" "$(memory_of 1)" "${BEFORE[1]}"
}

elsewhere()
{
	sed 's/for node in 0 1/for node in 0 99/' "$DIR/profiles/two-sockets" \
		>"$TMP/elsewhere"
	nd_emu_refuses 1 "regions/socket99/node=99: must be -1 or the number" \
		up "$TMP/elsewhere"
}

BEFORE=("$(memory_of 0)" "$(memory_of 1)")
result "configfs is there" open_configfs
result "it goes live with four DIMMs" up
result "the first region and its namespace are on node 0" on_node 0
result "the second ones are on node 1" on_node 1
result "node 0 has less memory" from_node 0
result "node 1 has less memory" from_node 1
result "both have it back afterwards" down
result "a node that there is not is refused" elsewhere
finish
