/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_REGION_H
#define ND_EMU_REGION_H

#include <linux/atomic.h>
#include <linux/libnvdimm.h>
#include <linux/range.h>

#include "fault.h"
#include "topology.h"

struct nd_emu_dimm;
struct nd_emu_media;

/**
 * struct nd_emu_region - a region over all DIMMs of the platform
 * @nd_region: the kernel's device; it keeps pointers to this struct and to
 *	@set, and is gone only with the bus
 * @range: physical addresses, both inclusive
 * @set: the interleave set
 * @dimms: the DIMMs, in the order of the set
 * @dimm_count: how many
 * @faults: of its flush
 * @flushes: flushes of the region that were asked for
 * @wpq_flushes: writes to flush hints that they took
 */
struct nd_emu_region {
	struct nd_region *nd_region;
	struct range range;
	struct nd_interleave_set set;
	struct nd_emu_dimm *dimms;
	unsigned int dimm_count;
	struct nd_emu_faults faults;
	atomic64_t flushes;
	atomic64_t wpq_flushes;
};

int nd_emu_region_create(struct nd_emu_region *region, struct nvdimm_bus *bus,
			 const struct nd_emu_config *config,
			 const struct nd_emu_media *media,
			 struct nd_emu_dimm *dimms);

#endif
