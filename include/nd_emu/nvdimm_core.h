/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libnvdimm exports to the drivers of namespaces, and declares in none of
 * its public headers. These have had the same form from 6.1 to 7.3.
 */
#ifndef _ND_EMU_NVDIMM_CORE_H
#define _ND_EMU_NVDIMM_CORE_H

#include <linux/libnvdimm.h>
#include <linux/nd.h>
#include <linux/range.h>

/* The namespace behind a device that is being probed, or an ERR_PTR(). */
struct nd_namespace_common *nvdimm_namespace_common_probe(struct device *dev);
resource_size_t nvdimm_namespace_capacity(struct nd_namespace_common *ndns);
/* Claim, map and scan for bad blocks, as long as @dev is bound. */
int devm_namespace_enable(struct device *dev, struct nd_namespace_common *ndns,
			  resource_size_t size);
/* @name takes DISK_NAME_LEN bytes. */
const char *nvdimm_namespace_disk_name(struct nd_namespace_common *ndns,
				       char *name);
void nvdimm_badblocks_populate(struct nd_region *nd_region,
			       struct badblocks *bb,
			       const struct range *range);
/* Bytes cleared from @phys on, or an error. */
long nvdimm_clear_poison(struct device *dev, phys_addr_t phys,
			 unsigned int len);
/* Wait until every device that was to be added or removed has been. */
void nd_synchronize(void);
/* May be NULL. */
const uuid_t *nd_dev_to_uuid(struct device *dev);

#endif
