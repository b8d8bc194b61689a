#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# Run this on a kernel booted with memmap=64M!0x140000000, or the like.
begin 8.3 "base= where another NVDIMM driver is waits until that is gone" 6
without_udevd

DRIVER=/sys/bus/platform/drivers/e820_pmem
LEGACY=e820_pmem

# legacy_range: of the first one, START END in decimal
legacy_range()
{
	sed -n 's/^\([0-9a-f]*\)-\([0-9a-f]*\) : Persistent Memory (legacy)$/0x\1 0x\2/p' \
		/proc/iomem | head -n 1
}

undo()
{
	[ -e $DRIVER/$LEGACY ] || bind
}

bind()
{
	echo $LEGACY >$DRIVER/bind && settle
}

unbind()
{
	echo $LEGACY >$DRIVER/unbind && not has_driver
}

# The namespace of its driver is what claims the range.
has_driver()
{
	grep -q '^  [0-9a-f-]* : namespace' /proc/iomem
}

taken()
{
	local base
	base=$(printf '%#x' "$1")
	refused EBUSY "base=$base: must be a range that nobody claims" \
		base="$base" size=32M
}

# The other half is System RAM.
half_taken()
{
	local base
	base=$(printf '%#x' $((END + 1 - 16 * MIB)))
	refused EBUSY "base=$base: must be a range outside of System RAM" \
		base="$base" size=32M
}

loads()
{
	load base="$START" size=32M && attr_is nd_emu/source \
		reserved && unload
}

read -r START END < <(legacy_range)
[ -n "$START" ] || skip_all "no legacy range of persistent memory"
START=$((START))
END=$((END))
has_driver || skip_all "the range has no driver"

result "its beginning: EBUSY" taken $START
result "its last 32 MiB: EBUSY" taken $((END + 1 - 32 * MIB))
result "the end of it and what follows: EBUSY" half_taken
result "its driver is unbound" unbind
result "now it loads" loads
result "its driver has it back" eval 'bind && has_driver'
finish
