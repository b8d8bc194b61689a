#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

made_by()
{
	use_driver "$1"
	make_btt "$2"
	driver_is "$1"
	as_raw keep "$1"
}

# keep DRIVER: a fresh BTT but for its data
keep()
{
	local name map info2
	save_places
	cp "$TMP/places" "$TMP/places.$1"
	place map
	map=$REPLY
	for name in info info2; do
		place $name
		dd if="$RAW" bs=4096 count=1 skip=$((REPLY / 4096)) \
			>"$TMP/$name.$1"
	done
	info2=$REPLY
	dd if="$RAW" bs=1M skip="$map" count=$((info2 - map)) \
		iflag=direct,skip_bytes,count_bytes >"$TMP/tables.$1"
	cmp "$TMP/info.$1" "$TMP/info2.$1"
	equal parent_uuid "$(od -An -v -tx1 -j32 -N16 "$TMP/info.$1" |
		tr -d ' \n')" "$(namespace_uuid)"
}

# None is all zeros.
namespace_uuid()
{
	local uuid
	uuid=$(tr -d '\n-' <"/sys/bus/nd/devices/$NS/uuid" || true)
	echo "${uuid:-$(printf '%032d' 0)}"
}

same_places()
{
	diff "$TMP/places.nd_btt" "$TMP/places.nd_emu_btt"
}

# Each byte, but for both uuids and the checksum
same_info()
{
	cmp -l "$TMP/info.nd_btt" "$TMP/info.nd_emu_btt" |
		awk '$1 <= 16 || ($1 > 48 && $1 <= 4088)' | tee "$TMP/diff"
	[ ! -s "$TMP/diff" ]
}

same_tables()
{
	cmp "$TMP/tables.nd_btt" "$TMP/tables.nd_emu_btt"
}

begin_btt 21.6 "a new BTT is the same by either driver, but for its uuid" 22
without_udevd
for labels in Y N; do
	version=2.0
	[ $labels = Y ] || version=1.1
	result "$version: the module loads" \
		load_with nd_btt size=128M labels=$labels || break
	for lbasize in 512 4224; do
		t="$version, $lbasize B"
		disk_step "$t: nd_btt makes one" made_by nd_btt $lbasize
		disk_step "$t: nd_emu_btt makes one" made_by nd_emu_btt $lbasize
		disk_step "$t: everything is at the same place" same_places
		disk_step "$t: the info blocks are the same" same_info
		disk_step "$t: map and log are" same_tables
	done
done
finish
