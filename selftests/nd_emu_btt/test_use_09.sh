#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/btt.sh"
# shellcheck source=../nd_emu/cmd.sh
. "$DIR/cmd.sh"

# In a region with domain=none only a flush makes a write durable. It may have
# to wait for the platform, and so no write may be told not to.
made()
{
	make_btt 4096
	driver_is "$DRIVER"
	put 0 100 1
}

# Twice for each batch: before its log records count, and after. However many
# processors there are, a batch can have 8 sectors.
writes_flush()
{
	flushed 2 2 put 7 1 2
	flushed 20 20 put 20 10 2 -c 1
	flushed 2 2 put 20 8 3 -c 8
	flushed 2 2 put 28 2 3 -c 2
	has 7 1 2 20 10 3
}

discards_flush()
{
	flushed 1 1 blkdiscard -f -o $((7 * 4096)) -l 4096 "$DISK"
	flushed 1 1 blkdiscard -f -z -o $((50 * 4096)) -l $((20 * 4096)) "$DISK"
	has 7 1 0 50 20 0
}

# All that was to be flushed was, when the write ended.
no_other_flushes()
{
	flushed 0 0 has 8 12 1
	flushed 0 0 sync "$DISK"
}

closing_flushes()
{
	put 90 1 2
	flushed 1 8 disable
	enable
	has 90 1 2
}

no_flush_wanted()
{
	make_btt 4096
	driver_is "$DRIVER"
	flushed 0 0 put 7 10 2
}

# rule RULE: for flushes of the region
rule()
{
	echo "flush $1" >"$BUS_DEBUG/$REGION/fail"
}

hits()
{
	grep -q "^flush .* hits=$1\$" "$BUS_DEBUG/$REGION/fail"
}

disk_is_readonly()
{
	disk_attr ro
	[ "$REPLY" -eq 1 ]
}

set_region_readonly()
{
	echo "$1" >"$BUS/$REGION/read_only"
}

# What is on the media then, nobody knows, so nothing may be built on it.
flush_fails()
{
	kmsg "a flush fails"
	rule "errno=5 times=1"
	says EIO put 7 1 4
	within 10 disk_is_readonly
	says EPERM put 30 1 4
	says EPERM put 7 1 4
	has 20 10 3
	set_region_readonly 1
	set_region_readonly 0
	disk_is_readonly
	log_since "$MARK_TEXT" | tee "$TMP/log"
	equal "lines that say so" "$(grep -c \
		'a flush failed; read-only until the namespace is enabled' \
		"$TMP/log")" 1
	disable
	enable
	not disk_is_readonly
	has 7 1 0 || has 7 1 4
	has 20 10 3
	put 7 1 5
	has 7 1 5
}

# The second flush of a write fails, and its record may be on the media. What waits for
# the sector meanwhile must not count on what is there now.
fails_meanwhile()
{
	local status=0
	put 5000 1 1
	rule "skip=1 errno=5 delay=5000 times=1"
	put 5000 1 2 >"$TMP/put" &
	within 20 hits 1
	blkdiscard -f -o $((5000 * 4096)) -l 4096 "$DISK" 2>"$TMP/discard" ||
		status=$?
	wait
	[ "$status" -ne 0 ]
	grep -q EIO "$TMP/put"
	disable
	enable
	has 5000 1 1 || has 5000 1 2
}

unfinished()
{
	btt_image undo "$RAW" 7
}

# What recovery has stored may not be there next time. There is a disk, with nothing in
# it, until a recovery succeeds.
recovery_fails()
{
	put 7 1 6
	raw_only unfinished
	kmsg "a recovery whose flush fails"
	rule "errno=5 times=1"
	enable
	disk_attr size
	[ "$REPLY" -eq 0 ]
	log_since "$MARK_TEXT" >"$TMP/log"
	grep -q "map is .*: was recovered, and cannot be flushed; not attached" \
		"$TMP/log"
	disable
	enable
	has 7 1 6
}

# A write has its lane and its sector until it is flushed. Where nobody looks for
# a file system: a sector in the page cache is EAGAIN as well.
waits_for_another()
{
	make_btt 4096
	driver_is "$DRIVER"
	put 5000 1 1
	rule "delay=5000 times=1"
	put 5000 1 2 &
	within 20 hits 1
	btt_io nowait "$DISK" 5000 1 3 | tee "$TMP/nowait"
	wait
	grep -qx '1 times EAGAIN' "$TMP/nowait"
	has 5000 1 3
	btt_io nowait "$DISK" 5000 1 4 >"$TMP/nowait"
	[ ! -s "$TMP/nowait" ]
	has 5000 1 4
}

begin_btt 21.19 "a BTT disk flushes where the region has to be asked" 15
without_udevd
needs blkdiscard
result "domain=none: the module loads" \
	load_with "$DRIVER" size=128M domain=none && {
	devices
	disk_step "there is a disk" made
	disk_step "a write is two flushes, for all sectors of a batch" \
		writes_flush
	disk_step "a discard is one" discards_flush
	disk_step "there is nothing to flush afterwards" no_other_flushes
	disk_step "the last map entries are flushed when the disk goes" \
		closing_flushes
	disk_step "a write that may not wait is EAGAIN" nowait_is_eagain
	disk_step "when a flush fails, nothing more is written" flush_fails
	disk_step "what waits for a write whose flush fails, fails" \
		fails_meanwhile
	disk_step "without the flush of a recovery, there is no BTT" \
		recovery_fails
	disk_step "the tables are right" as_raw raw_is_whole
}
result "flush_hints=1: the module loads" \
	load_with "$DRIVER" size=128M flush_hints=1 && {
	devices
	disk_step "a write that would wait for another is EAGAIN" \
		waits_for_another
}
result "domain=memory_controller: the module loads" \
	load_with "$DRIVER" size=128M && {
	disk_step "no write asks the region" no_flush_wanted
}
finish
