#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/fio.sh"

mounted()
{
	make_fs "$1" "$(block)"
	mount_at "$(block)" -t "$1" -o dax
}

survives()
{
	umount "$MNT"
	reenable
	mount_at "$(block)" -o dax
	verify_only 4k libpmem "$MNT/4k"
	verify_only 2m libpmem "$MNT/2m"
	umount "$MNT"
}

begin 14.2 "fio verify on fsdax" 11
without_udevd
needs fio
fio --enghelp | grep -qw libpmem || skip_all "fio has no libpmem engine"
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	for fs in ext4 xfs; do
		step "$fs with -o dax" mounted $fs
		step "$fs: libpmem, 4 KiB" verify 4k libpmem "$MNT/4k"
		step "$fs: libpmem, 2 MiB" verify 2m libpmem "$MNT/2m"
		step "$fs: mmap, 4 KiB" verify 4k mmap "$MNT/mmap"
		step "$fs: survives region disable and enable" survives
	done
}
finish
