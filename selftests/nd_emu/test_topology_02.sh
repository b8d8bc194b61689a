#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

begin 5.2 "the interleave-set cookie is that of the UEFI specification" 6

# cookie VERSION: what it should be
cookie()
{
	local list
	mapfile -t list < <(dimm_ids)
	"$DIR/cookie" "$1" "${list[@]}"
}

# with_labels VERSION: what the region says with labels of that version
with_labels()
{
	disable_regions
	ndctl init-labels -f -V "$1" -b nd_emu all >/dev/null 2>&1 &&
		ndctl enable-region -b nd_emu all >/dev/null 2>&1 &&
		region_attr set_cookie
}

both_versions()
{
	load size=128M dimms="$1" || return
	equal "with labels 1.1" "$(with_labels 1.1)" "$(cookie 1)" &&
		equal "with labels 1.2" "$(with_labels 1.2)" "$(cookie 2)" &&
		COOKIES+=("$(cookie 1)" "$(cookie 2)") && unload
}

all_different()
{
	equal "different cookies" \
		"$(printf '%s\n' "${COOKIES[@]}" | sort -u | wc -l)" \
		${#COOKIES[@]}
}

# Linux (6.12, nd_region_register_namespaces() in namespace_devs.c) has lockdep
# tell the locks of labelled DIMMs apart by their number, of which it knows eight.
set_of()
{
	if [ "$1" -gt 8 ] && checks_itself; then
		skip_result "of a set of $1" "Linux confuses lockdep"
	else
		result "of a set of $1" both_versions "$1"
	fi
}

for dimms in 1 2 3 16 32; do
	set_of $dimms
done
result "no two sets have the same" all_different
finish
