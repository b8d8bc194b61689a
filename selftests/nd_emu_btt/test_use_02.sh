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

verified()
{
	local block=$1 engine=$2 size=8m
	shift 2
	[ "$block" != 1m ] || size=32m
	[ "$block" != 512 ] || size=2m
	! checks_itself || size=$((${size%m} / 2))m
	verify "$block" "$engine" "$DISK" --direct=1 --iodepth=16 --size=$size
}

survives()
{
	reenable
	verify_only 1m psync "$DISK" --direct=1 --size=32m
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
