#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# What is unmapped from the direct map must not begin or end in the middle of a
# 1 GiB leaf: the kernel would take the data in it for a page table.
#
# So that the leaf is where a search from the top begins, all memory above it is
# taken offline first. Where the leaves are is read from the page tables, not
# asked of the module.
begin 3.2 "a 1 GiB leaf of the direct map is carved as a whole, or not at all" 6
without_udevd

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

# cuts ADDRESS NEIGHBOUR: does a run that begins or ends at $1, with $2 on the other
# side, cut a leaf?  Whatever changes the attributes of a page splits a leaf, loading
# a module too, so that it may have been smaller when the module looked at it: then
# the neighbour is mapped, by less than a gigabyte.
cuts()
{
	local size
	[ $(($1 % GIB)) -ne 0 ] || return
	grep -qx "$(printf '%#x' $(($1 / GIB * GIB)))" "$TMP/leaves" || return
	read -r _ size < <("$DIR/directmap" "$2")
	diag "$(printf '%#x' "$1"): a leaf of $size bytes beside it"
	[ "$size" -eq 0 ] || [ "$size" -eq $GIB ]
}

# A run may be found anywhere, in small leaves as well.
cuts_no_leaf()
{
	local end start status=0
	load size="$1" || return
	start=$(($(attr nd_emu/base)))
	end=$((start + $(attr nd_emu/size)))
	if cuts $start $((start - 4096)) || cuts $end $end; then
		diag "$(printf '%#x-%#x' $start $((end - 1)))" "cuts a leaf"
		status=1
	fi
	unload && return $status
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
