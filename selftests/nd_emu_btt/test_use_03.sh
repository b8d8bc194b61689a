#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

made()
{
	make_btt "$1"
	driver_is "$DRIVER"
}

partitioned()
{
	sgdisk -Z "$DISK" || true
	sgdisk -n 1:0:+16M -n 2:0:0 "$DISK"
	# udev has the kernel look for partitions whenever one of these has written.
	udevadm settle
	partprobe "$DISK"
	udevadm settle
	within 10 test -b "${DISK}2"
	sgdisk -v "$DISK"
}

partitions_work()
{
	mkfs.ext4 -q -F "${DISK}1"
	btt_io write "${DISK}2" 0 2000 1
	reenable
	within 10 test -b "${DISK}2"
	e2fsck -f -n "${DISK}1"
	btt_io check "${DISK}2" 0 2000 1
}

all_discarded()
{
	blkdiscard -f "$DISK"
	disk_attr size
	cmp -n $((REPLY * 512)) "$DISK" /dev/zero
}

# part_is ACTION OFFSET LENGTH: in sectors; both sides of it stay
part_is()
{
	local ss
	sector_size
	ss=$REPLY
	put 0 1000 "$((4 + $2))"
	case $1 in
	discarded)
		blkdiscard -f -o $(($2 * ss)) -l $(($3 * ss)) "$DISK" ;;
	zeroed)
		blkdiscard -f -z -o $(($2 * ss)) -l $(($3 * ss)) "$DISK" ;;
	punched)
		fallocate -p -n -o $(($2 * ss)) -l $(($3 * ss)) "$DISK" ;;
	esac
	has 0 "$2" "$((4 + $2))" "$2" "$3" 0 \
		$(($2 + $3)) $((1000 - $2 - $3)) "$((4 + $2))"
}

# Zeroes without writing them: the queue says so, or the kernel would do it.
announced()
{
	disk_attr queue/discard_max_bytes
	[ "$REPLY" -gt 0 ]
	disk_attr queue/write_zeroes_max_bytes
	[ "$REPLY" -gt 0 ]
	sector_size
	disk_is queue/discard_granularity "$REPLY"
}

filled_again()
{
	put 0 2000 9
	all_discarded
	put 0 2000 10
	has 0 2000 10
	never_written 2000 1000
	as_raw raw_is_whole
}

half_a_sector()
{
	says "Invalid argument" fallocate -p -n -o 256 -l 256 "$DISK"
	not blkdiscard -f -o 0 -l $((512 + 1)) "$DISK"
}

begin_btt 21.13 "partitions, discard and write-zeroes on a BTT disk" 26
needs sgdisk partprobe mkfs.ext4 e2fsck blkdiscard fallocate cmp
result "the module loads" load_with "$DRIVER" size=128M && {
	for lbasize in 512 4096; do
		t="$lbasize B"
		disk_step "$t: there is a disk" made $lbasize
		disk_step "$t: GPT" partitioned
		disk_step "$t: both partitions work, and come back" \
			partitions_work
		disk_step "$t: discard and write-zeroes are announced" announced
		disk_step "$t: a discarded disk reads as zeros" all_discarded
		for action in discarded zeroed punched; do
			disk_step "$t: sectors 1..7 $action, and no other" \
				part_is $action 1 7
			disk_step "$t: sectors 100..799 $action, and no other" \
				part_is $action 100 700
		done
		disk_step "$t: it can be filled again" filled_again
	done
	disk_step "half a sector is refused" half_a_sector
}
finish
