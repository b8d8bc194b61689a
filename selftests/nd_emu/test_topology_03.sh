#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

begin 5.3 "namespaces of all modes share a region and are found again" 9
needs jq

create()
{
	ndctl create-namespace -b nd_emu -s 32M "$@" >"$TMP/out" 2>&1 && return
	diag "create-namespace $*: $(<"$TMP/out")"
	return 1
}

create_devdax()
{
	modinfo device_dax >/dev/null 2>&1 || return 4
	create -m devdax
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
	equal "available" "$(region_attr available_size)" \
		$(($(attr nd_emu/capacity) - $(count) * 32 * MIB))
}

found_again()
{
	local before
	before=$(namespaces)
	disable_regions
	ndctl enable-region -b nd_emu all >/dev/null 2>&1
	udevadm settle
	same_text "$(namespaces)" "$before"
}

too_large()
{
	not ndctl create-namespace -b nd_emu -m raw -s 512M >/dev/null 2>&1
}

load size=256M dimms=2
disable_regions
ndctl init-labels -f -b nd_emu all >/dev/null 2>&1
ndctl enable-region -b nd_emu all >/dev/null 2>&1

result "raw" create -m raw
result "fsdax with its page structs in memory" create -m fsdax -M mem
result "fsdax with its page structs on the device" create -m fsdax -M dev
result "sector" create -m sector
result "devdax" create_devdax
result "what is left is available" available
result "all are found again after disable and enable" found_again
result "one that is larger than what is left is refused" too_large
result "no driver has warned" no_warning
finish
