#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"
# shellcheck source=../nd_emu_users/fio.sh
. "$HERE/fio.sh"

made()
{
	make_btt "$1"
	driver_is "$DRIVER"
}

# size_of BLOCK: set $REPLY to how much is written in such blocks
size_of()
{
	case $1 in
	1m)	REPLY=32768 ;;
	512)	REPLY=2048 ;;
	*)	REPLY=8192 ;;
	esac
	! checks_itself || REPLY=$((REPLY / 4))
	REPLY+=k
}

verified()
{
	size_of "$1"
	verify "$1" "$2" "$DISK" --direct=1 --iodepth=16 --size="$REPLY"
}

survives()
{
	reenable
	size_of 1m
	verify_only 1m psync "$DISK" --direct=1 --size="$REPLY"
}

begin_btt 21.12 "fio verify on a BTT disk" 26
needs fio
without_udevd
fio --enghelp | grep -qw io_uring || skip_all "fio has no io_uring engine"
result "the module loads" load_with "$DRIVER" size=128M && {
	for lbasize in 512 4096; do
		t="$lbasize B"
		disk_step "$t: there is a disk" made $lbasize
		for engine in psync libaio io_uring; do
			for block in 512 4k 64k 1m; do
				[ $lbasize$block != 4096512 ] || continue
				disk_step "$t: $engine, $block" \
					verified $block $engine
			done
		done
		disk_step "$t: survives region disable and enable" survives
	done
}
finish
