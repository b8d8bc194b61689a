#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/carve.sh"

# A free huge page in the upper block: the kernel would take it out of the pool, and
# the block with it.
begin 3.10 "huge pages that are free stay in their pool" 3
without_udevd

POOL=/proc/sys/vm/nr_hugepages
PAGE_HUGE=17
STEP=128

undo()
{
	! is_loaded || unload
	echo "$POOL_BEFORE" >$POOL
}

# Is there a huge page in the upper block?
huge_there()
{
	[ -n "$(pages $PAGE_HUGE)" ]
}

# Which memory they are of is up to the kernel: more of them, until one is there.
pool_in_upper()
{
	local wanted
	choose_place || return
	begin_search_here
	while ! huge_there; do
		wanted=$(($(<$POOL) + STEP))
		echo $wanted >$POOL
		[ "$(<$POOL)" -eq $wanted ] || return 4
	done
}

# There may be such pages in all other memory as well.
stays()
{
	local pool
	pool=$(<$POOL)
	if modprobe nd_emu size=$((SIZE / MIB))M 2>/dev/null; then
		settle
		unload || return
	fi
	equal "huge pages" "$(<$POOL)" "$pool" && huge_there &&
		is_online "$(block_at "$PLACE")"
}

# The kernel may have put pages of its own anywhere meanwhile.
without_them()
{
	echo "$POOL_BEFORE" >$POOL
	load size=$((SIZE / MIB))M && unload
}

[ -w $POOL ] || skip_all "no huge pages"
POOL_BEFORE=$(<$POOL)
AS_BEFORE="after a load, there are as many as before"
WORKS="with the pool as it was, a load works"
if result "there are free huge pages in the upper block" pool_in_upper; then
	result "$AS_BEFORE" stays
	result "$WORKS" without_them
else
	skip_result "$AS_BEFORE" "no huge page there"
	skip_result "$WORKS" "no huge page there"
fi
finish
