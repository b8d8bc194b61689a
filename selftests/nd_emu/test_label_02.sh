#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 4.2 "ndctl initializes, saves, erases and restores labels" 7
needs jq

dimm_ndctl()
{
	ndctl "$@" -b nd_emu all >"$TMP/out" 2>&1 || {
		diag "ndctl $*: $(<"$TMP/out")"
		return 1
	}
}

save()
{
	ndctl read-labels -b nd_emu all >"$1" 2>/dev/null
}

# The image of all DIMMs, in the order in which ndctl has read them.
write_all()
{
	local dimm i=0
	for dimm in $(ndctl list -b nd_emu -Di | jq -r '.[].dev'); do
		dd if="$1" bs=128k skip=$i count=1 status=none |
			ndctl write-labels "$dimm" >"$TMP/out" 2>&1 || return
		i=$((i + 1))
	done
}

enable()
{
	enable_regions
}

namespaces()
{
	ndctl list -b nd_emu -N | jq -cS \
		'[ .[] | {uuid, mode, size, sector_size} ] | sort_by(.uuid)'
}

init()
{
	disable_regions
	dimm_ndctl init-labels -f && enable &&
		region_attr_is available_size \
			"$(attr nd_emu/capacity)"
}

create()
{
	ndctl create-namespace -b nd_emu -m raw -s 32M >"$TMP/out" 2>&1 &&
	ndctl create-namespace -b nd_emu -m sector -s 32M >"$TMP/out" 2>&1
	BEFORE=$(namespaces)
	equal namespaces "$(jq length <<<"$BEFORE")" 2
}

both_dimms()
{
	save "$TMP/labels" &&
		equal size "$(stat -c %s "$TMP/labels")" $((2 * 128 * 1024)) &&
		equal "DIMMs with a label for each" \
			"$(ndctl read-labels -j -b nd_emu all 2>/dev/null |
			jq '[ .[] | select((.label | length) >= 2) ] | length')" 2
}

erase()
{
	disable_regions
	dimm_ndctl zero-labels && enable &&
		equal namespaces "$(namespaces)" ""
}

restore()
{
	disable_regions
	dimm_ndctl disable-dimm || return
	write_all "$TMP/labels" || {
		diag "$(<"$TMP/out")"
		return 1
	}
	save "$TMP/again" && cmp "$TMP/labels" "$TMP/again" &&
		dimm_ndctl enable-dimm
}

found_again()
{
	enable
	same_text "$(namespaces)" "$BEFORE"
}

keeps_labels()
{
	disable_regions
	not ndctl init-labels -b nd_emu all >/dev/null 2>&1
	enable
	same_text "$(namespaces)" "$BEFORE"
}

load size=256M dimms=2
result "init-labels leaves all of the region available" init
result "namespaces are created" create
result "read-labels has 128 KiB of each DIMM, and both labels in each" \
	both_dimms
result "without labels there is no namespace" erase
result "write-labels puts them back, byte by byte" restore
result "and the namespaces with them" found_again
result "init-labels without -f does not erase them" keeps_labels
finish
