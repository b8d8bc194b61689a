#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "$(dirname "$0")/common.sh"

# Kernels that check themselves are an order of magnitude slower.
CYCLES=${ND_EMU_CYCLES:-100}
! grep -qE ' kasan_(report|init)$' /proc/kallsyms || CYCLES=10

begin 1.5 "$CYCLES times loaded and unloaded, not a page is lost" 3

cycle()
{
	local region
	modprobe nd_emu size=128M || return
	find_bus
	for region in "$REPLY"/region*; do
		echo "${region##*/}" >/sys/bus/nd/drivers/nd_region/unbind
	done
	rmmod nd_emu
}

cycles()
{
	local i
	for ((i = 1; i <= $1; i++)); do
		cycle || { diag "cycle $i"; return 1; }
	done
}

# udev would look at each device, which is most of the work.
undo()
{
	udevadm control --start-exec-queue
}

same_total()
{
	equal MemTotal "$(mem_total)" "$SECOND"
}

# What is allocated once for good, and caches, are noise; a leak of one page
# of each of the memory's struct pages is not.
same_slabs()
{
	local now
	now=$(meminfo SUnreclaim)
	[ $((now - SLABS)) -lt 16384 ] || equal "SUnreclaim" "$now" "$SLABS"
}

udevadm settle
udevadm control --stop-exec-queue
cycles 2
SECOND=$(mem_total)
SLABS=$(meminfo SUnreclaim)
result "all cycles work" cycles $((CYCLES - 2))
result "MemTotal is that after the second" same_total
result "the kernel's own memory has not grown" same_slabs
finish
