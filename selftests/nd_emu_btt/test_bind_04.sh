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
	find_btt
	cp "$BTT/uuid" "$TMP/uuid"
	as_raw save
	driver_is nd_emu_btt
	disk_has_data
}

save()
{
	btt_image places "$RAW" >"$TMP/places"
	tables save good
	grep -q BTT_ARENA_INFO "$TMP/good"
	btt_raw sum "$RAW" >"$TMP/sum"
}

# tables save|restore|compare COPY: of each the first 16 KiB, all of a log
tables()
{
	places
	btt_raw "$1" "$RAW" "$TMP/$2" "${PLACE[info]}" "${PLACE[map]}" \
		"${PLACE[log]}" "${PLACE[info2]}"
}

# places: set $PLACE[] to them
places()
{
	local table place
	declare -gA PLACE
	while IFS='=' read -r table place; do
		PLACE[$table]=$place
	done <"$TMP/places"
}

unchanged_then_restore()
{
	tables compare damaged
	tables restore good
}

# damage COMMAND...: with the namespace as $RAW
damage()
{
	"$@"
	tables save damaged
}

# Not only the tables
unchanged_at_all()
{
	unchanged_then_restore
	as_it_was
}

as_it_was()
{
	btt_raw sum "$RAW" | cmp - "$TMP/sum"
}

# In both info blocks
set_info()
{
	places
	btt_info "$RAW" "$1" "$2" "${PLACE[info]}" "${PLACE[info2]}"
}

# set_map ENTRY WORD
set_map()
{
	places
	# shellcheck disable=SC2059 # an escape for each byte
	printf "$2" | dd of="$RAW" bs=1 seek=$((PLACE[map] + 4 * $1)) \
		conv=notrunc status=none
}

# set_log WHAT [VALUE]: in the last log group
set_log()
{
	case $1 in
	lba)
		btt_image record "$RAW" 255 lba 0x7ffffff new 0 ;;
	padding)
		places
		printf '\1' | dd of="$RAW" bs=1 conv=notrunc status=none \
			seek=$((PLACE[log] + 64 * 255 + 16 * 3)) ;;
	both)
		btt_image record "$RAW" 255 old "$2" new "$2" ;;
	*)
		btt_image record "$RAW" 255 "$@" ;;
	esac
}

empty_disk()
{
	driver_is nd_emu_btt
	find_disk
	disk_is size 0
	disk_is ro 1
}

# Set when a damage has changed nothing, and the next is to take its place
NEXT=damage

next_damage()
{
	unchanged_then_restore
	damage "$@"
}

# damaged COMMAND...: then bound again
damaged()
{
	raw_only $NEXT "$@"
	NEXT=next_damage
	enable
}

intact_again()
{
	as_raw unchanged_at_all
	NEXT=damage
	driver_is nd_emu_btt
	find_disk
	disk_is ro 0
	disk_has_data
}

# log_says FIELD VALUE WHAT: since the mark, in one line
log_says()
{
	local line value
	printf -v value '0x%x' "$2"
	while IFS= read -r line; do
		[[ $line != *": $1 is $value: "*"; $3, the media is as it was"* ]] ||
			return 0
	done <"$TMP/log"
	cat "$TMP/log"
	echo "no line has $1 and $value"
	return 1
}

# refuse_each BIND FIELD VALUE...: bound like that, an empty disk, no change, and
# the log has the field
refuse_each()
{
	local bind=$1 each=("${@:2}") i
	kmsg "refused: ${each[*]}"
	for ((i = 0; i < ${#each[@]}; i += 2)); do
		raw_only $NEXT set_info "${each[@]:i:2}"
		NEXT=next_damage
		"$bind"
		empty_disk
	done
	btt_log "$MARK_TEXT" >"$TMP/log"
	for ((i = 0; i < ${#each[@]}; i += 2)); do
		log_says "${each[@]:i:2}" "not attached"
	done
	intact_again
}

each_refused()
{
	refuse_each enable "$@"
}

# Neither driver may format it.
unloaded_while_damaged()
{
	damaged set_info nfree 0
	empty_disk
	unload_btt
	find_btt
	[ ! -e "$BTT/driver" ]
	load_btt
	empty_disk
	intact_again
}

# The kernel finds no BTT where it has such a block: it is configured by hand.
by_hand()
{
	local seed
	read -r seed <"$BUS/$REGION/btt_seed"
	set -- "$BUS/$REGION/$seed"
	cat "$TMP/uuid" >"$1/uuid"
	echo 4096 >"$1/sector_size"
	echo "$NS" >"$1/namespace"
	echo "$seed" >"$DRIVERS/nd_emu_btt/bind"
	settle
}

each_refused_by_hand()
{
	refuse_each by_hand "$@"
}

# read_only FIELD VALUE COMMAND...: the disk is there and cannot be written to
read_only()
{
	local field=$1 value=$2
	shift 2
	kmsg "$field"
	damaged "$@"
	driver_is nd_emu_btt
	btt_log "$MARK_TEXT" >"$TMP/log"
	log_says "$field" "$value" read-only
	disk_is ro 1
	disk_has_data
	says "not permitted" dd if="$TMP/data" of="$DISK" bs=4k count=1 \
		oflag=direct status=none
}

one_is_read_only()
{
	read_only "$@"
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
	intact_again
}

# With labels, its size is an attribute.
shrunk()
{
	local ns=$BUS/$REGION/$NS size
	read -r size <"$ns/size"
	raw_only damage true
	echo $((size / 2)) >"$ns/size"
	kmsg shrunk
	enable
	empty_disk
	btt_log "$MARK_TEXT" | tee "$TMP/log"
	grep -qE "(map|log|info2)off is 0x[0-9a-f]+: cannot be, or not in this" \
		"$TMP/log"
	disable
	echo "$size" >"$ns/size"
	intact_again
}

lose_first()
{
	places
	dd if=/dev/zero of="$RAW" bs=4k count=1 conv=notrunc status=none \
		seek=$((PLACE[info] / 4096))
}

# Without its first info block nobody finds it.
lost_first()
{
	damaged lose_first
	[ "$(ndctl list -N -n "$NS" | jq -r '.[0].mode')" != sector ]
	intact_again
}

# Its copy has the uuid, so there is a BTT to lose.
repaired()
{
	raw_only damage lose_first
	by_hand
	driver_is nd_emu_btt
	find_disk
	disk_is ro 0
	disk_has_data
	as_raw as_it_was
	driver_is nd_emu_btt
	disk_has_data
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
	raw_only of_another_namespace
	by_hand
	driver_is nd_emu_btt
	find_disk
	disk_is ro 0
	not disk_has_data
	disk_works
}

begin_bind 20.4 "a BTT that is damaged is left as it is" 15
without_udevd
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
	one_is_read_only flags 0x1 set_info flags 1
btt_step "so is one with a map entry out of range" \
	one_is_read_only 'map[5]' 0xffffffff set_map 5 '\xff\xff\xff\xff'
btt_step "and one with a block in the map twice" \
	one_is_read_only 'map[6]' 0xc0000001 set_map 6 '\x01\x00\x00\xc0'
btt_step "and one with a log that nobody can have written" log_is_read_only
btt_step "a namespace that was cut off is refused" shrunk
btt_step "without its first info block nobody finds it" lost_first
btt_step "who makes a new one there has it repaired" repaired
btt_step "one of another uuid is not for him" each_refused_by_hand uuid $OTHER
btt_step "unless it is of another namespace: then it is given up" given_up
btt_step "after all that it works" disk_works
finish
