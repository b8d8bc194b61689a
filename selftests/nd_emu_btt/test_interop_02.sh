#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

make_image()
{
	btt_image make "$RAW" "$1" old 1000 1
	raw_shows "lbasize=$1 .* padding=old"
}

read_and_written()
{
	disk_of "$1"
	has 0 1000 "$2"
	put 0 1000 $((1000 + $2)) 0 1000 $((2000 + $2)) 0 1000 $((1 + $2))
}

still_old()
{
	raw_shows padding=old
	raw_is_whole
	raw_has 0 1000 4
}

padded_new()
{
	raw_shows padding=new
	raw_is_whole
}

rewritten()
{
	disable
	ndctl check-namespace --repair --rewrite-log "$NS"
	enable
	as_raw padded_new
	disk_of nd_emu_btt
	has 0 1000 4
	disk_of nd_btt
	has 0 1000 4
}

begin_btt 21.2 "the log may be padded as it was before Linux 4.15" 15
without_udevd
result "the module loads" load_with nd_emu_btt size=128M labels=N && {
	for lbasize in 512 4096; do
		t="$lbasize B"
		disk_step "$t: an image with such a log" \
			as_raw make_image $lbasize
		disk_step "$t: nd_emu_btt reads it, and writes" \
			read_and_written nd_emu_btt 1
		disk_step "$t: nd_btt reads that, and writes" \
			read_and_written nd_btt 2
		disk_step "$t: nd_emu_btt reads that, and writes" \
			read_and_written nd_emu_btt 3
		disk_step "$t: the log is padded as it was" as_raw still_old
		disk_step "$t: ndctl check-namespace finds it clean" \
			ndctl_finds_it_clean
		disk_step "$t: rewritten by ndctl, both drivers read it" \
			rewritten
	done
}
finish
