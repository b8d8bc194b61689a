#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

# What is unmapped from the direct map must not begin or end in the middle of a
# 1 GiB leaf: the kernel would take the data in it for a page table.
#
# So that a carve has no choice, all memory above the highest gigabyte that is
# mapped by one leaf is taken offline first. Where the leaves are is read from
# the page tables, not asked of the module.
begin 3.2 "a 1 GiB leaf of the direct map is carved as a whole, or not at all" 5

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

whole_leaf()
{
	load size="$1" || return
	START=$(($(attr nd_emu/base)))
	SIZE=$(attr nd_emu/size)
	equal start $((START % GIB)) 0 && equal size "$SIZE" "$GIB"
}

"$DIR/directmap" -l >"$TMP/leaves" || skip_all "page tables cannot be read"
[ -s "$TMP/leaves" ] || skip_all "no 1 GiB leaf in the direct map"
LEAF=$(highest_leaf)
[ -n "$LEAF" ] || skip_all "no 1 GiB leaf whose memory can be taken offline"
offline_above $((LEAF + GIB))
diag "the leaf at $LEAF is to be carved"

result "size=256M takes the whole gigabyte of the leaf" whole_leaf 256M
result "the log says that it is rounded up by 768 MiB" \
	grep -qF "size= rounded up by 768 MiB" <(module_log "$BEGUN")
result "it is that leaf" equal start "$START" $((LEAF))
result "it is given back" unload
result "960M do not reach into the next leaf either" whole_leaf 960M
finish
