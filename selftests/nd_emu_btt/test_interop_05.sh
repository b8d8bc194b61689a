#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

# A pool of libpmemblk is a page of its own, another that it shares with what
# version 1.1 leaves alone at the beginning of a namespace, and a BTT.
export PMEM_IS_PMEM_FORCE=1

made_by_pmdk()
{
	rm -f "$TMP/pool"
	pmempool create -s $((SIZE + 4096)) blk "$1" "$TMP/pool"
	pmemblk_io write "$TMP/pool" "$1" 0 2000 1
}

# What the BTT has for its parent, as text; pmempool info has another order of
# the bytes.
pool_uuid()
{
	od -An -v -tx1 -j $((2 * 4096 + 32)) -N 16 "$TMP/pool" | tr -d ' \n' |
		sed -E 's/(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/'
}

raw_from_pool()
{
	dd if="$TMP/pool" of="$RAW" bs=1M skip=4096 iflag=skip_bytes \
		oflag=direct
}

pool_from_raw()
{
	dd if="$RAW" of="$TMP/pool" bs=1M seek=4096 iflag=direct \
		oflag=seek_bytes conv=notrunc
}

read_by_us()
{
	make_namespace raw -u "$(pool_uuid)"
	as_raw raw_from_pool
	disk_of nd_emu_btt
	disk_is queue/logical_block_size "$1"
	has 0 2000 1 2000 1000 0
}

written_by_us()
{
	put 1000 2000 2
	blkdiscard -o $((100 * $1)) -l $((50 * $1)) "$DISK"
	put 3000 100 3 3000 100 4 3000 100 5
}

content()
{
	"$@" 0 100 1 100 50 0 150 850 1 1000 2000 2 3000 100 5
}

read_by_nd_btt()
{
	disk_of nd_btt
	content one_by_one
}

one_by_one()
{
	has "$@" -c 1
}

pool_is_right()
{
	pmempool check -v "$TMP/pool"
	pmempool info "$TMP/pool" | grep -q "Block size *: $1"
	content pmemblk_io check "$TMP/pool" "$1"
}

# What we format cannot be a pool's, but pmempool check needs one around it.
formatted_by_us()
{
	use_driver nd_emu_btt
	make_btt "$1"
	put 0 2000 7 500 1000 8
	blkdiscard -o $((100 * $1)) -l $((50 * $1)) "$DISK"
	as_raw copy_raw
	pmempool info -f btt "$TMP/raw" | grep "External LBA size *: $1\$"
	rm -f "$TMP/pool"
	pmempool create -s $(($(stat -c %s "$TMP/raw") + 4096)) blk "$1" \
		"$TMP/pool"
	pool_around_raw
	pmempool check -v "$TMP/pool"
}

pool_around_raw()
{
	dd if="$TMP/raw" of="$TMP/pool" bs=1M skip=4096 seek=8192 \
		iflag=skip_bytes oflag=seek_bytes conv=notrunc
}

# It is known to look.
check_can_fail()
{
	btt_image whole "$TMP/raw"
	btt_image entry "$TMP/raw" initial 0
	not btt_image whole "$TMP/raw"
	pool_around_raw
	not pmempool check "$TMP/pool"
}

begin_btt 21.5 "PMDK reads what nd_emu_btt writes, and the reverse" 17
without_udevd
needs pmempool blkdiscard
[ -x "$BTT_DIR/pmemblk_io" ] || skip_all "pmemblk_io was not built"
for lbasize in 512 4096; do
	t="$lbasize B"
	result "$t: the module loads" load_with nd_emu_btt size=128M || break
	SIZE=$(region_attr size)
	disk_step "$t: libpmemblk makes and fills a pool" made_by_pmdk $lbasize
	disk_step "$t: nd_emu_btt reads it" read_by_us $lbasize
	disk_step "$t: nd_emu_btt writes to it" written_by_us $lbasize
	disk_step "$t: nd_btt reads it" read_by_nd_btt
	disk_step "$t: pmempool check and libpmemblk find it right" eval \
		"as_raw pool_from_raw; pool_is_right $lbasize"
	result "$t: the module loads" \
		load_with nd_emu_btt size=128M labels=N || break
	disk_step "$t: what nd_emu_btt made is right as well" \
		formatted_by_us $lbasize
done
disk_step "and pmempool check can tell" check_can_fail
finish
