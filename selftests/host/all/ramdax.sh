#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A range changes hands between nd_emu and the kernel's ramdax (since Linux
# 6.19): what one has labelled, the other reads, both ways.

# shellcheck source=../common.sh
. "$(dirname "$0")/../common.sh"

KERNEL=7.3
LENGTH=$((8 << 20))
PLATFORM=/sys/bus/platform

# --- who has the range -------------------------------------------------------

nobody()
{
	local driver
	udevadm settle
	ndctl disable-region all >/dev/null 2>&1 || true
	driver=$PLATFORM/devices/e820_pmem/driver
	[ ! -e "$driver" ] || echo e820_pmem >"$driver/unbind"
	[ ! -e /sys/module/nd_emu ] || unload
	[ -z "$(ls /sys/bus/nd/devices)" ] || fail "someone has it still"
}

give_to_ramdax()
{
	nobody
	modprobe ramdax
	echo ramdax >$PLATFORM/devices/e820_pmem/driver_override
	echo e820_pmem >$PLATFORM/drivers/ramdax/bind
	udevadm settle
}

give_to_nd_emu()
{
	nobody
	load base=$BASE size=1G
}

# --- namespaces --------------------------------------------------------------

init_labels()
{
	ndctl disable-region all >/dev/null
	ndctl init-labels -f all
	ndctl enable-region all
	udevadm settle
}

# make NAME: a namespace with a file that belongs to NAME; with map=dev, because
# a region of ramdax has no other DAX
make()
{
	ndctl create-namespace -m fsdax -M dev -s 256M -n "$1" >/dev/null
	udevadm settle
	mkfs.ext4 -q -b 4096 "$(block_of "$1")"
	mount -o dax "$(block_of "$1")" /mnt
	fallocate -l $LENGTH /mnt/file
	"$SHARED/dax_map" -s -w "$(seed "$1")" /mnt/file
	umount /mnt
}

# check NAME: it is there and has what make NAME put there
check()
{
	[ -n "$(block_of "$1")" ] || fail "the namespace of $1 is not there"
	mount -o dax "$(block_of "$1")" /mnt
	"$SHARED/dax_map" -s -r "$(seed "$1")" /mnt/file
	umount /mnt
	e2fsck -f -n "$(block_of "$1")" >/dev/null
}

block_of()
{
	ndctl list -N | jq -r ".[] | select(.name == \"$1\") |
		\"/dev/\" + .blockdev"
}

seed()
{
	printf '%s' "$1" | cksum | cut -d ' ' -f 1
}

guest()
{
	local first second
	[ -d $PLATFORM/devices/e820_pmem ] || fail "no legacy pmem range"
	for first in ramdax nd_emu; do
		second=nd_emu
		[ $first = ramdax ] || second=ramdax
		say "$first labels the range and fills a namespace"
		"give_to_$first"
		init_labels
		make $first
		say "$second finds it, and makes another"
		"give_to_$second"
		check $first
		make $second
		say "$first finds both"
		"give_to_$first"
		check $first
		check $second
	done
	nobody
}

host()
{
	"$TOP/scripts/build" "$KERNEL"
	in_vm -t 400 -a "memmap=1G!$BASE" -- guest
}

run_case host "$@"
