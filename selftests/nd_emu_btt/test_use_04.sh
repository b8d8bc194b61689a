#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

made()
{
	make_btt "$1"
	driver_is "$DRIVER"
}

# vectors SECTORS PLACE: in elements of so many sectors, in memory that begins
# at that place in a page
vectors()
{
	local piece
	sector_size
	piece=$(($1 * REPLY))
	put 0 1000 1 -v $piece -c 16 -m "$2"
	has 0 1000 1
	put 0 1000 2
	has 0 1000 2 -v $piece -c 16 -m "$2"
}

# A sector lies across two pages.
across_pages()
{
	put 0 1000 1 -m "$1"
	has 0 1000 1
	put 0 1000 2
	has 0 1000 2 -m "$1"
}

# Two pieces of the disk, neither at a round number, and the later one first
mapped()
{
	local k
	sector_size
	k=$((REPLY / 512))
	dmsetup create nd_emu_btt <<-END
		0 $((1001 * k)) linear $DISK $((3003 * k))
		$((1001 * k)) $((1999 * k)) linear $DISK $((7 * k))
	END
	settle
}

through_the_mapping()
{
	local disk=$DISK
	DISK=/dev/mapper/nd_emu_btt
	put 0 3000 1
	# Over the seam, and so in two bios of odd lengths
	put 990 23 2 -c 23
	has 0 990 1
	has 990 23 2 -c 5
	has 1013 1987 1 -c 13
	DISK=$disk
	dmsetup remove --retry nd_emu_btt
}

undo_btt()
{
	dmsetup remove --retry nd_emu_btt >/dev/null 2>&1
}

beyond_the_end()
{
	local last
	sectors
	last=$((REPLY - 1))
	put "$last" 1 3
	has "$last" 1 3
	says ENOSPC put $((last + 1)) 1 3
	has "$last" 1 3
}

begin_btt 21.14 "segments of every length on a BTT disk" 19
needs dmsetup
result "the module loads" load_with "$DRIVER" size=128M && {
	for lbasize in 512 4096; do
		t="$lbasize B"
		disk_step "$t: there is a disk" made $lbasize
		disk_step "$t: in the middle of a page" across_pages 512
		disk_step "$t: at 20 B in a page" across_pages 20
		disk_step "$t: elements of one sector" vectors 1 512
		disk_step "$t: elements of three" vectors 3 1028
		disk_step "$t: device mapper at odd offsets" mapped
		disk_step "$t: writes over the seam" through_the_mapping
		disk_step "$t: nothing beyond the end" beyond_the_end
		disk_step "$t: the tables are right" as_raw raw_is_whole
	done
}
finish
