// SPDX-License-Identifier: GPL-2.0-only
/*
 * KASAN shadow of memory that comes and goes.
 *
 * A kernel with KASAN keeps the shadow of boot memory mapped when the memory
 * goes, and asks only whether the first page of a block's shadow is mapped
 * when memory comes back. In between, every namespace that is enabled maps
 * zero shadow over its part, and unmaps it with the namespace. What is left is
 * a block whose shadow is mapped in parts: it is not onlined again, with a
 * warning, or it is, and the next access to it faults.
 *
 * So the shadow of a range is unmapped as a whole before any namespace is
 * there, in the one way that modules have: what memremap_pages() and
 * memunmap_pages() do for a namespace, done once for all of the range.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/slab.h>

#include "shadow.h"

/**
 * nd_emu_shadow_unmap - make the KASAN shadow of a range uniform
 * @range: memory that was removed; whole memory blocks
 * @node: where to allocate what that takes
 *
 * Does nothing on a kernel without KASAN.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; or what memremap_pages() said, with a line in the log.
 */
int nd_emu_shadow_unmap(const struct range *range, int node)
{
	struct dev_pagemap *pgmap;
	void *addr;

	if (!IS_ENABLED(CONFIG_KASAN))
		return 0;

	pgmap = kzalloc(sizeof(*pgmap), GFP_KERNEL);
	if (!pgmap)
		return -ENOMEM;
	pgmap->type = MEMORY_DEVICE_GENERIC;
	pgmap->range = *range;
	pgmap->nr_range = 1;
	addr = memremap_pages(pgmap, node);
	if (IS_ERR(addr))
		pr_err("cannot map [mem %#llx-%#llx] (%ld)\n", range->start,
		       range->end, PTR_ERR(addr));
	else
		memunmap_pages(pgmap);
	kfree(pgmap);
	return PTR_ERR_OR_ZERO(addr);
}
