/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_BUS_H
#define ND_EMU_BUS_H

#include <linux/libnvdimm.h>

#include "dimm.h"
#include "fault.h"
#include "firmware.h"
#include "media.h"
#include "region.h"
#include "scrub.h"
#include "state.h"
#include "topology.h"

struct dentry;
struct platform_device;

/**
 * struct nd_emu_bus - a live platform: everything that one bus stands on
 * @config: what it was built from; constant
 * @media: the memory
 * @state: what the platform remembers
 * @pdev: the parent of the bus
 * @desc: what libnvdimm knows of the bus; it keeps the pointer
 * @nvdimm_bus: the kernel's bus
 * @region: the region
 * @activation: of firmware
 * @scrub: media errors
 * @faults: of the commands of the bus
 * @debug: its directory in debugfs
 * @dimms: the DIMMs, as many as @config says
 */
struct nd_emu_bus {
	struct nd_emu_config config;
	struct nd_emu_media media;
	struct nd_emu_state state;
	struct platform_device *pdev;
	struct nvdimm_bus_descriptor desc;
	struct nvdimm_bus *nvdimm_bus;
	struct nd_emu_region region;
	struct nd_emu_activation activation;
	struct nd_emu_scrub scrub;
	struct nd_emu_faults faults;
	struct dentry *debug;
	struct nd_emu_dimm dimms[];
};

struct nd_emu_bus *nd_emu_bus_of_desc(struct nvdimm_bus_descriptor *desc);
struct nd_emu_bus *nd_emu_bus_of(struct nvdimm *nvdimm);
struct nd_emu_bus *nd_emu_bus_create(const struct nd_emu_config *config);
void nd_emu_bus_destroy(struct nd_emu_bus *bus);

#endif
