#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

# What is unmapped from the direct map must not begin or end in the middle of a
# 1 GiB leaf: the kernel would take the data in it for a page table.
#
# So that the leaf is where a search from the top begins, all memory above it is
# taken offline first. Where the leaves are is read from the page tables, not
# asked of the module.
begin 3.2 "a 1 GiB leaf of the direct map is carved as a whole, or not at all" 6

# Can all of the gigabyte at $1 go? Only trying can tell.
can_go()
{
	local addr gone=1
	for ((addr = $1; addr < $1 + GIB; addr += BLOCK)); do
		offline_block "$(block_at "$addr")" || {
			gone=
			break
		}
	done
	online_again
	[ -n "$gone" ]
}

highest_leaf()
{
	local addr
	for addr in $(tac "$TMP/leaves"); do
		if can_go "$addr"; then
			echo "$addr"
			return
		fi
	done
}

# inside_leaf ADDRESS: is it neither the beginning nor the end of a leaf?
inside_leaf()
{
	[ $(($1 % GIB)) -ne 0 ] &&
		grep -qx "$(printf '%#x' $(($1 / GIB * GIB)))" "$TMP/leaves"
}

# A run may be found anywhere, in small leaves as well.
cuts_no_leaf()
{
	local start size
	load size="$1" || return
	start=$(($(attr nd_emu/base)))
	size=$(attr nd_emu/size)
	unload || return
	if inside_leaf $start || inside_leaf $((start + size)); then
		diag "$(printf '%#x-%#x' $start $((start + size - 1)))" \
			"cuts a leaf"
		return 1
	fi
}

"$DIR/directmap" -l >"$TMP/leaves" || skip_all "page tables cannot be read"
[ -s "$TMP/leaves" ] || skip_all "no 1 GiB leaf in the direct map"
LEAF=$(highest_leaf)
[ -n "$LEAF" ] || skip_all "no 1 GiB leaf whose memory can be taken offline"
offline_above $((LEAF + GIB))
diag "a search begins in the leaf at $LEAF"

for size in 128M 256M 512M 640M 896M 1G; do
	result "size=$size cuts no leaf" cuts_no_leaf $size
done
finish
