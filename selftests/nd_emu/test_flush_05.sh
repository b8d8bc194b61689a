#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

begin 6.5 "each flush is an event that can be traced" 3
without_udevd

TRACING=/sys/kernel/tracing
EVENT=$TRACING/events/nd_emu/nd_emu_flush

undo()
{
	[ ! -d $EVENT ] || echo 0 >$EVENT/enable
	echo >$TRACING/trace
}

events()
{
	grep -c "nd_emu_flush: $REGION" $TRACING/trace
}

as_many_as_counted()
{
	local before
	echo >$TRACING/trace
	before=$(region_attr nd_emu/flushes)
	echo 1 >$EVENT/enable
	dd if=/dev/zero of=/dev/pmem0 bs=4k count=8 oflag=direct,dsync \
		status=none
	echo 1 >"$BUS/$REGION/deep_flush"
	echo 0 >$EVENT/enable
	between events "$(events)" 1 1000 &&
		equal events "$(events)" \
			$(($(region_attr nd_emu/flushes) - before))
}

names_hints()
{
	grep -q "nd_emu_flush: $REGION.* wpq_flushes=2" $TRACING/trace
}

[ -d $TRACING/events ] || skip_all "no tracefs at $TRACING"
load size=128M dimms=2 flush_hints=1
result "the event nd_emu:nd_emu_flush exists" [ -d $EVENT ]
result "it fires as often as flushes are counted" as_many_as_counted
result "it says how many hints were written" names_hints
finish
