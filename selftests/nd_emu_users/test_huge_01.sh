#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"
. "$(dirname "$0")/huge.sh"

# The device, but a page further on: nothing on it is where a huge page could
# begin.
SHIFTED=nd_emu-shifted

undo_more()
{
	dmsetup info $SHIFTED >/dev/null 2>&1 && dmsetup remove --retry $SHIFTED
	echo 0 >$TRACING/events/fs_dax/dax_pmd_fault_done/enable
}

# file_on TYPE DEVICE: a file, all of it data
file_on()
{
	make_fs "$1" "$2"
	mount_at "$2" -t "$1" -o dax
	dd if=/dev/zero of="$MNT/file" bs=2M count=$HUGE conv=fsync
	fallocate -l $LENGTH "$MNT/unwritten"
}

huge_stores()
{
	mapped $HUGE $PAGES dax_map -s -w 1 "$MNT/file"
	mapped $HUGE $PAGES dax_map -s -r 1 "$MNT/file"
}

huge_loads()
{
	mapped $HUGE $PAGES dax_map -s "$MNT/file"
}

huge_allocation()
{
	mapped $HUGE $PAGES dax_map -s -w 2 "$MNT/unwritten"
	mapped $HUGE $PAGES dax_map -s -r 2 "$MNT/unwritten"
}

huge_faults_traced()
{
	trace_faults dax_map -s -w 3 "$MNT/file"
	faults_end NOPAGE $HUGE
}

huge_case()
{
	step "$1: a store maps 2 MiB" huge_stores
	step "$1: a load maps 2 MiB" huge_loads
	step "$1: a store to what is allocated only maps 2 MiB" huge_allocation
	step "$1: the faults end with NOPAGE" huge_faults_traced
	umount "$MNT"
}

make_shifted()
{
	local sectors
	sectors=$(blockdev --getsz "$(block)")
	dmsetup create $SHIFTED --table "0 $((sectors - 8)) linear $(block) 8"
	settle
	file_on ext4 /dev/mapper/$SHIFTED
}

small_pages()
{
	mapped "$PAGES" 0 dax_map -s -w 1 "$MNT/file"
	mapped "$PAGES" 0 dax_map -s -r 1 "$MNT/file"
}

small_faults_traced()
{
	trace_faults dax_map -s -w 3 "$MNT/file"
	faults_end FALLBACK "$(grep -c dax_pmd_fault_done: $TRACING/trace)"
}

begin 12.1 "files: faults of 2 MiB" 13
needs dmsetup mkfs.ext4 mkfs.xfs
[ -d /sys/kernel/mm/transparent_hugepage ] ||
	skip_all "the kernel has no CONFIG_TRANSPARENT_HUGEPAGE"
[ -d $TRACING/events/fs_dax ] || skip_all "no tracepoints of fs_dax"
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	for fs in ext4 xfs; do
		step "$fs: a file with data" file_on $fs "$(block)"
		huge_case $fs
	done
	step "shifted by 4 KiB: a store maps 4 KiB" \
		eval 'make_shifted; small_pages'
	step "shifted by 4 KiB: the faults end with FALLBACK" \
		small_faults_traced
}
finish
