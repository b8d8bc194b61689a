#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

# Sectors below 500 are written, those from 1000 on are not.
made()
{
	use_driver nd_emu_btt
	make_btt "$1"
	put 0 500 1
	as_raw set_entries
}

set_entries()
{
	btt_image entry "$RAW" zero 100 101 1100
	btt_image entry "$RAW" error 200 203 1200
	raw_is_whole
}

# One sector at a time: the kernel's driver clears only one sector of a page
# when it meets an entry with the zero flag.
zeros_are_zeros()
{
	disk_of "$1"
	has 99 1 1 100 2 0 102 1 1 1100 1 0 -c 1
}

errors_are_errors()
{
	disk_of "$1"
	unreadable 0 1300 200 203 1200
	has 199 1 1 201 2 1 204 1 1
}

# All of them in one page, or one bio
among_others()
{
	use_driver nd_emu_btt
	find_disk
	has 96 4 1 100 2 0 -c 8
	not has 192 16 1 -c 16
	has 102 98 1 -c 64
}

writes_clear()
{
	disk_of "$1"
	put 100 1 2 200 1 2 1100 1 2 1200 1 2
	unreadable 0 1300 203
	has 100 1 2 101 1 0 200 1 2 1100 1 2 1200 1 2
	as_raw raw_is_whole
}

discarded()
{
	disk_of nd_emu_btt
	put 0 500 5
	blkdiscard -o $((300 * $1)) -l $((50 * $1)) "$DISK"
	blkdiscard -z -o $((400 * $1)) -l $((50 * $1)) "$DISK"
	has 300 50 0 400 50 0
	as_raw discarded_in_map
}

discarded_in_map()
{
	raw_is_whole
	# No zeros were written: the blocks are still the sectors' own.
	states_are zero 300 349 400 449
	raw_has 299 1 5 300 50 0 350 50 5 400 50 0 450 50 5
}

discards_seen_by()
{
	disk_of "$1"
	has 250 50 5 350 50 5 450 50 5
	has 300 50 0 400 50 0 -c 1
}

begin_btt 21.3 "every state of a map entry means the same to both drivers" 25
without_udevd
needs blkdiscard
result "the module loads" load_with nd_emu_btt size=128M && {
	for lbasize in 512 4096; do
		t="$lbasize B"
		disk_step "$t: entries of each state" made $lbasize
		for driver in nd_btt nd_emu_btt; do
			disk_step "$t: zero entries read as zeros by $driver" \
				zeros_are_zeros $driver
			disk_step "$t: error entries are EIO to $driver" \
				errors_are_errors $driver
		done
		disk_step "$t: also among others in a page" among_others
		for driver in nd_emu_btt nd_btt; do
			disk_step "$t: a write by $driver clears them" \
				writes_clear $driver
			[ $driver = nd_btt ] || disk_step \
				"$t: entries of each state again" made $lbasize
		done
		disk_step "$t: nd_emu_btt discards by map entry" \
			discarded $lbasize
		disk_step "$t: nd_btt reads zeros there" discards_seen_by nd_btt
		disk_step "$t: and nd_emu_btt after that" \
			discards_seen_by nd_emu_btt
	done
}
finish
