#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

# Namespaces with labels have version 2.0, others 1.1.
made_by()
{
	use_driver "$1"
	make_btt "$2"
	driver_is "$1"
	disk_is queue/logical_block_size "$2"
	sectors
	LAST=$((REPLY - 300))
	echo "$LAST" >"$TMP/last"
	put 0 2000 1 "$LAST" 300 1
}

read_by()
{
	read -r LAST <"$TMP/last"
	disk_of "$1"
	has 0 2000 1 "$LAST" 300 1
	never_written 2000 4000
}

overwritten_by()
{
	disk_of "$1"
	read -r LAST <"$TMP/last"
	put 1000 2000 2 $((LAST + 100)) 100 3
	# Each slot of the log is used more than once.
	put 4000 1000 4 4000 1000 5 4000 1000 6
}

final_state()
{
	read -r LAST <"$TMP/last"
	"$1" 0 1000 1 1000 2000 2 3000 1000 0 4000 1000 6 \
		"$LAST" 100 1 $((LAST + 100)) 100 3 $((LAST + 200)) 100 1
}

raw_is_right()
{
	raw_shows "version=$1 .* padding=new "
	raw_is_whole
	final_state raw_has
}

begin_btt 21.1 "what one driver writes, the other reads" 58
without_udevd
for labels in Y N; do
	version=2.0
	[ $labels = Y ] || version=1.1
	result "$version: the module loads" \
		load_with nd_btt size=128M labels=$labels || break
	for lbasize in 512 4096; do
		for a in nd_emu_btt nd_btt; do
			b=$(other_driver $a)
			t="$version, $lbasize B"
			disk_step "$t: $a makes and fills it" \
				made_by $a $lbasize
			disk_step "$t: $b reads it" read_by "$b"
			disk_step "$t: $b writes to it" overwritten_by "$b"
			disk_step "$t: $a reads that" eval \
				"disk_of $a; final_state has"
			disk_step \
				"$t: the tables are right as the format has it" \
				as_raw raw_is_right $version
			disk_step "$t: ndctl check-namespace finds it clean" \
				ndctl_finds_it_clean
			disk_step "$t: both drivers still read it" eval \
				"final_state has; disk_of $b; final_state has"
		done
	done
done
finish
