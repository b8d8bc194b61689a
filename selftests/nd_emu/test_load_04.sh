#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

ROUNDS=3

begin 1.4 "the module unloads under load" $ROUNDS

# What the writers say when the device goes is their own affair; they must not
# put a file in its place.
write_for_ever()
{
	while [ -b /dev/pmem0 ]; do
		dd if=/dev/zero of=/dev/pmem0 bs=64k oflag="$1" \
			conv=notrunc,nocreat status=none 2>/dev/null
	done
}

# Each write of the second writer ends in a flush.
writers_write()
{
	[ "$(region_attr nd_emu/flushes)" -ge "$1" ]
}

unload_under_load()
{
	load size=128M || return
	write_for_ever direct &
	write_for_ever dsync &
	cat /dev/pmem0 >/dev/null 2>&1 &
	within 60 writers_write 20 || return
	within 60 try_unload || return
	wait
}

for round in $(seq $ROUNDS); do
	result "round $round: region and module go while it is written to" \
		unload_under_load
done
finish
