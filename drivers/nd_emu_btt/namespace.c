// SPDX-License-Identifier: GPL-2.0-only
/*
 * The namespace behind a BTT device.
 *
 * What was configured for the device is in a structure private to libnvdimm,
 * and readable through the device's own sysfs attributes.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <nd_emu/compat.h>
#include <nd_emu/nvdimm_core.h>
#include <nd_emu/type_attr.h>

#include "namespace.h"

/* Into a page, which is what attributes write to. */
static int read_attr(struct device *dev, const char *name, char *page)
{
	struct device_attribute *attr = nd_emu_type_attr(dev, name);
	ssize_t len;

	if (!attr || !attr->show)
		return -ENODEV;
	len = attr->show(dev, attr, page);
	return len < 0 ? len : 0;
}

/*
 * "512 520 528 [4096] 4104 4160 4224": none in brackets is none chosen, or one
 * that there is not in an info block.
 */
static u32 parse_lbasize(const char *text)
{
	const char *chosen = strchr(text, '[');
	u32 lbasize;

	return chosen && sscanf(chosen, "[%u]", &lbasize) == 1 ? lbasize : 0;
}

static int read_config(struct device *dev, struct btt_namespace *ns)
{
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;
	err = read_attr(dev, "sector_size", page);
	if (!err) {
		ns->lbasize = parse_lbasize(page);
		err = read_attr(dev, "uuid", page);
	}
	if (!err && uuid_parse(page, &ns->uuid))
		err = -ENODEV;
	free_page((unsigned long)page);
	return err;
}

/**
 * btt_namespace_readonly() - may the region not be written to?
 * @ns: the namespace
 *
 * Context: may sleep.
 * Return: true if so, or if it cannot be told.
 */
bool btt_namespace_readonly(const struct btt_namespace *ns)
{
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	bool readonly = true;

	if (page && !read_attr(nd_region_dev(ns->region), "read_only", page))
		readonly = page[0] != '0';
	free_page((unsigned long)page);
	return readonly;
}

/**
 * btt_device_is_claimed() - does a BTT device have a namespace?
 * @dev: the device; takes the bus's lock
 *
 * Context: may sleep.
 * Return: 1 if so, 0 if not, a negative errno if it cannot be told.
 */
int btt_device_is_claimed(struct device *dev)
{
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	int claimed;

	if (!page)
		return -ENOMEM;
	claimed = read_attr(dev, "namespace", page);
	if (!claimed)
		claimed = page[0] != '\n' && page[0];
	free_page((unsigned long)page);
	return claimed;
}

static struct nd_namespace_io *to_nsio(const struct btt_namespace *ns)
{
	return to_nd_namespace_io(&ns->ndns->dev);
}

static bool media_is_bad(struct btt_media *media, u64 off, u64 len)
{
	struct btt_namespace *ns = media->private;
	struct badblocks *bb = &to_nsio(ns)->bb;
	sector_t first = off >> SECTOR_SHIFT;

	return nd_emu_badblocks_any(bb, first,
				    ((off + len - 1) >> SECTOR_SHIFT) - first +
				    1);
}

/*
 * Only whole 512-byte units within the range: what is around it belongs to
 * somebody else, and clearing is not gentle.
 */
static int media_clear_bad(struct btt_media *media, u64 off, u64 len)
{
	struct btt_namespace *ns = media->private;
	struct nd_namespace_io *nsio = to_nsio(ns);
	u64 first = round_up(off, (u64)SECTOR_SIZE);
	u64 end = round_down(off + len, (u64)SECTOR_SIZE);
	long cleared;

	if (first < end) {
		cleared = nvdimm_clear_poison(&ns->ndns->dev,
					      nsio->res.start + first,
					      end - first);
		if (cleared > 0) {
			badblocks_clear(&nsio->bb, first >> SECTOR_SHIFT,
					cleared >> SECTOR_SHIFT);
			arch_invalidate_pmem(media->base + first, cleared);
		}
	}
	/*
	 * Not every bus can clear errors. That matters only where there are
	 * some: a block may just have had the error flag in the map.
	 */
	return media_is_bad(media, off, len) ? -EIO : 0;
}

/* It may allocate, and a write to this disk may be what memory waits for. */
static int media_flush(struct btt_media *media)
{
	struct btt_namespace *ns = media->private;
	unsigned int noio = memalloc_noio_save();
	int err = nvdimm_flush(ns->region, NULL);

	memalloc_noio_restore(noio);
	return err;
}

static int map_media(struct btt_namespace *ns)
{
	struct btt_media *media = &ns->media;
	int flush = nvdimm_has_flush(ns->region);
	int err;

	/* Of a region without DIMMs it is not told that it has to be asked. */
	if (!is_nvdimm_sync(ns->region))
		flush = 1;

	err = devm_namespace_enable(ns->dev, ns->ndns,
				    nvdimm_namespace_capacity(ns->ndns));
	if (err)
		return err;
	if (flush < 0)
		dev_warn(ns->dev, "nobody knows how to make writes durable in this region\n");
	media->base = to_nsio(ns)->addr;
	media->size = to_nsio(ns)->size;
	media->flush = flush > 0 ? media_flush : NULL;
	media->is_bad = media_is_bad;
	media->errors = &to_nsio(ns)->bb.count;
	media->clear_bad = media_clear_bad;
	media->private = ns;
	return 0;
}

/**
 * btt_namespace_open() - find and map the namespace of a BTT device
 * @dev: the device, being probed; the mapping goes when it is unbound
 * @ns: all of it is set
 *
 * Context: may sleep.
 * Return: 0, -ENODEV if the device is not, or not completely, configured,
 * or another error.
 */
int btt_namespace_open(struct device *dev, struct btt_namespace *ns)
{
	const uuid_t *parent;
	int err;

	ns->ndns = nvdimm_namespace_common_probe(dev);
	if (IS_ERR(ns->ndns))
		return PTR_ERR(ns->ndns);
	ns->dev = dev;
	ns->region = to_nd_region(dev->parent);
	err = read_config(dev, ns);
	if (err)
		return err;
	parent = nd_dev_to_uuid(&ns->ndns->dev);
	uuid_copy(&ns->parent_uuid, parent ?: &uuid_null);
	ns->major = ns->ndns->claim_class == NVDIMM_CCLASS_BTT2 ? 2 : 1;
	ns->readonly = btt_namespace_readonly(ns);
	return map_media(ns);
}

/**
 * btt_namespace_rescan() - take over what the bus has learned of bad blocks
 * @ns: the namespace
 *
 * Context: may sleep; the device is locked.
 */
void btt_namespace_rescan(struct btt_namespace *ns)
{
	struct nd_namespace_io *nsio = to_nsio(ns);
	struct range range = {
		.start = nsio->res.start,
		.end = nsio->res.end,
	};

	nvdimm_badblocks_populate(ns->region, &nsio->bb, &range);
}
