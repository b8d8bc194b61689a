#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck disable=SC2119 # load_btt and make_btt without arguments

. "$(dirname "$0")/bind.sh"

driver_first()
{
	load_btt
	load_bus
	make_btt
	driver_is nd_emu_btt
	disk_works
}

# The kernel's driver has it before ours is there.
taken()
{
	load_bus
	make_btt
	driver_is nd_pmem
	disk_works
	load_btt
	driver_is nd_emu_btt
	disk_has_data
}

given_back()
{
	find_disk
	dd if=/dev/urandom of="$TMP/data" bs=64k count=4 status=none
	dd if="$TMP/data" of="$DISK" bs=64k seek=3 oflag=direct status=none
	unload_btt
	driver_is nd_pmem
	disk_has_data
}

in_use()
{
	find_disk
	make_fs ext4 "$DISK"
	mount_at "$DISK"
	kmsg "in use"
	load_btt
	driver_is nd_pmem
	cp "$TMP/data" "$MNT/"
	sync
	cmp "$TMP/data" "$MNT/data"
	btt_log "$MARK_TEXT" | grep -q 'stays with nd_pmem: its disk is in use'
}

busy_module()
{
	umount "$TMP/mnt"
	unload_btt
	load_btt
	driver_is nd_emu_btt
	find_disk
	mount_at "$DISK"
	says "in use" rmmod nd_emu_btt
	cmp "$TMP/data" "$MNT/data"
	umount "$MNT"
}

unloaded()
{
	unload_btt
	unload
}

begin_bind 20.1 "a BTT on a bus of nd_emu is ours, whatever the load order" 7
without_udevd
needs mkfs.ext4
btt_step "with the bus there first" prepare_btt
btt_step "the driver goes, the bus goes" unloaded
btt_step "with the driver there first" driver_first
unload_btt && unload
btt_step "a BTT that nd_btt has is taken, with its data" taken
btt_step "and given back at unload, with its data" given_back
btt_step "but not taken while its disk is mounted" in_use
btt_step "a mounted disk keeps the module loaded" busy_module
finish
