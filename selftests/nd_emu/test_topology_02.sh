#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 5.2 "the interleave-set cookie is that of the UEFI specification" 6
without_udevd

# with_labels VERSION COOKIE: what the region says with labels of that version
with_labels()
{
	disable_regions
	ndctl init-labels -f -V "$1" -b nd_emu all >/dev/null 2>&1 &&
		enable_regions && region_attr_is set_cookie "$2"
}

both_versions()
{
	local list cookies
	load size=128M dimms="$1" || return
	mapfile -t list < <(dimm_ids)
	cookies=("$("$DIR/cookie" 1 "${list[@]}")"
		 "$("$DIR/cookie" 2 "${list[@]}")")
	with_labels 1.1 "${cookies[0]}" && with_labels 1.2 "${cookies[1]}" &&
		COOKIES+=("${cookies[@]}") && unload
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
