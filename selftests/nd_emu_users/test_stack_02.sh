#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"

SWAPPED=nd_emu-swapped
GROUP=nd_emu_selftest

undo_more()
{
	! dmsetup info $SWAPPED >/dev/null 2>&1 || dmsetup remove --retry $SWAPPED
	! vgs -q $GROUP >/dev/null 2>&1 || vgchange -q -an $GROUP >/dev/null
}

# The second half first; DAX has to go through the table as well.
make_swapped()
{
	local device half
	device=$(block)
	half=$(($(blockdev --getsz "$device") / 2))
	dmsetup create $SWAPPED <<-END
	0 $half linear $device $half
	$half $half linear $device 0
	END
	settle
}

dax_on_linear()
{
	make_fs ext4 /dev/mapper/$SWAPPED
	mount_at /dev/mapper/$SWAPPED -o dax
	fallocate -l $((4 * MIB)) "$MNT/file"
	dax_map -s -w 1 "$MNT/file"
	umount "$MNT"
}

# read() through dm, and the same from where the table puts it
in_its_place()
{
	local start half
	half=$(($(blockdev --getsz "$(block)") / 8 / 2))
	mount_at /dev/mapper/$SWAPPED -o dax
	start=$(filefrag -v -b4096 "$MNT/file" | awk '$1 == "0:" { print $4 + 0 }')
	umount "$MNT"
	[ "$start" -lt "$half" ]
	dd if="$(block)" of="$TMP/raw" bs=4096 skip=$((start + half)) count=1024 \
		iflag=direct
	dax_map -r 1 "$TMP/raw"
	e2fsck -f -n /dev/mapper/$SWAPPED
	dmsetup remove --retry $SWAPPED
}

make_volume()
{
	pvcreate -q -y -ff "$(block)"
	vgcreate -q $GROUP "$(block)"
	lvcreate -q -y -n one -L 128M $GROUP
	lvcreate -q -y -n two -L 128M $GROUP
	lvextend -q -L 384M $GROUP/one
	settle
}

# It was extended past its neighbour, so it lies in two places.
dax_on_volume()
{
	make_fs ext4 /dev/$GROUP/one
	mount_at /dev/$GROUP/one -o dax
	fallocate -l $((256 * MIB)) "$MNT/file"
	dax_map -s -l $((2 * MIB)) -w 2 "$MNT/file"
	dax_map -s -o $((254 * MIB)) -l $((2 * MIB)) -w 2 "$MNT/file"
	umount "$MNT"
}

volume_survives()
{
	vgchange -q -an $GROUP
	reenable
	vgchange -q -ay $GROUP
	settle
	mount_at /dev/$GROUP/one -o dax
	dax_map -s -l $((2 * MIB)) -r 2 "$MNT/file"
	dax_map -s -o $((254 * MIB)) -l $((2 * MIB)) -r 2 "$MNT/file"
	umount "$MNT"
	e2fsck -f -n /dev/$GROUP/one
}

begin 15.2 "device mapper and LVM" 7
needs dmsetup lvm blockdev filefrag mkfs.ext4 e2fsck
modprobe -q dm_mod || skip_all "the kernel has no device mapper"
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	step "dm-linear over both halves, swapped" make_swapped
	step "ext4 with -o dax and MAP_SYNC on it" dax_on_linear
	step "the data is where the table says" in_its_place
	step "LVM: a volume in two pieces" make_volume
	step "ext4 with -o dax and MAP_SYNC on that" dax_on_volume
	step "it survives region disable and enable" volume_survives
}
finish
