#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

seen_as()
{
	local name=${DISK#/dev/} file
	ndctl list -N | sed '/"uuid"/d'
	for file in size queue/logical_block_size integrity/format \
		integrity/tag_size integrity/device_is_integrity_capable; do
		echo "$file $(cat "/sys/block/$name/$file" 2>&1)"
	done
}

made()
{
	use_driver nd_btt
	make_btt "$1"
	driver_is nd_btt
	seen_as >"$TMP/nd_btt"
	put 0 300 1
}

same()
{
	disk_of nd_emu_btt
	seen_as >"$TMP/nd_emu_btt"
	diff "$TMP/nd_btt" "$TMP/nd_emu_btt"
}

data()
{
	has 0 300 1
	put 100 200 2 100 200 3 100 200 4
	disk_of nd_btt
	has 0 100 1 100 200 4
	put 0 100 5
	disk_of nd_emu_btt
	has 0 100 5 100 200 4
}

begin_btt 21.17 "sectors with metadata are what they are with nd_btt" 16
without_udevd
result "the module loads" load_with nd_btt size=128M && {
	for lbasize in 520 528 4104 4160 4224; do
		disk_step "$lbasize B: made by nd_btt" made $lbasize
		disk_step "$lbasize B: nd_emu_btt shows the same" same
		disk_step "$lbasize B: each reads what the other wrote" data
	done
}
finish
