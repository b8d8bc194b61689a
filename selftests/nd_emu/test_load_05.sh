#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

. "${0%/*}/common.sh"

# Kernels that check themselves are an order of magnitude slower.
CYCLES=${ND_EMU_CYCLES:-100}
# KASAN keeps what was freed, up to a part of all memory, and what it remembers of
# stacks is not accounted for. There, kmemleak looks for what is lost.
SLAB_NOISE=1024
PAGE_NOISE=200
if grep -qE ' kasan_(report|init)$' /proc/kallsyms; then
	CYCLES=10
	SLAB_NOISE=131072
	PAGE_NOISE=4096
fi

begin 1.5 "$CYCLES times loaded and unloaded, not a page is lost" 4

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
	start_udevd
	udevadm control --start-exec-queue
}

# Not less; it is more when a block is carved for the first time, whose page
# structures were reserved at boot.
same_total()
{
	meminfo MemTotal
	[ "$REPLY" -ge "$SECOND" ] || equal MemTotal "$REPLY" "$SECOND"
}

# What is allocated once for good, and caches, are noise.
same_slabs()
{
	meminfo SUnreclaim
	[ $((REPLY - SLABS)) -lt $SLAB_NOISE ] ||
		equal "SUnreclaim" "$REPLY" "$SLABS"
}

# unaccounted: set $REPLY to the kB that are neither free nor have a known use.
# Pages that someone allocates for himself are among them and nowhere else. The
# free ones that processors keep for themselves are not in MemFree; lists of pages
# on their way to the LRU are emptied when caches are dropped.
unaccounted()
{
	echo 1 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/stat_refresh
	REPLY=$(awk -v used="$ACCOUNTED" '
		FILENAME ~ /zoneinfo/ {
			if ($1 == "count:")
				sum -= 4 * $2
			next
		}
		$1 == "MemTotal:" { sum += $2 }
		$1 ~ used { sum -= $2 }
		END { print sum }' /proc/zoneinfo /proc/meminfo)
}

few_more()
{
	unaccounted
	[ $((REPLY - PAGES)) -lt $PAGE_NOISE ]
}

# One page each time is 4 kB times CYCLES, which for 100 is twice the noise. What is
# on its way somewhere arrives; what is lost does not.
same_pages()
{
	within 20 few_more || equal "not accounted for" "$REPLY" "$PAGES"
}

# Stacks of the kernel are in what vmalloc has.
ACCOUNTED='^(MemFree|Active|Inactive|Unevictable|Slab|PageTables'
ACCOUNTED+='|SecPageTables|VmallocUsed|Percpu):'

settle
udevadm control --stop-exec-queue
# Where it can be done without, what is in its queue is forgotten.
stop_udevd
cycles 2
meminfo MemTotal
SECOND=$REPLY
meminfo SUnreclaim
SLABS=$REPLY
unaccounted
PAGES=$REPLY
result "all cycles work" cycles $((CYCLES - 2))
result "MemTotal is no less than after the second" same_total
result "the kernel's own memory has not grown" same_slabs
result "there are no more pages that nobody accounts for" same_pages
finish
