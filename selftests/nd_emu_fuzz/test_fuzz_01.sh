#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../nd_emu/common.sh
. "$HERE/../nd_emu/common.sh"
# shellcheck source=../nd_emu/configfs.sh
. "$DIR/configfs.sh"
# shellcheck source=../nd_emu/kmemleak.sh
. "$DIR/kmemleak.sh"

# How many calls, for how long, and the seed are to be had from the kernel's
# command line, as nd_emu_fuzz.seed=N, .calls=N, .configfs=N and .seconds=N. A
# kernel that does not check itself shows little, and gets few. With .afterwards=0
# there are no other cases afterwards.
begin 90.1 "no sequence of calls breaks the kernel" 4

AFTERWARDS="test_cmd_01.sh test_label_01.sh test_scrub_02.sh"
AFTERWARDS+=" test_firmware_01.sh test_configfs_02.sh"

# option NAME DEFAULT
option()
{
	local value
	value=$(sed -n "s/.*nd_emu_fuzz\.$1=\([0-9]*\).*/\1/p" /proc/cmdline)
	echo "${value:-$2}"
}

# Where a task stops the others to activate firmware while another takes the bus
# down, each waits for the other, as on any bus: the one for whoever is in its
# sysfs, the other for whoever does not stop. After 20 seconds it gives up, and
# the kernel says who did not.
complaints()
{
	sed '/Freezing .* failed after .* refusing to freeze/,/Restarting tasks/d' \
		"$TMP/kmsg" | grep -aE "$COMPLAINTS" | head -n 20
}

# The log turns over many times meanwhile. It is kept in a file, and what
# follows is looked at as always.
fuzz()
{
	local status=0 base found
	base=$(reserved_range $((256 * MIB)))
	open_configfs || return
	stop_udevd
	dmesg --follow-new >"$TMP/kmsg" &
	"$HERE/fuzz" -s "$SEED" -n "$CALLS" -c "$CONFIGFS" -t "$SECONDS_MAX" \
		-b "${base:-0}" -j $(($(nproc) + 1)) >"$TMP/fuzz" || status=$?
	start_udevd
	diag "$(<"$TMP/fuzz")"
	kmsg "after the fuzzer"
	within 60 grep -qF "$MARK_TEXT" "$TMP/kmsg"
	BEGUN=$MARK_TEXT
	found=$(complaints)
	[ -z "$found" ] || diag "$found"
	[ "$status" -eq 0 ] && [ -z "$found" ]
}

nothing_left()
{
	none_left && unload
}

# slabs: set $REPLY to the kB in slabs, without those that KASAN keeps although they
# were freed
slabs()
{
	local cache
	for cache in /sys/kernel/slab/*/shrink; do
		[ ! -w "$cache" ] || echo 1 >"$cache"
	done
	meminfo SUnreclaim
}

# Without kmemleak: less than what one command of seventy loses in 840,000 calls, if it
# is 100 bytes each time. There is noise of 150 kB.
no_slab_lost()
{
	local more
	checks_itself || return 4
	slabs
	more=$((REPLY - SLABS))
	diag "slabs: $more kB more"
	[ $more -lt 1024 ]
}

no_memory_lost()
{
	if has_kmemleak; then
		no_object_lost
	else
		no_slab_lost
	fi
}

afterwards()
{
	local test
	[ "$(option afterwards 1)" != 0 ] || return 4
	[ -x "$DIR/ndcmd" ] || return 4
	for test in $AFTERWARDS; do
		"$DIR/$test" >"$TMP/out" 2>&1 && continue
		diag "$test: $(grep -E '^(not ok|#)' "$TMP/out")"
		return 1
	done
}

CALLS=40000 CONFIGFS=20000
if checks_itself; then
	CALLS=900000 CONFIGFS=100000
fi
CALLS=$(option calls $CALLS)
CONFIGFS=$(option configfs $CONFIGFS)
SECONDS_MAX=$(option seconds 4000)
SEED=$(option seed "$(date +%s)")
modprobe nd_pmem
if ! has_kmemleak; then
	slabs
	SLABS=$REPLY
fi
result "$CALLS commands, $CONFIGFS operations in configfs, seed $SEED" fuzz
result "nothing of it is left" nothing_left
result "no object is lost" no_memory_lost
result "commands, labels and buses are as they should be" afterwards
finish
