#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

# The kernel's BTT flushes its tables with a spin lock held: who sleeps there is
# a complaint of the kernel.
begin 6.6 "a flush can take longer, wherever it comes from" 3
without_udevd

rule()
{
	echo "flush $1" >"$BUS_DEBUG/$REGION/fail"
}

hits()
{
	sed -n 's/^flush .* hits=//p' "$BUS_DEBUG/$REGION/fail"
}

# slow DEVICE: eight writes, each of which is flushed
slow()
{
	local begun before
	rule "delay=20" || return
	begun=${EPOCHREALTIME/./}
	dd if=/dev/urandom of="$1" bs=4k count=8 oflag=direct,dsync \
		status=none || return
	before=$(hits)
	begun=$((${EPOCHREALTIME/./} - begun))
	rule off
	between "flushes" "$before" 8 1000 &&
		between "time of $before flushes (us)" "$begun" \
			$((before * 20000)) 60000000
}

make_sector_mode()
{
	ndctl init-labels -f -b nd_emu all &&
		ndctl enable-region -b nd_emu all &&
		ndctl create-namespace -f -b nd_emu -m sector -l 4096
}

sector_mode()
{
	disable_regions
	make_sector_mode >"$TMP/out" 2>&1 || {
		diag "$(<"$TMP/out")"
		return 1
	}
	settle
	first_disk
	DISK=$REPLY
	[[ $DISK == *s ]] && [ -b "$DISK" ]
}

load size=128M
devices
result "of a block device" slow /dev/pmem0
result "a namespace is of mode sector" sector_mode && {
	result "of the kernel's BTT, with a spin lock held" slow "$DISK"
}
finish
