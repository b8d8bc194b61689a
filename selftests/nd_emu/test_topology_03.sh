#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 5.3 "namespaces of all modes share a region, are found again and resized" 14
needs jq
without_udevd

# create NAME OPTION...: its device is in ${NAMESPACE[NAME]}
declare -A NAMESPACE
create()
{
	local name=$1
	shift
	ndctl create-namespace -b nd_emu "$@" >"$TMP/out" 2>"$TMP/err" || {
		diag "create-namespace $*: $(<"$TMP/err")"
		return 1
	}
	read_text "$TMP/out"
	json dev "$REPLY"
	NAMESPACE[$name]=$REPLY
}

create_devdax()
{
	modprobe -q device_dax || return 4
	create devdax -s 48M -m devdax
}

namespaces()
{
	ndctl list -b nd_emu -Ni | jq -cS '[ .[] | select(.size > 0) |
		{uuid, mode, map, size, sector_size} ] | sort_by(.uuid) | .[]'
}

count()
{
	namespaces | wc -l
}

available()
{
	region_attr_is available_size \
		$(($(attr nd_emu/capacity) - $(count) * 48 * MIB))
}

found_again()
{
	local before
	before=$(namespaces)
	disable_regions
	enable_regions
	settle
	same_text "$(namespaces)" "$before"
}

too_large()
{
	not ndctl create-namespace -b nd_emu -m raw -s "$(attr nd_emu/capacity)" \
		>/dev/null 2>&1
}

# resize NAME MODE/MAP SIZE OPTION...: what was not given stays
resize()
{
	local out mode
	create "$1" -f -e "${NAMESPACE[$1]}" -s "$3" "${@:4}" &&
	attr_is "$REGION/${NAMESPACE[$1]}/size" "$3" || return
	out=$(ndctl list -b nd_emu -N -n "${NAMESPACE[$1]}")
	json mode "$out"
	mode=$REPLY
	json map "$out"
	equal mode "$mode/$REPLY" "$2"
}

# smaller_and_larger NAME MODE/MAP OPTION...: Linux resizes in place, and warns if
# the next one is in the way.
smaller_and_larger()
{
	[ -n "${NAMESPACE[$1]:-}" ] || return 4
	resize "$1" "$2" $((32 * MIB)) "${@:3}" &&
		resize "$1" "$2" $((48 * MIB)) "${@:3}"
}

destroy_all()
{
	ndctl destroy-namespace -b nd_emu -f all >"$TMP/out" 2>&1 || {
		diag "$(<"$TMP/out")"
		return 1
	}
	equal namespaces "$(namespaces)" "" &&
	region_attr_is available_size \
		"$(attr nd_emu/capacity)"
}

load size=384M dimms=2
disable_regions
ndctl init-labels -f -b nd_emu all >/dev/null 2>&1
enable_regions

result "raw" create raw -s 48M -m raw
result "fsdax with its page structs in memory" create mem -s 48M -m fsdax -M mem
result "fsdax with its page structs on the device" \
	create dev -s 48M -m fsdax -M dev
result "sector" create sector -s 48M -m sector
result "devdax" create_devdax
result "what is left is available" available
result "all are found again after disable and enable" found_again
result "one that is larger than what is left is refused" too_large
result "fsdax, page structs in memory: made smaller and larger" \
	smaller_and_larger mem fsdax/mem -M mem
result "fsdax, page structs on the device: made smaller and larger" \
	smaller_and_larger dev fsdax/dev
result "sector: made smaller and larger" smaller_and_larger sector sector/
result "devdax: made smaller and larger" smaller_and_larger devdax devdax/dev
result "all are destroyed, and all of the region is available" destroy_all
result "no driver has warned" no_warning
finish
