#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/carve.sh"

# A page of the upper block has failed. The kernel would take the block offline
# with it, and what comes back has no mark of it.
begin 3.6 "memory with a page that has failed is not taken" 3
without_udevd

INJECT=/sys/kernel/debug/hwpoison
PAGE_BUDDY=10
PAGE_FAILED=19
PFN=

undo()
{
	! is_loaded || unload
	[ -z "$PFN" ] || repair || diag "page $PFN stays as it is"
	modprobe -rq hwpoison_inject
	kernel_again
}

# A page that nobody has: nobody is killed for it.
page_fails()
{
	local pfn
	choose_place && move_run "$PLACE" || return
	begin_search_here
	pfn=$(pages $PAGE_BUDDY | tail -n 1)
	[ -n "$pfn" ] || return
	echo "$pfn" >$INJECT/corrupt-pfn || return
	PFN=$pfn
	equal "pages that have failed" "$(pages $PAGE_FAILED)" "$PFN"
}

repair()
{
	echo "$PFN" >$INJECT/unpoison-pfn && PFN=
}

load_at()
{
	load size=$((SIZE / MIB))M && equal end \
		$(($(attr nd_emu/base) + SIZE)) "$1"
}

other_is_taken()
{
	load_at "$PLACE" && unload && blocks_are "$BEFORE" &&
		equal "pages that have failed" "$(pages $PAGE_FAILED)" "$PFN"
}

taken_now()
{
	repair && load_at $((PLACE + BLOCK)) && unload &&
		blocks_are "$BEFORE"
}

modprobe -q hwpoison_inject
[ -w $INJECT/corrupt-pfn ] || skip_all "no hwpoison_inject"
result "a page of the upper block fails" page_fails && {
	result "a load takes the memory below, and the page stays as it is" \
		other_is_taken
	result "with the page good again, this run is taken" taken_now
}
finish
