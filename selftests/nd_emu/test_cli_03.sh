#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"
. "${0%/*}/configfs.sh"
. "${0%/*}/cli.sh"

begin 40.3 "an image has all that is in a DIMM, and brings it back" 17
needs_command
needs dd cmp
without_udevd

# What is in the DIMM of a bus qemu, in MiB: two namespaces
SIZE=64
LABELS=$((128 << 10))

# look BUS: set $FOUND to its namespaces as ndctl has them, a line each, and
# $DISKS to their block devices, both in the order of the UUIDs
look()
{
	local namespaces
	read_text "$CONFIG/$1/dev_name"
	mapfile -t namespaces < <(ndctl list -b "$REPLY" -N | awk -F'"' '
		/[{]/ { split("", value) }
		NF > 1 { value[$2] = $3 $4 }
		/}/ { print "uuid" value["uuid"], "mode" value["mode"],
			"map" value["map"], "size" value["size"],
			"sector_size" value["sector_size"],
			"/dev/" substr(value["blockdev"], 2) }' | sort)
	FOUND=$(printf '%s\n' "${namespaces[@]% *}")
	DISKS=("${namespaces[@]##* }")
}

# Of what is on $DISKS
sums()
{
	head -qc 1M "${DISKS[@]}" | md5sum
}

# as_described BUS: it has the namespaces that there were at first
as_described()
{
	look "$1"
	equal namespaces "$FOUND" "$DESCRIBED"
}

# as_before BUS: and the data that was in them
as_before()
{
	as_described "$1" && equal data "$(sums)" "$SUMS"
}

put_data()
{
	local disk
	for disk in "${DISKS[@]}"; do
		dd if=/dev/urandom of="$disk" bs=64K count=8 seek=3 \
			oflag=direct status=none || return
	done
}

# A DIMM with labels, and data in two namespaces
prepare()
{
	open_configfs && nd_emu_ok up qemu ${SIZE}M || return
	NDBUS=$(get qemu/dev_name)
	DIMM=$(get qemu/dimms/dimm0/dev_name)
	REGION=$(get qemu/regions/region0/dev_name)
	{ ndctl disable-region "$REGION" && ndctl init-labels -f "$DIMM" &&
	  ndctl enable-region "$REGION" &&
	  ndctl create-namespace -r "$REGION" -m fsdax -M dev -s 32M &&
	  ndctl create-namespace -r "$REGION" -m sector -s 32M
	} >/dev/null 2>&1 && settle && look qemu && put_data || return
	SUMS=$(sums)
	DESCRIBED=$FOUND
	equal namespaces "${#DISKS[@]}" 2
}

saved()
{
	local size blocks
	nd_emu_ok save "$TMP/image" || return
	read -r size blocks < <(stat -c "%s %b" "$TMP/image")
	equal size "$size" $((SIZE * MIB + LABELS)) &&
	equal "files there" "$(echo "$TMP"/image*)" "$TMP/image" &&
	as_described qemu &&
	between "KiB on the disk" $((blocks / 2)) 1000 40000
}

# On a terminal; elsewhere there is none.
progress_bar()
{
	command -v script >/dev/null || return 4
	script -qec "'$NDEMU' save '$TMP/image2'" "$TMP/typescript" >/dev/null \
		</dev/null && rm "$TMP/image2" || return
	tr '\r' '\n' <"$TMP/typescript" >"$TMP/out"
	says '^\[#{20} {20}\]  50 %' '^\[#{40}\] 100 %'
}

like_the_dimm()
{
	ndctl read-labels "$DIMM" -o "$TMP/labels" >/dev/null 2>&1 &&
	cmp -i $((SIZE * MIB)):0 "$TMP/image" "$TMP/labels" &&
	cmp -n $((SIZE * MIB)) "$TMP/image" \
		"/sys/kernel/debug/nd_emu/$NDBUS/$DIMM/media"
}

other_bus()
{
	nd_emu_ok down qemu && nd_emu_ok up qemu ${SIZE}M &&
	DIMM=$(get qemu/dimms/dimm0/dev_name) &&
	nd_emu_ok restore qemu "$TMP/image" && settle &&
	as_before qemu
}

# set_serial NUMBER: of the DIMM of the bus
set_serial()
{
	take_down qemu && put qemu/dimms/dimm0/serial "$1" && go_live qemu &&
	DIMM=$(get qemu/dimms/dimm0/dev_name)
}

other_identity()
{
	local serial
	serial=$(get qemu/dimms/dimm0/serial)
	set_serial 0x1234 && "$NDEMU" restore qemu "$TMP/image" 2>"$TMP/err" &&
	grep -q "the labels are those of other DIMMs" "$TMP/err" &&
	not as_described qemu >/dev/null &&
	set_serial "$serial" &&
	nd_emu_ok restore qemu "$TMP/image" && settle &&
	as_described qemu
}

over_other_data()
{
	put_data && not equal data "$(sums)" "$SUMS" >/dev/null &&
	nd_emu_ok restore "$TMP/image" && settle &&
	as_before qemu
}

wrong_files()
{
	truncate -s $((SIZE * MIB)) "$TMP/short"
	cp --sparse=always "$TMP/image" "$TMP/bad"
	yes nonsense | dd of="$TMP/bad" bs=1K count=128 seek=${SIZE}K conv=notrunc \
		iflag=fullblock status=none
	nd_emu_refuses 1 "must be of $((SIZE * MIB + LABELS)) bytes" \
		restore "$TMP/short" &&
	nd_emu_refuses 1 "must end in a label storage area" \
		restore "$TMP/bad" &&
	nd_emu_refuses 1 "must be a file" restore "$TMP/nix" &&
	nd_emu_refuses 1 "must be in a directory" save "$TMP/nix/image" &&
	nd_emu_refuses 1 "must be a regular file" save /dev/null &&
	nd_emu_refuses 2 "takes a FILE" save &&
	nd_emu_refuses 1 "nix: must be one of" save nix "$TMP/image2" &&
	as_before qemu
}

busy()
{
	local disk
	for disk in "${DISKS[@]}"; do
		[[ $disk == *s ]] || break
	done
	mkdir "$TMP/mnt" && mkfs.ext4 -q -b 4096 -F "$disk" &&
	mount "$disk" "$TMP/mnt" || return
	nd_emu_refuses 1 "must not be in use: $disk is mounted" \
		restore "$TMP/image" &&
	nd_emu_refuses 1 "must not be in use: $disk is mounted" \
		save "$TMP/image2" &&
	equal "image2" "$(echo "$TMP"/image2*)" "$TMP/image2*" &&
	as_described qemu
	set -- $?
	umount "$TMP/mnt" && return "$1"
}

full_disk()
{
	mkdir "$TMP/small" && mount -t tmpfs -o size=1M none "$TMP/small" ||
		return
	nd_emu_refuses 1 "No space left" save "$TMP/small/image" &&
	equal "what is left" "$(echo "$TMP"/small/*)" "$TMP/small/*" &&
	as_described qemu
	set -- $?
	umount "$TMP/small" && return "$1"
}

# A dd that takes its time gives us the time to interrupt.
slow_dd()
{
	mkdir -p "$TMP/bin"
	printf '#!/bin/sh\nsleep 1\nexec /bin/dd "$@"\n' >"$TMP/bin/dd"
	chmod +x "$TMP/bin/dd"
}

# interrupted COMMAND FILE: while it copies
interrupted()
{
	local pid
	PATH=$TMP/bin:$PATH "$NDEMU" "$1" "$2" >"$TMP/out" 2>"$TMP/err" &
	pid=$!
	within 30 pgrep -f "$TMP/bin/dd if=" >/dev/null && kill -TERM "$pid"
	wait "$pid"
	equal status "$?" 143
}

interrupted_save()
{
	slow_dd && interrupted save "$TMP/image3" &&
	equal "image3" "$(echo "$TMP"/image3*)" "$TMP/image3*" &&
	as_described qemu
}

interrupted_restore()
{
	local said region
	slow_dd && interrupted restore "$TMP/image" || return
	mapfile -t said <"$TMP/err"
	region=$(get qemu/regions/region0/dev_name)
	equal "lines it says" "${#said[@]}" 1 &&
	[[ ${said[0]} == *"half old and half new"*"disabled; restore it again"* ]] &&
	not [ -e "/sys/bus/nd/devices/$region/driver" ] &&
	nd_emu_ok restore "$TMP/image" || return
	ndctl enable-region "$region" >/dev/null 2>&1
	settle
	as_before qemu
}

# The file takes what is written while the region is disabled, and not else.
written_when_disabled()
{
	local media
	read_text "$CONFIG/qemu/dev_name"
	media=/sys/kernel/debug/nd_emu/$REPLY/$DIMM/media
	denied EBUSY dd if=/dev/zero of="$media" bs=4096 count=1 \
		conv=notrunc status=none &&
	denied ENOSPC dd if=/dev/zero of="$media" bs=1M seek=$SIZE count=1 \
		conv=notrunc status=none &&
	equal "at the end" "$(dd if="$media" bs=1M skip=$SIZE status=none |
		wc -c)" 0 &&
	as_before qemu
}

# line_of DIGIT: as much of it as is in a DIMM before the next one's turn
line_of()
{
	local line
	printf -v line '%4096s' ""
	printf '%s' "${line// /$1}"
}

# Four DIMMs: each has its lines, in a file of its own.
interleaved()
{
	local disk i sum
	nd_emu_ok down qemu && nd_emu_ok up interleaved 64M || return
	look interleaved
	disk=${DISKS[0]}
	for i in 0 1 2 3 4 5 6 7; do
		line_of "$i"
	done >"$TMP/lines"
	dd if="$TMP/lines" of="$disk" bs=32K oflag=direct status=none &&
	dd if=/dev/urandom of="$disk" bs=64K seek=9 count=5 oflag=direct \
		status=none && sum=$(sums) &&
	nd_emu_ok save "$TMP/set" &&
	equal "images" "$(cd "$TMP" && echo set*)" "set.0 set.1 set.2 set.3" &&
	equal "sizes" "$(stat -c %s "$TMP"/set.* | sort -u)" \
		$((16 * MIB + LABELS)) &&
	for i in 0 1 2 3; do
		{ line_of "$i"; line_of $((i + 4)); } >"$TMP/lines"
		cmp -n 8192 "$TMP/lines" "$TMP/set.$i" || return
	done
	dd if=/dev/urandom of="$disk" bs=64K count=20 oflag=direct status=none &&
	nd_emu_ok restore "$TMP/set" && look interleaved &&
	equal data "$(sums)" "$sum" &&
	nd_emu_ok down
}

# on_disk REGION DIGIT: a line of that, at its beginning
on_disk()
{
	local disk
	disk=$(echo "/sys/bus/nd/devices/$(get "ends/regions/$1/dev_name")"/*/block/*)
	line_of "$2" | dd of="/dev/${disk##*/}" bs=4096 iflag=fullblock oflag=direct \
		status=none
}

# part MIB: a line of the media from there on is as standard input
part()
{
	cmp -n 4096 -i $(($1 * MIB)):0 "$MEDIA" -
}

# A read that is as long as both
over_the_end_of_the_hole()
{
	dd if="$MEDIA" bs=8192 iflag=fullblock,skip_bytes skip=$((48 * MIB - 4096)) \
		count=1 status=none | cmp - <(head -c 4096 /dev/zero; line_of 1)
}

# Two regions, the first of which has the end of the DIMM; between them is nothing.
at_both_ends()
{
	make_dirs ends ends/dimms/d ends/regions/a ends/regions/b &&
		put ends/regions/a/mappings "d 48M 16M 0" &&
		put ends/regions/b/mappings "d 0 16M 0" && go_live ends &&
		settle && on_disk a 1 && on_disk b 2 && disable_bus ends || return
	MEDIA=/sys/kernel/debug/nd_emu/$(get ends/dev_name)
	MEDIA+=/$(get ends/dimms/d/dev_name)/media
	equal "bytes" "$(wc -c <"$MEDIA")" $((64 * MIB)) &&
		part 0 < <(line_of 2) && part 16 </dev/zero &&
		part 48 < <(line_of 1) && over_the_end_of_the_hole &&
		nd_emu_ok down
}

result "a DIMM with labels, and data in two namespaces" prepare
result "it is saved, and is as before" saved
result "a terminal sees how far it is" progress_bar
result "the image is data, then labels, all over" like_the_dimm
result "another bus has the same namespaces and data" other_bus
result "one with another identity does not, and restore says so" other_identity
result "what was there before is gone" over_other_data
result "a file that is none of the DIMM is refused" wrong_files
result "a bus in use is refused" busy
result "what was overwritten comes back" over_other_data
result "a full disk keeps no half image" full_disk
result "an interrupted save leaves nothing" interrupted_save
result "an interrupted restore says what is left, and can be repeated" \
	interrupted_restore
result "the media cannot be written under an enabled region" \
	written_when_disabled
result "an interleave set is an image for each DIMM, and its lines in it" \
	interleaved
result "regions may be on the DIMM in any order, with a hole between them" \
	at_both_ends
result "all buses can be removed" none_left
finish
