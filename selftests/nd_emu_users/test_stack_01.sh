#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"

make_partitions()
{
	sgdisk -n 1:0:+128M -n 2:0:+256M -c 2:second "$(block)"
	settle
	partitions_there
}

partitions_there()
{
	local device
	device=$(block)
	equal "first, in sectors" "$(blockdev --getsz "${device}p1")" $((128 * 2048))
	equal "second, in sectors" "$(blockdev --getsz "${device}p2")" $((256 * 2048))
	status 0 sgdisk -v "$device"
	sgdisk -i 2 "$device" | grep "Partition name: 'second'"
	parted -s "$device" print | grep 'Partition Table: gpt'
	# Both have had it open for writing: udev has the kernel look for partitions
	# again, and meanwhile there are none.
	udevadm settle
}

dax_on_second()
{
	make_fs ext4 "$(block)p2"
	mount_at "$(block)p2" -o dax
	fallocate -l $((4 * MIB)) "$MNT/file"
	dax_map -s -w 1 "$MNT/file"
	umount "$MNT"
}

# The neighbour of a partition is none of its business.
first_is_apart()
{
	dd if=/dev/zero of="$(block)p1" bs=1M oflag=direct count=128
	says "No space left" dd if=/dev/zero of="$(block)p1" bs=4096 seek=32768 \
		count=1 oflag=direct
	mount_at "$(block)p2" -o dax
	dax_map -r 1 "$MNT/file"
	umount "$MNT"
	e2fsck -f -n "$(block)p2"
}

found_again()
{
	reenable
	partitions_there
	mount_at "$(block)p2" -o dax
	dax_map -s -r 1 "$MNT/file"
	umount "$MNT"
}

begin 15.1 "GPT partitions" 5
needs sgdisk parted blockdev mkfs.ext4 e2fsck
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	step "two partitions appear" make_partitions
	step "ext4 with -o dax and MAP_SYNC on one of them" dax_on_second
	step "filling the first leaves the second alone" first_is_apart
	step "both are found again after region disable and enable" found_again
}
finish
