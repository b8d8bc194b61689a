// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a DIMM holds, by device physical address (DPA): the file "media" of its
 * directory in debugfs, to make an image of the DIMM and to put one back. Where
 * no region is on the DIMM, it has no memory.
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/barrier.h>

#include "bus.h"
#include "dimm.h"
#include "dpa.h"
#include "interleave.h"
#include "span.h"

/* What is moved at once */
#define CHUNK	SZ_64K

/**
 * struct nd_emu_extent - bytes that follow each other on a DIMM
 * @region: the region they are in; NULL if they have no memory
 * @position: of the DIMM in the set
 * @dpa: where, from the start of the DIMM's share
 * @length: how many
 */
struct nd_emu_extent {
	struct nd_emu_region *region;
	unsigned int position;
	u64 dpa;
	u64 length;
};

/* The share of a DIMM in a region that @dpa is in, or that comes next. */
static void look_at(struct nd_emu_extent *extent, struct nd_emu_region *region,
		    const struct nd_emu_mapping *mapping, u64 dpa)
{
	if (dpa < mapping->dpa) {
		if (!extent->region)
			extent->length = min(extent->length,
					     mapping->dpa - dpa);
	} else if (dpa - mapping->dpa < mapping->length) {
		extent->region = region;
		extent->position = mapping - region->mappings;
		extent->dpa = dpa - mapping->dpa;
		extent->length = mapping->length - extent->dpa;
	}
}

static struct nd_emu_extent find_extent(struct nd_emu_bus *bus,
					const struct nd_emu_dimm *dimm,
					u64 dpa, u64 length)
{
	struct nd_emu_extent extent = { .length = length };
	const struct nd_emu_mapping *share;
	unsigned int i;

	for (i = 0; i < bus->region_count; i++) {
		share = nd_emu_region_share(&bus->regions[i], dimm->index);
		if (share)
			look_at(&extent, &bus->regions[i], share, dpa);
	}
	extent.length = min(extent.length, length);
	return extent;
}

static u64 media_size(const struct nd_emu_bus *bus,
		      const struct nd_emu_dimm *dimm)
{
	const struct nd_emu_mapping *share;
	unsigned int i;
	u64 size = 0;

	for (i = 0; i < bus->region_count; i++) {
		share = nd_emu_region_share(&bus->regions[i], dimm->index);
		if (share)
			size = max(size, share->dpa + share->length);
	}
	return size;
}

static u64 in_region(const struct nd_emu_extent *extent, u64 offset)
{
	const struct nd_emu_region *region = extent->region;

	return nd_emu_interleave_offset(extent->dpa + offset, extent->position,
					region->mapping_count,
					region->config->interleave);
}

/* Bytes from @offset on that follow each other in the region, too */
static u64 in_line(const struct nd_emu_extent *extent, u64 offset)
{
	const struct nd_emu_region *region = extent->region;

	return nd_emu_interleave_place(in_region(extent, offset), region->size,
				       region->mapping_count,
				       region->config->interleave).length;
}

/* Between the DIMM and a buffer in the kernel, line by line */
static int transfer(const struct nd_emu_extent *extent, void *buf, bool write)
{
	u64 start = in_region(extent, 0);
	u64 end = in_region(extent, extent->length - 1) + 1;
	void *window, *media;
	u64 done, length;

	window = memremap(extent->region->range.start + start, end - start,
			  MEMREMAP_WB);
	if (!window)
		return -ENOMEM;
	for (done = 0; done < extent->length; done += length) {
		length = min(extent->length - done, in_line(extent, done));
		media = window + (in_region(extent, done) - start);
		if (write)
			memcpy_flushcache(media, buf + done, length);
		else
			memcpy(buf + done, media, length);
	}
	if (write)
		pmem_wmb();
	memunmap(window);
	return 0;
}

/* What a locked DIMM keeps to itself, it keeps to itself here. */
static int check_access(struct nd_emu_dimm *dimm)
{
	if (nd_emu_security_locked(&dimm->security))
		return -EACCES;
	return nd_emu_security_overwriting(&dimm->security) ? -EBUSY : 0;
}

/* What one call moves; behind the end of the DIMM, nothing. */
static int begin_access(struct nd_emu_dimm *dimm, size_t count, loff_t pos,
			struct nd_emu_extent *extent)
{
	struct nd_emu_bus *bus = nd_emu_bus_of(dimm->nvdimm);
	u64 size = media_size(bus, dimm);
	int rc = check_access(dimm);

	if (rc)
		return rc;
	if (pos < 0)
		return -EINVAL;
	*extent = (struct nd_emu_extent) { };
	if (count && pos < size)
		*extent = find_extent(bus, dimm, pos,
				      min3((u64)count, size - pos, (u64)CHUNK));
	/* It is the memory of whoever has it then, and mapped as that. */
	if (extent->region &&
	    nd_emu_span_is_online(&bus->spans[extent->region->span]))
		return -EBUSY;
	return 0;
}

static ssize_t media_read(struct file *file, char __user *to, size_t count,
			  loff_t *pos)
{
	struct nd_emu_extent extent;
	int rc = begin_access(file->private_data, count, *pos, &extent);
	void *buf;

	if (rc || !extent.length)
		return rc;
	buf = kvzalloc(extent.length, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	if (extent.region)
		rc = transfer(&extent, buf, false);
	if (!rc && copy_to_user(to, buf, extent.length))
		rc = -EFAULT;
	kvfree(buf);
	if (rc)
		return rc;
	*pos += extent.length;
	return extent.length;
}

/*
 * Whoever uses the region would find something else under his feet; so would the
 * system, which may use its memory without a driver.
 */
static int write_if_idle(struct nd_emu_bus *bus,
			 const struct nd_emu_extent *extent, void *buf)
{
	struct device *dev = nd_emu_region_get_device(bus, extent->region);
	int rc = -EBUSY;

	if (!dev)
		return -ENODEV;
	device_lock(dev);
	if (!dev->driver &&
	    !nd_emu_span_is_online(&bus->spans[extent->region->span]))
		rc = transfer(extent, buf, true);
	device_unlock(dev);
	put_device(dev);
	return rc;
}

static ssize_t media_write(struct file *file, const char __user *from,
			   size_t count, loff_t *pos)
{
	struct nd_emu_dimm *dimm = file->private_data;
	struct nd_emu_extent extent;
	int rc = begin_access(dimm, count, *pos, &extent);
	void *buf;

	if (rc)
		return rc;
	if (!extent.length)
		return count ? -ENOSPC : 0;
	if (!extent.region)
		return -ENXIO;
	buf = vmemdup_user(from, extent.length);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	rc = write_if_idle(nd_emu_bus_of(dimm->nvdimm), &extent, buf);
	kvfree(buf);
	if (rc)
		return rc;
	*pos += extent.length;
	return extent.length;
}

static const struct file_operations media_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = media_read,
	.write = media_write,
	.llseek = default_llseek,
};

/**
 * nd_emu_dpa_create_file - the file "media" in the directory of a DIMM
 * @dimm: its device is registered; has to stay until the directory is removed
 * @dir: the directory of the DIMM in debugfs
 *
 * The file is as long as the DIMM is large. It shows what is in the memory,
 * whatever media errors were injected. A part of it can be written while the
 * region that it is in is disabled; otherwise, that is -EBUSY, as is all access
 * while the system uses memory of the bus as its own. A part that is in
 * no region reads as zeroes, and cannot be written (-ENXIO). Of a DIMM that is
 * locked, there is nothing to read or write (-EACCES).
 *
 * Context: may sleep.
 */
void nd_emu_dpa_create_file(struct nd_emu_dimm *dimm, struct dentry *dir)
{
	struct nd_emu_bus *bus = nd_emu_bus_of(dimm->nvdimm);

	debugfs_create_file_size("media", 0600, dir, dimm, &media_fops,
				 media_size(bus, dimm));
}
