// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory an emulated platform stands on, whatever its source.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>

#include "media.h"

/**
 * nd_emu_media_claim - enter the range into the resource tree
 * @media: the memory; its range is set
 *
 * Without the entry the range would be a hole, and a hole is where the kernel
 * puts PCI BARs and hot-added memory. It is not busy: nd_pmem claims parts of
 * it when namespaces are enabled.
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY if the range overlaps someone else's only in part.
 */
int nd_emu_media_claim(struct nd_emu_media *media)
{
	struct resource *res = &media->resource;

	*res = (struct resource) {
		.name = KBUILD_MODNAME,
		.start = media->range.start,
		.end = media->range.end,
		.flags = IORESOURCE_MEM,
		.desc = IORES_DESC_PERSISTENT_MEMORY,
	};
	return insert_resource(&iomem_resource, res);
}

/**
 * nd_emu_media_unclaim - undo nd_emu_media_claim()
 * @media: the memory; nobody claims a part of it any more
 *
 * Context: may sleep.
 */
void nd_emu_media_unclaim(struct nd_emu_media *media)
{
	if (remove_resource(&media->resource))
		pr_err("%pR is not in the resource tree\n", &media->resource);
}

/**
 * nd_emu_media_get - take memory
 * @media: zeroed; filled in
 * @request: says how much and from where
 *
 * Context: may sleep, for as long as it takes the kernel to move what is in
 * the memory elsewhere; a signal ends it.
 * Return: 0; -ENOMEM if no memory could be taken; -EBUSY, -EINVAL or -ENXIO if
 * the range at base= cannot be used; -EINTR after a signal: each with nothing
 * changed. -EIO if memory was removed and is lost until the next boot. All but a
 * lack of memory for our own use with a line in the log.
 */
int nd_emu_media_get(struct nd_emu_media *media,
		     const struct nd_emu_media_request *request)
{
	media->source = request->base ? &nd_emu_media_reserve :
					&nd_emu_media_carve;
	return media->source->get(request, media);
}

/**
 * nd_emu_media_put - give the memory back
 * @media: filled in by nd_emu_media_get(); nothing uses it any more
 *
 * Context: may sleep.
 */
void nd_emu_media_put(struct nd_emu_media *media)
{
	media->source->put(media);
}
