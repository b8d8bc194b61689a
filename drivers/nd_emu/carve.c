// SPDX-License-Identifier: GPL-2.0-only
/*
 * Media source: memory carved out of the running system.
 *
 * The memory is taken offline and removed by memory hotplug, as if its DIMM
 * had been pulled, and added and onlined again at the end. Two things decide
 * where that can be done; both corrupt or lose memory without a word where
 * they are ignored:
 *
 * - The direct map. remove_pagetable() does not split a 1 GiB leaf: asked to
 *   unmap a part of one, it takes the gigabyte itself for a page table. A run
 *   may begin and end only where no such leaf is cut (directmap_can_cut()).
 * - The resource tree: see sysram.c.
 *
 * What else has to hold, no pinned or unmovable page above all, only trying
 * can tell: the search goes from the top of a node, where ZONE_MOVABLE is if
 * there is one, down, and takes the first run that comes free.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/hugetlb.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include <asm/pgtable.h>

#include "media.h"
#include "offlining.h"
#include "onlining.h"
#include "shadow.h"
#include "sysram.h"

/**
 * struct search - a search for memory on one node
 * @node: the node
 * @block: size of a memory block in bytes
 * @size: bytes wanted, a multiple of @block
 * @align: alignment wanted of the start, @block or more
 * @exact: look at runs of just @size, otherwise at longer ones only
 * @tried: runs that looked good and could not be taken
 * @stuck: the block that no run can be taken with: waited for in vain by the last
 *	of them, or in a DIMM that can be ejected; 0 if there is none
 */
struct search {
	int node;
	u64 block;
	u64 size;
	u64 align;
	bool exact;
	unsigned int tried;
	u64 stuck;
};

/*
 * May the direct map end, or begin again, at @addr? Not in the middle of a
 * 1 GiB leaf. Both sides are looked at: memory may end here already.
 */
static bool directmap_can_cut(u64 addr)
{
	unsigned int level;

	if (IS_ALIGNED(addr, PUD_SIZE))
		return true;
	if (lookup_address((unsigned long)__va(addr - 1), &level) &&
	    level >= PG_LEVEL_1G)
		return false;
	return !lookup_address((unsigned long)__va(addr), &level) ||
	       level < PG_LEVEL_1G;
}

/*
 * Is it pinned, for a device that has access to the memory of a process? A pin
 * in ZONE_MOVABLE is not there for long. Pages that a thousand processes map look
 * the same; those that the kernel has merged are known to move.
 */
static bool looks_pinned(struct page *page)
{
	struct folio *folio = page_folio(page);

	return page_zonenum(page) != ZONE_MOVABLE && folio_test_anon(folio) &&
	       !folio_test_ksm(folio) && folio_maybe_dma_pinned(folio);
}

/*
 * Is it in the pool of hugetlb, for whoever wants one? The kernel would take it
 * out of the pool, which gets smaller for good, even where the attempt fails.
 */
static bool is_free_huge_page(struct page *page)
{
	return PageHuge(page) && !folio_ref_count(page_folio(page));
}

/*
 * A quick look that saves most of the attempts that are bound to fail: memory
 * that is reserved since boot or holds slabs does not move. To fail is costly,
 * as the kernel moves away what it can before it gives up. A page that has failed
 * would be taken, and come back as a good one: the mark is lost.
 */
static bool block_looks_free(const struct search *search, u64 start)
{
	unsigned long pfn = PHYS_PFN(start);
	unsigned long end = PHYS_PFN(start + search->block);

	for (; pfn < end; pfn++) {
		struct page *page = pfn_to_online_page(pfn);

		if (!page || page_to_nid(page) != search->node)
			return false;
		if (PageReserved(page) || PageSlab(page) || PageHWPoison(page))
			return false;
		if (looks_pinned(page) || is_free_huge_page(page))
			return false;
	}
	cond_resched();
	return true;
}

/* Remember which blocks were in ZONE_MOVABLE, to put them back there. */
static unsigned long *movable_blocks(const struct range *range, u64 block)
{
	unsigned int i, count = div64_u64(range_len(range), block);
	unsigned long *movable = bitmap_zalloc(count, GFP_KERNEL);

	for (i = 0; movable && i < count; i++) {
		struct page *page;

		page = pfn_to_online_page(PHYS_PFN(range->start + i * block));
		if (page && page_zonenum(page) == ZONE_MOVABLE)
			set_bit(i, movable);
	}
	return movable;
}

static bool is_system_ram(const struct range *range)
{
	return region_intersects(range->start, range_len(range),
				 IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) !=
	       REGION_DISJOINT;
}

/* Add a removed range again, online as it was, in one resource as it was. */
static void put_back(struct nd_emu_media *media)
{
	struct range *range = &media->range;
	int rc;

	rc = add_memory(media->node, range->start, range_len(range), MHP_NONE);
	if (rc) {
		pr_err("cannot give back [mem %#llx-%#llx] (%d): it is lost until the next boot\n",
		       range->start, range->end, rc);
		return;
	}
	nd_emu_online(range, media->movable);
	nd_emu_sysram_join(range, &media->system_ram);
}

/* Remove one run of blocks from the system, or leave all as it was. */
static int take_run(struct search *search, struct nd_emu_media *media)
{
	struct range *range = &media->range;
	int rc;

	rc = nd_emu_sysram_split(range, &media->system_ram);
	if (rc)
		return rc;
	rc = nd_emu_offline_and_remove(range, &search->stuck);
	if (rc) {
		/* The kernel onlines again what it had offlined, or tries to. */
		nd_emu_online(range, media->movable);
		goto out_join;
	}
	if (is_system_ram(range)) {
		/* Then add_memory() cannot enter it either: it is lost. */
		pr_err("[mem %#llx-%#llx] was removed and is still System RAM\n",
		       range->start, range->end);
		put_back(media);
		return -EIO;
	}
	return 0;

out_join:
	nd_emu_sysram_join(range, &media->system_ram);
	return rc;
}

static int try_run(struct search *search, struct nd_emu_media *media,
		   const struct range *range)
{
	int rc;

	rc = nd_emu_check_ejectable(range, &search->stuck);
	if (rc)
		return rc;
	media->range = *range;
	media->node = search->node;
	media->movable = movable_blocks(range, search->block);
	if (!media->movable)
		return -ENOMEM;

	pr_info("trying [mem %#llx-%#llx] of node %d\n", range->start,
		range->end, search->node);
	rc = take_run(search, media);
	if (!rc)
		return 0;

	pr_info("[mem %#llx-%#llx] cannot be taken (%d)\n", range->start,
		range->end, rc);
	search->tried++;
	bitmap_free(media->movable);
	media->movable = NULL;
	return rc;
}

/* Where the shortest run of @size or more that ends at @end begins, or 0. */
static u64 run_start(const struct search *search, u64 bottom, u64 end)
{
	u64 start;

	if (end < bottom + search->size)
		return 0;
	start = end - search->size;
	while (!IS_ALIGNED(start, search->align) ||
	       !directmap_can_cut(start)) {
		if (start < bottom + search->block)
			return 0;
		start -= search->block;
	}
	return (end - start == search->size) == search->exact ? start : 0;
}

/* How far down from @end blocks look free, no further than @start. */
static u64 looks_free_from(const struct search *search, u64 start, u64 end)
{
	u64 from = end;

	while (from > start && block_looks_free(search, from - search->block))
		from -= search->block;
	return from;
}

static u64 node_bottom(const struct search *search)
{
	return ALIGN(PFN_PHYS(NODE_DATA(search->node)->node_start_pfn),
		     search->block);
}

static u64 node_top(const struct search *search)
{
	return ALIGN_DOWN(PFN_PHYS(node_end_pfn(search->node)), search->block);
}

/*
 * Every end of a run from the top of the node down. A signal ends the search,
 * and so does a run that was lost, as the next one would be lost in the same
 * way; any other failure is a reason to try the next run.
 */
static int search_node(struct search *search, struct nd_emu_media *media)
{
	u64 bottom = max(node_bottom(search), search->block);
	u64 end, start, from;
	int rc;

	for (end = node_top(search); end > bottom; end -= search->block) {
		if (signal_pending(current))
			return -EINTR;
		if (!directmap_can_cut(end))
			continue;
		start = run_start(search, bottom, end);
		if (!start)
			continue;
		from = looks_free_from(search, start, end);
		if (from > start) {
			/* No run with the block below @from in it can work. */
			end = from;
			continue;
		}
		rc = try_run(search, media, &(struct range) {
			.start = start, .end = end - 1 });
		if (!rc || rc == -EINTR || rc == -EIO)
			return rc;
		/* The next run is the first one below, as above. */
		if (search->stuck)
			end = search->stuck + search->block;
	}
	return -ENOMEM;
}

/* A run of just the size asked for first, then one that is rounded up. */
static int search_exact_first(struct search *search,
			      struct nd_emu_media *media)
{
	int rc;

	search->exact = true;
	rc = search_node(search, media);
	if (rc != -ENOMEM)
		return rc;
	search->exact = false;
	return search_node(search, media);
}

/* The longest run of blocks that look free on the node, for the error. */
static struct range longest_run(const struct search *search)
{
	u64 bottom = max(node_bottom(search), search->block);
	struct range best = { };
	u64 end, from;

	for (end = node_top(search); end > bottom; ) {
		from = looks_free_from(search, bottom, end);
		if (end - from > best.end - best.start)
			best = (struct range) { .start = from, .end = end };
		end = from > bottom ? from - search->block : bottom;
	}
	return best;
}

static void report_failure(const struct search *search)
{
	struct range best = longest_run(search);

	pr_err("no %llu MiB of node %d can be taken: %u runs tried, the longest that looks free is %llu MiB at %#llx\n",
	       search->size / SZ_1M, search->node, search->tried,
	       (best.end - best.start) / SZ_1M, best.start);
}

static int search_nodes(struct search *search, struct nd_emu_media *media,
			int wanted)
{
	int node, rc = -ENOMEM;

	for_each_node_state(node, N_MEMORY) {
		if (wanted != NUMA_NO_NODE && node != wanted)
			continue;
		search->node = node;
		search->tried = 0;
		rc = search_exact_first(search, media);
		if (rc != -ENOMEM)
			return rc;
		report_failure(search);
	}
	pr_err("size=%llu MiB cannot be carved: ask for less, free memory, or boot with movablecore= (memory that moves) or with memmap=SIZE$ADDRESS (then base=ADDRESS)\n",
	       search->size / SZ_1M);
	return rc;
}

static int nd_emu_carve_get(const struct nd_emu_media_request *request,
			    struct nd_emu_media *media)
{
	struct search search = { .block = memory_block_size_bytes() };
	int rc;

	search.size = ALIGN(request->size, search.block);
	search.align = max(request->align, search.block);
	rc = search_nodes(&search, media, request->node);
	if (rc)
		goto out;
	if (request->whole && range_len(&media->range) != request->size)
		pr_info("size= rounded up by %llu MiB to whole memory blocks and direct-map leaves\n",
			(range_len(&media->range) - request->size) / SZ_1M);

	/* Claimed first: until then the range is a hole for anyone to fill. */
	rc = nd_emu_media_claim(media);
	if (rc) {
		pr_err("cannot claim [mem %#llx-%#llx] (%d)\n",
		       media->range.start, media->range.end, rc);
		goto out_put_back;
	}
	rc = nd_emu_shadow_unmap(&media->range, media->node);
	if (rc)
		goto out_unclaim;
	return 0;

out_unclaim:
	nd_emu_media_unclaim(media);
out_put_back:
	put_back(media);
	bitmap_free(media->movable);
out:
	if (rc == -EINTR)
		pr_err("interrupted by a signal: all memory is where it was\n");
	return rc;
}

static void nd_emu_carve_put(struct nd_emu_media *media)
{
	nd_emu_media_unclaim(media);
	put_back(media);
	bitmap_free(media->movable);
}

const struct nd_emu_media_source nd_emu_media_carve = {
	.name = "carved",
	.get = nd_emu_carve_get,
	.put = nd_emu_carve_put,
};
