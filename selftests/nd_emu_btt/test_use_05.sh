#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"

ROUNDS=4
! checks_itself || ROUNDS=2

made()
{
	make_btt 4096
	driver_is "$DRIVER"
	put 0 2000 1
}

# Until it is told to stop, or the disk is gone
load_starts()
{
	fio --name=load --filename="$DISK" --direct=1 --ioengine=libaio \
		--iodepth=16 --rw=randrw --bsrange=4k-64k --offset=16m \
		--size=64m --time_based --runtime=120 --numjobs=2 \
		>"$TMP/load" 2>&1 &
	LOAD=$!
	writes_arrive_still
}

# writes: set $REPLY to the sectors written so far
writes()
{
	local stat
	read -r -a stat <"/sys/block/${DISK#/dev/}/stat"
	REPLY=${stat[6]}
}

writes_arrive()
{
	writes
	[ "$REPLY" -gt $(($1 + 1000)) ]
}

writes_arrive_still()
{
	writes
	within 60 writes_arrive "$REPLY"
}

load_ends()
{
	kill "$LOAD" 2>/dev/null || true
	# It fails, of course.
	wait "$LOAD" || true
}

# under_load COMMAND...: while the disk is written to, and again
under_load()
{
	local round
	for ((round = 0; round < ROUNDS; round++)); do
		load_starts
		"$@"
		load_ends
	done
}

gone()
{
	[ ! -b "$DISK" ]
}

namespace_goes()
{
	ndctl disable-namespace "$NS"
	within 10 gone
	load_ends
	ndctl enable-namespace "$NS"
	settle
	within 10 test -b "$DISK"
	has 0 2000 1
}

region_goes()
{
	ndctl disable-region "$REGION"
	within 10 gone
	load_ends
	ndctl enable-region "$REGION"
	settle
	within 10 test -b "$DISK"
	has 0 2000 1
}

unload_refused()
{
	not rmmod nd_emu_btt
	writes_arrive_still
	has 0 2000 1
}

tables_are_right()
{
	as_raw raw_is_whole
	ndctl_finds_it_clean
	driver_is "$DRIVER"
	has 0 2000 1
}

unload_after_load()
{
	load_starts
	ndctl disable-namespace "$NS"
	load_ends
	within 10 remove_btt_module
	ndctl enable-namespace "$NS"
	settle
	disk_of nd_btt
	has 0 2000 1
	disk_of nd_emu_btt
	has 0 2000 1
}

begin_btt 21.15 "a BTT disk goes while it is written to" 8
needs fio
result "the module loads" load_with "$DRIVER" size=128M && {
	disk_step "there is a disk" made
	disk_step "the namespace is disabled, $ROUNDS times" \
		under_load namespace_goes
	disk_step "the region is disabled, $ROUNDS times" under_load region_goes
	disk_step "the tables are right" tables_are_right
	if [ "$DRIVER" = nd_emu_btt ]; then
		disk_step "the module does not go while the disk is open" \
			under_load unload_refused
		disk_step "and goes after that, leaving the disk to nd_btt" \
			unload_after_load
		disk_step "the tables are still right" tables_are_right
	fi
}
finish
