#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 6.2 "each flush of a region is counted, and a plain write is none" 18
without_udevd

# flushes: set $REPLY to their number
flushes()
{
	read_text "$BUS/$REGION/nd_emu/flushes"
}

# counts MORE COMMAND...: does it raise the count (1), or not (0)?
counts()
{
	local expected=$1 before
	shift
	flushes
	before=$REPLY
	"$@" || return
	flushes
	equal "flushes raised" $((REPLY > before)) "$expected"
}

write_direct()
{
	dd if=/dev/zero of=/dev/pmem0 bs=64k count=16 status=none "$@"
}

# REQ_FUA is one, and the end of the system call another. Others may flush as
# well, but not that often.
two_a_write()
{
	local before
	flushes
	before=$REPLY
	write_direct oflag=direct,dsync || return
	flushes
	between "flushes of 16 writes" $((REPLY - before)) 32 47
}

fua()
{
	read_text /sys/block/pmem0/queue/fua
	equal fua "$REPLY" "$1"
}

deep_flush()
{
	echo 1 >"$BUS/$REGION/deep_flush"
}

read_all()
{
	dd if=/dev/pmem0 of=/dev/null bs=1M iflag=direct status=none
}

# block_device DOMAIN FUA
block_device()
{
	result "$1: a plain write" counts 0 write_direct oflag=direct
	result "$1: a read" counts 0 read_all
	result "$1: fsync" counts 1 write_direct conv=fsync
	result "$1: fdatasync" counts 1 write_direct conv=fdatasync
	result "$1: O_DSYNC" counts 1 write_direct oflag=direct,dsync
	result "$1: each O_DSYNC write is REQ_FUA and a flush" two_a_write
	result "$1: the disk says whether it has FUA" fua "$2"
}

# A file that exists and is written in place; its blocks are written already.
in_file()
{
	dd if=/dev/zero of="$TMP/mnt/file" bs=64k count=16 conv=notrunc \
		status=none "$@"
}

mount_ext4()
{
	command -v mkfs.ext4 >/dev/null || return 4
	mkdir -p "$TMP/mnt"
	mkfs.ext4 -q -b 4096 /dev/pmem0 && mount -o dax /dev/pmem0 "$TMP/mnt" &&
		in_file conv=fsync && sync -f "$TMP/mnt"
}

undo()
{
	! mountpoint -q "$TMP/mnt" || umount "$TMP/mnt"
}

load size=128M
block_device memory_controller 0
unload
load size=128M domain=none
block_device none 1
unload
load size=128M domain=none flush_hints=1
result "deep_flush" counts 1 deep_flush
if result "ext4 is mounted with -o dax" mount_ext4; then
	result "a file: fsync" counts 1 in_file conv=notrunc,fsync
	result "a file: O_DSYNC" counts 1 in_file oflag=dsync
else
	skip_result "a file: fsync" "no ext4"
	skip_result "a file: O_DSYNC" "no ext4"
fi
finish
