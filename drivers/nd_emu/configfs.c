// SPDX-License-Identifier: GPL-2.0-only
/*
 * configfs: a directory is a bus, and what is in it describes the bus. Writing
 * 1 to "live" builds it; from then on nothing can be changed but DIMMs that no
 * region is on.
 *
 * What is described and what is live are two objects. The first is that of the
 * directory and stays for as long as the directory does; the second comes and
 * goes with "live".
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "bus.h"
#include "configfs.h"
#include "media.h"
#include "parse.h"

static struct configfs_subsystem nd_emu_subsystem;

static struct nd_emu_configfs_bus *to_bus(struct config_item *item)
{
	return container_of(to_config_group(item), struct nd_emu_configfs_bus,
			    group);
}

/**
 * nd_emu_configfs_name_valid - refuse a name that no device could have
 * @name: of a directory that is to be made
 *
 * Context: any.
 * Return: 0, or -EINVAL with a line in the log.
 */
int nd_emu_configfs_name_valid(const char *name)
{
	if (nd_emu_name_valid(name))
		return 0;
	pr_err("%*pE: must be 1 to %d letters, digits, dots, dashes and underscores: it becomes the name of a device\n",
	       nd_emu_shown(name), name, ND_EMU_NAME_LEN - 1);
	return -EINVAL;
}

/**
 * nd_emu_configfs_pin - keep a directory from being removed
 * @item: below the directory of a bus; nothing else keeps it
 *
 * Context: within a function that configfs has called for our subsystem.
 * Return: 0, or -EBUSY if it is just being made or removed.
 */
int nd_emu_configfs_pin(struct config_item *item)
{
	/* In our list already, and not yet in its group, which configfs looks at. */
	if (!READ_ONCE(item->ci_group))
		return -EBUSY;
	return configfs_depend_item_unlocked(&nd_emu_subsystem, item) ?
	       -EBUSY : 0;
}

/**
 * nd_emu_configfs_unpin - undo nd_emu_configfs_pin()
 * @item: pinned
 *
 * Context: may sleep; any lock of ours may be held.
 */
void nd_emu_configfs_unpin(struct config_item *item)
{
	configfs_undepend_item(item);
}

/* --- values --- */

static ssize_t bus_field_show(struct config_item *item,
			      const struct nd_emu_field *field, char *page)
{
	struct nd_emu_configfs_bus *bus = to_bus(item);

	guard(mutex)(&bus->lock);
	return nd_emu_field_show(field, &bus->config, page);
}

static ssize_t bus_field_store(struct config_item *item,
			       const struct nd_emu_field *field,
			       const char *page, size_t count)
{
	struct nd_emu_configfs_bus *bus = to_bus(item);
	char where[ND_EMU_NAME_LEN + 4];
	int rc;

	guard(mutex)(&bus->lock);
	if (bus->live)
		return -EBUSY;
	snprintf(where, sizeof(where), "%s: ", bus->config.name);
	rc = nd_emu_field_set(field, &bus->config, page, where);
	return rc ?: count;
}

#define BUS_FIELD(...)							\
	ND_EMU_CONFIGFS_FIELD(bus, struct nd_emu_config, __VA_ARGS__)

BUS_FIELD(provider,
	  .parse = nd_emu_parse_name, .show = nd_emu_show_name,
	  .must = "1 to 31 letters, digits, dots, dashes and underscores");
BUS_FIELD(device,
	  .parse = nd_emu_parse_name, .show = nd_emu_show_name,
	  .must = "1 to 31 letters, digits, dots, dashes, underscores: a device is named so");
BUS_FIELD(size,
	  .parse = nd_emu_parse_bytes, .show = nd_emu_show_bytes,
	  .max = ND_EMU_MEDIA_MAX, .align = ND_EMU_MEDIA_ALIGN,
	  .must = "0..64T, a multiple of 16M; 0: what the regions need");
BUS_FIELD(base,
	  .parse = nd_emu_parse_bytes, .show = nd_emu_show_address,
	  .max = U64_MAX, .align = ND_EMU_MEDIA_ALIGN,
	  .must = "a physical address that is a multiple of 16M, or 0 to carve");
BUS_FIELD(node,
	  .parse = nd_emu_parse_node, .show = nd_emu_show_node,
	  .must = "-1 or the number of an online NUMA node");

BUS_FIELD(hwpoison,
	  .parse = nd_emu_parse_bool, .show = nd_emu_show_bool,
	  .must = "a boolean: pages with an error fail or not");

/* --- the live bus --- */

static ssize_t bus_dev_name_show(struct config_item *item, char *page)
{
	struct nd_emu_configfs_bus *bus = to_bus(item);

	guard(mutex)(&bus->lock);
	return sysfs_emit(page, "%s\n", bus->live ?
			  dev_name(to_nvdimm_bus_dev(bus->live->nvdimm_bus)) :
			  "");
}
CONFIGFS_ATTR_RO(bus_, dev_name);

static struct config_item *dimm_item(struct nd_emu_dimm_config *config)
{
	return &container_of(config, struct nd_emu_configfs_dimm, config)->item;
}

static struct config_item *region_item(struct nd_emu_region_config *config)
{
	return &container_of(config, struct nd_emu_configfs_region,
			     config)->item;
}

/* Pinned are the DIMMs that are on the bus, and all regions. */
static void unpin_all(struct nd_emu_configfs_bus *bus,
		      struct nd_emu_bus *live)
{
	struct nd_emu_region_config *region;
	struct nd_emu_dimm_config *dimm;

	lockdep_assert_held(&bus->lock);
	list_for_each_entry(region, &bus->config.regions, list)
		nd_emu_configfs_unpin(region_item(region));
	list_for_each_entry(dimm, &bus->config.dimms, list) {
		if (!live || live->dimms[dimm->index])
			nd_emu_configfs_unpin(dimm_item(dimm));
	}
}

static int pin_regions(struct nd_emu_configfs_bus *bus)
{
	struct nd_emu_region_config *region;
	int rc;

	list_for_each_entry(region, &bus->config.regions, list) {
		rc = nd_emu_configfs_pin(region_item(region));
		if (rc)
			goto out_unpin;
	}
	return 0;

out_unpin:
	list_for_each_entry_continue_reverse(region, &bus->config.regions, list)
		nd_emu_configfs_unpin(region_item(region));
	return rc;
}

static int pin_dimms(struct nd_emu_configfs_bus *bus)
{
	struct nd_emu_dimm_config *dimm;
	int rc;

	list_for_each_entry(dimm, &bus->config.dimms, list) {
		rc = nd_emu_configfs_pin(dimm_item(dimm));
		if (rc)
			goto out_unpin;
	}
	return 0;

out_unpin:
	list_for_each_entry_continue_reverse(dimm, &bus->config.dimms, list)
		nd_emu_configfs_unpin(dimm_item(dimm));
	return rc;
}

static int pin_all(struct nd_emu_configfs_bus *bus)
{
	struct nd_emu_region_config *region;
	int rc;

	lockdep_assert_held(&bus->lock);
	rc = pin_regions(bus);
	if (rc)
		return rc;
	rc = pin_dimms(bus);
	if (!rc)
		return 0;
	list_for_each_entry(region, &bus->config.regions, list)
		nd_emu_configfs_unpin(region_item(region));
	return rc;
}

static int bus_activate(struct nd_emu_configfs_bus *bus)
{
	struct nd_emu_bus *live;
	int rc;

	lockdep_assert_held(&bus->lock);
	if (list_empty(&bus->config.dimms) &&
	    list_empty(&bus->config.regions)) {
		pr_err("%s: must have a DIMM or a region to go live\n",
		       bus->config.name);
		return -EINVAL;
	}
	rc = pin_all(bus);
	if (rc)
		return rc;
	live = nd_emu_bus_create(&bus->config);
	if (IS_ERR(live)) {
		unpin_all(bus, NULL);
		return PTR_ERR(live);
	}
	bus->live = live;
	return 0;
}

static int bus_deactivate(struct nd_emu_configfs_bus *bus)
{
	int rc;

	lockdep_assert_held(&bus->lock);
	rc = nd_emu_bus_quiesce(bus->live);
	if (rc)
		return rc;
	unpin_all(bus, bus->live);
	nd_emu_bus_destroy(bus->live);
	bus->live = NULL;
	return 0;
}

static ssize_t bus_live_show(struct config_item *item, char *page)
{
	struct nd_emu_configfs_bus *bus = to_bus(item);

	guard(mutex)(&bus->lock);
	return sysfs_emit(page, "%d\n", !!bus->live);
}

static ssize_t bus_live_store(struct config_item *item, const char *page,
			      size_t count)
{
	struct nd_emu_configfs_bus *bus = to_bus(item);
	bool live;
	int rc = kstrtobool(page, &live);

	if (rc)
		return rc;
	guard(mutex)(&bus->lock);
	if (live == !!bus->live)
		return count;
	rc = live ? bus_activate(bus) : bus_deactivate(bus);
	return rc ?: count;
}
CONFIGFS_ATTR(bus_, live);

static struct configfs_attribute *bus_attrs[] = {
	&bus_attr_provider,
	&bus_attr_device,
	&bus_attr_size,
	&bus_attr_base,
	&bus_attr_node,
	&bus_attr_hwpoison,
	&bus_attr_dev_name,
	&bus_attr_live,
	NULL
};

/* --- directories --- */

/*
 * No DIMM and no region is left, or the directory could not have been removed;
 * a live bus without regions has no user.
 */
static void bus_release(struct config_item *item)
{
	struct nd_emu_configfs_bus *bus = to_bus(item);

	if (bus->live)
		nd_emu_bus_destroy(bus->live);
	mutex_destroy(&bus->lock);
	kfree(bus);
}

static struct configfs_item_operations bus_item_ops = {
	.release = bus_release,
};

static const struct config_item_type bus_type = {
	.ct_owner = THIS_MODULE,
	.ct_item_ops = &bus_item_ops,
	.ct_attrs = bus_attrs,
};

static struct config_group *make_bus(struct config_group *group,
				     const char *name)
{
	struct nd_emu_configfs_bus *bus;
	int rc = nd_emu_configfs_name_valid(name);

	if (rc)
		return ERR_PTR(rc);
	bus = kzalloc(sizeof(*bus), GFP_KERNEL);
	if (!bus)
		return ERR_PTR(-ENOMEM);
	mutex_init(&bus->lock);
	nd_emu_config_init(&bus->config, name);
	config_group_init_type_name(&bus->group, name, &bus_type);
	config_group_init_type_name(&bus->dimms, "dimms",
				    &nd_emu_configfs_dimms_type);
	config_group_init_type_name(&bus->regions, "regions",
				    &nd_emu_configfs_regions_type);
	configfs_add_default_group(&bus->dimms, &bus->group);
	configfs_add_default_group(&bus->regions, &bus->group);
	return &bus->group;
}

static ssize_t subsystem_features_show(struct config_item *item, char *page)
{
	static const char * const features[] = {
		"dimms", "regions", "mapping_offset", "node", "shared_memory",
		"dimm_live", "security", "hwpoison",
	};
	ssize_t len = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		len += sysfs_emit_at(page, len, "%s ", features[i]);
	return len + sysfs_emit_at(page, len, "\n");
}
CONFIGFS_ATTR_RO(subsystem_, features);

static struct configfs_attribute *subsystem_attrs[] = {
	&subsystem_attr_features,
	NULL
};

static struct configfs_group_operations subsystem_ops = {
	.make_group = make_bus,
};

static const struct config_item_type subsystem_type = {
	.ct_owner = THIS_MODULE,
	.ct_group_ops = &subsystem_ops,
	.ct_attrs = subsystem_attrs,
};

static struct configfs_subsystem nd_emu_subsystem = {
	.su_group.cg_item = {
		.ci_namebuf = KBUILD_MODNAME,
		.ci_type = &subsystem_type,
	},
};

/**
 * nd_emu_configfs_init - offer the directory /sys/kernel/config/nd_emu
 *
 * Context: module load.
 * Return: 0 or an error of configfs.
 */
int nd_emu_configfs_init(void)
{
	config_group_init(&nd_emu_subsystem.su_group);
	mutex_init(&nd_emu_subsystem.su_mutex);
	return configfs_register_subsystem(&nd_emu_subsystem);
}

/**
 * nd_emu_configfs_exit - take the directory away
 *
 * Nothing is in it: each directory holds a reference to the module.
 *
 * Context: module unload.
 */
void nd_emu_configfs_exit(void)
{
	configfs_unregister_subsystem(&nd_emu_subsystem);
	mutex_destroy(&nd_emu_subsystem.su_mutex);
}
