/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The namespace behind a BTT device, as the memory that the engine works on.
 */
#ifndef _ND_EMU_BTT_NAMESPACE_H
#define _ND_EMU_BTT_NAMESPACE_H

#include <linux/badblocks.h>
#include <linux/libnvdimm.h>
#include <linux/nd.h>
#include <linux/uuid.h>

#include "persist.h"

/**
 * struct btt_namespace - a namespace and what its BTT has to be
 * @media: the engine's view of it
 * @ndns: the namespace
 * @region: where it is; asked to flush
 * @dev: the BTT device
 * @uuid: the BTT's, as configured or as found by the kernel
 * @parent_uuid: the namespace's, null where it has none
 * @lbasize: bytes of a sector, metadata included; 0 if none was chosen
 * @major: of the format's version
 * @readonly: the region is
 */
struct btt_namespace {
	struct btt_media media;
	struct nd_namespace_common *ndns;
	struct nd_region *region;
	struct device *dev;
	uuid_t uuid;
	uuid_t parent_uuid;
	u32 lbasize;
	u16 major;
	bool readonly;
};

int btt_namespace_open(struct device *dev, struct btt_namespace *ns);
bool btt_namespace_readonly(const struct btt_namespace *ns);
void btt_namespace_rescan(struct btt_namespace *ns);
int btt_device_is_claimed(struct device *dev);

#endif
