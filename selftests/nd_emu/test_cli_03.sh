#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/configfs.sh"
. "$(dirname "$0")/cli.sh"

begin 40.3 "an image has all that is in a DIMM, and brings it back" 15
needs jq dd cmp

LABELS=$((128 << 10))

# described BUS: its namespaces, as ndctl has them
described()
{
	ndctl list -b "$(get "$1/dev_name")" -N | jq -cS \
		'[.[] | {mode, map, size, uuid, sector_size}] | sort_by(.uuid)'
}

# disks BUS: its block devices, in the order of their namespaces
disks()
{
	ndctl list -b "$(get "$1/dev_name")" -N | jq -r \
		'sort_by(.uuid)[] | select(.blockdev) | "/dev/" + .blockdev'
}

sums()
{
	local disk
	for disk in $(disks "$1"); do
		head -c 4M "$disk" | sha256sum
	done
}

put_data()
{
	local disk
	for disk in $(disks "$1"); do
		dd if=/dev/urandom of="$disk" bs=64K count=8 seek=3 \
			oflag=direct status=none || return
	done
}

# A DIMM with labels, and data in two namespaces
prepare()
{
	open_configfs && nd_emu_ok up qemu 96M || return
	NDBUS=$(get qemu/dev_name)
	DIMM=$(get qemu/dimms/dimm0/dev_name)
	REGION=$(get qemu/regions/region0/dev_name)
	{ ndctl disable-region "$REGION" && ndctl init-labels -f "$DIMM" &&
	  ndctl enable-region "$REGION" &&
	  ndctl create-namespace -r "$REGION" -m fsdax -M dev -s 32M &&
	  ndctl create-namespace -r "$REGION" -m sector -s 32M
	} >/dev/null 2>&1 && udevadm settle && put_data qemu || return
	SUMS=$(sums qemu)
	DESCRIBED=$(described qemu)
	equal namespaces "$(jq length <<<"$DESCRIBED")" 2
}

saved()
{
	nd_emu_ok save "$TMP/image" &&
	equal size "$(stat -c %s "$TMP/image")" $((96 * MIB + LABELS)) &&
	equal "files there" "$(find "$TMP" -name 'image*' | wc -l)" 1 &&
	equal namespaces "$(described qemu)" "$DESCRIBED" &&
	between "KiB on the disk" "$(du -k "$TMP/image" | cut -f1)" 1000 40000
}

like_the_dimm()
{
	ndctl read-labels "$DIMM" -o "$TMP/labels" >/dev/null 2>&1 &&
	tail -c $LABELS "$TMP/image" | cmp - "$TMP/labels" &&
	head -c $((96 * MIB)) "$TMP/image" |
		cmp - "/sys/kernel/debug/nd_emu/$NDBUS/$DIMM/media"
}

other_bus()
{
	nd_emu_ok down qemu && nd_emu_ok up qemu 96M &&
	DIMM=$(get qemu/dimms/dimm0/dev_name) &&
	nd_emu_ok restore qemu "$TMP/image" && udevadm settle &&
	equal namespaces "$(described qemu)" "$DESCRIBED" &&
	equal data "$(sums qemu)" "$SUMS"
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
	not equal namespaces "$(described qemu)" "$DESCRIBED" >/dev/null &&
	set_serial "$serial" &&
	nd_emu_ok restore qemu "$TMP/image" && udevadm settle &&
	equal namespaces "$(described qemu)" "$DESCRIBED"
}

over_other_data()
{
	put_data qemu && not equal data "$(sums qemu)" "$SUMS" >/dev/null &&
	nd_emu_ok restore "$TMP/image" && udevadm settle &&
	equal namespaces "$(described qemu)" "$DESCRIBED" &&
	equal data "$(sums qemu)" "$SUMS"
}

wrong_files()
{
	head -c $((96 * MIB)) "$TMP/image" >"$TMP/short"
	cp --sparse=always "$TMP/image" "$TMP/bad"
	yes nonsense | dd of="$TMP/bad" bs=1K count=128 seek=96K conv=notrunc \
		iflag=fullblock status=none
	nd_emu_refuses 1 "must be of $((96 * MIB + LABELS)) bytes" \
		restore "$TMP/short" &&
	nd_emu_refuses 1 "must end in a label storage area" \
		restore "$TMP/bad" &&
	nd_emu_refuses 1 "must be a file" restore "$TMP/nix" &&
	nd_emu_refuses 1 "must be in a directory" save "$TMP/nix/image" &&
	nd_emu_refuses 1 "must be a regular file" save /dev/null &&
	nd_emu_refuses 2 "takes a FILE" save &&
	nd_emu_refuses 1 "nix: must be one of" save nix "$TMP/image2" &&
	equal data "$(sums qemu)" "$SUMS"
}

busy()
{
	local disk
	disk=$(disks qemu | grep -v s$)
	mkdir "$TMP/mnt" && mkfs.ext4 -q -b 4096 -F "$disk" &&
	mount "$disk" "$TMP/mnt" || return
	nd_emu_refuses 1 "must not be in use: $disk is mounted" \
		restore "$TMP/image" &&
	nd_emu_refuses 1 "must not be in use: $disk is mounted" \
		save "$TMP/image2" &&
	equal "image2" "$(find "$TMP" -name 'image2*')" "" &&
	equal namespaces "$(described qemu)" "$DESCRIBED"
	set -- $?
	umount "$TMP/mnt" && return "$1"
}

full_disk()
{
	mkdir "$TMP/small" && mount -t tmpfs -o size=1M none "$TMP/small" ||
		return
	nd_emu_refuses 1 "No space left" save "$TMP/small/image" &&
	equal "what is left" "$(find "$TMP/small" -type f)" "" &&
	equal namespaces "$(described qemu)" "$DESCRIBED"
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
	equal "image3" "$(find "$TMP" -name 'image3*')" "" &&
	equal namespaces "$(described qemu)" "$DESCRIBED"
}

interrupted_restore()
{
	slow_dd && interrupted restore "$TMP/image" &&
	equal "lines it says" "$(wc -l <"$TMP/err")" 1 &&
	grep -q "half old and half new.*disabled; restore it again" "$TMP/err" &&
	not ls "/sys/bus/nd/devices/$(get qemu/regions/region0/dev_name)/driver" \
		2>/dev/null &&
	nd_emu_ok restore "$TMP/image" || return
	ndctl enable-region "$(get qemu/regions/region0/dev_name)" \
		>/dev/null 2>&1
	udevadm settle
	equal data "$(sums qemu)" "$SUMS"
}

# The file takes what is written while the region is disabled, and not else.
written_when_disabled()
{
	local media
	media=/sys/kernel/debug/nd_emu/$(get qemu/dev_name)/$DIMM/media
	denied EBUSY dd if=/dev/zero of="$media" bs=4096 count=1 \
		conv=notrunc status=none &&
	denied ENOSPC dd if=/dev/zero of="$media" bs=1M seek=96 count=1 \
		conv=notrunc status=none &&
	equal "at the end" "$(dd if="$media" bs=1M skip=96 status=none |
		wc -c)" 0 &&
	equal data "$(sums qemu)" "$SUMS"
}

# Four DIMMs: each has its lines, in a file of its own.
interleaved()
{
	local disk i sum
	nd_emu_ok down qemu && nd_emu_ok up interleaved 64M || return
	disk=$(disks interleaved)
	for i in 0 1 2 3 4 5 6 7; do
		head -c 4096 /dev/zero | tr '\0' "$i"
	done >"$TMP/lines"
	dd if="$TMP/lines" of="$disk" bs=32K oflag=direct status=none &&
	dd if=/dev/urandom of="$disk" bs=64K seek=9 count=5 oflag=direct \
		status=none && sum=$(sums interleaved) &&
	nd_emu_ok save "$TMP/set" &&
	equal "images" "$(cd "$TMP" && echo set*)" "set.0 set.1 set.2 set.3" &&
	for i in 0 1 2 3; do
		equal "size" "$(stat -c %s "$TMP/set.$i")" \
			$((16 * MIB + LABELS)) &&
		equal "lines of DIMM $i" "$(head -c 8192 "$TMP/set.$i" |
			fold -w 4096 | sed 's/\(.\)\1*/\1/' | xargs)" \
			"$i $((i + 4))" || return
	done
	dd if=/dev/urandom of="$disk" bs=64K count=20 oflag=direct status=none &&
	nd_emu_ok restore "$TMP/set" &&
	equal data "$(sums interleaved)" "$sum" &&
	nd_emu_ok down
}

result "a DIMM with labels, and data in two namespaces" prepare
result "it is saved, and is as before" saved
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
result "all buses can be removed" none_left
finish
