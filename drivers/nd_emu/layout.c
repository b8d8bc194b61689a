// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where regions are: on DIMMs (DPA) and in physical memory (SPA).
 *
 * The memory of a bus is one span for each NUMA node that it needs. The first
 * one also has what the platform remembers:
 *
 *	span.start                                               span.end
 *	|                                                               |
 *	|<- region ->|  |<- region ->|        - - -        |<- 16 MiB ->|
 *	             |  |                          |       | platform's |
 *	             alignment                 a remainder | own        |
 *	                                        (not used)   (state.c)
 *
 * Regions come in the order of the configuration; one that fills what is left
 * comes last.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "bus.h"
#include "layout.h"

#define region_err(region, bus, fmt, ...)				\
	pr_err("%s: regions/%s: " fmt, (bus)->config->name,		\
	       (region)->config->name, ##__VA_ARGS__)

/**
 * nd_emu_layout_unit - what the size of a region is a multiple of
 * @dimms: how many DIMMs share it equally
 *
 * libnvdimm aligns a region so that every DIMM holds an equal share of it.
 *
 * Context: any.
 * Return: bytes.
 */
u64 nd_emu_layout_unit(unsigned int dimms)
{
	u64 align = ND_EMU_MEDIA_ALIGN;

	return dimms && align % dimms ? align * dimms : align;
}

/**
 * nd_emu_layout_capacity - how much of a range a region can offer
 * @size: length of the range in bytes
 * @dimms: DIMMs that share it equally
 *
 * Context: any.
 * Return: bytes, a multiple of nd_emu_layout_unit(); 0 if nothing is left.
 */
u64 nd_emu_layout_capacity(u64 size, unsigned int dimms)
{
	u64 unit = nd_emu_layout_unit(dimms);

	if (size <= ND_EMU_MEDIA_PLATFORM)
		return 0;
	return div64_u64(size - ND_EMU_MEDIA_PLATFORM, unit) * unit;
}

/* Does it take all that the others leave? */
static bool region_fills(const struct nd_emu_region_config *config)
{
	return !config->size && !config->mappings.count;
}

/* One DIMM of a set that was spelled out, at its position. */
static int plan_mapping(struct nd_emu_region *region,
			const struct nd_emu_bus *bus,
			const struct nd_emu_mapping_config *config)
{
	const struct nd_emu_dimm_config *dimm;
	struct nd_emu_mapping *mapping;

	dimm = nd_emu_config_find_dimm(bus->config, config->dimm);
	if (!dimm) {
		region_err(region, bus,
			   "mappings: %s: must be a directory in dimms/\n",
			   config->dimm);
		return -ENODEV;
	}
	mapping = &region->mappings[config->position];
	if (config->position >= region->mapping_count || mapping->length) {
		region_err(region, bus,
			   "mappings: position %u of %s: must be 0..%u, each once: the places in the set\n",
			   config->position, config->dimm,
			   region->mapping_count - 1);
		return -EINVAL;
	}
	*mapping = (struct nd_emu_mapping) {
		.index = dimm->index,
		.dpa = config->dpa,
		.length = config->length,
		.offset = config->has_offset ? config->offset :
			  config->position * region->config->interleave,
	};
	region->size += config->length;
	return 0;
}

/* The whole set: equal shares, each DIMM once, offsets in the order of it. */
static int check_set(const struct nd_emu_region *region,
		     const struct nd_emu_bus *bus)
{
	const struct nd_emu_mapping *mappings = region->mappings;
	unsigned long seen = 0;
	unsigned int i;

	for (i = 0; i < region->mapping_count; i++) {
		if (mappings[i].length != mappings[0].length) {
			region_err(region, bus,
				   "mappings: length %llu at position %u: must be %llu as at position 0: DIMMs share a set equally\n",
				   mappings[i].length, i, mappings[0].length);
			return -EINVAL;
		}
		if (i && mappings[i].offset <= mappings[i - 1].offset) {
			region_err(region, bus,
				   "mappings: offset %#llx at position %u: must be above that of the position before: it is where the line is in the region\n",
				   mappings[i].offset, i);
			return -EINVAL;
		}
		if (test_and_set_bit(mappings[i].index, &seen)) {
			region_err(region, bus,
				   "mappings: position %u: must be a DIMM that is not in the set yet\n",
				   i);
			return -EINVAL;
		}
	}
	return 0;
}

static int plan_given(struct nd_emu_region *region,
		      const struct nd_emu_bus *bus)
{
	const struct nd_emu_region_config *config = region->config;
	unsigned int i;
	int rc;

	region->mapping_count = config->mappings.count;
	for (i = 0; i < config->mappings.count; i++) {
		rc = plan_mapping(region, bus, &config->mappings.list[i]);
		if (rc)
			return rc;
	}
	if (config->size && config->size != region->size) {
		region_err(region, bus,
			   "size=%llu: must be %llu, which the mappings add up to, or 0\n",
			   config->size, region->size);
		return -EINVAL;
	}
	return check_set(region, bus);
}

/* The end of what regions before @region have of the DIMM, in bytes. */
static u64 dpa_end(const struct nd_emu_bus *bus,
		   const struct nd_emu_region *region, unsigned int index)
{
	const struct nd_emu_region *other;
	const struct nd_emu_mapping *share;
	u64 end = 0;

	for (other = bus->regions; other < bus->regions + bus->region_count;
	     other++) {
		if (other == region)
			continue;
		share = nd_emu_region_share(other, index);
		if (share)
			end = max(end, share->dpa + share->length);
	}
	return end;
}

/* An equal share of every DIMM of the bus that can be mapped. */
static void plan_all(struct nd_emu_region *region,
		     const struct nd_emu_bus *bus)
{
	const struct nd_emu_dimm_config *dimm;

	list_for_each_entry(dimm, &bus->config->dimms, list) {
		unsigned int position = region->mapping_count;

		if (test_bit(ND_EMU_DIMM_MAP_FAIL, &dimm->flags))
			continue;
		region->mappings[position] = (struct nd_emu_mapping) {
			.index = dimm->index,
			.dpa = dpa_end(bus, region, dimm->index),
			.offset = position * region->config->interleave,
		};
		region->mapping_count++;
	}
}

static void share_equally(struct nd_emu_region *region, u64 size)
{
	unsigned int i;

	region->size = size;
	for (i = 0; i < region->mapping_count; i++)
		region->mappings[i].length = div_u64(size,
						     region->mapping_count);
}

static bool overlap(const struct nd_emu_mapping *a,
		    const struct nd_emu_mapping *b)
{
	return a->index == b->index && a->dpa < b->dpa + b->length &&
	       b->dpa < a->dpa + a->length;
}

static int check_overlap(const struct nd_emu_bus *bus,
			 const struct nd_emu_region *region,
			 const struct nd_emu_region *other)
{
	unsigned int i, j;

	for (i = 0; i < region->mapping_count; i++) {
		for (j = 0; j < other->mapping_count; j++) {
			if (!overlap(&region->mappings[i],
				     &other->mappings[j]))
				continue;
			region_err(region, bus,
				   "mappings: DPA %#llx at position %u: must be outside of regions/%s: no two regions share memory of a DIMM\n",
				   region->mappings[i].dpa, i,
				   other->config->name);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_region(const struct nd_emu_bus *bus,
			const struct nd_emu_region *region)
{
	u64 unit = nd_emu_layout_unit(region->mapping_count);
	const struct nd_emu_region *other;
	int rc;

	if (!region->size || region->size % unit) {
		region_err(region, bus,
			   "size=%llu: must be a multiple of %llu MiB: each of %u DIMMs has an equal share of what libnvdimm aligns regions to\n",
			   region->size, unit / SZ_1M, region->mapping_count);
		return -EINVAL;
	}
	if (region->mapping_count > 1 &&
	    region->mappings[0].length % region->config->interleave) {
		region_err(region, bus,
			   "interleave=%llu: must divide the %llu bytes of each DIMM\n",
			   region->config->interleave,
			   region->mappings[0].length);
		return -EINVAL;
	}
	for (other = bus->regions; other < region; other++) {
		rc = check_overlap(bus, region, other);
		if (rc)
			return rc;
		if (other->range_index != region->range_index)
			continue;
		region_err(region, bus,
			   "range_index=%u: must be another one than that of %s\n",
			   region->range_index, other->config->name);
		return -EEXIST;
	}
	return 0;
}

/* Everything but the size of one that fills. */
static int plan_region(struct nd_emu_bus *bus, struct nd_emu_region *region)
{
	const struct nd_emu_region_config *config = region->config;
	int rc;

	if (config->mappings.count) {
		rc = plan_given(region, bus);
		if (rc)
			return rc;
	} else {
		plan_all(region, bus);
		share_equally(region, region_fills(config) ?
			      nd_emu_layout_unit(region->mapping_count) :
			      config->size);
	}
	return check_region(bus, region);
}

/* Of the span for a node: which number it has. Adds the span if need be. */
static unsigned int span_for(struct nd_emu_bus *bus, int node)
{
	unsigned int i;

	if (bus->config->base || node == NUMA_NO_NODE)
		return 0;
	for (i = 0; i < bus->span_count; i++) {
		if (bus->requests[i].node == node)
			return i;
	}
	bus->requests[i] = (struct nd_emu_media_request) {
		.align = ND_EMU_MEDIA_ALIGN,
		.node = node,
	};
	bus->span_count++;
	return i;
}

/* At the end of what its span has so far. */
static void reserve(struct nd_emu_bus *bus, struct nd_emu_region *region)
{
	struct nd_emu_media_request *request;

	region->span = span_for(bus, region->config->node);
	request = &bus->requests[region->span];
	request->align = max(request->align, region->config->align);
	region->start = ALIGN(request->size, region->config->align);
	request->size = region->start + region->size;
}

static int check_fill(const struct nd_emu_bus *bus,
		      const struct nd_emu_region *region,
		      const struct nd_emu_region *filler)
{
	if (filler) {
		region_err(region, bus,
			   "size=0: must be given, as regions/%s takes all that is left already\n",
			   filler->config->name);
		return -EINVAL;
	}
	if (!bus->config->size) {
		region_err(region, bus,
			   "size=0: must be given, or else the size of the bus: nothing says how much memory to take\n");
		return -EINVAL;
	}
	return 0;
}

/* Those with a size first, so that the one without comes last. */
static int plan_regions(struct nd_emu_bus *bus)
{
	struct nd_emu_region *region, *filler = NULL;
	struct nd_emu_region *end = bus->regions + bus->region_count;
	int rc;

	for (region = bus->regions; region < end; region++) {
		if (!region_fills(region->config)) {
			rc = plan_region(bus, region);
			if (rc)
				return rc;
			reserve(bus, region);
			continue;
		}
		rc = check_fill(bus, region, filler);
		if (rc)
			return rc;
		filler = region;
	}
	bus->filler = filler;
	if (!filler)
		return 0;
	rc = plan_region(bus, filler);
	if (rc)
		return rc;
	reserve(bus, filler);
	if (!filler->span)
		return 0;
	region_err(filler, bus,
		   "size=0: must be given on a node that is not that of the bus\n");
	return -EINVAL;
}

/* The first span: the platform's own, and what else the bus asks for. */
static int plan_first_span(struct nd_emu_bus *bus)
{
	const struct nd_emu_config *config = bus->config;
	struct nd_emu_media_request *request = &bus->requests[0];

	request->size = ALIGN(request->size + ND_EMU_MEDIA_PLATFORM,
			      ND_EMU_MEDIA_ALIGN);
	if (config->size && request->size > config->size) {
		pr_err("%s: size=%llu: must be %llu or more, which the regions and 16 MiB for the platform take, or 0\n",
		       config->name, config->size, request->size);
		return -EINVAL;
	}
	if (config->base && !IS_ALIGNED(config->base, request->align)) {
		pr_err("%s: base=%#llx: must be a multiple of %llu MiB, the alignment of a region\n",
		       config->name, config->base, request->align / SZ_1M);
		return -EINVAL;
	}
	if (config->size)
		request->size = bus->filler ? config->size :
				ALIGN(config->size, ND_EMU_MEDIA_ALIGN);
	request->whole = bus->filler;
	return 0;
}

/**
 * nd_emu_layout_plan - decide where everything goes, as far as can be
 * @bus: has a configuration; its regions and requests are filled in
 *
 * Changes nothing but @bus.
 *
 * Context: nobody else knows the bus yet; the lock of its configuration is held.
 * Return: 0; or with a line in the log -ENODEV for a DIMM that is not there,
 * -EEXIST for what has to be unique and is not, -EINVAL for all else.
 */
int nd_emu_layout_plan(struct nd_emu_bus *bus)
{
	const struct nd_emu_config *config = bus->config;
	const struct nd_emu_region_config *region;
	const struct nd_emu_dimm_config *dimm;
	unsigned int i = 0;
	int rc;

	list_for_each_entry(dimm, &config->dimms, list) {
		rc = nd_emu_config_check_dimm(config, dimm);
		if (rc)
			return rc;
	}
	list_for_each_entry(region, &config->regions, list) {
		bus->regions[i].config = region;
		bus->regions[i].range_index = region->range_index ?: i + 1;
		i++;
	}
	bus->span_count = 1;
	bus->requests[0] = (struct nd_emu_media_request) {
		.base = config->base,
		.align = ND_EMU_MEDIA_ALIGN,
		.node = config->node,
	};
	rc = plan_regions(bus);
	if (rc)
		return rc;
	return plan_first_span(bus);
}

static int region_node(const struct nd_emu_region *region,
		       const struct nd_emu_span *span)
{
	int node = region->config->node;

	return node == NUMA_NO_NODE ? span->media->node : node;
}

/**
 * nd_emu_layout_place - give every region its physical addresses
 * @bus: planned, and has its spans
 *
 * Context: nobody else knows the bus yet.
 */
void nd_emu_layout_place(struct nd_emu_bus *bus)
{
	struct nd_emu_region *region = bus->filler;

	if (region) {
		u64 size = range_len(&bus->spans[0].range) - region->start;

		share_equally(region,
			      nd_emu_layout_capacity(size,
						     region->mapping_count));
	}
	for (region = bus->regions; region < bus->regions + bus->region_count;
	     region++) {
		const struct nd_emu_span *span = &bus->spans[region->span];

		region->range.start = span->range.start + region->start;
		region->range.end = region->range.start + region->size - 1;
		region->node = region_node(region, span);
	}
}
