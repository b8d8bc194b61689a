#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck disable=SC2119 # load_btt and make_btt without arguments

. "$(dirname "$0")/bind.sh"

prepare()
{
	load_bus
	load_btt
	make_btt
	disk_works
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	MAP=$(($(<"$(echo /sys/kernel/debug/btt/*/arena0/mapoff)")))
	INFO2=$(($(<"$(echo /sys/kernel/debug/btt/*/arena0/info2off)")))
	as_raw save
	bind_namespace
	driver_is nd_emu_btt
	disk_has_data
}

# The info block is at 0 in version 2.0, and at 4096 in version 1.1.
save()
{
	local info=0
	dd if="$RAW" bs=4k count=1 status=none | grep -q BTT_ARENA_INFO ||
		info=4096
	MAP=$((info + MAP))
	INFO2=$((info + INFO2))
	echo "$info $MAP $INFO2" >"$TMP/offsets"
	dd if="$RAW" of="$TMP/info" bs=4k skip=$((info / 4096)) count=1 \
		status=none
	grep -q BTT_ARENA_INFO "$TMP/info"
	dd if="$RAW" of="$TMP/map" bs=4k skip=$((MAP / 4096)) count=1 \
		status=none
}

restore()
{
	read -r INFO MAP INFO2 <"$TMP/offsets"
	dd if="$TMP/info" of="$RAW" bs=4k seek=$((INFO / 4096)) \
		conv=notrunc status=none
	dd if="$TMP/info" of="$RAW" bs=4k seek=$((INFO2 / 4096)) \
		conv=notrunc status=none
	dd if="$TMP/map" of="$RAW" bs=4k seek=$((MAP / 4096)) \
		conv=notrunc status=none
}

# damage_info FIELD VALUE: in both info blocks
damage_info()
{
	read -r INFO MAP INFO2 <"$TMP/offsets"
	btt_info "$RAW" "$INFO" "$@"
	btt_info "$RAW" "$INFO2" "$@"
	sum_raw >"$TMP/before"
}

# damage_map ENTRY WORD
damage_map()
{
	read -r INFO MAP INFO2 <"$TMP/offsets"
	# shellcheck disable=SC2059 # an escape for each byte
	printf "$2" | dd of="$RAW" bs=1 seek=$((MAP + 4 * $1)) conv=notrunc \
		status=none
	sum_raw >"$TMP/before"
}

unchanged()
{
	sum_raw >"$TMP/after"
	cmp "$TMP/before" "$TMP/after"
}

empty_disk()
{
	driver_is nd_emu_btt
	equal size "$(blockdev --getsize64 "$(disk)")" 0
	equal ro "$(blockdev --getro "$(disk)")" 1
}

# each_refused FIELD VALUE...: an empty disk, no change, and the log has the field
each_refused()
{
	while [ $# -gt 0 ]; do
		as_raw damage_info "$1" "$2"
		kmsg "$1 $2"
		bind_namespace
		empty_disk
		btt_log "$MARK_TEXT"
		btt_log "$MARK_TEXT" | grep -qF "$1 is $(printf '0x%x' "$2"): "
		btt_log "$MARK_TEXT" | grep -q "; not attached, the media is as"
		as_raw unchanged
		as_raw restore
		shift 2
	done
	bind_namespace
	driver_is nd_emu_btt
	disk_has_data
}

# read_only ENTRY WORD LOG: the disk is there and cannot be written to
read_only()
{
	as_raw damage_map "$1" "$2"
	kmsg "map entry $1"
	bind_namespace
	driver_is nd_emu_btt
	btt_log "$MARK_TEXT"
	btt_log "$MARK_TEXT" | grep -qF "$3"
	btt_log "$MARK_TEXT" | grep -q "; read-only, the media is as it was"
	equal ro "$(blockdev --getro "$(disk)")" 1
	disk_has_data
	says "not permitted" dd if="$TMP/data" of="$(disk)" bs=4k count=1 \
		oflag=direct status=none
	as_raw unchanged
	as_raw restore
	bind_namespace
	equal ro "$(blockdev --getro "$(disk)")" 0
	disk_has_data
}

lose_first()
{
	read -r INFO MAP INFO2 <"$TMP/offsets"
	dd if=/dev/zero of="$RAW" bs=4k seek=$((INFO / 4096)) count=1 \
		conv=notrunc status=none
}

# Without its first info block nobody finds it.
lost_first()
{
	as_raw lose_first
	bind_namespace
	[ "$(ndctl list -N -n "$NS" | jq -r '.[0].mode')" != sector ]
	as_raw restore
	bind_namespace
	driver_is nd_emu_btt
	disk_has_data
}

begin_bind 20.4 "a BTT that is damaged is left as it is" 5
btt_step "there is a BTT" prepare
btt_step "an info block that cannot be is refused" each_refused \
	nfree 0 internal_lbasize 1000 mapoff 0x7fffffff000 \
	external_nlba 0
btt_step "a map entry out of range makes it read-only" read_only 5 \
	'\xff\xff\xff\xff' 'map[5] is 0xffffffff: '
btt_step "a block used twice does" read_only 6 '\x01\x00\x00\xc0' 'map[6] is '
btt_step "without its first info block nobody finds it" lost_first
finish
