# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A file system with -o dax, as its users see it: for the cases that set FS and
# define fs_check.

LENGTH=$((4 * MIB))

MNT=
FS=

make_and_mount()
{
	make_fs "$FS" "$(block)"
	mount_at "$(block)" -t "$FS" -o dax
}

remount()
{
	umount "$MNT"
	mount_at "$(block)" -t "$FS" -o dax
}

sync_is_granted()
{
	fallocate -l "$LENGTH" "$MNT/sync"
	dax_map -s -w 1 "$MNT/sync"
}

tree_survives()
{
	cp -a "$HERE" "$MNT/tree"
	remount
	diff -r "$HERE" "$MNT/tree"
}

program_runs()
{
	cp /bin/true "$MNT/true"
	"$MNT/true"
}

# where FILE: its first block of 4 KiB on the device
where()
{
	filefrag -v -b4096 "$1" | awk '$1 == "0:" { print $4 + 0 }'
}

# The device is read past the file system: nothing was written back by it. The
# first pattern makes it allocate, so the second is stores and nothing else.
stores_are_on_the_device()
{
	local start
	dax_map -s -w 2 "$MNT/sync"
	sync "$MNT/sync"
	start=$(where "$MNT/sync")
	dax_map -s -w 3 "$MNT/sync"
	dd if="$(block)" of="$TMP/raw" bs=4096 iflag=direct skip="$start" \
		count=$((LENGTH / 4096))
	dax_map -r 3 "$TMP/raw"
}

stores_are_in_the_file()
{
	dd if="$MNT/sync" of="$TMP/copy" bs=1M
	dax_map -r 3 "$TMP/copy"
}

writes_are_in_the_mapping()
{
	truncate -s "$LENGTH" "$TMP/source"
	dax_map -w 4 "$TMP/source"
	dd if="$TMP/source" of="$MNT/written" bs=1M conv=fsync
	dax_map -r 4 "$MNT/written"
}

mapping_without_sync()
{
	fallocate -l "$LENGTH" "$MNT/msync"
	dax_map -m -w 5 "$MNT/msync"
	remount
	dax_map -r 5 "$MNT/msync"
}

private_stays_private()
{
	dax_map -p -w 6 "$MNT/msync"
	dax_map -r 5 "$MNT/msync"
}

# Blocks that the file system has yet to allocate: the fault does that.
mapping_over_a_hole()
{
	truncate -s "$LENGTH" "$MNT/hole"
	dax_map -s -o "$MIB" -l "$MIB" -w 7 "$MNT/hole"
	dax_map -s -o "$MIB" -l "$MIB" -r 7 "$MNT/hole"
	cmp -n "$MIB" "$MNT/hole" /dev/zero
	cmp -n $((2 * MIB)) -i $((2 * MIB)):0 "$MNT/hole" /dev/zero
}

files_survive_the_region()
{
	umount "$MNT"
	reenable
	mount_at "$(block)" -t "$FS" -o dax
	dax_map -s -r 3 "$MNT/sync"
	dax_map -r 5 "$MNT/msync"
	dax_map -r 7 -o "$MIB" -l "$MIB" "$MNT/hole"
	diff -r "$HERE" "$MNT/tree"
}

past_the_end()
{
	status 3 dax_map -o $LENGTH -l 4096 -w 8 "$MNT/sync"
	says "No space left" fallocate -l 2G "$MNT/large"
}

check_is_clean()
{
	umount "$MNT"
	fs_check "$(block)"
}

fs_case()
{
	needs "mkfs.$FS" filefrag
	result "the module loads" load size=1G || return
	MNT=$TMP/mnt
	step "$FS mounts with -o dax" make_and_mount
	step "MAP_SYNC is granted" sync_is_granted
	step "MAP_SYNC: stores and clwb are on the device" \
		stores_are_on_the_device
	step "MAP_SYNC: read() sees the stores" stores_are_in_the_file
	step "a mapping sees what was written" writes_are_in_the_mapping
	step "without MAP_SYNC: stores and msync() last" mapping_without_sync
	step "MAP_PRIVATE: stores do not reach the file" private_stays_private
	step "MAP_SYNC over a hole allocates what is stored to" \
		mapping_over_a_hole
	step "a tree of files survives a remount" tree_survives
	step "a program runs from it" program_runs
	step "all of it survives region disable and enable" \
		files_survive_the_region
	step "past the end there is SIGBUS, and ENOSPC" past_the_end
	step "the check finds nothing to repair" check_is_clean
}
