#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 8.1 "base= where there is no memory for it is refused" 9
without_udevd

STEP=$((16 * MIB))
PHYS_BITS=$(sed -n 's/^address sizes.*: \([0-9]*\) bits phys.*/\1/p' \
	/proc/cpuinfo | head -n 1)

hex()
{
	printf '%#x' "$1"
}

# top_level PATTERN: entries of /proc/iomem, as START END in decimal
top_level()
{
	local line range
	while IFS= read -r line; do
		[[ $line =~ ^[0-9a-f].*\ :\ .*$1 ]] || continue
		range=${line%% : *}
		echo "$((0x${range%-*})) $((0x${range#*-}))"
	done </proc/iomem
}

# The first entry that has room for 32M at a multiple of 16M
place_in()
{
	local start end
	while read -r start end; do
		start=$(((start + STEP - 1) / STEP * STEP))
		if [ $start -gt 0 ] && [ $((start + 2 * STEP - 1)) -le "$end" ]
		then
			hex $start
			return
		fi
	done < <(top_level "$1")
	return 1
}

# Where nothing at all is entered, above 4 GiB
hole()
{
	local start end last=$((4 * GIB - 1))
	while read -r start end; do
		if [ "$start" -gt $((last + 2 * GIB)) ]; then
			hex $(((last + GIB) / GIB * GIB))
			return
		fi
		[ "$end" -le "$last" ] || last=$end
	done < <(top_level "" && echo "$((1 << PHYS_BITS)) $((1 << PHYS_BITS))")
	return 1
}

in_use()
{
	local base
	base=$(place_in "$1") || return 4
	refused EBUSY "base=$base: must be a range" base="$base" size=32M
}

# Half of it is the end of System RAM, half is whatever follows.
half_in_use()
{
	local start end
	read -r start end < <(top_level "System RAM" | tail -n 1)
	end=$(hex $(((end + 1) / STEP * STEP - STEP)))
	refused EBUSY "base=$end: must be a range outside of System RAM" \
		base="$end" size=32M
}

beyond()
{
	refused EINVAL "base=$(hex "$1"): must end at or below" \
		base="$(hex "$1")" size="$2"
}

nothing_there()
{
	local base
	base=$(hole) || return 4
	refused ENXIO "base=$base: must be a range of memory" \
		base="$base" size=32M
}

result "System RAM: EBUSY" in_use "System RAM"
result "the end of System RAM: EBUSY" half_in_use
result "what a PCI bridge claims: EBUSY" in_use "PCI Bus"
result "what PCI configuration space claims: EBUSY" in_use "PCI ECAM"
result "the first address that the CPU does not have: EINVAL" \
	beyond $((1 << PHYS_BITS)) 32M
result "a range that begins below it and ends above: EINVAL" \
	beyond $(((1 << PHYS_BITS) - STEP)) 32M
result "a range that ends beyond all addresses: EINVAL" \
	beyond $((-STEP)) 32M
result "the highest address of all, and 64T: EINVAL" beyond $((-STEP)) 64T
result "addresses that nothing answers to: ENXIO" nothing_there
finish
