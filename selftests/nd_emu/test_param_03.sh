#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 2.3 "dimms= is 1..32, and each DIMM has its share" 8
without_udevd

each_bad()
{
	local text
	REASONS=()
	for text; do
		refused_for EINVAL "dimms=$text: must be 1..32" size=1G \
			dimms="$text" || return
	done
	all_refused
}

# Shares are equal, and regions aligned to 16 MiB: 3 DIMMs take 48 MiB a step.
too_many()
{
	refused EINVAL "dimms=$2: must share at least $3 MiB equally" \
		size="$1" dimms="$2"
}

result "none at all are refused" each_bad 0
result "a negative number is refused" each_bad -1 -32
result "33 are refused, and the line names the range" each_bad 33
result "more than any integer holds are refused" \
	each_bad 4294967297 18446744073709551617 99999999999999999999
result "what is not a number is refused" each_bad "" two 1x 0x 2M 1.5
result "three in 32M are refused: there are 16 MiB to share" \
	too_many 32M 3 48
result "so are 31 in 511M: they have to share 496 MiB" too_many 511M 31 496
result "two lists of a number are refused" each_bad 1,2
finish
