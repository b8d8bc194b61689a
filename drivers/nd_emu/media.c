// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory an emulated platform stands on, whatever its source.
 *
 *	range.start                                            range.end
 *	|                                                              |
 *	|<------------------- capacity ------------->|<--- 16 MiB ---->|
 *	|  what the region offers, a multiple of its | the platform's  |
 *	|  alignment (the remainder is not used)     | own (state.c)   |
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "media.h"
#include "topology.h"

/* libnvdimm aligns a region so that every DIMM holds an equal share of it. */
static u64 region_align(unsigned int dimms)
{
	u64 align = ND_EMU_MEDIA_ALIGN;

	return align % dimms ? align * dimms : align;
}

/**
 * nd_emu_media_capacity - how much of a range a region can offer
 * @size: length of the range in bytes
 * @dimms: DIMMs that share it equally
 *
 * Return: bytes, a multiple of the region alignment; 0 if nothing is left.
 */
u64 nd_emu_media_capacity(u64 size, unsigned int dimms)
{
	u64 align = region_align(dimms);

	if (size <= ND_EMU_MEDIA_PLATFORM)
		return 0;
	return div64_u64(size - ND_EMU_MEDIA_PLATFORM, align) * align;
}

/**
 * nd_emu_media_check_dimms - refuse more DIMMs than the memory is enough for
 * @config: a configuration whose values are each in range
 *
 * Return: 0, or -EINVAL with a line in the log.
 */
int nd_emu_media_check_dimms(const struct nd_emu_config *config)
{
	if (nd_emu_media_capacity(config->size, config->dimms))
		return 0;

	pr_err("dimms=%u: must share at least %llu MiB equally, size= leaves %llu MiB: take more memory or fewer DIMMs\n",
	       config->dimms, region_align(config->dimms) / SZ_1M,
	       (config->size - ND_EMU_MEDIA_PLATFORM) / SZ_1M);
	return -EINVAL;
}

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
 */
void nd_emu_media_unclaim(struct nd_emu_media *media)
{
	if (remove_resource(&media->resource))
		pr_err("%pR is not in the resource tree\n", &media->resource);
}

/**
 * nd_emu_media_get - take the memory that a configuration asks for
 * @media: filled in
 * @config: says how much and from where
 *
 * Context: may sleep, for as long as it takes the kernel to move what is in
 * the memory elsewhere; a signal ends it.
 * Return: 0; -ENOMEM if no memory could be taken; -EBUSY or -ENXIO if the
 * range at base= cannot be used; -EINTR after a signal. Each with a line in
 * the log, and nothing changed.
 */
int nd_emu_media_get(struct nd_emu_media *media,
		     const struct nd_emu_config *config)
{
	memset(media, 0, sizeof(*media));
	media->source = config->has_base ? &nd_emu_media_reserve :
					   &nd_emu_media_carve;
	return media->source->get(config, media);
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
