#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/users.sh"


mount_without_dax()
{
	make_fs ext4 "$(block)"
	mount_at "$(block)"
	truncate -s $((4 * MIB)) "$MNT/file"
	says "mmap: EOPNOTSUPP" dax_map -s -w 1 "$MNT/file"
	dax_map -m -w 1 "$MNT/file"
	umount "$MNT"
}

# The last page is there, the one after is not.
past_the_end()
{
	local last
	last=$(($(blockdev --getsize64 "$(block)") / 4096 - 1))
	dd if=/dev/zero of="$(block)" bs=4096 count=1 seek=$last oflag=direct
	says "No space left" dd if=/dev/zero of="$(block)" bs=4096 count=1 \
		seek=$((last + 1)) oflag=direct
	dd if="$(block)" of="$TMP/end" bs=4096 skip=$((last + 1)) count=1
	[ ! -s "$TMP/end" ]
	says "No space left" dd if=/dev/zero of="$(block)" bs=8192 count=1 \
		seek=$last oflag=seek_bytes,direct seek=$((last * 4096))
}

labels_again()
{
	ndctl disable-region "$REGION"
	ndctl disable-dimm -b nd_emu all
	"$@"
	ndctl enable-dimm -b nd_emu all
	ndctl enable-region "$REGION"
	settle
}

uuid()
{
	ndctl list -b nd_emu -N | jq -r '.[0].uuid'
}

# A label area lies behind the capacity. What is at the end of that must not
# end up in it; the labels are read again from there to see.
labels_are_apart()
{
	local before mib
	labels_again ndctl init-labels -f -b nd_emu all
	ndctl create-namespace -r "$REGION" -m fsdax -M mem
	settle
	before=$(uuid)
	mib=$(($(blockdev --getsize64 "$(block)") / MIB))
	dd if=/dev/urandom of="$(block)" bs=1M seek=$((mib - 16)) count=16 \
		oflag=direct
	labels_again true
	equal "uuid of the namespace" "$(uuid)" "$before"
}

half_a_sector()
{
	says "Invalid argument" dd if=/dev/zero of="$(block)" bs=256 count=1 \
		oflag=direct
}

dax_on_sectors_ext4()
{
	make_namespace sector
	make_fs ext4 "$(block)"
	says "wrong fs type, bad option" mount_at "$(block)" -t ext4 -o dax
	says "DAX unsupported by block device" not log_said
}

log_said()
{
	log_since "$BEGUN" | tail -n 5 >&2
	return 0
}

dax_on_sectors_xfs()
{
	make_fs xfs "$(block)"
	mount_at "$(block)" -t xfs -o dax
	truncate -s $((4 * MIB)) "$MNT/file"
	says "mmap: EOPNOTSUPP" dax_map -s -w 1 "$MNT/file"
	umount "$MNT"
}

devdax_unaligned()
{
	make_namespace devdax -a 2M
	says "mmap: EINVAL" dax_map -l 4096 "$(dax)"
	says "mmap: EINVAL" dax_map -l $((3 * MIB)) "$(dax)"
	says "mmap: EINVAL" dax_map -l $((2 * MIB)) -o 4096 "$(dax)"
}

devdax_private()
{
	says "mmap: EINVAL" dax_map -p -l $((2 * MIB)) "$(dax)"
}

devdax_past_the_end()
{
	local size
	size=$(cat "$BUS/$REGION"/dax*/dax*.*/size)
	dax_map -l $((2 * MIB)) -o $((size - 2 * MIB)) "$(dax)"
	status 3 dax_map -l $((2 * MIB)) -o "$size" "$(dax)"
}

devdax_read()
{
	says "Invalid argument" dd if="$(dax)" of="$TMP/read" bs=4096 count=1
	says "Invalid argument" dd if=/dev/zero of="$(dax)" bs=4096 count=1
}

begin 17.1 "what is refused" 11
without_udevd
needs blockdev jq mkfs.ext4 mkfs.xfs
result "the module loads" load size=1G && {
	MNT=$TMP/mnt
	step "MAP_SYNC without -o dax" mount_without_dax
	step "access past the end of the device" past_the_end
	step "access to half a sector" half_a_sector
	step "access to the labels through the end of the device" \
		labels_are_apart
	step "ext4 with -o dax on sectors" dax_on_sectors_ext4
	step "MAP_SYNC on xfs with -o dax on sectors" dax_on_sectors_xfs
	if has_devdax; then
		step "devdax: mapping that is not aligned" devdax_unaligned
		step "devdax: MAP_PRIVATE" devdax_private
		step "devdax: access past the end" devdax_past_the_end
		step "devdax: read() and write()" devdax_read
	else
		for title in mapping-not-aligned MAP_PRIVATE past-the-end read; do
			skip_result "devdax: $title" "no device_dax"
		done
	fi
}
finish
