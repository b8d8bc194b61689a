// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing is left on the media of a DIMM: zeroes over its share of each region.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "bus.h"
#include "interleave.h"
#include "wipe.h"

/* What is mapped at a time */
#define PART	SZ_16M

static void wipe_bytes(void *addr, size_t length)
{
	while (length) {
		size_t bytes = min(length, PAGE_SIZE);

		memcpy_flushcache(addr, page_address(ZERO_PAGE(0)), bytes);
		addr += bytes;
		length -= bytes;
		cond_resched();
	}
}

/* In a part of a region, the lines of one DIMM of the set; the others stay. */
static void wipe_lines(const struct nd_emu_region *region,
		       unsigned int position, u64 start, u64 length, void *addr)
{
	struct nd_emu_place place;
	u64 done, bytes;

	for (done = 0; done < length; done += bytes) {
		place = nd_emu_interleave_place(start + done, region->size,
						region->mapping_count,
						region->config->interleave);
		bytes = min(place.length, length - done);
		if (place.index == position)
			wipe_bytes(addr + done, bytes);
	}
}

static int wipe_share(const struct nd_emu_region *region,
		      unsigned int position)
{
	u64 start, length;
	void *addr;

	for (start = 0; start < region->size; start += length) {
		length = min_t(u64, region->size - start, PART);
		addr = memremap(region->range.start + start, length,
				MEMREMAP_WB);
		if (!addr)
			return -ENOMEM;
		wipe_lines(region, position, start, length, addr);
		memunmap(addr);
	}
	return 0;
}

/**
 * nd_emu_wipe_dimm - overwrite all that regions have on a DIMM
 * @bus: the bus
 * @index: number of the DIMM
 *
 * The zeroes are durable when this returns. Labels stay.
 *
 * Context: may sleep, for as long as it takes to write that much. No region
 * of the DIMM is enabled.
 * Return: 0; -EBUSY if the system uses memory of the bus as its own; -ENOMEM with
 * some of it overwritten.
 */
int nd_emu_wipe_dimm(struct nd_emu_bus *bus, unsigned int index)
{
	unsigned int i, j;
	int rc = 0;

	if (nd_emu_bus_online_span(bus))
		return -EBUSY;
	for (i = 0; i < bus->region_count; i++) {
		const struct nd_emu_region *region = &bus->regions[i];

		for (j = 0; !rc && j < region->mapping_count; j++) {
			if (region->mappings[j].index == index)
				rc = wipe_share(region, j);
		}
	}
	pmem_wmb();
	return rc;
}
