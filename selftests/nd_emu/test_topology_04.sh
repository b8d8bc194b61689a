#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 5.4 "namespaces are destroyed, and made again in another size" 8
without_udevd

# create NAME SIZE: its device is in ${NAMESPACE[NAME]}
declare -A NAMESPACE
create()
{
	local out
	out=$(ndctl create-namespace -b nd_emu -m raw -s "$2" 2>"$TMP/err") || {
		diag "$(<"$TMP/err")"
		return 1
	}
	json dev "$out"
	NAMESPACE[$1]=$REPLY
}

create_three()
{
	create a 64M && create b 64M && create c 64M
}

destroy()
{
	ndctl destroy-namespace -f "${NAMESPACE[$1]}" >"$TMP/out" 2>&1
}

hole_is_available()
{
	destroy b &&
		region_attr_is available_size \
			$((CAPACITY - 128 * MIB))
}

# size_is NAME SIZE: so ndctl says
size_is()
{
	json size "$(ndctl list -b nd_emu -N -n "${NAMESPACE[$1]}")"
	equal size "$REPLY" "$2"
}

reuse_hole()
{
	create b 32M && create d 32M && size_is b $((32 * MIB))
}

not_over_two_holes()
{
	destroy a && destroy c || return
	not ndctl create-namespace -b nd_emu -m raw -s $((CAPACITY - 32 * MIB)) \
		>/dev/null 2>&1
}

destroy_all()
{
	ndctl destroy-namespace -b nd_emu -f all >/dev/null 2>&1
	region_attr_is available_size "$CAPACITY"
}

whole_region()
{
	create whole "$CAPACITY" && size_is whole "$CAPACITY" &&
		region_attr_is available_size 0
}

none_left()
{
	not ndctl create-namespace -b nd_emu -m raw -s 16M >/dev/null 2>&1
}

load size=256M
CAPACITY=$(attr nd_emu/capacity)
disable_regions
ndctl init-labels -f -b nd_emu all >/dev/null 2>&1
enable_regions

result "three are created" create_three
result "the one in the middle is destroyed, and its room available" \
	hole_is_available
result "two smaller ones fill the hole" reuse_hole
result "one that does not fit between the others is refused" \
	not_over_two_holes
result "all are destroyed" destroy_all
result "one can have all of the region" whole_region
result "there is no room for another one then" none_left
result "no driver has warned" no_warning
finish
