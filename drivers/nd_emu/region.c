// SPDX-License-Identifier: GPL-2.0-only
/*
 * A region: what software sees of an interleave set, and where its flushes
 * arrive.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bio.h>
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <asm/barrier.h>

#include "bus.h"
#include "dimm.h"
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
	return sysfs_emit(buf, "%u\n", to_region(dev)->range_index);
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

	for (i = 0; i < region->mapping_count; i++) {
		struct nd_emu_dimm *dimm = region->mappings[i].dimm;

		if (!dimm->hint_count)
			continue;
		nd_emu_dimm_flush_wpq(dimm, hint);
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
 *
 * Without @bio, there may be a spin lock around it: nd_btt flushes what it has
 * written to its tables in this way.
 */
static int region_flush(struct nd_region *nd_region, struct bio *bio)
{
	struct nd_emu_region *region = nd_region_provider_data(nd_region);
	unsigned int wpq_flushes;
	int rc;

	rc = bio ? nd_emu_fault_hit(&region->faults, 0, NULL) :
		   nd_emu_fault_hit_atomic(&region->faults, 0);
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

/* A reserved range with one DIMM, all of it: what ramdax makes of it, too. */
static bool like_ramdax(const struct nd_emu_region *region,
			const struct nd_emu_bus *bus)
{
	return bus->config->base && bus->region_count == 1 &&
	       list_is_singular(&bus->config->dimms) &&
	       region->mapping_count == 1;
}

static int set_init(struct nd_emu_region *region, const struct nd_emu_bus *bus)
{
	struct nd_emu_interleave_dimm dimms[ND_EMU_DIMMS_MAX];
	unsigned int i;

	if (!region->mapping_count)
		return 0;
	if (like_ramdax(region, bus)) {
		nd_emu_interleave_ramdax(&region->set);
		return 0;
	}
	for (i = 0; i < region->mapping_count; i++)
		dimms[i] = (struct nd_emu_interleave_dimm) {
			.identity = &region->mappings[i].dimm->identity,
			.offset = region->mappings[i].offset,
		};
	return nd_emu_interleave_cookies(&region->set, dimms,
					 region->mapping_count);
}

static void mappings_init(struct nd_emu_region *region,
			  const struct nd_emu_bus *bus,
			  struct nd_mapping_desc *descs)
{
	unsigned int i;

	for (i = 0; i < region->mapping_count; i++) {
		struct nd_emu_mapping *mapping = &region->mappings[i];

		mapping->dimm = bus->dimms[mapping->index];
		descs[i] = (struct nd_mapping_desc) {
			.nvdimm = mapping->dimm->nvdimm,
			.start = mapping->dpa,
			.size = mapping->length,
			.position = i,
		};
	}
}

static int register_region(struct nd_emu_region *region,
			   const struct nd_emu_bus *bus,
			   struct nd_region_desc *desc)
{
	const struct nd_emu_region_config *config = region->config;

	if (config->pagemap)
		desc->flags |= BIT(ND_REGION_PAGEMAP);
	if (config->type == ND_EMU_REGION_VOLATILE) {
		region->nd_region =
			nvdimm_volatile_region_create(bus->nvdimm_bus, desc);
	} else {
		desc->flags |= domain_flags[config->domain];
		region->nd_region =
			nvdimm_pmem_region_create(bus->nvdimm_bus, desc);
	}
	return region->nd_region ? 0 : -ENOMEM;
}

/**
 * nd_emu_region_create - put a region on the bus
 * @region: planned and placed; has to stay until the bus is unregistered
 * @bus: the bus, with the DIMMs on it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_region_create(struct nd_emu_region *region, struct nd_emu_bus *bus)
{
	struct resource res = DEFINE_RES_MEM(region->range.start, region->size);
	struct nd_mapping_desc mappings[ND_EMU_DIMMS_MAX];
	/* Copied by libnvdimm, except for nd_set, the groups and the data. */
	struct nd_region_desc desc = {
		.res = &res,
		.mapping = mappings,
		.num_mappings = region->mapping_count,
		.attr_groups = region_groups,
		.nd_set = region->mapping_count ? &region->set : NULL,
		.provider_data = region,
		.numa_node = region->node,
		.target_node = region->node,
		.flush = region_flush,
	};
	int rc;

	nd_emu_fault_init(&region->faults, region_operation);
	mappings_init(region, bus, mappings);
	rc = set_init(region, bus);
	if (rc)
		return rc;
	return register_region(region, bus, &desc);
}

/*
 * libnvdimm registers a region in the background, and frees it if that fails.
 * So a region is looked for among the children of the bus, where only those
 * are that are registered.
 */
static bool is_region(const struct device *dev)
{
	return dev->groups == region_groups;
}

static int count_region(struct device *dev, void *count)
{
	if (is_region(dev))
		(*(unsigned int *)count)++;
	return 0;
}

/**
 * nd_emu_region_count - how many regions are registered
 * @bus: the bus
 *
 * Context: may sleep.
 * Return: that number.
 */
unsigned int nd_emu_region_count(struct nd_emu_bus *bus)
{
	unsigned int count = 0;

	device_for_each_child(to_nvdimm_bus_dev(bus->nvdimm_bus), &count,
			      count_region);
	return count;
}

static int notify_region(struct device *dev, void *event)
{
	if (is_region(dev))
		nvdimm_region_notify(to_nd_region(dev),
				     *(enum nvdimm_event *)event);
	return 0;
}

/**
 * nd_emu_region_notify_all - tell all regions of an event
 * @bus: the bus
 * @event: what has happened
 *
 * Context: may sleep; takes the lock of each device.
 */
void nd_emu_region_notify_all(struct nd_emu_bus *bus, enum nvdimm_event event)
{
	device_for_each_child(to_nvdimm_bus_dev(bus->nvdimm_bus), &event,
			      notify_region);
}

struct search {
	const struct nd_emu_region *region;
	struct device *dev;
};

static int match_region(struct device *dev, void *data)
{
	struct search *search = data;

	if (!is_region(dev) || to_region(dev) != search->region)
		return 0;
	search->dev = get_device(dev);
	return 1;
}

/**
 * nd_emu_region_get_device - the device of a region that may be gone by now
 * @bus: the bus
 * @region: a region of it
 *
 * Context: may sleep.
 * Return: the device, with a reference that the caller drops; NULL if it is not
 * registered any more.
 */
struct device *nd_emu_region_get_device(struct nd_emu_bus *bus,
					const struct nd_emu_region *region)
{
	struct search search = { .region = region };

	device_for_each_child(to_nvdimm_bus_dev(bus->nvdimm_bus), &search,
			      match_region);
	return search.dev;
}

/**
 * nd_emu_region_enabled - is a driver bound to a region?
 * @bus: the bus
 * @region: of it
 *
 * Context: may sleep. Without the lock of the device, it may have changed when
 * this returns.
 * Return: true or false.
 */
bool nd_emu_region_enabled(struct nd_emu_bus *bus,
			   const struct nd_emu_region *region)
{
	struct device *dev = nd_emu_region_get_device(bus, region);
	bool enabled = dev && dev->driver;

	put_device(dev);
	return enabled;
}

static int check_idle(struct device *dev, void *bus)
{
	if (!is_region(dev) || !dev->driver)
		return 0;
	pr_err("%s: live: %s: must be disabled first: something may use it (ndctl disable-region)\n",
	       ((struct nd_emu_bus *)bus)->config->name, dev_name(dev));
	return -EBUSY;
}

/**
 * nd_emu_region_share - what a region has of a DIMM
 * @region: the region
 * @index: number of the DIMM
 *
 * Context: any.
 * Return: its one mapping of the DIMM, or NULL.
 */
const struct nd_emu_mapping *
nd_emu_region_share(const struct nd_emu_region *region, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < region->mapping_count; i++) {
		if (region->mappings[i].index == index)
			return &region->mappings[i];
	}
	return NULL;
}

static int check_disabled(struct device *dev, void *index)
{
	if (!is_region(dev) || !dev->driver ||
	    !nd_emu_region_share(to_region(dev), *(unsigned int *)index))
		return 0;
	return -EBUSY;
}

/**
 * nd_emu_region_enabled_on - is a region on a DIMM enabled?
 * @bus: the bus
 * @index: number of the DIMM
 *
 * Context: may sleep.
 * Return: whether there is one.
 */
bool nd_emu_region_enabled_on(struct nd_emu_bus *bus, unsigned int index)
{
	return device_for_each_child(to_nvdimm_bus_dev(bus->nvdimm_bus), &index,
				     check_disabled);
}

static int get_region(struct device *dev, void *found)
{
	if (!is_region(dev))
		return 0;
	*(struct device **)found = get_device(dev);
	return 1;
}

/* Once killed, a device is not bound to a driver any more. */
static bool kill_region(struct device *dev, bool even_enabled)
{
	bool killed;

	device_lock(dev);
	killed = (even_enabled || !dev->driver) && kill_device(dev);
	device_unlock(dev);
	return killed;
}

/**
 * nd_emu_region_delete_idle - remove the regions of a bus, if none is enabled
 * @bus: the bus
 *
 * To take an enabled region away is to take the memory away from those who
 * have it mapped: libnvdimm does not ask them, and the memory is given back to
 * the system. Whoever enables a region after the first look ends this with
 * -EBUSY; those that were removed until then are gone.
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY with a line in the log.
 */
int nd_emu_region_delete_idle(struct nd_emu_bus *bus)
{
	struct device *parent = to_nvdimm_bus_dev(bus->nvdimm_bus);
	struct device *dev;
	int rc;

	rc = device_for_each_child(parent, bus, check_idle);
	while (!rc && device_for_each_child(parent, &dev, get_region)) {
		if (kill_region(dev, false)) {
			to_region(dev)->nd_region = NULL;
			device_unregister(dev);
		} else {
			rc = -EBUSY;
		}
		put_device(dev);
	}
	return rc;
}

/* As the kernel does it to what is on a bus that goes. */
static void unregister(struct nd_emu_bus *bus, struct device *dev)
{
	if (!kill_region(dev, true))
		return;
	/* Waits for what is just being registered on it. */
	nvdimm_bus_check_dimm_count(bus->nvdimm_bus, 0);
	device_unregister(dev);
}

/**
 * nd_emu_region_delete_all - remove the regions of a bus, enabled or not
 * @bus: the bus; nothing is registered on it meanwhile
 *
 * Context: may sleep.
 */
void nd_emu_region_delete_all(struct nd_emu_bus *bus)
{
	struct device *parent = to_nvdimm_bus_dev(bus->nvdimm_bus);
	struct device *dev;
	unsigned int i;

	for (i = 0; i < bus->region_count; i++) {
		if (!device_for_each_child(parent, &dev, get_region))
			return;
		unregister(bus, dev);
		put_device(dev);
	}
}
