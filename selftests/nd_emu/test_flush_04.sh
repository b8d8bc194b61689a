#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

begin 6.4 "with domain=none MAP_SYNC is refused, and elsewhere it is not" 4
needs mkfs.ext4

undo()
{
	! mountpoint -q "$TMP/mnt" || umount "$TMP/mnt"
}

mounted()
{
	mkdir -p "$TMP/mnt"
	load size=128M domain="$1" && mkfs.ext4 -q -b 4096 /dev/pmem0 &&
		mount -o dax /dev/pmem0 "$TMP/mnt" &&
		dd if=/dev/zero of="$TMP/mnt/file" bs=4k count=1 status=none
}

map_sync()
{
	mounted "$1" && "$DIR/mapsync" "$TMP/mnt/file" && undo && unload
}

map_sync_refused()
{
	not "$DIR/mapsync" "$TMP/mnt/file" 2>"$TMP/err" &&
		grep -q "not supported" "$TMP/err"
}

result "cpu_cache: a file is mapped with MAP_SYNC" map_sync cpu_cache
result "memory_controller: so it is" map_sync memory_controller
result "none: ext4 is mounted with -o dax" mounted none
result "none: MAP_SYNC is refused" map_sync_refused
finish
