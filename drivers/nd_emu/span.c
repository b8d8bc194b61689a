// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has which part of what memory.
 *
 * Memory is carved by the memory block, and by the gigabyte where the direct
 * map has leaves of that size; a bus may need 32 MiB. So buses share media: one
 * that says how much it needs gets a part of a medium that is there, if one has
 * as much left. What is left is managed by the resource tree: a part is a child
 * of the medium's entry in /proc/iomem. The last bus that goes takes the medium
 * along.
 *
 * A reserved range, and a bus that takes all there is, share nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "span.h"
#include "zero.h"

/* Cleared at a time, between looks at signals; divides any span. */
#define CLEAR_CHUNK	SZ_16M

/* Protects the list, what all media on it have been given to whom, and the mark. */
static DEFINE_MUTEX(media_lock);
static LIST_HEAD(media_list);

/* No memory can be taken: the system is about to hibernate. */
static bool forbidden;

static int clear_chunk(u64 start, u64 size)
{
	void *addr = memremap(start, size, MEMREMAP_WB);

	if (!addr)
		return -ENOMEM;
	nd_emu_zero(addr, size);
	memunmap(addr);
	return 0;
}

/*
 * What was in the memory may be anybody's, keys and passwords included, and
 * whoever may open the device could read it; and a new DIMM reads zeroes.
 */
static int clear_range(const struct range *range)
{
	u64 start;
	int rc;

	for (start = range->start; start < range->end; start += CLEAR_CHUNK) {
		if (signal_pending(current))
			return -EINTR;
		rc = clear_chunk(start, CLEAR_CHUNK);
		if (rc)
			return rc;
	}
	return 0;
}

/*
 * A medium that was cut out of what another one had left of a "System RAM"
 * entry belongs to the same entry: whichever of them comes back last has to
 * close the seam between them.
 */
static void share_system_ram(struct nd_emu_media *media)
{
	struct nd_emu_media *other;

	lockdep_assert_held(&media_lock);
	list_for_each_entry(other, &media_list, list) {
		if (other->system_ram.start <= media->range.start &&
		    other->system_ram.end >= media->range.end)
			media->system_ram = other->system_ram;
	}
}

static struct nd_emu_media *
media_create(const struct nd_emu_media_request *request)
{
	struct nd_emu_media *media = kzalloc(sizeof(*media), GFP_KERNEL);
	int rc;

	lockdep_assert_held(&media_lock);
	if (!media)
		return ERR_PTR(-ENOMEM);
	rc = nd_emu_media_get(media, request);
	if (rc) {
		kfree(media);
		return ERR_PTR(rc);
	}
	share_system_ram(media);
	list_add_tail(&media->list, &media_list);
	return media;
}

static void media_release(struct nd_emu_media *media)
{
	lockdep_assert_held(&media_lock);
	if (--media->users)
		return;
	list_del(&media->list);
	nd_emu_media_put(media);
	kfree(media);
}

/*
 * The first free place. allocate_resource() would do the same, if it did not
 * keep away from all that was memory at boot.
 */
static bool find_place(struct nd_emu_media *media, struct resource *res,
		       const struct nd_emu_media_request *request)
{
	u64 start = ALIGN(media->range.start, request->align);

	for (; start + request->size - 1 <= media->range.end;
	     start += request->align) {
		*res = (struct resource) {
			.name = KBUILD_MODNAME,
			.start = start,
			.end = start + request->size - 1,
			.flags = IORESOURCE_MEM,
			.desc = IORES_DESC_PERSISTENT_MEMORY,
		};
		if (!request_resource(&media->resource, res))
			return true;
	}
	return false;
}

/* Take a part of @media, if it is one to share and has as much left. */
static bool take_part(struct nd_emu_span *span, struct nd_emu_media *media,
		      const struct nd_emu_media_request *request)
{
	lockdep_assert_held(&media_lock);
	if (!media->shared)
		return false;
	if (request->node != NUMA_NO_NODE && request->node != media->node)
		return false;
	if (!find_place(media, &span->resource, request))
		return false;
	span->media = media;
	span->range.start = span->resource.start;
	span->range.end = span->resource.end;
	media->users++;
	return true;
}

static int take_new(struct nd_emu_span *span,
		    const struct nd_emu_media_request *request)
{
	struct nd_emu_media *media = media_create(request);

	if (IS_ERR(media))
		return PTR_ERR(media);
	media->shared = !request->whole && !media->source->keeps;
	if (!media->shared) {
		span->media = media;
		span->range = media->range;
		media->users++;
		return 0;
	}
	if (take_part(span, media, request))
		return 0;

	pr_err("no %llu MiB aligned to %llu MiB in [mem %#llx-%#llx]\n",
	       request->size / SZ_1M, request->align / SZ_1M,
	       media->range.start, media->range.end);
	media->users++;
	media_release(media);
	return -ENOMEM;
}

static int take(struct nd_emu_span *span,
		const struct nd_emu_media_request *request)
{
	struct nd_emu_media *media;

	lockdep_assert_held(&media_lock);
	if (forbidden) {
		pr_err("no memory can be taken while the system hibernates\n");
		return -EBUSY;
	}
	if (!request->base && !request->whole) {
		list_for_each_entry(media, &media_list, list) {
			if (take_part(span, media, request))
				return 0;
		}
	}
	return take_new(span, request);
}

/**
 * nd_emu_span_get - take the memory that a bus needs
 * @span: filled in; has to stay where it is until nd_emu_span_put()
 * @request: how much, and from where
 *
 * What comes from running memory reads as zeroes.
 *
 * Context: may sleep, for as long as it takes the kernel to move what is in
 * the memory elsewhere; a signal ends it.
 * Return: 0, or what nd_emu_media_get() said, with nothing changed; -EINTR also while
 * it waits for another bus; -EBUSY after nd_emu_span_forbid().
 */
int nd_emu_span_get(struct nd_emu_span *span,
		    const struct nd_emu_media_request *request)
{
	int rc = mutex_lock_interruptible(&media_lock);

	if (rc) {
		pr_err("interrupted by a signal, while another bus took memory\n");
		return rc;
	}
	memset(span, 0, sizeof(*span));
	rc = take(span, request);
	mutex_unlock(&media_lock);
	if (rc || span->media->source->keeps)
		return rc;

	rc = clear_range(&span->range);
	if (!rc)
		return 0;
	nd_emu_span_put(span);
	if (rc == -EINTR)
		pr_err("interrupted by a signal: all memory is where it was\n");
	return rc;
}

/**
 * nd_emu_span_put - give it back
 * @span: taken by nd_emu_span_get(); nothing uses it any more
 *
 * Context: may sleep.
 */
void nd_emu_span_put(struct nd_emu_span *span)
{
	mutex_lock(&media_lock);
	if (span->media->shared && release_resource(&span->resource))
		pr_err("%pR is not in the resource tree\n", &span->resource);
	media_release(span->media);
	mutex_unlock(&media_lock);
	span->media = NULL;
}

/**
 * nd_emu_span_is_online - does the system use it as its own memory?
 * @span: of a bus
 *
 * The kernel's kmem driver makes System RAM of a device DAX, and leaves it there,
 * without a device, if it is still in use when the driver has to go.
 *
 * Context: may sleep.
 * Return: true if it does use a memory block of it.
 */
bool nd_emu_span_is_online(const struct nd_emu_span *span)
{
	u64 block = memory_block_size_bytes();
	u64 start = ALIGN(span->range.start, block);

	for (; start + block - 1 <= span->range.end; start += block) {
		if (pfn_to_online_page(PHYS_PFN(start)))
			return true;
	}
	return false;
}

static int check_unused(void)
{
	const struct nd_emu_media *media;

	lockdep_assert_held(&media_lock);
	media = list_first_entry_or_null(&media_list, struct nd_emu_media,
					 list);
	if (!media)
		return 0;
	pr_err("hibernation: must wait until no bus is live: nobody would save [mem %#llx-%#llx]\n",
	       media->range.start, media->range.end);
	return -EBUSY;
}

/**
 * nd_emu_span_forbid - no memory is in use, and none is to be
 *
 * Does not wait for memory that is on its way in or out.
 *
 * Context: may sleep.
 * Return: 0; -EBUSY with a line in the log if memory is in use, and nothing is
 * forbidden then.
 */
int nd_emu_span_forbid(void)
{
	int rc;

	if (!mutex_trylock(&media_lock)) {
		pr_err("hibernation: must wait: memory is just being taken or given back\n");
		return -EBUSY;
	}
	rc = check_unused();
	forbidden = !rc;
	mutex_unlock(&media_lock);
	return rc;
}

/**
 * nd_emu_span_allow - undo nd_emu_span_forbid()
 *
 * Context: may sleep.
 */
void nd_emu_span_allow(void)
{
	mutex_lock(&media_lock);
	forbidden = false;
	mutex_unlock(&media_lock);
}
