// SPDX-License-Identifier: GPL-2.0-only
/*
 * A region: what software sees of an interleave set, and where its flushes
 * arrive.
 */
#include <linux/bio.h>
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <asm/barrier.h>

#include "dimm.h"
#include "media.h"
#include "region.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static struct nd_emu_region *to_region(struct device *dev)
{
	return nd_region_provider_data(to_nd_region(dev));
}

static ssize_t range_index_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "1\n");
}
static DEVICE_ATTR_RO(range_index);

static struct attribute *region_nfit_attrs[] = {
	&dev_attr_range_index.attr,
	NULL
};

/* libndctl looks for the number of an NFIT range in a group of this name. */
static const struct attribute_group region_nfit_group = {
	.name = "nfit",
	.attrs = region_nfit_attrs,
};

static ssize_t flushes_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&to_region(dev)->flushes));
}
static DEVICE_ATTR_RO(flushes);

static ssize_t wpq_flushes_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n",
			  atomic64_read(&to_region(dev)->wpq_flushes));
}
static DEVICE_ATTR_RO(wpq_flushes);

static struct attribute *region_attrs[] = {
	&dev_attr_flushes.attr,
	&dev_attr_wpq_flushes.attr,
	NULL
};

static const struct attribute_group region_group = {
	.name = KBUILD_MODNAME,
	.attrs = region_attrs,
};

static const struct attribute_group *region_groups[] = {
	&region_nfit_group,
	&region_group,
	NULL
};

/* Drain the write pending queue of each DIMM that has flush hints. */
static unsigned int flush_wpqs(struct nd_emu_region *region)
{
	unsigned int hint = raw_smp_processor_id();
	unsigned int i, count = 0;

	for (i = 0; i < region->dimm_count; i++) {
		if (!region->dimms[i].hint_count)
			continue;
		nd_emu_dimm_flush_wpq(&region->dimms[i], hint);
		count++;
	}
	return count;
}

/*
 * Every flush of the region: REQ_PREFLUSH and REQ_FUA of its block devices,
 * deep_flush, and the kernel's own metadata. Which of them it is, @bio does
 * not tell: some kernels pass it for REQ_FUA only.
 *
 * The stores that a flush is for have left the CPU when they were made past
 * the caches or written back; the first fence orders them before the hints,
 * the second orders the hints before the completion. The memory behind needs
 * no more than that, in any persistence domain.
 */
static int region_flush(struct nd_region *nd_region, struct bio *bio)
{
	struct nd_emu_region *region = nd_region_provider_data(nd_region);
	unsigned int wpq_flushes;
	int rc;

	rc = nd_emu_fault_hit(&region->faults, 0, NULL);
	if (rc)
		return rc;
	pmem_wmb();
	wpq_flushes = flush_wpqs(region);
	if (wpq_flushes)
		pmem_wmb();

	atomic64_inc(&region->flushes);
	atomic64_add(wpq_flushes, &region->wpq_flushes);
	trace_nd_emu_flush(nd_region_dev(nd_region), wpq_flushes);
	return 0;
}

static const char *region_operation(unsigned int operation)
{
	return operation ? NULL : "flush";
}

static const unsigned long domain_flags[] = {
	[ND_EMU_DOMAIN_CPU_CACHE] = BIT(ND_REGION_PERSIST_CACHE) |
				    BIT(ND_REGION_PERSIST_MEMCTRL),
	[ND_EMU_DOMAIN_MEMORY_CONTROLLER] = BIT(ND_REGION_PERSIST_MEMCTRL),
	[ND_EMU_DOMAIN_NONE] = BIT(ND_REGION_ASYNC),
};

static int set_init(struct nd_emu_region *region,
		    const struct nd_emu_media *media)
{
	const struct nd_emu_identity *dimms[ND_EMU_DIMMS_MAX];
	unsigned int i;

	if (media->source->keeps && region->dimm_count == 1) {
		nd_emu_interleave_ramdax(&region->set);
		return 0;
	}
	for (i = 0; i < region->dimm_count; i++)
		dimms[i] = &region->dimms[i].identity;
	return nd_emu_interleave_cookies(&region->set, dimms,
					 region->dimm_count);
}

static void mappings_init(const struct nd_emu_region *region,
			  struct nd_mapping_desc *mappings, u64 capacity)
{
	unsigned int i;

	for (i = 0; i < region->dimm_count; i++)
		mappings[i] = (struct nd_mapping_desc) {
			.nvdimm = region->dimms[i].nvdimm,
			.size = capacity / region->dimm_count,
			.position = i,
		};
}

/**
 * nd_emu_region_create - put the region over all DIMMs on the bus
 * @region: zeroed; has to stay until the bus is unregistered
 * @bus: the bus, with the DIMMs on it
 * @config: says what kind of region
 * @media: the memory
 * @dimms: as many as @config says
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_region_create(struct nd_emu_region *region, struct nvdimm_bus *bus,
			 const struct nd_emu_config *config,
			 const struct nd_emu_media *media,
			 struct nd_emu_dimm *dimms)
{
	u64 capacity = nd_emu_media_capacity(range_len(&media->range),
					     config->dimms);
	struct resource res = DEFINE_RES_MEM(media->range.start, capacity);
	struct nd_mapping_desc mappings[ND_EMU_DIMMS_MAX];
	/* Copied by libnvdimm, except for nd_set, the groups and the data. */
	struct nd_region_desc desc = {
		.res = &res,
		.mapping = mappings,
		.num_mappings = config->dimms,
		.attr_groups = region_groups,
		.nd_set = &region->set,
		.provider_data = region,
		.numa_node = media->node,
		.target_node = media->node,
		.flags = BIT(ND_REGION_PAGEMAP),
		.flush = region_flush,
	};
	int rc;

	region->dimms = dimms;
	region->dimm_count = config->dimms;
	region->range.start = media->range.start;
	region->range.end = media->range.start + capacity - 1;
	nd_emu_fault_init(&region->faults, region_operation);
	rc = set_init(region, media);
	if (rc)
		return rc;
	mappings_init(region, mappings, capacity);

	if (config->is_volatile) {
		region->nd_region = nvdimm_volatile_region_create(bus, &desc);
	} else {
		desc.flags |= domain_flags[config->domain];
		region->nd_region = nvdimm_pmem_region_create(bus, &desc);
	}
	return region->nd_region ? 0 : -ENOMEM;
}
