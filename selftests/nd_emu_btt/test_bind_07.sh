#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/bind.sh"

set_region()
{
	echo "$1" >"$BUS/$REGION/read_only"
}

write_refused()
{
	find_disk
	disk_is ro 1
	says "not permitted" dd if="$TMP/data" of="$DISK" bs=4k count=1 \
		oflag=direct status=none
	disk_has_data
}

becomes()
{
	kmsg "region is read-only"
	set_region 1
	write_refused
	btt_log "$MARK_TEXT" | grep -q "is now read-only"
}

becomes_again()
{
	set_region 0
	find_disk
	disk_is ro 0
	disk_works
}

# It is not even recovered.
attached_so()
{
	disable
	set_region 1
	enable
	driver_is nd_emu_btt
	write_refused
}

# It was not recovered, so it cannot be written to before it is.
stays_so()
{
	find_disk
	set_region 0
	disk_is ro 1
	disable
	enable
	disk_is ro 0
	disk_has_data
	disk_works
}

# Far from where udev looks when a disk changes
SECTOR=4000

write_sector()
{
	dd if="$TMP/data" of="$DISK" bs=4k count=1 seek=$SECTOR \
		oflag=direct status=none
}

read_sector()
{
	dd if="$DISK" of="$TMP/read" bs=4k count=1 skip=$SECTOR \
		iflag=direct status=none
}

lose_sector()
{
	local place
	place=$(btt_image where "$RAW" $SECTOR)
	ndctl inject-error -n 1 -B $((place / 512)) "$NS"
	scrub
}

state_is()
{
	equal "state of the sector" "$(btt_image state "$RAW" $SECTOR)" "$1"
}

# A read that fails changes the map, but not there.
fails_unmarked()
{
	find_disk
	write_sector
	as_raw lose_sector
	set_region 1
	disk_is ro 1
	says "Input/output error" read_sector
	set_region 0
	as_raw state_is normal
	says "Input/output error" read_sector
	as_raw state_is error
	write_sector
	read_sector
}

# What was to be written when the region became read-only: the block layer would
# write it, with a warning.
fails_late()
{
	find_disk
	# Closed, it would be written: by the kernel, or as udev looks at it.
	exec 7<>"$DISK"
	dd if=/dev/urandom bs=4k count=1 seek=$SECTOR conv=notrunc \
		status=none >&7
	set_region 1
	says "Input/output error" sync "$DISK"
	exec 7<&-
	set_region 0
	disable
	enable
	read_sector
	cmp -n 4096 "$TMP/read" "$TMP/data"
}

begin_bind 20.7 "a BTT in a region that is read-only is read-only" 7
without_udevd
btt_step "there is a disk" prepare_btt
btt_step "the region becomes read-only, and so does the disk" becomes
btt_step "both can be written to again" becomes_again
btt_step "a disk that comes up in such a region is read-only" attached_so
btt_step "until it comes up again" stays_so
btt_step "what cannot be read is not marked there" fails_unmarked
btt_step "nor is written what the page cache still has" fails_late
finish
