// SPDX-License-Identifier: GPL-2.0-only
/*
 * configfs: BUS/regions/NAME/.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "bus.h"
#include "configfs.h"
#include "media.h"
#include "parse.h"

static struct nd_emu_configfs_region *to_region(struct config_item *item)
{
	return container_of(item, struct nd_emu_configfs_region, item);
}

/* --- values --- */

static ssize_t region_field_show(struct config_item *item,
				 const struct nd_emu_field *field, char *page)
{
	struct nd_emu_configfs_region *region = to_region(item);

	guard(mutex)(&region->bus->lock);
	return nd_emu_field_show(field, &region->config, page);
}

static ssize_t region_field_store(struct config_item *item,
				  const struct nd_emu_field *field,
				  const char *page, size_t count)
{
	struct nd_emu_configfs_region *region = to_region(item);
	char where[2 * ND_EMU_NAME_LEN + 16];
	int rc;

	guard(mutex)(&region->bus->lock);
	if (region->bus->live)
		return -EBUSY;
	snprintf(where, sizeof(where), "%s: regions/%s: ",
		 region->bus->config.name, region->config.name);
	rc = nd_emu_field_set(field, &region->config, page, where);
	return rc ?: count;
}

#define REGION_FIELD(...)						\
	ND_EMU_CONFIGFS_FIELD(region, struct nd_emu_region_config, __VA_ARGS__)

static const char * const type_words[] = {
	[ND_EMU_REGION_PMEM] = "pmem",
	[ND_EMU_REGION_VOLATILE] = "volatile",
};

/* --- mappings: a line for each, "DIMM DPA LENGTH POSITION [OFFSET]" --- */

static const struct nd_emu_field mapping_fields[] = {
	{ .parse = nd_emu_parse_name,
	  .offset = offsetof(struct nd_emu_mapping_config, dimm) },
	{ .parse = nd_emu_parse_bytes, .max = ND_EMU_MEDIA_MAX,
	  .align = PAGE_SIZE,
	  .offset = offsetof(struct nd_emu_mapping_config, dpa) },
	{ .parse = nd_emu_parse_bytes, .min = PAGE_SIZE,
	  .max = ND_EMU_MEDIA_MAX, .align = PAGE_SIZE,
	  .offset = offsetof(struct nd_emu_mapping_config, length) },
	{ .parse = nd_emu_parse_uint, .max = ND_EMU_DIMMS_MAX - 1,
	  .offset = offsetof(struct nd_emu_mapping_config, position) },
	{ .parse = nd_emu_parse_bytes, .max = U64_MAX,
	  .offset = offsetof(struct nd_emu_mapping_config, offset) },
};

/* The number of words that were understood, or -EINVAL. */
static int parse_mapping(char *line, struct nd_emu_mapping_config *mapping)
{
	unsigned int count = 0;
	char *word;

	while ((word = strsep(&line, " \t"))) {
		const struct nd_emu_field *field = &mapping_fields[count];

		if (!*word)
			continue;
		if (count >= ARRAY_SIZE(mapping_fields) ||
		    field->parse(field, word, (void *)mapping + field->offset))
			return -EINVAL;
		count++;
	}
	mapping->has_offset = count == ARRAY_SIZE(mapping_fields);
	return count;
}

static int parse_lines(struct nd_emu_mappings_config *mappings, char *text)
{
	char *line;
	int words;

	while ((line = strsep(&text, ",\n"))) {
		struct nd_emu_mapping_config mapping = { };

		words = parse_mapping(line, &mapping);
		if (!words)
			continue;
		if (words < (int)ARRAY_SIZE(mapping_fields) - 1 ||
		    mappings->count >= ND_EMU_DIMMS_MAX)
			return -EINVAL;
		mappings->list[mappings->count++] = mapping;
	}
	return 0;
}

/* All of them, or none. */
static int parse_mappings(const struct nd_emu_field *field, const char *text,
			  void *value)
{
	struct nd_emu_mappings_config *parsed;
	char *copy = kstrdup(text, GFP_KERNEL);
	int rc = -ENOMEM;

	parsed = kzalloc(sizeof(*parsed), GFP_KERNEL);
	if (!copy || !parsed)
		goto out_free;
	rc = parse_lines(parsed, copy);
	if (rc)
		goto out_free;
	*(struct nd_emu_mappings_config *)value = *parsed;

out_free:
	kfree(parsed);
	kfree(copy);
	return rc;
}

static ssize_t show_mappings(const struct nd_emu_field *field,
			     const void *value, char *page)
{
	const struct nd_emu_mappings_config *mappings = value;
	unsigned int i;
	ssize_t len = 0;

	for (i = 0; i < mappings->count; i++) {
		const struct nd_emu_mapping_config *mapping;

		mapping = &mappings->list[i];
		len += sysfs_emit_at(page, len, "%s %#llx %llu %u",
				     mapping->dimm, mapping->dpa,
				     mapping->length, mapping->position);
		if (mapping->has_offset)
			len += sysfs_emit_at(page, len, " %#llx",
					     mapping->offset);
		len += sysfs_emit_at(page, len, "\n");
	}
	return len;
}

REGION_FIELD(type,
	     .parse = nd_emu_parse_word, .show = nd_emu_show_word,
	     .words = type_words, .word_count = ARRAY_SIZE(type_words),
	     .must = "pmem or volatile");
REGION_FIELD(size,
	     .parse = nd_emu_parse_bytes, .show = nd_emu_show_bytes,
	     .max = ND_EMU_MEDIA_MAX, .align = ND_EMU_MEDIA_ALIGN,
	     .must = "0..64T, a multiple of 16M, which libnvdimm aligns a region to");
REGION_FIELD(align,
	     .parse = nd_emu_parse_power, .show = nd_emu_show_bytes,
	     .min = ND_EMU_MEDIA_ALIGN, .max = SZ_1G,
	     .must = "a power of two, 16M..1G");
REGION_FIELD(interleave,
	     .parse = nd_emu_parse_power, .show = nd_emu_show_bytes,
	     .min = SZ_256, .max = SZ_16M,
	     .must = "a power of two, 256..16M: bytes on one DIMM before the next one's turn");
REGION_FIELD(range_index,
	     .parse = nd_emu_parse_uint, .show = nd_emu_show_uint,
	     .max = U16_MAX,
	     .must = "1..65535; 0: the number of the region in the order of creation");
REGION_FIELD(domain,
	     .parse = nd_emu_parse_word, .show = nd_emu_show_word,
	     .words = nd_emu_domain_words,
	     .word_count = ARRAY_SIZE(nd_emu_domain_words),
	     .must = "cpu_cache, memory_controller or none: no platform has another one");
REGION_FIELD(node,
	     .parse = nd_emu_parse_node, .show = nd_emu_show_node,
	     .must = "-1 or the number of an online NUMA node");
REGION_FIELD(pagemap,
	     .parse = nd_emu_parse_bool, .show = nd_emu_show_bool,
	     .must = "a boolean: the region can have page structures in other memory");
REGION_FIELD(mappings,
	     .parse = parse_mappings, .show = show_mappings,
	     .must =
	     "lines of DIMM DPA LENGTH POSITION [OFFSET], 32 at the most; DPA and LENGTH multiples of 4K");

/* --- the live region --- */

static struct device *live_device(const struct nd_emu_configfs_region *region)
{
	const struct nd_emu_bus *live = region->bus->live;
	unsigned int i;

	lockdep_assert_held(&region->bus->lock);
	for (i = 0; live && i < live->region_count; i++) {
		if (live->regions[i].config == &region->config)
			return nd_region_dev(live->regions[i].nd_region);
	}
	return NULL;
}

static ssize_t region_dev_name_show(struct config_item *item, char *page)
{
	struct nd_emu_configfs_region *region = to_region(item);
	struct device *dev;

	guard(mutex)(&region->bus->lock);
	dev = live_device(region);
	return sysfs_emit(page, "%s\n", dev ? dev_name(dev) : "");
}
CONFIGFS_ATTR_RO(region_, dev_name);

static struct configfs_attribute *region_attrs[] = {
	&region_attr_type,
	&region_attr_size,
	&region_attr_align,
	&region_attr_interleave,
	&region_attr_range_index,
	&region_attr_domain,
	&region_attr_node,
	&region_attr_pagemap,
	&region_attr_mappings,
	&region_attr_dev_name,
	NULL
};

/* --- directories --- */

static void region_release(struct config_item *item)
{
	kfree(to_region(item));
}

static struct configfs_item_operations region_item_ops = {
	.release = region_release,
};

static const struct config_item_type region_type = {
	.ct_owner = THIS_MODULE,
	.ct_item_ops = &region_item_ops,
	.ct_attrs = region_attrs,
};

static struct nd_emu_configfs_bus *to_bus(struct config_group *regions)
{
	return container_of(regions, struct nd_emu_configfs_bus, regions);
}

static struct config_item *make_region(struct config_group *group,
				       const char *name)
{
	struct nd_emu_configfs_bus *bus = to_bus(group);
	struct nd_emu_configfs_region *region;
	int rc = nd_emu_configfs_name_valid(name);

	if (rc)
		return ERR_PTR(rc);
	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return ERR_PTR(-ENOMEM);
	region->bus = bus;
	guard(mutex)(&bus->lock);
	rc = bus->live ? -EBUSY :
	     nd_emu_config_add_region(&bus->config, &region->config, name);
	if (rc) {
		kfree(region);
		return ERR_PTR(rc);
	}
	config_item_init_type_name(&region->item, name, &region_type);
	return &region->item;
}

/* As for a DIMM: nothing finds the region any more. */
static void forget_region(struct config_group *group, struct config_item *item)
{
	struct nd_emu_configfs_bus *bus = to_bus(group);

	mutex_lock(&bus->lock);
	list_del(&to_region(item)->config.list);
	mutex_unlock(&bus->lock);
}

static struct configfs_group_operations regions_ops = {
	.make_item = make_region,
	.disconnect_notify = forget_region,
};

const struct config_item_type nd_emu_configfs_regions_type = {
	.ct_owner = THIS_MODULE,
	.ct_group_ops = &regions_ops,
};
