// SPDX-License-Identifier: GPL-2.0-only
/*
 * "System RAM" in the resource tree: making a range of it removable.
 *
 * When memory goes, release_mem_region_adjustable() cuts its range out of the
 * "System RAM" resource around it, and gives all children of that resource to
 * the lower part. A child above the range (the kernel image where KASLR put
 * it high, a crash kernel) does not fit there: the kernel warns, leaves the
 * resource as it was and reports success. The range then still looks like
 * System RAM, nobody can claim it, and it cannot be added again either.
 *
 * So the cut above the range is made here, before:
 *
 *	|<------------- System RAM, with children a and b --------------->|
 *	      | a |           |<-- range -->|            | b |
 *
 *	|<--------- System RAM, a --------->|<----- System RAM, b ------->|
 *	      | a |           |<-- range -->|            | b |
 *
 * and the kernel has only an end to take off. Once the memory is back, what
 * was one resource is made one again, or else every load would leave /proc/iomem
 * in smaller pieces, and no range across two pieces can ever be removed.
 *
 * Only memory hotplug changes the "System RAM" entries, and the tree's lock
 * cannot be had from a module: each step below is atomic, the sequence is not.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sysram.h"

#define SYSRAM_FLAGS	(IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY)

static int find_whole(struct resource *res, void *arg)
{
	struct range *whole = arg;

	/*
	 * A driver that added memory (dax kmem, virtio-mem) takes it away again
	 * itself, and add_memory() would bring it back as the kernel's own.
	 */
	if (res->parent != &iomem_resource ||
	    (res->flags & IORESOURCE_SYSRAM_DRIVER_MANAGED))
		return 0;
	if (whole->start < res->start || whole->end > res->end)
		return 0;
	whole->start = res->start;
	whole->end = res->end;
	return 1;
}

/*
 * The top-level "System RAM" entry that holds @addr. Modules cannot search the
 * tree, but a resource that was inserted knows its parents.
 */
static struct resource *sysram_at(resource_size_t addr)
{
	struct resource probe = {
		.name = KBUILD_MODNAME " probe",
		.start = addr,
		.end = addr,
		.flags = IORESOURCE_MEM,
	};
	struct resource *res;

	if (insert_resource(&iomem_resource, &probe))
		return NULL;
	res = probe.parent;
	while (res && res != &iomem_resource && res->parent != &iomem_resource)
		res = res->parent;
	remove_resource(&probe);

	if (!res || (res->flags & SYSRAM_FLAGS) != SYSRAM_FLAGS)
		return NULL;
	return res;
}

/* Make @high, a child of @low that ends where it ends, its next sibling. */
static int promote(struct resource *low, struct resource *high)
{
	resource_size_t size = resource_size(low);
	int rc;

	release_resource(high);
	rc = adjust_resource(low, low->start, high->start - low->start);
	if (rc)
		goto out_demote;
	rc = request_resource(&iomem_resource, high);
	if (rc)
		goto out_grow;
	return 0;

out_grow:
	WARN_ON(adjust_resource(low, low->start, size));
out_demote:
	WARN_ON(request_resource(low, high));
	return rc;
}

/*
 * Cut @low in two at @at. Inserting the upper part into it first hands over
 * the children above in one step, and finds one that lies across the cut.
 */
static int cut(struct resource *low, resource_size_t at)
{
	struct resource *high;
	int rc;

	high = kzalloc(sizeof(*high), GFP_KERNEL);
	if (!high)
		return -ENOMEM;
	high->name = low->name;
	high->start = at;
	high->end = low->end;
	high->flags = low->flags;
	high->desc = low->desc;

	rc = insert_resource(low, high);
	if (rc)
		goto out_free;
	if (!high->child) {
		/* Nothing above the cut: the kernel makes it by itself. */
		rc = 0;
		goto out_remove;
	}
	rc = promote(low, high);
	if (rc)
		goto out_remove;
	return 0;

out_remove:
	remove_resource(high);
out_free:
	kfree(high);
	return rc;
}

/**
 * nd_emu_sysram_split - make sure that the kernel can remove a range
 * @range: physical addresses of online memory, whole memory blocks
 * @whole: set to the bounds of the "System RAM" resource around @range
 *
 * Context: may sleep.
 * Return: 0, also if there was nothing to split; -ENXIO if @range does not lie
 * within one "System RAM" resource; -EBUSY if something else lies across its
 * end; -ENOMEM. On an error the resource tree is as it was.
 */
int nd_emu_sysram_split(const struct range *range, struct range *whole)
{
	struct resource *res;

	/* The walk clips what it finds to its bounds: ask for everything. */
	*whole = *range;
	if (walk_iomem_res_desc(IORES_DESC_NONE, SYSRAM_FLAGS, 0, -1, whole,
				find_whole) != 1)
		return -ENXIO;

	/* An end is taken off whatever the children above it are. */
	if (range->start == whole->start || range->end == whole->end)
		return 0;

	res = sysram_at(range->end);
	if (!res || res->start != whole->start || res->end != whole->end)
		return -ENXIO;
	return cut(res, range->end + 1);
}

static bool same_kind(const struct resource *a, const struct resource *b)
{
	return (a->flags & SYSRAM_FLAGS) == (b->flags & SYSRAM_FLAGS) &&
	       a->desc == b->desc && !strcmp(a->name, b->name);
}

/* Move the end of @low to that of @high, which becomes part of it. */
static int absorb_high(struct resource *low, struct resource *high)
{
	resource_size_t size = resource_size(low);
	int rc;

	release_resource(high);
	rc = adjust_resource(low, low->start, high->end - low->start + 1);
	if (rc)
		goto out_request;
	rc = request_resource(low, high);
	if (rc)
		goto out_shrink;

	/* Its children, if any, are children of @low from here on. */
	remove_resource(high);
	return 0;

out_shrink:
	WARN_ON(adjust_resource(low, low->start, size));
out_request:
	WARN_ON(request_resource(&iomem_resource, high));
	return rc;
}

/* Move the start of @high to that of @low, which has no children. */
static int absorb_low(struct resource *low, struct resource *high)
{
	int rc;

	release_resource(low);
	rc = adjust_resource(high, low->start, high->end - low->start + 1);
	if (rc)
		WARN_ON(request_resource(&iomem_resource, low));
	return rc;
}

/*
 * An entry made at boot is not from the slab, and stays where it is for good, as
 * when the kernel itself has no more use for one.
 */
static void free_entry(struct resource *res)
{
	if (PageSlab(virt_to_head_page(res)))
		kfree(res);
}

/*
 * Join what meets at @at. Of the two entries one goes: that of @range, which
 * add_memory() made, or the upper one, which came out of a cut most of the time.
 * It was made at boot where others have taken, and given back, what was below.
 */
static void join(resource_size_t at, const struct range *range)
{
	struct resource *low = sysram_at(at - 1);
	struct resource *high = sysram_at(at);
	bool low_is_range;
	int rc;

	if (!low || !high || low == high || !same_kind(low, high))
		return;

	low_is_range = low->start == range->start && low->end == range->end;
	rc = low_is_range ? absorb_low(low, high) : absorb_high(low, high);
	if (rc) {
		pr_warn("System RAM stays split at %pa (%d)\n", &at, rc);
		return;
	}
	free_entry(low_is_range ? low : high);
}

/**
 * nd_emu_sysram_join - make one resource of what was one before
 * @range: physical addresses of memory that was just added again
 * @whole: what nd_emu_sysram_split() found
 *
 * Context: may sleep. A seam that cannot be closed is logged and harmless.
 */
void nd_emu_sysram_join(const struct range *range, const struct range *whole)
{
	if (whole->start < range->start)
		join(range->start, range);
	if (whole->end > range->end)
		join(range->end + 1, range);
}
