#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

made()
{
	make_btt "$1"
	driver_is "$DRIVER"
	disk_is queue/logical_block_size "$1"
}

begin_btt 21.11 "file systems on a BTT disk" 7
without_udevd
needs mkfs.ext4 e2fsck mkfs.xfs xfs_repair
result "the module loads" load_with "$DRIVER" size=1G && {
	for lbasize in 4096 512; do
		t="$lbasize B"
		disk_step "$t: there is a disk" made $lbasize
		for fs in ext4 xfs; do
			disk_step \
				"$t: a tree on $fs survives, and fsck is content" \
				sector_filesystem $fs
		done
	done
}
finish
