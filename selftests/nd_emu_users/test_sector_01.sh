#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/fio.sh"

# make_sector SIZE: sectors of that many bytes
make_sector()
{
	make_namespace sector -l "$1"
	equal mode "$(ndctl list -b nd_emu -N | jq -r '.[0].mode')" sector
	equal "sector size" "$(blockdev --getss "$(block)")" "$1"
	[ "$(blockdev --getsize64 "$(block)")" -lt "$(region_attr size)" ]
}

survives()
{
	reenable
	verify_only "$1" psync "$(block)" --direct=1
}

begin 16.1 "sectors of the kernel's BTT driver" 10
without_udevd
needs fio jq blockdev mkfs.ext4 e2fsck mkfs.xfs xfs_repair
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	step "4 KiB: there is a namespace" make_sector 4096
	step "4 KiB: ext4 survives region disable and enable" \
		sector_filesystem ext4
	step "4 KiB: xfs does, too" sector_filesystem xfs
	step "4 KiB: fio verifies" verify 4k psync "$(block)" --direct=1
	step "4 KiB: and again after region disable and enable" survives 4k
	step "512 B: there is a namespace" make_sector 512
	step "512 B: fio verifies 512 B to 64 KiB" \
		verify 512-64k libaio "$(block)" --direct=1 --iodepth=16
	step "512 B: and again after region disable and enable" \
		survives 512-64k
	step "512 B: ext4 survives region disable and enable" \
		sector_filesystem ext4
}
finish
