#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

made()
{
	use_driver nd_emu_btt
	make_btt 4096
	put 0 500 1
	as_raw save_places
}

# An enabled namespace could not be one any more, or would be repaired.
destroyed()
{
	raw_only destroy "$1"
}

destroy()
{
	place "$1"
	dd if=/dev/urandom of="$RAW" bs=4096 count=1 conv=fsync,notrunc \
		seek=$((REPLY / 4096))
}

ndctl_finds()
{
	ndctl check-namespace -v "$NS" 2>&1 | tee "$TMP/check"
	grep -q "Run with --repair" "$TMP/check"
}

ndctl_repairs()
{
	ndctl check-namespace --repair "$NS"
	ndctl_says_clean
	raw_only both_are_the_same
}

both_are_the_same()
{
	info_block info >"$TMP/info"
	info_block info2 | cmp - "$TMP/info"
	grep -q BTT_ARENA_INFO "$TMP/info"
}

info_block()
{
	place "$1"
	dd if="$RAW" bs=4096 count=1 skip=$((REPLY / 4096))
}

attaches()
{
	enable
	disk_of nd_emu_btt
	has 0 500 1
	put 0 500 2
	has 0 500 2
	as_raw raw_is_right
}

raw_is_right()
{
	raw_is_whole
	raw_has 0 500 2
}

begin_btt 21.4 "what ndctl check-namespace repairs, nd_emu_btt attaches" 18
without_udevd
for labels in Y N; do
	t=2.0
	[ $labels = Y ] || t=1.1
	result "$t: the module loads" \
		load_with nd_emu_btt size=128M labels=$labels || break
	for block in info info2; do
		disk_step "$t: a BTT with data" made
		disk_step "$t: ndctl misses its $block block" eval \
			"destroyed $block; ndctl_finds"
		disk_step "$t: and repairs it" ndctl_repairs
		disk_step "$t: nd_emu_btt reads and writes it" attaches
	done
done
finish
