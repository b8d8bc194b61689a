#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# Kernels before 4.14 sorted the DIMMs of a set by the bytes of their place as
# memcmp() sees them, which is another order from the 17th DIMM on.
begin 5.5 "labels 1.1 with the cookie of an old kernel are believed" 4
without_udevd
# See test_topology_02.sh.
! checks_itself || skip_all "Linux confuses lockdep with 17 DIMMs"

# with_cookie OLD NEW: the namespaces found once the labels have the new one
with_cookie()
{
	local dimm
	disable_regions
	for dimm in "$BUS"/nmem*; do
		"$DIR/labelcmd" "/dev/${dimm##*/}" replace "$1" "$2" || return
	done
	ndctl disable-dimm -b nd_emu all >/dev/null 2>&1
	ndctl enable-dimm -b nd_emu all >/dev/null 2>&1
	enable_regions
	settle
	json uuid "$(ndctl list -b nd_emu -N)"
	FOUND=$REPLY
}

create()
{
	disable_regions
	ndctl init-labels -f -V 1.1 -b nd_emu all >/dev/null 2>&1
	enable_regions
	json uuid "$(ndctl create-namespace -b nd_emu -m raw 2>"$TMP/err")"
	UUID=$REPLY
	[ -n "$UUID" ] || diag "$(<"$TMP/err")"
	[ -n "$UUID" ]
}

old_cookie()
{
	with_cookie "$NOW" "$OLD" && equal found "$FOUND" "$UUID"
}

wrong_cookie()
{
	with_cookie "$OLD" $((OLD ^ 1)) && equal found "$FOUND" ""
}

load size=384M dimms=17
mapfile -t IDS < <(dimm_ids)
NOW=$("$DIR/cookie" 1 "${IDS[@]}")
OLD=$("$DIR/cookie" old "${IDS[@]}")
result "the old cookie is another one" not [ "$OLD" = "$NOW" ]
result "a namespace is created" create
result "it is found when its labels have the old cookie" old_cookie
result "it is not when they have a wrong one" wrong_cookie
finish
