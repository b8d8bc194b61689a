#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 2.5 "domain=, flush_hints= and node= name what there is" 9
without_udevd

# each_bad NAME MUST VALUE...
each_bad()
{
	local name=$1 must=$2 value
	shift 2
	REASONS=()
	for value; do
		refused_for EINVAL "$name=$value: must be $must" \
			size=128M "$name=$value" || return
	done
	all_refused
}

bad_domain()
{
	each_bad domain "cpu_cache, memory_controller or none" "$@"
}

bad_hints()
{
	each_bad flush_hints "0..64" "$@"
}

bad_node()
{
	each_bad node "-1 or the number of an online NUMA node" "$@"
}

result "an empty domain= is refused" bad_domain ""
result "a domain= that does not exist is refused" \
	bad_domain platform NONE cpu 0 none,cpu_cache cpu_cachexx
result "flush_hints=65 is refused" bad_hints 65
result "a negative flush_hints= is refused" bad_hints -1
result "flush_hints= that is no number, or too long a one, is refused" \
	bad_hints "" many 1x 4294967296 99999999999999999999
result "node=-2 is refused" bad_node -2
result "a node= beyond any machine is refused" bad_node 1024 2147483647
result "a node= that does not exist here is refused" bad_node 511
result "node= that is no number, or too long a one, is refused" \
	bad_node "" here 0x 4294967296 99999999999999999999
finish
