#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck disable=SC2119 # load_btt without arguments

. "$(dirname "$0")/bind.sh"

# A namespace with contents that are no BTT's, and nobody who uses it
old_contents()
{
	ndctl create-namespace -f -e "$NS" -m raw -s 32M >/dev/null
	udevadm settle
	as_raw dirty
}

dirty()
{
	dd if=/dev/urandom of="$RAW" bs=1M count=32 oflag=direct status=none
	sum_raw >"$TMP/before"
}

unchanged()
{
	sum_raw >"$TMP/after"
	cmp "$TMP/before" "$TMP/after"
}

# What ndctl does to have a new BTT, but for binding it
configure()
{
	SEED=$(<"$BUS/$REGION/btt_seed")
	cat /proc/sys/kernel/random/uuid >"$BUS/$REGION/$SEED/uuid"
	echo 4096 >"$BUS/$REGION/$SEED/sector_size"
	echo "$NS" >"$BUS/$REGION/$SEED/namespace"
}

release()
{
	local dev
	dev=$(btt_device)
	echo "${dev##*/}" >"$DRIVERS/nd_emu_btt/unbind"
	echo >"$dev/namespace"
	within 20 not test -e "$dev"
}

configured_before()
{
	configure
	kmsg "configured before"
	load_btt
	driver_is nd_emu_btt
	equal size "$(blockdev --getsize64 "$(disk)")" 0
	equal ro "$(blockdev --getro "$(disk)")" 1
	btt_log "$MARK_TEXT"
	btt_log "$MARK_TEXT" | grep -q "no info block; not attached, the media is"
	release
	as_raw unchanged
}

configured_after()
{
	configure
	echo "$SEED" >"$DRIVERS/nd_emu_btt/bind"
	udevadm settle
	driver_is nd_emu_btt
	disk_works
}

by_ndctl()
{
	release
	as_raw dirty
	ndctl create-namespace -f -e "$NS" -m sector -l 512 >/dev/null
	udevadm settle
	driver_is nd_emu_btt
	disk_works
}

begin_bind 20.6 "a BTT is made only for who has asked for it" 5
btt_step "the bus loads" load_bus
btt_step "there is a namespace with old contents" old_contents
btt_step "a device that was configured before anyone looked keeps them" \
	configured_before
btt_step "one that was seen empty gets a BTT" configured_after
btt_step "ndctl makes one over old contents" by_ndctl
finish
