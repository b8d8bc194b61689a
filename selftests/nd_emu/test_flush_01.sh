#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 6.1 "domain= is the persistence domain of the region" 6
without_udevd

write_cache()
{
	cat /sys/block/pmem0/dax/write_cache 2>/dev/null
}

# With the CPU caches in the domain there is nothing to write back.
domain()
{
	load size=128M ${1:+domain="$1"} || return
	region_attr_is persistence_domain "$2" &&
		equal "write cache" "$(write_cache)" "$3" && unload
}

# The kernel has no such attribute where nothing is promised.
no_domain()
{
	load size=128M domain=none || return
	not [ -e "$BUS/$REGION/persistence_domain" ] &&
		equal "write cache" "$(write_cache)" 1
}

asynchronous()
{
	region_attr_is deep_flush 1 &&
		equal mode "$(stat -c %a "$BUS/$REGION/deep_flush")" 644
}

result "it is memory_controller if nothing is said" domain "" \
	memory_controller 1
result "memory_controller" domain memory_controller memory_controller 1
result "cpu_cache, and there is no write cache" domain cpu_cache cpu_cache 0
result "none, and the region says nothing" no_domain
result "with none the region has a flush of its own" asynchronous
result "no driver has warned" no_warning
finish
