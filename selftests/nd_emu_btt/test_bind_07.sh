#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/bind.sh"

set_region()
{
	echo "$1" >"$BUS/$REGION/read_only"
}

disk_is()
{
	equal ro "$(blockdev --getro "$(disk)")" "$1"
}

write_refused()
{
	disk_is 1
	says "not permitted" dd if="$TMP/data" of="$(disk)" bs=4k count=1 \
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
	disk_is 0
	disk_works
}

# It is not even recovered.
attached_so()
{
	ndctl disable-namespace "$NS"
	set_region 1
	ndctl enable-namespace "$NS"
	udevadm settle
	driver_is nd_emu_btt
	write_refused
}

# It was not recovered, so it cannot be written to before it is.
stays_so()
{
	set_region 0
	disk_is 1
	ndctl disable-namespace "$NS"
	ndctl enable-namespace "$NS"
	udevadm settle
	disk_is 0
	disk_has_data
	disk_works
}

# Far from where udev looks when a disk changes
SECTOR=4000

write_sector()
{
	dd if="$TMP/data" of="$(disk)" bs=4k count=1 seek=$SECTOR \
		oflag=direct status=none
}

read_sector()
{
	dd if="$(disk)" of="$TMP/read" bs=4k count=1 skip=$SECTOR \
		iflag=direct status=none
}

lose_sector()
{
	ndctl inject-error -n 1 \
		-B $(($(btt_image where "$RAW" $SECTOR) / 512)) "$NS"
	ndctl start-scrub nd_emu
	ndctl wait-scrub nd_emu
}

state_is()
{
	equal "state of the sector" "$(btt_image state "$RAW" $SECTOR)" "$1"
}

# A read that fails changes the map, but not there.
fails_unmarked()
{
	write_sector
	as_raw lose_sector
	bind_namespace
	set_region 1
	disk_is 1
	says "Input/output error" read_sector
	set_region 0
	as_raw state_is normal
	bind_namespace
	says "Input/output error" read_sector
	as_raw state_is error
	bind_namespace
	write_sector
	read_sector
}

# What was to be written when the region became read-only: the block layer would
# write it, with a warning.
fails_late()
{
	local disk
	disk=$(disk)
	# Closed, it would be written: by the kernel, or as udev looks at it.
	exec 7<>"$disk"
	dd if=/dev/urandom bs=4k count=1 seek=$SECTOR conv=notrunc \
		status=none >&7
	set_region 1
	says "Input/output error" sync "$disk"
	exec 7<&-
	set_region 0
	ndctl disable-namespace "$NS"
	ndctl enable-namespace "$NS"
	udevadm settle
	read_sector
	cmp -n 4096 "$TMP/read" "$TMP/data"
}

begin_bind 20.7 "a BTT in a region that is read-only is read-only" 7
btt_step "there is a disk" prepare_btt
btt_step "the region becomes read-only, and so does the disk" becomes
btt_step "both can be written to again" becomes_again
btt_step "a disk that comes up in such a region is read-only" attached_so
btt_step "until it comes up again" stays_so
btt_step "what cannot be read is not marked there" fails_unmarked
btt_step "nor is written what the page cache still has" fails_late
finish
