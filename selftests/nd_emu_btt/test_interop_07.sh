#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

# What a power failure may leave unfinished of a write of 8 sectors: nd_btt
# writes them one after the other, and nd_emu_btt together.
sectors_of()
{
	case $1 in
	nd_btt)	echo 1707 ;;
	*)	echo 1700 1703 1707 ;;
	esac
}

made_by()
{
	use_driver "$1"
	make_btt "$2"
	driver_is "$1"
	put 0 2000 1
}

# unfinished DRIVER GENERATION: it wrote these sectors, and then the power
# failed before their map entries reached the media. Nothing has it enabled.
unfinished()
{
	disk_of "$1"
	sectors_of "$1" >"$TMP/sectors"
	put 1700 8 "$2" -c 8
	raw_only undone "$2"
}

undone()
{
	blocks >"$TMP/finished"
	# shellcheck disable=SC2046 # numbers
	btt_image undo "$RAW" $(<"$TMP/sectors")
	blocks >"$TMP/unfinished"
	differ "$TMP/unfinished" "$TMP/finished"
	# Recovery would do it.
	raw_is_whole
	raw_holds "$1"
}

# Of each sector, as the map has it
blocks()
{
	# shellcheck disable=SC2046 # numbers
	btt_image block "$RAW" $(<"$TMP/sectors")
}

# differ FILE FILE: in every line
differ()
{
	paste "$1" "$2" | awk '$1 == $2 { exit 1 }'
}

raw_holds()
{
	raw_has 0 1700 1 1700 8 "$1" 1708 292 1
}

finished()
{
	raw_is_whole
	raw_holds "$1"
	blocks | diff "$TMP/finished" -
}

# finished_by DRIVER GENERATION
finished_by()
{
	use_driver "$1"
	enable
	holds "$1" "$2"
	as_raw finished "$2"
}

holds()
{
	disk_of "$1"
	has 0 1700 1 1700 8 "$2" 1708 292 1
}

# For each sector there is a line, and nothing else is wrong.
ndctl_finishes()
{
	ndctl check-namespace -v "$NS" 2>&1 | tee "$TMP/check"
	equal "entries to be updated" \
		"$(grep -c 'map\[.*needs to be updated' "$TMP/check")" \
		"$(wc -w <"$TMP/sectors")"
	ndctl check-namespace --repair "$NS"
	raw_only finished "$1"
	ndctl_says_clean
}

both_read()
{
	enable
	holds nd_btt "$1"
	holds nd_emu_btt "$1"
}

begin_btt 21.7 "what one driver left unfinished, the other finishes" 26
without_udevd
for labels in Y N; do
	version=2.0 lbasize=4096
	[ $labels = Y ] || version=1.1 lbasize=512
	result "$version: the module loads" \
		load_with nd_btt size=128M labels=$labels || break
	for a in nd_emu_btt nd_btt; do
		b=$(other_driver $a)
		t="$version, $lbasize B"
		disk_step "$t: $a makes and fills it" made_by $a $lbasize
		disk_step "$t: the map lacks what $a wrote last" unfinished $a 2
		disk_step "$t: $b finishes it" finished_by "$b" 2
		disk_step "$t: again the map lacks it" unfinished $a 3
		disk_step "$t: ndctl check-namespace finishes it" \
			ndctl_finishes 3
		disk_step "$t: both drivers read it" both_read 3
	done
done
finish
