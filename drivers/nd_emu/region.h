/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_REGION_H
#define ND_EMU_REGION_H

#include <linux/atomic.h>
#include <linux/libnvdimm.h>
#include <linux/nd.h>
#include <linux/range.h>

#include "config.h"
#include "fault.h"

struct nd_emu_bus;
struct nd_emu_dimm;

/**
 * struct nd_emu_mapping - the share of one DIMM in a region
 * @dimm: the DIMM
 * @index: its number on the bus
 * @dpa: where on the DIMM, in bytes
 * @length: bytes
 * @offset: of the first line on this DIMM, from the start of the region
 */
struct nd_emu_mapping {
	struct nd_emu_dimm *dimm;
	unsigned int index;
	u64 dpa;
	u64 length;
	u64 offset;
};

/**
 * struct nd_emu_region - a live region
 * @nd_region: the kernel's device; it keeps pointers to this struct and to
 *	@set
 * @config: what it was built from; constant
 * @range_index: NFIT range index
 * @span: which span of the bus it is in
 * @start: where in that span, in bytes
 * @size: bytes
 * @range: physical addresses, both inclusive
 * @node: NUMA node that it reports
 * @set: the interleave set
 * @mapping_count: how many of @mappings there are; 0: no DIMM is behind it
 * @mappings: in the order of the set
 * @faults: of its flush
 * @flushes: flushes of the region that were asked for
 * @wpq_flushes: writes to flush hints that they took
 */
struct nd_emu_region {
	struct nd_region *nd_region;
	const struct nd_emu_region_config *config;
	unsigned int range_index;
	unsigned int span;
	u64 start;
	u64 size;
	struct range range;
	int node;
	struct nd_interleave_set set;
	unsigned int mapping_count;
	struct nd_emu_mapping mappings[ND_EMU_DIMMS_MAX];
	struct nd_emu_faults faults;
	atomic64_t flushes;
	atomic64_t wpq_flushes;
};

const struct nd_emu_mapping *
nd_emu_region_share(const struct nd_emu_region *region, unsigned int index);
int nd_emu_region_create(struct nd_emu_region *region, struct nd_emu_bus *bus);
void nd_emu_region_notify_all(struct nd_emu_bus *bus,
			      enum nvdimm_event event);
unsigned int nd_emu_region_count(struct nd_emu_bus *bus);
bool nd_emu_region_enabled(struct nd_emu_bus *bus,
			   const struct nd_emu_region *region);
struct device *nd_emu_region_get_device(struct nd_emu_bus *bus,
					const struct nd_emu_region *region);
int nd_emu_region_delete_idle(struct nd_emu_bus *bus);
void nd_emu_region_delete_all(struct nd_emu_bus *bus);
bool nd_emu_region_enabled_on(struct nd_emu_bus *bus, unsigned int index);

#endif
