#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 2.1 "size= is 32M..64T" 15
without_udevd

# A carve takes at least 32M: what makes these fail is the value alone.
each_bad()
{
	local value
	REASONS=()
	for value; do
		refused_for EINVAL "size=$value: must be 32M..64T" \
			size="$value" || return
	done
	all_refused
}

loads()
{
	load "$@" && unload
}

no_bus()
{
	load || return
	not find_bus && equal "devices" \
		"$(printf '%s\n' /sys/devices/platform/nd_emu*)" \
		"/sys/devices/platform/nd_emu*" && unload
}

missing_with_others()
{
	refused EINVAL "size= is missing: must be 32M..64T" dimms=2 labels=N
}

result "without any parameter there is no bus" no_bus
result "without size= the other parameters are refused" missing_with_others
result "an empty one is refused" each_bad ""
result "0 is refused" each_bad 0
result "a negative one is refused" each_bad -1 -1G
result "just below 32M is refused" each_bad 31M 33554431
result "just above 64T is refused" each_bad 65T 0x400000000001
result "what is not a number is refused" each_bad G 0x much 1x
result "a fraction is refused" each_bad 1.5G
result "two suffixes are refused" each_bad 1GG 1GB
result "a suffix that is not K, M, G or T is refused" each_bad 1E 16E 1P
result "a number that wraps to a small one is refused" \
	each_bad 16777216T 99999999999999999999 18446744073709551615
result "a blank in it is refused" each_bad "1 G"
result "lower case is fine" loads size=32m
result "hexadecimal is fine" loads size=0x2000000
finish
