#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

made()
{
	make_btt 4096
	driver_is "$DRIVER"
}

# field NUMBER: set $REPLY to that of the statistics, which are described in
# Documentation/block/stat.rst
field()
{
	local stat
	read -r -a stat <"/sys/block/${DISK#/dev/}/stat"
	REPLY=${stat[$1 - 1]}
}

# moves FIELD BY COMMAND...
moves()
{
	local before field=$1 by=$2
	# What udev reads, whenever somebody has written, is not to be counted.
	[ -n "$WITHOUT_UDEVD" ] || udevadm settle
	field "$field"
	before=$REPLY
	shift 2
	"$@"
	field "$field"
	equal "field $field" $((REPLY - before)) "$by"
}

accounted()
{
	echo 1 >"/sys/block/${DISK#/dev/}/queue/iostats"
	moves 5 100 put 0 100 1 -c 1
	moves 7 800 put 0 100 1 -c 1
	moves 1 100 has 0 100 1 -c 1
	moves 3 800 has 0 100 1 -c 1
	moves 9 0 true
}

discard_accounted()
{
	moves 14 80 blkdiscard -f -o 0 -l $((10 * 4096)) "$DISK"
}

not_accounted()
{
	echo 0 >"/sys/block/${DISK#/dev/}/queue/iostats"
	moves 5 0 put 0 100 1
	moves 1 0 has 0 100 1
}

does_not_wait()
{
	btt_io nowait "$DISK" 0 2000 7
	has 0 2000 7
	# More than go in one batch
	btt_io -c 250 nowait "$DISK" 0 2000 9
	has 0 2000 9
}

# With others at the same lanes and sectors
nor_among_others()
{
	local job jobs=()
	for job in 0 1 2 3; do
		btt_io nowait "$DISK" $((job * 1000)) 1000 8 &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job"
	done
	has 0 4000 8
}

begin_btt 21.18 "a BTT disk counts, and does not wait if told so" 7
without_udevd
needs blkdiscard
result "the module loads" load_with "$DRIVER" size=128M && {
	disk_step "there is a disk" made
	disk_step "reads and writes are counted" accounted
	disk_step "discards are" discard_accounted
	disk_step "nothing is without iostats" not_accounted
	disk_step "RWF_NOWAIT works or is EAGAIN" does_not_wait
	disk_step "also with four writers" nor_among_others
}
finish
