#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck disable=SC2119 # load_btt and make_btt without arguments

. "$(dirname "$0")/bind.sh"

DEBUGFS=/sys/kernel/debug

# listed SECTOR_SIZE LOGICAL_BLOCK: ndctl counts the metadata, the disk does not
listed()
{
	find_disk
	disk_attr size
	ndctl list -N -n "$NS" | tee "$TMP/list"
	jq -e ".[0] | .mode == \"sector\" and .sector_size == $1 and
		.blockdev == \"${DISK#/dev/}\" and
		.size == $((REPLY * 512))" "$TMP/list"
	disk_is queue/logical_block_size "$2"
	[[ $DISK = /dev/pmem*s ]]
}

loaded()
{
	load_bus
	load_btt
}

# What is to be seen of a BTT, but for what differs between two disks anyway
visible()
{
	local queue
	find_btt
	find_disk
	queue=/sys/block/${DISK#/dev/}/queue
	grep -r . "$DEBUGFS/btt/${BTT##*/}" | sort
	grep . "$BTT"/{sector_size,uuid,namespace,size,log_zero_flags,modalias} \
		"$BTT"/block/*/{size,ro,removable} \
		"$queue"/{logical_block_size,rotational,add_random,write_cache}
	ndctl list -N -n "$NS"
}

same_as_nd_btt()
{
	mountpoint -q "$DEBUGFS" || mount -t debugfs none "$DEBUGFS"
	driver_is nd_emu_btt
	visible >"$TMP/ours"
	unload_btt
	driver_is nd_pmem
	visible >"$TMP/theirs"
	load_btt
	diff "$TMP/theirs" "$TMP/ours"
}

of_size()
{
	make_btt -l "$1"
	driver_is nd_emu_btt
	listed "$1" "$2"
	disk_works
	same_as_nd_btt
	disk_has_data
}

no_disk()
{
	! compgen -G "$BUS/$REGION/btt*/block" || return
}

namespace_comes_back()
{
	ndctl disable-namespace "$NS"
	[ ! -e "$BUS/$REGION/$NS/block" ]
	no_disk
	ndctl enable-namespace "$NS"
	settle
	driver_is nd_emu_btt
	disk_has_data
}

region_comes_back()
{
	ndctl disable-region "$REGION"
	ndctl enable-region "$REGION"
	settle
	driver_is nd_emu_btt
	disk_has_data
}

becomes_fsdax()
{
	ndctl create-namespace -f -e "$NS" -m fsdax
	settle
	equal mode "$(ndctl list -n "$NS" | jq -r '.[0].mode')" fsdax
	ndctl create-namespace -f -e "$NS" -m sector
	settle
	driver_is nd_emu_btt
	listed 4096 4096
	disk_works
}

destroyed()
{
	ndctl destroy-namespace -f "$NS"
	no_disk
}

begin_bind 20.3 "ndctl, sysfs and debugfs see what nd_btt would show" 10
without_udevd
btt_step "the modules load" loaded
btt_step "sectors of 4096" of_size 4096 4096
btt_step "it comes back with its namespace" namespace_comes_back
btt_step "and with its region" region_comes_back
btt_step "sectors of 512" of_size 512 512
btt_step "sectors of 520, that have metadata" of_size 520 512
btt_step "sectors of 4224" of_size 4224 4096
btt_step "sectors of 4096 again" of_size 4096 4096
btt_step "the namespace becomes fsdax and a BTT again" becomes_fsdax
btt_step "it can be destroyed" destroyed
finish
