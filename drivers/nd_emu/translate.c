// SPDX-License-Identifier: GPL-2.0-only
/*
 * From system physical addresses to the DIMMs behind them.
 *
 * A region of several DIMMs is laid out in lines of the interleave
 * granularity: line 0 is on the first DIMM of the set, line 1 on the second,
 * and after the last DIMM comes the next line of the first one.
 */
#include <linux/kernel.h>
#include <linux/range.h>

#include "bus.h"
#include "cmd.h"
#include "dimm.h"
#include "dsm.h"
#include "interleave.h"
#include "translate.h"

/**
 * nd_emu_translate_region - the region that a range is in
 * @bus: the bus
 * @base: physical address
 * @length: bytes
 *
 * Context: any.
 * Return: the region, or NULL if the range is empty or not inside of one.
 */
struct nd_emu_region *nd_emu_translate_region(struct nd_emu_bus *bus,
					      u64 base, u64 length)
{
	unsigned int i;

	for (i = 0; length && i < bus->region_count; i++) {
		const struct range *range = &bus->regions[i].range;

		if (base < range->start || base > range->end)
			continue;
		return length - 1 <= range->end - base ? &bus->regions[i] :
							 NULL;
	}
	return NULL;
}

/**
 * nd_emu_translate_spa - function 5, "Translate SPA" (ACPI 6.5, 9.20.7.8)
 * @call: struct nd_emu_dsm_translate
 *
 * Context: any.
 * Return: 0.
 */
int nd_emu_translate_spa(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_translate *translate = call->buf;
	const struct nd_emu_mapping *mapping;
	const struct nd_emu_dimm *dimm;
	struct nd_emu_region *region;
	struct nd_emu_place place;

	region = nd_emu_translate_region(call->bus, translate->spa, 1);
	if (!region || !region->mapping_count) {
		*translate = (struct nd_emu_dsm_translate) {
			.spa = translate->spa,
			.status = ND_EMU_BUS_INVALID,
		};
		return 0;
	}
	place = nd_emu_interleave_place(translate->spa - region->range.start,
					region->size, region->mapping_count,
					region->config->interleave);
	mapping = &region->mappings[place.index];
	/* The region may not be made yet, and have no DIMMs of its own. */
	dimm = call->bus->dimms[mapping->index];
	*translate = (struct nd_emu_dsm_translate) {
		.spa = translate->spa,
		.length = place.length,
		.dimm_count = 1,
		.handle = nd_emu_dimm_handle(dimm),
		.dpa = mapping->dpa + place.dpa,
	};
	return 0;
}
