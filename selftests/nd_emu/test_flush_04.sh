#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# That domain=none refuses it is a matter for a machine that has had no DAX
# device before: see test_refuse_02.sh of nd_emu_users, and its host test.
begin 6.4 "MAP_SYNC is granted where stores alone are durable" 3
needs mkfs.ext4
without_udevd

undo()
{
	! mountpoint -q "$TMP/mnt" || umount "$TMP/mnt"
}

mounted()
{
	mkdir -p "$TMP/mnt"
	load size=128M "$1" && mkfs.ext4 -q -b 4096 /dev/pmem0 &&
		mount -o dax /dev/pmem0 "$TMP/mnt" &&
		dd if=/dev/zero of="$TMP/mnt/file" bs=4k count=1 status=none
}

map_sync()
{
	mounted "$1" && "$DIR/mapsync" "$TMP/mnt/file" && undo && unload
}

result "cpu_cache: a file is mapped with MAP_SYNC" map_sync \
	domain=cpu_cache
result "memory_controller: so it is" map_sync \
	domain=memory_controller
result "so it is on a volatile region, where nothing is" map_sync \
	volatile=1
finish
