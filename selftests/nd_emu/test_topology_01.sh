#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 5.1 "dimms=N makes N different DIMMs that share the region equally" 5
without_udevd

# The NFIT handle of a DIMM: two in a channel, four channels in a controller.
handle()
{
	REPLY=$(($1 / 8 << 8 | $1 / 2 % 4 << 4 | $1 % 2))
}

# distinct ATTRIBUTE: no two DIMMs have the same
distinct()
{
	local file value
	local -A seen=()
	for file in "$BUS"/nmem*/nfit/"$1"; do
		read -r value <"$file"
		seen[$value]=1
	done
	equal "different $1" ${#seen[@]} "$DIMMS"
}

# The rest that cannot be shared in steps of 16 MiB is not used.
capacity()
{
	local step=$((16 * MIB))
	[ $((step % DIMMS)) -eq 0 ] || step=$((step * DIMMS))
	read_text "$BUS/nd_emu/size"
	attr_is nd_emu/capacity $(((REPLY - 16 * MIB) / step * step)) &&
	region_attr_is size "$REPLY"
}

# mappingN is DIMM,OFFSET,LENGTH,POSITION.
mappings()
{
	local i dimm rest share value
	region_attr_is mappings "$DIMMS" && read_text "$BUS/$REGION/size" ||
		return
	share=$((REPLY / DIMMS))
	for ((i = 0; i < DIMMS; i++)); do
		IFS=, read -r dimm rest <"$BUS/$REGION/mapping$i"
		read -r value <"$BUS/$dimm/nfit/handle"
		handle $i
		equal "mapping $i" "$rest" "0,$share,$i" &&
		equal "handle $i" $((value)) "$REPLY" || return
	done
}

identities()
{
	local dimm vendor serial id
	for dimm in "$BUS"/nmem*; do
		dimm=${dimm##*/}
		read -r vendor <"$BUS/$dimm/nfit/vendor"
		read -r serial <"$BUS/$dimm/nfit/serial"
		printf -v id '%04x-0e-2601-%08x' "$vendor" "$serial"
		attr_is "$dimm/nfit/id" "$id" &&
		attr_is "$dimm/nfit/dirty_shutdown" 0 &&
		attr_is "$dimm/nfit/flags" "smart_notify " || return
	done
}

topology()
{
	DIMMS=$1
	load size="$2" dimms="$1" || return
	set -- "$BUS"/nmem*
	equal DIMMs $# "$DIMMS" &&
		distinct id && distinct serial && distinct handle &&
		distinct phys_id && identities && capacity && mappings &&
		[ -b /dev/pmem0 ] && unload
}

result "one DIMM" topology 1 128M
result "two" topology 2 128M
result "three, whose shares leave a rest" topology 3 128M
result "31, which take 496 MiB at least" topology 31 512M
result "32" topology 32 128M
finish
