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

# Where the kernel checks itself, half of them are: each size of sectors, and each
# driver, with either version.
is_tried()
{
	checks_itself || return 0
	case $version,$lbasize,$a in
	2.0,512,nd_emu_btt|2.0,4096,nd_btt)	return 0 ;;
	1.1,512,nd_btt|1.1,4096,nd_emu_btt)	return 0 ;;
	esac
	return 1
}

# tried_step TITLE COMMAND...
tried_step()
{
	if is_tried; then
		disk_step "$@"
	else
		skip_result "$1" "this kernel tries half of them"
	fi
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
			tried_step "$t: $a makes and fills it" \
				made_by $a $lbasize
			tried_step "$t: $b reads it" read_by "$b"
			tried_step "$t: $b writes to it" overwritten_by "$b"
			tried_step "$t: $a reads that" eval \
				"disk_of $a; final_state has"
			tried_step \
				"$t: the tables are right as the format has it" \
				as_raw raw_is_right $version
			tried_step "$t: ndctl check-namespace finds it clean" \
				ndctl_finds_it_clean
			tried_step "$t: both drivers still read it" eval \
				"final_state has; disk_of $b; final_state has"
		done
	done
done
finish
