/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_BUS_H
#define ND_EMU_BUS_H

#include <linux/libnvdimm.h>
#include <linux/rwsem.h>

#include "config.h"
#include "dimm.h"
#include "fault.h"
#include "firmware.h"
#include "region.h"
#include "scrub.h"
#include "span.h"
#include "state.h"

struct dentry;
struct platform_device;

/* The first, and one for each region that is on another node. */
#define ND_EMU_SPANS_MAX	(ND_EMU_REGIONS_MAX + 1)

/**
 * struct nd_emu_bus - a live bus: everything that it stands on
 * @config: what it was built from; constant, but for DIMMs that come and go
 * @requests: the memory it needs, as many as @span_count
 * @spans: the memory it has; the first one holds the platform's own
 * @span_count: how many
 * @state: what the platform remembers
 * @pdev: the parent of the bus
 * @desc: what libnvdimm knows of the bus; it keeps the pointer
 * @nvdimm_bus: the kernel's bus
 * @dimms_lock: held for reading by a command, and for writing to change what
 *	the next two are
 * @dimms: the DIMMs by number; NULL where there is none
 * @leaving: it is going down, and its DIMMs take no command any more
 * @activation: of firmware
 * @scrub: media errors
 * @faults: of the commands of the bus
 * @debug: its directory in debugfs
 * @filler: the region that takes all that the others leave, or NULL
 * @region_count: how many of @regions there are
 * @regions: in the order of the configuration
 *
 * Whoever creates, changes and destroys a bus sees to it that only one does at
 * a time. Commands and flushes come from libnvdimm at any time.
 */
struct nd_emu_bus {
	const struct nd_emu_config *config;
	struct nd_emu_media_request requests[ND_EMU_SPANS_MAX];
	struct nd_emu_span spans[ND_EMU_SPANS_MAX];
	unsigned int span_count;
	struct nd_emu_state state;
	struct platform_device *pdev;
	struct nvdimm_bus_descriptor desc;
	struct nvdimm_bus *nvdimm_bus;
	struct rw_semaphore dimms_lock;
	struct nd_emu_dimm *dimms[ND_EMU_DIMMS_MAX];
	bool leaving;
	struct nd_emu_activation activation;
	struct nd_emu_scrub scrub;
	struct nd_emu_faults faults;
	struct dentry *debug;
	struct nd_emu_region *filler;
	unsigned int region_count;
	struct nd_emu_region regions[];
};

extern const struct attribute_group *nd_emu_bus_groups[];

struct nd_emu_bus *nd_emu_bus_of_desc(struct nvdimm_bus_descriptor *desc);
struct nd_emu_bus *nd_emu_bus_of(struct nvdimm *nvdimm);
u64 nd_emu_bus_capacity(const struct nd_emu_bus *bus);
struct nd_emu_bus *nd_emu_bus_create(const struct nd_emu_config *config);
void nd_emu_bus_destroy(struct nd_emu_bus *bus);
const struct nd_emu_span *
nd_emu_bus_online_span(const struct nd_emu_bus *bus);
int nd_emu_bus_quiesce(struct nd_emu_bus *bus);
int nd_emu_bus_add_dimm(struct nd_emu_bus *bus,
			const struct nd_emu_dimm_config *config);
int nd_emu_bus_remove_dimm(struct nd_emu_bus *bus,
			   const struct nd_emu_dimm_config *config);

#endif
