#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"

begin 18.7 "the profile nfit_test is that of the kernel's nfit_test" 12
without_udevd
PROFILES=$DIR/profiles
[ -d "$PROFILES" ] || skip_all "the profiles are not there"

built()
{
	"$PROFILES/nfit_test" >"$TMP/out" 2>&1 && return
	diag "$(<"$TMP/out")"
	return 1
}

# region_of BUS REGION: its directory in sysfs
region_of()
{
	echo "/sys/bus/nd/devices/$(get "nfit_test.$1/regions/region$2/dev_name")"
}

dimm_of()
{
	echo "/sys/bus/nd/devices/$(get "nfit_test.$1/dimms/dimm$2/dev_name")"
}

parent()
{
	ls -d "/sys/devices/platform/nfit_test.$1/$(get "nfit_test.$1/dev_name")" \
		>/dev/null &&
	equal provider "$(<"/sys/bus/nd/devices/$(get "nfit_test.$1/dev_name")/provider")" \
		"nfit_test.$1"
}

ids()
{
	local i ids=(ffffffff feffffff fffeffff fefeffff)
	for i in 0 1 2 3; do
		equal id "$(<"$(dimm_of 0 $i)/nfit/id")" \
			"cdab-0a-07e0-${ids[i]}" || return
	done
}

handles()
{
	local i handles=(0x0 0x1 0x100 0x101)
	for i in 0 1 2 3; do
		equal handle "$(<"$(dimm_of 0 $i)/nfit/handle")" "${handles[i]}" &&
		equal phys_id "$(($(<"$(dimm_of 0 $i)/nfit/phys_id")))" $i &&
		equal format "$(<"$(dimm_of 0 $i)/nfit/format")" 0x0201 &&
		equal dirty_shutdown "$(<"$(dimm_of 0 $i)/nfit/dirty_shutdown")" 42 ||
			return
	done
}

sizes()
{
	equal "region 1" "$(<"$(region_of 0 1)/size")" $((32 * MIB)) &&
	equal "region 2" "$(<"$(region_of 0 2)/size")" $((64 * MIB)) &&
	equal "range_index" "$(<"$(region_of 0 2)/nfit/range_index")" 2 &&
	equal "mapping 3" "$(cut -d, -f 2- <"$(region_of 0 2)/mapping3")" \
		"$((16 * MIB)),$((16 * MIB)),3"
}

# with_labels VERSION COOKIE-1 COOKIE-2
with_labels()
{
	disable_bus nfit_test.0
	ndctl init-labels -f -V "$1" -b nfit_test.0 all >/dev/null 2>&1 &&
	ndctl enable-region -b nfit_test.0 all >/dev/null 2>&1 &&
	equal "region 1" "$(<"$(region_of 0 1)/set_cookie")" "$2" &&
	equal "region 2" "$(<"$(region_of 0 2)/set_cookie")" "$3"
}

flags()
{
	equal flags "$(<"$(dimm_of 1 0)/nfit/flags")" \
		"save_fail restore_fail flush_fail not_armed smart_event smart_notify " &&
	equal flags "$(<"$(dimm_of 1 1)/nfit/flags")" "map_fail smart_notify "
}

second()
{
	equal size "$(<"$(region_of 1 1)/size")" $((32 * MIB)) &&
	equal mappings "$(<"$(region_of 1 1)/mappings")" 1 &&
	equal read_only "$(<"$(region_of 1 1)/read_only")" 1
}

refused_second_time()
{
	not "$PROFILES/nfit_test" >"$TMP/out" 2>&1 &&
	[ -n "$(get nfit_test.0/dev_name)" ]
}

result "it is built" built
result "the first bus has the parent and the provider" parent 0
result "the second one, too" parent 1
result "its DIMMs have the unique ids" ids
result "handles, formats and counts" handles
result "the regions have sizes and mappings" sizes
result "the cookies with labels 1.1" \
	with_labels 1.1 0x3fe000000fe 0xc0ffadb0100fefb
result "the cookies with labels 1.2" \
	with_labels 1.2 0x40e62f0cc00f58ac 0xa76c6907811fae57
result "the DIMMs of the second bus have the flags" flags
result "its region is read-only" second
result "a second time it fails, and leaves the first one alone" \
	refused_second_time
result "both buses can be removed" none_left
finish
