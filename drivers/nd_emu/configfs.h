/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_CONFIGFS_H
#define ND_EMU_CONFIGFS_H

#include <linux/configfs.h>
#include <linux/mutex.h>

#include "config.h"

struct nd_emu_bus;

/**
 * struct nd_emu_configfs_bus - the directory of a bus
 * @group: the directory
 * @dimms: dimms/ in it
 * @regions: regions/ in it
 * @lock: protects what follows, and all that the lists in @config lead to.
 *	configfs has locks of its own, but none that both a write to a file and
 *	the making of a directory hold: without this one, a value could change
 *	while the bus goes live.
 * @config: what the files say
 * @live: the bus that was built from it, or NULL: it is still to be described
 */
struct nd_emu_configfs_bus {
	struct config_group group;
	struct config_group dimms;
	struct config_group regions;
	struct mutex lock; /* see above */
	struct nd_emu_config config;
	struct nd_emu_bus *live;
};

/**
 * struct nd_emu_configfs_dimm - the directory of a DIMM
 * @item: the directory
 * @bus: that of the bus; it cannot go before this one has gone
 * @config: what the files say; @bus->lock protects it
 */
struct nd_emu_configfs_dimm {
	struct config_item item;
	struct nd_emu_configfs_bus *bus;
	struct nd_emu_dimm_config config;
};

/**
 * struct nd_emu_configfs_region - the directory of a region
 * @item: the directory
 * @bus: that of the bus; it cannot go before this one has gone
 * @config: what the files say; @bus->lock protects it
 */
struct nd_emu_configfs_region {
	struct config_item item;
	struct nd_emu_configfs_bus *bus;
	struct nd_emu_region_config config;
};

/*
 * A file for a value: how to read and show it, and the functions that configfs
 * calls, which have no argument to tell them apart. What comes after the name, of
 * the file and of the member of _type, are initializers for struct nd_emu_field.
 */
#define ND_EMU_CONFIGFS_FIELD(_object, _type, _name, ...)		\
static const struct nd_emu_field _object##_field_##_name = {		\
	.name = #_name,							\
	.offset = offsetof(_type, _name),		\
	__VA_ARGS__							\
};									\
static ssize_t _object##_##_name##_show(struct config_item *item,	\
					char *page)			\
{									\
	return _object##_field_show(item, &_object##_field_##_name,	\
				    page);				\
}									\
static ssize_t _object##_##_name##_store(struct config_item *item,	\
					 const char *page, size_t count) \
{									\
	return _object##_field_store(item, &_object##_field_##_name,	\
				     page, count);			\
}									\
static struct configfs_attribute _object##_attr_##_name = {		\
	.ca_name = #_name,						\
	.ca_owner = THIS_MODULE,					\
	.ca_mode = 0644,						\
	.show = _object##_##_name##_show,				\
	.store = _object##_##_name##_store,				\
}

int nd_emu_configfs_name_valid(const char *name);
int nd_emu_configfs_pin(struct config_item *item);
void nd_emu_configfs_unpin(struct config_item *item);

extern const struct config_item_type nd_emu_configfs_dimms_type;
extern const struct config_item_type nd_emu_configfs_regions_type;

int nd_emu_configfs_init(void);
void nd_emu_configfs_exit(void);

#endif
