#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

begin 5.1 "dimms=N makes N different DIMMs that share the region equally" 5

# The NFIT handle of a DIMM: two in a channel, four channels in a controller.
handle()
{
	echo $(($1 / 8 << 8 | $1 / 2 % 4 << 4 | $1 % 2))
}

# distinct ATTRIBUTE: no two DIMMs have the same
distinct()
{
	equal "different $1" \
		"$(sort -u "$BUS"/nmem*/nfit/"$1" | wc -l)" "$DIMMS"
}

# The rest that cannot be shared in steps of 16 MiB is not used.
capacity()
{
	local step=$((16 * MIB))
	[ $((step % DIMMS)) -eq 0 ] || step=$((step * DIMMS))
	equal capacity "$(attr nd_emu/capacity)" \
		$((($(attr nd_emu/size) - 16 * MIB) / step * step)) &&
	equal "region size" "$(region_attr size)" "$(attr nd_emu/capacity)"
}

# mappingN is DIMM,OFFSET,LENGTH,POSITION.
mappings()
{
	local i dimm rest
	equal mappings "$(region_attr mappings)" "$DIMMS" || return
	for ((i = 0; i < DIMMS; i++)); do
		IFS=, read -r dimm rest <"$BUS/$REGION/mapping$i"
		equal "mapping $i" "$rest" \
			"0,$(($(region_attr size) / DIMMS)),$i" &&
		equal "handle $i" $(($(<"$BUS/$dimm/nfit/handle"))) \
			"$(handle $i)" || return
	done
}

identities()
{
	local dimm
	for dimm in "$BUS"/nmem*; do
		equal id "$(<"$dimm/nfit/id")" "$(printf '%04x-0e-2601-%08x' \
			"$(<"$dimm/nfit/vendor")" "$(<"$dimm/nfit/serial")")" &&
		equal "dirty shutdowns" "$(<"$dimm/nfit/dirty_shutdown")" 0 &&
		equal flags "$(<"$dimm/nfit/flags")" "smart_notify " || return
	done
}

topology()
{
	DIMMS=$1
	load size="$2" dimms="$1" || return
	equal DIMMs "$(printf '%s\n' "$BUS"/nmem* | wc -l)" "$DIMMS" &&
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
