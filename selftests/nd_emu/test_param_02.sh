#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 2.2 "base= is a multiple of 16M" 8
without_udevd

# each_bad TEXT...: what makes these fail is the text alone, no range is asked.
each_bad()
{
	local text
	REASONS=()
	for text; do
		refused_for EINVAL "base=$text: must be a physical address above 0" \
			size=32M base="$text" || return
	done
	all_refused
}

odd_size()
{
	refused EINVAL "size=$1: must be a multiple of 16M with base=" \
		size="$1" base=4G
}

result "an empty one is refused" each_bad ""
result "address 0 is refused" each_bad 0 0x0 0G
result "a negative one is refused" each_bad -1 -16M
result "one that is not a multiple of 16M is refused" \
	each_bad 8M 0x140000001 0x140800000 4294967297
result "what is not a number is refused" each_bad here 0x 4g4 M
result "a number that wraps is refused" \
	each_bad 16777216T 18446744073709551616 99999999999999999999 16E
result "with it a size that is not a multiple of 16M is refused" odd_size 40M
result "and so is one that is off by a byte" odd_size 33554433
finish
