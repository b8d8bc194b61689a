#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/bind.sh"

# Until the disk is gone; what is in it then, nobody says.
writer()
{
	while dd if=/dev/zero of="$1" bs="$2" seek="$3" count=64 oflag=direct \
		conv=nocreat,notrunc status=none
	do
		echo >>"$TMP/rounds"
	done 2>/dev/null
}

reader()
{
	while dd if="$1" of=/dev/null bs="$2" iflag=direct status=none; do
		echo >>"$TMP/rounds"
	done 2>/dev/null
}

busy()
{
	mapfile -t <"$TMP/rounds"
	[ ${#MAPFILE[@]} -ge 20 ]
}

start_load()
{
	find_disk
	: >"$TMP/rounds"
	writer "$DISK" 4k 0 &
	writer "$DISK" 64k 1 &
	reader "$DISK" 64k &
	within 60 busy
}

# The load ends by itself when there is nothing to work on.
end_load()
{
	wait
	[ ! -b "$DISK" ]
}

unbound()
{
	find_btt
	start_load
	echo "${BTT##*/}" >"$DRIVERS/nd_emu_btt/unbind"
	end_load
	echo "${BTT##*/}" >"$DRIVERS/nd_emu_btt/bind"
	settle
	driver_is nd_emu_btt
	disk_works
}

namespace_disabled()
{
	start_load
	ndctl disable-namespace "$NS"
	end_load
	ndctl enable-namespace "$NS"
	settle
	driver_is nd_emu_btt
	disk_works
}

region_disabled()
{
	start_load
	ndctl disable-region "$REGION"
	end_load
	ndctl enable-region "$REGION"
	settle
	driver_is nd_emu_btt
	disk_works
}

cannot_unload()
{
	find_disk
	exec 7<"$DISK"
	start_load
	says "in use" rmmod nd_emu_btt
	driver_is nd_emu_btt
	exec 7<&-
	find_btt
	echo "${BTT##*/}" >"$DRIVERS/nd_emu_btt/unbind"
	end_load
	unload_btt
}

begin_bind 20.5 "the disk can be taken away under load" 5
btt_step "there is a disk" prepare_btt
btt_step "its device is unbound" unbound
btt_step "its namespace is disabled" namespace_disabled
btt_step "its region is disabled" region_disabled
btt_step "the module stays as long as the disk is open" cannot_unload
finish
