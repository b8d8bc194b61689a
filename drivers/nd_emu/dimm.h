/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_DIMM_H
#define ND_EMU_DIMM_H

#include <linux/ioport.h>
#include <linux/types.h>

#include "config.h"
#include "fault.h"
#include "firmware.h"
#include "health.h"
#include "interleave.h"
#include "label.h"
#include "security.h"

struct device;
struct nd_emu_bus;
struct nvdimm;
struct nvdimm_bus;

/* cccc-ll-yyww-ssssssss: vendor, location, year and week, serial number */
#define ND_EMU_DIMM_ID_LEN	22

/**
 * struct nd_emu_dimm - one DIMM
 * @nvdimm: the kernel's device; it keeps pointers to this struct and to @hints
 * @config: what it was built from; constant
 * @index: number of the DIMM on the platform
 * @dirty_shutdowns: times that power went while it was in use; injection
 *	adds to it
 * @flags: bits of enum nd_emu_dimm_flag
 * @identity: what the SPD says
 * @id: the same, as the unique id in text
 * @label: label storage area, if it has one
 * @faults: of its commands
 * @firmware: and its update
 * @health: what it says of itself
 * @security: who may get at its data
 * @debug: its directory in debugfs
 * @hint_count: how many of @hints are in use
 * @hints: physical addresses of the flush hints
 * @hint_page: the page they are in, mapped uncached as libnvdimm does
 *
 * After nd_emu_dimm_create(), only what has a lock of its own changes, and
 * @dirty_shutdowns, under that of @health.
 */
struct nd_emu_dimm {
	struct nvdimm *nvdimm;
	const struct nd_emu_dimm_config *config;
	unsigned int index;
	u32 dirty_shutdowns;
	unsigned long flags;
	struct nd_emu_identity identity;
	char id[ND_EMU_DIMM_ID_LEN];
	struct nd_emu_label label;
	struct nd_emu_faults faults;
	struct nd_emu_firmware firmware;
	struct nd_emu_health health;
	struct nd_emu_security security;
	struct dentry *debug;
	unsigned int hint_count;
	struct resource hints[ND_EMU_HINTS_MAX];
	void __iomem *hint_page;
};

extern const char * const nd_emu_dimm_flag_words[ND_EMU_DIMM_FLAGS];

int nd_emu_dimm_init(struct nd_emu_dimm *dimm, struct nd_emu_bus *bus,
		     const struct nd_emu_dimm_config *config);
void nd_emu_dimm_exit(struct nd_emu_dimm *dimm);
int nd_emu_dimm_create(struct nd_emu_dimm *dimm, struct nvdimm_bus *bus);
struct device *nd_emu_dimm_get_any(struct nvdimm_bus *bus);
u32 nd_emu_dimm_handle(const struct nd_emu_dimm *dimm);
void nd_emu_dimm_flush_wpq(struct nd_emu_dimm *dimm, unsigned int hint);

#endif
