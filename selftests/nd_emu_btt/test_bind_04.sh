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
	cp "$(btt_device)/uuid" "$TMP/uuid"
	as_raw save
	bind_namespace
	driver_is nd_emu_btt
	disk_has_data
}

# Of each the first 16 KiB, which is all of a log
TABLES="info map log info2"

save()
{
	btt_image places "$RAW" >"$TMP/places"
	copy_tables good
	grep -q BTT_ARENA_INFO "$TMP/good.info"
	sum_raw >"$TMP/sum"
}

copy_tables()
{
	local table
	for table in $TABLES; do
		place "$table"
		dd if="$RAW" of="$TMP/$1.$table" bs=16k count=1 status=none \
			iflag=skip_bytes skip="$REPLY"
	done
}

# place TABLE: set $REPLY to where it is
place()
{
	local table
	while IFS='=' read -r table REPLY; do
		[ "$table" != "$1" ] || return 0
	done <"$TMP/places"
	return 1
}

restore()
{
	local table
	for table in $TABLES; do
		place "$table"
		dd if="$TMP/good.$table" of="$RAW" bs=16k conv=notrunc \
			status=none oflag=seek_bytes seek="$REPLY"
	done
}

unchanged_then_restore()
{
	local table
	copy_tables after
	for table in $TABLES; do
		cmp "$TMP/damaged.$table" "$TMP/after.$table"
	done
	restore
}

# damage COMMAND...: with the namespace as $RAW
damage()
{
	"$@"
	copy_tables damaged
}

# Not only the tables
unchanged_at_all()
{
	unchanged_then_restore
	sum_raw | cmp - "$TMP/sum"
}

# In both info blocks
set_info()
{
	place info
	btt_info "$RAW" "$REPLY" "$@"
	place info2
	btt_info "$RAW" "$REPLY" "$@"
}

# set_map ENTRY WORD
set_map()
{
	place map
	# shellcheck disable=SC2059 # an escape for each byte
	printf "$2" | dd of="$RAW" bs=1 seek=$((REPLY + 4 * $1)) \
		conv=notrunc status=none
}

# set_log WHAT: in the last log group
set_log()
{
	case $1 in
	lba)
		btt_image record "$RAW" 255 lba 0x7ffffff
		btt_image record "$RAW" 255 new 0 ;;
	padding)
		place log
		printf '\1' | dd of="$RAW" bs=1 conv=notrunc status=none \
			seek=$((REPLY + 64 * 255 + 16 * 3)) ;;
	both)
		btt_image record "$RAW" 255 old "$2"
		btt_image record "$RAW" 255 new "$2" ;;
	*)
		btt_image record "$RAW" 255 "$@" ;;
	esac
}

empty_disk()
{
	driver_is nd_emu_btt
	equal size "$(blockdev --getsize64 "$(disk)")" 0
	equal ro "$(blockdev --getro "$(disk)")" 1
}

intact_again()
{
	as_raw unchanged_at_all
	bind_namespace
	driver_is nd_emu_btt
	equal ro "$(blockdev --getro "$(disk)")" 0
	disk_has_data
}

# is_empty FIELD VALUE: and the log says that it is for that
is_empty()
{
	local log value
	empty_disk
	log=$(btt_log "$MARK_TEXT")
	echo "$log"
	printf -v value '0x%x' "$2"
	[[ $log = *": $1 is $value: "* ]]
	[[ $log = *"; not attached, the media is as it was"* ]]
}

# After a damage that has changed nothing, the next
next_damage()
{
	unchanged_then_restore
	damage "$@"
}

# refuse_each BIND FIELD VALUE...: bound like that, an empty disk, no change, and
# the log has the field
refuse_each()
{
	local bind=$1 next=damage
	shift
	while [ $# -gt 0 ]; do
		as_raw $next set_info "$1" "$2"
		kmsg "$1 $2"
		"$bind"
		is_empty "$1" "$2"
		next=next_damage
		shift 2
	done
	intact_again
}

each_refused()
{
	refuse_each bind_namespace "$@"
}

# Neither driver may format it.
unloaded_while_damaged()
{
	as_raw damage set_info nfree 0
	bind_namespace
	empty_disk
	unload_btt
	[ ! -e "$(btt_device)/driver" ]
	load_btt
	empty_disk
	intact_again
}

# The kernel finds no BTT where it has such a block: it is configured by hand.
by_hand()
{
	local btt
	btt=$BUS/$REGION/$(<"$BUS/$REGION/btt_seed")
	cat "$TMP/uuid" >"$btt/uuid"
	echo 4096 >"$btt/sector_size"
	echo "$NS" >"$btt/namespace"
	echo "${btt##*/}" >"$DRIVERS/nd_emu_btt/bind"
	udevadm settle
}

each_refused_by_hand()
{
	refuse_each by_hand "$@"
}

# read_only FIELD VALUE COMMAND...: the disk is there and cannot be written to
read_only()
{
	local field=$1 value=$2 log
	shift 2
	as_raw damage "$@"
	kmsg "$field"
	bind_namespace
	driver_is nd_emu_btt
	log=$(btt_log "$MARK_TEXT")
	echo "$log"
	[[ $log = *": $field is $value: "* ]]
	[[ $log = *"; read-only, the media is as it was"* ]]
	equal ro "$(blockdev --getro "$(disk)")" 1
	disk_has_data
	says "not permitted" dd if="$TMP/data" of="$(disk)" bs=4k count=1 \
		oflag=direct status=none
	intact_again
}

# Block 0 is in the map, and must not be free as well.
log_is_read_only()
{
	read_only 'flog old_map[255]' 0xffffff set_log old 0xffffff
	read_only 'flog new_map[255]' 0x3fffffff set_log new 0x3fffffff
	read_only 'flog lba[255]' 0x7ffffff set_log lba
	read_only 'flog old_map[255]' 0x0 set_log both 0
	read_only 'flog seq[255]' 0x7 set_log seq 7
	read_only 'padding[255]' 0x1 set_log padding
}

# With labels, its size is an attribute.
shrunk()
{
	local ns=$BUS/$REGION/$NS size
	size=$(<"$ns/size")
	as_raw damage true
	echo $((size / 2)) >"$ns/size"
	kmsg shrunk
	bind_namespace
	empty_disk
	btt_log "$MARK_TEXT"
	btt_log "$MARK_TEXT" | grep -qE \
		"(map|log|info2)off is 0x[0-9a-f]+: cannot be, or not in this"
	ndctl disable-namespace "$NS"
	echo "$size" >"$ns/size"
	intact_again
}

lose_first()
{
	place info
	dd if=/dev/zero of="$RAW" bs=4k count=1 conv=notrunc status=none \
		seek=$((REPLY / 4096))
}

# Without its first info block nobody finds it.
lost_first()
{
	as_raw damage lose_first
	bind_namespace
	[ "$(ndctl list -N -n "$NS" | jq -r '.[0].mode')" != sector ]
	intact_again
}

# Its copy has the uuid, so there is a BTT to lose.
repaired()
{
	as_raw damage lose_first
	by_hand
	driver_is nd_emu_btt
	equal ro "$(blockdev --getro "$(disk)")" 0
	disk_has_data
	as_raw as_it_was
	bind_namespace
	driver_is nd_emu_btt
	disk_has_data
}

as_it_was()
{
	sum_raw | cmp - "$TMP/sum"
}

# The same uuid read from either end, as a message shows its bytes in order
OTHER=0x1111111111111111

# What was in a namespace that was there before
of_another_namespace()
{
	set_info uuid $OTHER
	set_info parent_uuid $OTHER
}

given_up()
{
	as_raw of_another_namespace
	by_hand
	driver_is nd_emu_btt
	equal ro "$(blockdev --getro "$(disk)")" 0
	not disk_has_data
	disk_works
}

begin_bind 20.4 "a BTT that is damaged is left as it is" 15
btt_step "there is a BTT" prepare
btt_step "an info block that cannot be is refused" each_refused \
	nfree 0 nfree 0xffffffff external_nlba 0 internal_nlba 0x7fffffff \
	internal_lbasize 1000 external_lbasize 1000 infosize 512
btt_step "offsets outside of the namespace are" each_refused \
	dataoff 0xfffffffffffff000 mapoff 0x7fffffff000 logoff 0 \
	info2off 0x2000000 nextoff 0x2000000
btt_step "a block of another version is, and one with a wrong checksum" \
	each_refused_by_hand major 3 minor 7 checksum 0x123
btt_step "nd_btt does not get it when the module goes" unloaded_while_damaged
btt_step "one with the error flag is read-only" \
	read_only flags 0x1 set_info flags 1
btt_step "so is one with a map entry out of range" \
	read_only 'map[5]' 0xffffffff set_map 5 '\xff\xff\xff\xff'
btt_step "and one with a block in the map twice" \
	read_only 'map[6]' 0xc0000001 set_map 6 '\x01\x00\x00\xc0'
btt_step "and one with a log that nobody can have written" log_is_read_only
btt_step "a namespace that was cut off is refused" shrunk
btt_step "without its first info block nobody finds it" lost_first
btt_step "who makes a new one there has it repaired" repaired
btt_step "one of another uuid is not for him" each_refused_by_hand uuid $OTHER
btt_step "unless it is of another namespace: then it is given up" given_up
btt_step "after all that it works" disk_works
finish
