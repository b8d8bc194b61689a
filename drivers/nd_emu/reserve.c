// SPDX-License-Identifier: GPL-2.0-only
/*
 * Media source: a range that was kept from the system at boot.
 *
 * Nothing but the range itself says that there is memory, so nothing is
 * written before all of these hold: the addresses exist, no System RAM, no
 * device and no other driver is there, and what is there holds a value.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/nodemask.h>

#include <asm/processor.h>

#include "media.h"
#include "state.h"

/* Does the CPU have these addresses, and the kernel room to map them? */
static int check_addressable(const struct range *range)
{
	struct range mappable = mhp_get_pluggable_range(true);
	u64 last = BIT_ULL(boot_cpu_data.x86_phys_bits) - 1;

	last = min(last, mappable.end);
	if (range->end >= range->start && range->end <= last &&
	    range->start >= mappable.start)
		return 0;
	pr_err("base=%#llx: must end at or below %#llx: this machine has no addresses beyond, and size= reaches %#llx\n",
	       range->start, last, range->end);
	return -EINVAL;
}

static int check_no_system_ram(const struct range *range)
{
	if (region_intersects(range->start, range_len(range),
			      IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) ==
	    REGION_DISJOINT)
		return 0;
	pr_err("base=%#llx: must be a range outside of System RAM: [mem %#llx-%#llx] is in use by the kernel; reserve it at boot with memmap=%lluM$%#llx\n",
	       range->start, range->start, range->end,
	       range_len(range) / SZ_1M, range->start);
	return -EBUSY;
}

/* Firmware's "Reserved" and a legacy pmem range may be built upon. */
static bool may_contain_us(const struct resource *res)
{
	if (res == &iomem_resource)
		return true;
	if (res->flags & IORESOURCE_BUSY)
		return false;
	return res->desc == IORES_DESC_RESERVED ||
	       res->desc == IORES_DESC_PERSISTENT_MEMORY ||
	       res->desc == IORES_DESC_PERSISTENT_MEMORY_LEGACY;
}

/* With our claim in the tree, everyone else's is around or inside it. */
static const struct resource *other_claim(const struct resource *ours)
{
	const struct resource *res;

	for (res = ours->child; res; res = res->sibling) {
		if ((res->flags & IORESOURCE_BUSY) || res->child ||
		    !may_contain_us(res))
			return res;
	}
	for (res = ours->parent; res; res = res->parent) {
		if (!may_contain_us(res))
			return res;
	}
	return NULL;
}

static int claim_alone(struct nd_emu_media *media)
{
	const struct range *range = &media->range;
	const struct resource *other;
	int rc;

	rc = nd_emu_media_claim(media);
	if (rc) {
		pr_err("base=%#llx: must be a range that nobody claims: a part of [mem %#llx-%#llx] is claimed, see /proc/iomem\n",
		       range->start, range->start, range->end);
		return -EBUSY;
	}
	other = other_claim(&media->resource);
	if (!other)
		return 0;
	pr_err("base=%#llx: must be a range that nobody claims: %s claims %pR\n",
	       range->start, other->name ?: "another driver", other);
	nd_emu_media_unclaim(media);
	return -EBUSY;
}

/* The node that the range reports: the one asked for, or the firmware's. */
static int range_node(const struct nd_emu_media_request *request)
{
	int node = request->node;

	if (node == NUMA_NO_NODE)
		node = phys_to_target_node(request->base);
	/* Others allocate memory near the range: the node has to have some. */
	if (node == NUMA_NO_NODE || !node_online(node))
		node = first_online_node;
	return node;
}

static int nd_emu_reserve_get(const struct nd_emu_media_request *request,
			      struct nd_emu_media *media)
{
	struct range *range = &media->range;
	int rc;

	range->start = request->base;
	range->end = request->base + request->size - 1;
	media->node = range_node(request);

	rc = check_addressable(range);
	if (rc)
		return rc;
	rc = check_no_system_ram(range);
	if (rc)
		return rc;
	rc = claim_alone(media);
	if (rc)
		return rc;
	rc = nd_emu_state_probe(range);
	if (rc)
		nd_emu_media_unclaim(media);
	return rc;
}

static void nd_emu_reserve_put(struct nd_emu_media *media)
{
	nd_emu_media_unclaim(media);
}

const struct nd_emu_media_source nd_emu_media_reserve = {
	.name = "reserved",
	.get = nd_emu_reserve_get,
	.put = nd_emu_reserve_put,
	.keeps = true,
};
