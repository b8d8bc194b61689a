/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_MEDIA_H
#define ND_EMU_MEDIA_H

#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/range.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct nd_emu_media;

/* The alignment of a libnvdimm region (MEMREMAP_COMPAT_ALIGN_MAX). */
#define ND_EMU_MEDIA_ALIGN	SZ_16M

/* The platform's own share, at the end of the range. */
#define ND_EMU_MEDIA_PLATFORM	SZ_16M

#define ND_EMU_MEDIA_MIN	(ND_EMU_MEDIA_PLATFORM + ND_EMU_MEDIA_ALIGN)

/* Physical addresses of amd64 with 4-level page tables end at 64 TiB. */
#define ND_EMU_MEDIA_MAX	(64ULL << 40)

/**
 * struct nd_emu_media_request - memory that is asked for
 * @size: bytes, a multiple of ND_EMU_MEDIA_ALIGN; more may be taken
 * @base: physical address of a range reserved at boot; 0: carve
 * @align: alignment of the start, a power of two, ND_EMU_MEDIA_ALIGN or more
 * @node: NUMA node to take it from, or NUMA_NO_NODE for any
 * @whole: all that is taken is wanted, however much it is
 */
struct nd_emu_media_request {
	u64 size;
	u64 base;
	u64 align;
	int node;
	bool whole;
};

/**
 * struct nd_emu_media_source - where memory comes from
 * @name: for the log and sysfs
 * @get: find and take @media->range and @media->node; may sleep; undoes what
 *	it did when it fails
 * @put: give the range back; may sleep; cannot fail
 * @keeps: what was in the range before is meant to be there after
 */
struct nd_emu_media_source {
	const char *name;
	int (*get)(const struct nd_emu_media_request *request,
		   struct nd_emu_media *media);
	void (*put)(struct nd_emu_media *media);
	bool keeps;
};

extern const struct nd_emu_media_source nd_emu_media_carve;
extern const struct nd_emu_media_source nd_emu_media_reserve;

/**
 * struct nd_emu_media - one range of memory that platforms stand on
 * @source: where it came from
 * @range: physical addresses, both inclusive
 * @node: NUMA node of the memory
 * @resource: our claim on @range in /proc/iomem
 * @system_ram: bounds of the "System RAM" resource that @range was cut from
 * @movable: carve only, a bit a memory block: it was in ZONE_MOVABLE
 * @list: in the list of all media
 * @users: spans of it that are in use
 * @shared: several buses may have a part each
 */
struct nd_emu_media {
	const struct nd_emu_media_source *source;
	struct range range;
	int node;
	struct resource resource;
	struct range system_ram;
	unsigned long *movable;
	struct list_head list;
	unsigned int users;
	bool shared;
};

int nd_emu_media_get(struct nd_emu_media *media,
		     const struct nd_emu_media_request *request);
void nd_emu_media_put(struct nd_emu_media *media);
int nd_emu_media_claim(struct nd_emu_media *media);
void nd_emu_media_unclaim(struct nd_emu_media *media);

#endif
