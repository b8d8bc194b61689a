#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"
# shellcheck source=../nd_emu/cmd.sh
. "$DIR/cmd.sh"

UNIT=512	# what a bad block of the kernel is

made()
{
	make_btt "$1"
	driver_is "$DRIVER"
	put 0 500 1
	as_raw remember
}

# The places of what errors are put into
remember()
{
	local sector
	save_places
	btt_image where "$RAW" 100 203 >"$TMP/where"
	btt_image free "$RAW" 0 >>"$TMP/where"
	for sector in sector100 sector203 free; do
		read -r
		echo "$sector=$REPLY"
	done <"$TMP/where" >>"$TMP/places"
}

# inject PLACE [OFFSET]: known to the kernel when it returns. (ndctl would not do
# it in a namespace that is a BTT.)
inject()
{
	local start
	read -r start <"$BUS/$REGION/$NS/resource"
	place "$1"
	status_is 0 bus_call 7 17 4 \
		"$(le 8 $((start + REPLY + ${2:-0})) $UNIT; le 1 0)"
	scrub
}

# bad_blocks COUNT: what the kernel knows of, in lines
bad_blocks()
{
	mapfile -t <"$BUS/$REGION/badblocks"
	equal "bad blocks" ${#MAPFILE[@]} "$1"
}

# Neither for the kernel nor in the media
no_error_left()
{
	bad_blocks 0 || return
	bus_call 9 0 4096 >"$TMP/injected"
	read -r _ REPLY <"$TMP/injected"
	equal "injected errors" "$(field "$REPLY" 4 4)" 0
}

# The second one is in the last bytes of its sector.
for_its_sector()
{
	inject sector100
	sector_size
	inject sector203 $((REPLY - UNIT))
	unreadable 0 500 100 203
	has 0 100 1 101 102 1 204 296 1
	says EIO has 96 8 1 -c 8
}

marked()
{
	as_raw marked_in_map
}

marked_in_map()
{
	states_are error 100 203
	states_are normal 99 101 202 204
}

for_both_drivers()
{
	disk_of nd_btt
	unreadable 0 500 100 203
	disk_of nd_emu_btt
	unreadable 0 500 100 203
	as_raw states_are error 100 203
}

write_clears()
{
	put 100 1 2
	has 100 1 2
	unreadable 0 500 203
	put 192 16 2
	has 192 16 2
	as_raw states_are normal 100 203
	has 100 1 2 192 16 2 0 100 1 101 91 1
}

# Which of the free blocks a write takes is the driver's business: on each
# processor, until all have been used.
write_everywhere()
{
	local cpu cpus status=0
	cpus=$(nproc)
	for ((cpu = 0; cpu < cpus; cpu++)); do
		taskset -c $cpu btt_io -c 1 write "$DISK" 300 100 3 ||
			status=1
		taskset -c $cpu btt_io -c 100 write "$DISK" 400 100 3 ||
			status=1
	done
	return $status
}

blocks_used()
{
	write_everywhere && no_error_left
}

used_again()
{
	within 60 blocks_used
	has 300 200 3 192 16 2 208 92 1
	as_raw raw_is_whole
}

in_free_block()
{
	as_raw remember
	inject free
	bad_blocks 1
	unreadable 0 500
	used_again
}

# What the bus cannot clear is put aside, until the BTT is attached again.
not_cleared()
{
	as_raw remember
	inject free
	echo "clear_error errno=5" >"$BUS_DEBUG/fail"
	write_everywhere
	has 300 200 3
	echo "clear_error off" >"$BUS_DEBUG/fail"
	write_everywhere
	has 300 200 3
	bad_blocks 1
	as_raw true
	used_again
}

# What can be cleared at once is within neither of two blocks.
at_edge()
{
	local over
	place sector100
	over=$((REPLY % UNIT))
	[ $over -gt 0 ]
	inject sector100 -$over
	unreadable 0 500 99 100
	put 99 2 2
	has 99 2 2
	write_everywhere
	has 0 99 1
	has 99 2 2
	has 101 199 1
	has 300 200 3
	bad_blocks 1
}

# --- errors in the tables ----------------------------------------------------

# save PLACE: what is there, and a sum of all
save()
{
	btt_raw sum "$RAW" >"$TMP/sum"
	place "$1"
	dd if="$RAW" of="$TMP/page" bs=4096 count=1 skip=$((REPLY / 4096))
}

# A write puts an end to the error; what was there is there again.
heal()
{
	place "$1"
	dd if="$TMP/page" of="$RAW" bs=4096 count=1 oflag=direct conv=notrunc \
		seek=$((REPLY / 4096))
	no_error_left
}

heal_and_compare()
{
	heal "$1"
	btt_raw sum "$RAW" | cmp - "$TMP/sum"
}

save_and_inject()
{
	save "$1"
	inject "$@"
}

# damaged PLACE [OFFSET]: there is an error when the namespace is enabled
damaged()
{
	kmsg "error in $1"
	as_raw save_and_inject "$@"
}

# is_read_only FIELD: and the log says that it is for that
is_read_only()
{
	driver_is "$DRIVER"
	log_since "$MARK_TEXT" | grep -F "nd_emu_btt btt" | tee "$TMP/log"
	grep -F ": arena 0: $1 is 0x" "$TMP/log" |
		grep -F ": cannot be read; read-only, the media is"
	disk_is ro 1
	says "not permitted" dd if=/dev/zero of="$DISK" bs=4k count=1 \
		oflag=direct
}

healed()
{
	as_raw heal_and_compare "$1"
	driver_is "$DRIVER"
	disk_is ro 0
	has 192 16 2
	put 192 16 2
	has 192 16 2
}

# The entries of sectors 256 to 383; those of the other page are written to.
in_map()
{
	as_raw save map
	inject map 1024
	unreadable 200 300 {256..383}
	says EIO put 300 1 4
	says EIO put 250 16 4 -c 16
	has 250 6 1 384 116 3
	put 2000 64 4
	has 2000 64 4
	as_raw heal map
	has 250 50 1 300 200 3
}

in_map_at_attach()
{
	damaged map 1024
	is_read_only map
	has 192 16 2 384 116 3
	unreadable 255 2 256
	healed map
}

in_flog_at_attach()
{
	damaged log 1024
	is_read_only flog
	has 192 16 2 300 200 3
	healed log
}

in_copy_at_attach()
{
	damaged info2
	driver_is "$DRIVER"
	disk_is ro 0
	has 192 16 2
	no_error_left
	ndctl_finds_it_clean
}

# The kernel does not see that this is a BTT, and does nothing to it.
in_info_at_attach()
{
	damaged info
	[ "$(ndctl list -N -n "$NS" | jq -r '.[0].mode')" != sector ]
	healed info
}

begin_btt 21.16 "media errors on a BTT disk" 25
needs jq taskset
without_udevd
[ -x "$DIR/ndcmd" ] || skip_all "ndcmd was not built"
result "the module loads" load_with "$DRIVER" size=128M && {
	devices
	for lbasize in 512 4096; do
		t="$lbasize B"
		disk_step "$t: there is a disk" made $lbasize
		disk_step "$t: an error is EIO for its sector alone" \
			for_its_sector
		disk_step "$t: the map has it" marked
		disk_step "$t: it is one for either driver" for_both_drivers
		disk_step "$t: a write clears it" write_clears
		disk_step "$t: and the media when its block is used again" \
			used_again
		disk_step "$t: one in a free block is no sector's" in_free_block
		disk_step "$t: in the map it is EIO for its sectors" in_map
	done
	disk_step "a block that cannot be cleared is left alone" not_cleared
	disk_step "found in the map, the disk is read-only" in_map_at_attach
	disk_step "found in the log, the disk is read-only" in_flog_at_attach
	disk_step "found in the copy of the info block, that is made again" \
		in_copy_at_attach
	disk_step "found in the info block, nothing is touched" \
		in_info_at_attach
	disk_step "the tables are right" as_raw raw_is_whole
	disk_step "with metadata there is a disk" made 520
	disk_step "an error at the edge of blocks is EIO for its sectors alone" \
		at_edge
}
finish
