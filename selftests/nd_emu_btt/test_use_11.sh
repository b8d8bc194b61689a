#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

BARE=/sys/kernel/config/nd_emu/bare

# As virtio-pmem makes them. nvdimm_has_flush() does not say of such a region that
# it has to be asked.
bare_region()
{
	use_driver "$DRIVER"
	modprobe nd_emu
	mkdir "$BARE" "$BARE/regions/r"
	echo nd_emu >"$BARE/provider"
	echo 128M >"$BARE/regions/r/size"
	echo "$1" >"$BARE/regions/r/domain"
	echo 1 >"$BARE/live"
	settle
}

remove_bare()
{
	[ -d "$BARE" ] || return 0
	disable_regions
	echo 0 >"$BARE/live" && rmdir "$BARE/regions/r" "$BARE"
}

undo_btt()
{
	within 20 remove_bare 2>/dev/null
}

no_dimms()
{
	local mappings
	read -r mappings <"$BUS/$REGION/mappings"
	equal mappings "$mappings" 0
	make_btt 4096
	driver_is "$DRIVER"
}

writes_flush()
{
	flushed 2 2 put 7 1 2
	has 7 1 2
	flushed 1 1 blkdiscard -f -o $((7 * 4096)) -l 4096 "$DISK"
	has 7 1 0
}

begin_btt 21.21 "a BTT disk flushes a region without DIMMs, where it has to" 7
needs blkdiscard
without_udevd
for domain in none memory_controller; do
	step "$domain: there is a region" bare_region $domain
	names
	disk_step "$domain: and a disk" no_dimms
	if [ $domain = none ]; then
		disk_step "$domain: a write is two flushes" writes_flush
		disk_step "$domain: a write that may not wait is EAGAIN" \
			nowait_is_eagain
	else
		disk_step "$domain: no write asks the region" \
			flushed 0 0 put 7 1 2
	fi
	undo_btt
done
finish
