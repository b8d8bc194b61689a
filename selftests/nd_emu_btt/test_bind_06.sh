#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck disable=SC2119 # load_btt without arguments

. "$(dirname "$0")/bind.sh"

# A namespace with contents that are no BTT's, and nobody who uses it
old_contents()
{
	ndctl create-namespace -f -e "$NS" -m raw -s 32M >/dev/null
	settle
	raw_only dirty
}

dirty()
{
	dd if=/dev/urandom of="$RAW" bs=1M count=32 oflag=direct status=none
	btt_raw sum "$RAW" >"$TMP/before"
}

unchanged()
{
	btt_raw sum "$RAW" | cmp - "$TMP/before"
}

# What ndctl does to have a new BTT, but for binding it
configure()
{
	read -r SEED <"$BUS/$REGION/btt_seed"
	cat /proc/sys/kernel/random/uuid >"$BUS/$REGION/$SEED/uuid"
	echo 4096 >"$BUS/$REGION/$SEED/sector_size"
	echo "$NS" >"$BUS/$REGION/$SEED/namespace"
}

release()
{
	find_btt
	disable
	within 20 not test -e "$BTT"
}

configured_before()
{
	configure
	kmsg "configured before"
	load_btt
	driver_is nd_emu_btt
	find_disk
	disk_is size 0
	disk_is ro 1
	btt_log "$MARK_TEXT" | tee "$TMP/log"
	grep -q "no info block; not attached, the media is" "$TMP/log"
	release
	raw_only unchanged
}

configured_after()
{
	configure
	echo "$SEED" >"$DRIVERS/nd_emu_btt/bind"
	settle
	driver_is nd_emu_btt
	disk_works
}

by_ndctl()
{
	release
	raw_only dirty
	ndctl create-namespace -f -e "$NS" -m sector -l 512 >/dev/null
	settle
	driver_is nd_emu_btt
	disk_works
}

begin_bind 20.6 "a BTT is made only for who has asked for it" 5
without_udevd
btt_step "the bus loads" load_bus
btt_step "there is a namespace with old contents" old_contents
btt_step "a device that was configured before anyone looked keeps them" \
	configured_before
btt_step "one that was seen empty gets a BTT" configured_after
btt_step "ndctl makes one over old contents" by_ndctl
finish
