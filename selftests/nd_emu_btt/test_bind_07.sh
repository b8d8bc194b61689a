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

begin_bind 20.7 "a BTT in a region that is read-only is read-only" 5
btt_step "there is a disk" prepare_btt
btt_step "the region becomes read-only, and so does the disk" becomes
btt_step "both can be written to again" becomes_again
btt_step "a disk that comes up in such a region is read-only" attached_so
btt_step "until it comes up again" stays_so
finish
