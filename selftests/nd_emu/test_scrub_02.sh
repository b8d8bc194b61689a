#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/cmd.sh"

begin 32.2 "an injected error hurts until it is written" 11
needs jq mkfs.ext4 filefrag

MNT=

undo()
{
	[ -z "$MNT" ] || umount "$MNT" 2>/dev/null
	MNT=
}

run()
{
	"$@" >"$TMP/out" 2>&1 && return
	diag "$*: $(<"$TMP/out")"
	return 1
}

inject()
{
	run ndctl inject-error "$NS" "$@"
}

# errors: as ndctl says them, [block,count] each
errors()
{
	ndctl inject-error --status "$NS" |
		jq -c '[.badblocks[] | [.block,.count]]'
}

# badblocks_are LIST: of the block device
badblocks_are()
{
	read_text "/sys/block/$BLOCK_DEV/badblocks"
	equal badblocks "$REPLY" "$1"
}

# sectors COUNT FROM: read them from the media
sectors()
{
	dd if="/dev/$BLOCK_DEV" of=/dev/null bs=512 count="$1" skip="$2" \
		iflag=direct status=none 2>/dev/null
}

create()
{
	disable_regions
	ndctl init-labels -f -b nd_emu all >/dev/null 2>&1
	enable_regions
	local out
	out=$(ndctl create-namespace -f -b nd_emu -m fsdax -a 4096 2>"$TMP/err")
	json dev "$out"
	NS=$REPLY
	json blockdev "$out"
	BLOCK_DEV=$REPLY
	[ -n "$BLOCK_DEV" ] || {
		diag "$(<"$TMP/err")"
		return 1
	}
}

quiet()
{
	inject --block=1000 --count=8 --no-notify || return
	equal errors "$(errors)" '[[1000,8]]' &&
		badblocks_are "" && sectors 8 1000
}

taken_back()
{
	inject --block=1000 --count=8 --uninject || return
	equal errors "$(errors)" ''
}

notified()
{
	inject --block=2000 --count=8 &&
		badblocks_are "2000 8"
}

reads_fail()
{
	sectors 8 1992 && not sectors 1 2000 && not sectors 8 2000 &&
		not sectors 1 2007 && sectors 8 2008
}

listed()
{
	equal "media errors" "$(ndctl list -n "$NS" -M | jq -c \
		'[.[0].badblock_count, .[0].badblocks[0].dimms[0]]')" \
		"[8,\"$DIMM_NAME\"]"
}

written()
{
	dd if=/dev/zero of="/dev/$BLOCK_DEV" bs=4096 count=1 seek=250 \
		oflag=direct status=none && sectors 8 2000 &&
		badblocks_are "" && equal errors "$(errors)" ''
}

stays_clear()
{
	ndctl start-scrub nd_emu >/dev/null 2>&1
	ndctl wait-scrub nd_emu >/dev/null 2>&1
	badblocks_are "" && sectors 8 2000
}

cleared()
{
	inject --block=4000 --count=16 &&
		badblocks_are "4000 16" &&
		run ndctl clear-errors "$NS" &&
		badblocks_are "" && equal errors "$(errors)" ''
}

prepare_file()
{
	MNT=$TMP/mnt
	mkdir "$MNT" && run mkfs.ext4 -q -b 4096 "/dev/$BLOCK_DEV" &&
		run mount -o dax "/dev/$BLOCK_DEV" "$MNT" &&
		head -c 1M /dev/urandom >"$MNT/file" && sync &&
		SECTOR=$(filefrag -v -b512 "$MNT/file" |
			awk '$1 == "0:" { print $4 + 0 }') && [ "$SECTOR" -gt 0 ]
}

# si_code is BUS_ADRERR or BUS_MCEERR_AR, depending on the kernel.
sigbus()
{
	prepare_file || return
	inject --block=$((SECTOR + 64)) --count=1 || return
	equal "of the page before" "$("$DIR/sigbus" "$MNT/file" 28672)" none &&
		equal "of the page" "$("$DIR/sigbus" "$MNT/file" 32768 |
			cut -d' ' -f2)" 32768
}

file_good()
{
	undo
	run ndctl clear-errors "$NS" && badblocks_are "" &&
		run mount -o dax "/dev/$BLOCK_DEV" "$TMP/mnt" || return
	MNT=$TMP/mnt
	equal "of the page" "$("$DIR/sigbus" "$MNT/file" 32768)" none
}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
load size=128M
devices
result "a namespace is created" create
result "without notification, it is not known" quiet
result "it is taken back" taken_back
result "with notification, it is a bad block" notified
result "which cannot be read, and its neighbours can" reads_fail
result "and is on the DIMM that ndctl names" listed
result "a write clears it, and takes the injection back" written
result "so that the next scrub does not find it" stays_clear
result "ndctl clears errors" cleared
result "a page of a file with an error in it is a SIGBUS" sigbus
result "and is good again once the error is cleared" file_good
finish
