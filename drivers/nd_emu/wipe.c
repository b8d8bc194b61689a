// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing is left on the media of a DIMM: zeroes over its share of each region.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <asm/barrier.h>

#include "bus.h"
#include "interleave.h"
#include "wipe.h"
#include "zero.h"

/* What is mapped at a time */
#define PART	SZ_16M

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
			nd_emu_zero(addr + done, bytes);
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
	const struct nd_emu_mapping *share;
	unsigned int i;
	int rc = 0;

	if (nd_emu_bus_online_span(bus))
		return -EBUSY;
	for (i = 0; !rc && i < bus->region_count; i++) {
		const struct nd_emu_region *region = &bus->regions[i];

		share = nd_emu_region_share(region, index);
		if (share)
			rc = wipe_share(region, share - region->mappings);
	}
	pmem_wmb();
	return rc;
}
