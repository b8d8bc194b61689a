// SPDX-License-Identifier: GPL-2.0-only
/*
 * configfs: BUS/dimms/NAME/.
 *
 * A DIMM is on the bus as long as the bus is live. Besides, it can be plugged
 * into a live bus and pulled out of it: a directory made while the bus is live
 * describes a DIMM that is not there yet.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "bus.h"
#include "configfs.h"
#include "parse.h"

static struct nd_emu_configfs_dimm *to_dimm(struct config_item *item)
{
	return container_of(item, struct nd_emu_configfs_dimm, item);
}

static struct nd_emu_dimm *live_dimm(const struct nd_emu_configfs_dimm *dimm)
{
	lockdep_assert_held(&dimm->bus->lock);
	if (!dimm->bus->live)
		return NULL;
	return dimm->bus->live->dimms[dimm->config.index];
}

/* --- values --- */

static ssize_t dimm_field_show(struct config_item *item,
			       const struct nd_emu_field *field, char *page)
{
	struct nd_emu_configfs_dimm *dimm = to_dimm(item);

	guard(mutex)(&dimm->bus->lock);
	return nd_emu_field_show(field, &dimm->config, page);
}

static ssize_t dimm_field_store(struct config_item *item,
				const struct nd_emu_field *field,
				const char *page, size_t count)
{
	struct nd_emu_configfs_dimm *dimm = to_dimm(item);
	char where[2 * ND_EMU_NAME_LEN + 16];
	int rc;

	guard(mutex)(&dimm->bus->lock);
	if (live_dimm(dimm))
		return -EBUSY;
	snprintf(where, sizeof(where), "%s: dimms/%s: ",
		 dimm->bus->config.name, dimm->config.name);
	rc = nd_emu_field_set(field, &dimm->config, page, where);
	return rc ?: count;
}

#define DIMM_FIELD(...)							\
	ND_EMU_CONFIGFS_FIELD(dimm, struct nd_emu_dimm_config, __VA_ARGS__)

/* A number of so many bits that the SPD or the NFIT has */
#define DIMM_HEX(_name, _max, _must)					\
	DIMM_FIELD(_name, .parse = nd_emu_parse_uint,			\
		   .show = nd_emu_show_hex, .max = _max, .must = _must)

DIMM_HEX(handle, U32_MAX, "a number of 32 bits");
DIMM_HEX(phys_id, U16_MAX, "a number of 16 bits");
DIMM_HEX(vendor, U16_MAX, "a number of 16 bits");
DIMM_HEX(device, U16_MAX, "a number of 16 bits");
DIMM_HEX(rev_id, U16_MAX, "a number of 16 bits");
DIMM_HEX(subsystem_vendor, U16_MAX, "a number of 16 bits");
DIMM_HEX(subsystem_device, U16_MAX, "a number of 16 bits");
DIMM_HEX(subsystem_rev_id, U16_MAX, "a number of 16 bits");
DIMM_FIELD(format, .parse = nd_emu_parse_uint, .show = nd_emu_show_hex,
	   .min = 1, .max = U16_MAX,
	   .must = "a format interface code, a number of 16 bits above 0");
DIMM_HEX(format1, U16_MAX, "a format interface code of 16 bits, or 0");
DIMM_HEX(manufacturing_location, U8_MAX, "a number of 8 bits");
DIMM_HEX(manufacturing_date, U16_MAX, "year and week, a number of 16 bits");
DIMM_HEX(serial, U32_MAX, "a number of 32 bits; 0: one of the platform's");
DIMM_FIELD(label_size, .parse = nd_emu_parse_bytes, .show = nd_emu_show_bytes,
	   .max = ND_EMU_LABEL_SIZE, .align = SZ_16K,
	   .must = "0..128K, a multiple of 16K: a label storage area, or none");
DIMM_FIELD(dirty_shutdown, .parse = nd_emu_parse_uint, .show = nd_emu_show_uint,
	   .max = U32_MAX, .must = "a number of 32 bits");
DIMM_FIELD(flush_hints, .parse = nd_emu_parse_uint, .show = nd_emu_show_uint,
	   .max = ND_EMU_HINTS_MAX,
	   .must = "0..64: the hints of a DIMM share one page, a cache line each");
DIMM_FIELD(flags, .parse = nd_emu_parse_flags, .show = nd_emu_show_flags,
	   .words = nd_emu_dimm_flag_words, .word_count = ND_EMU_DIMM_FLAGS,
	   .must =
	   "any of save_fail restore_fail flush_fail not_armed smart_event map_fail smart_notify");

/* --- the live DIMM --- */

static ssize_t dimm_dev_name_show(struct config_item *item, char *page)
{
	struct nd_emu_configfs_dimm *dimm = to_dimm(item);
	struct nd_emu_dimm *live;

	guard(mutex)(&dimm->bus->lock);
	live = live_dimm(dimm);
	return sysfs_emit(page, "%s\n", live ? nvdimm_name(live->nvdimm) : "");
}
CONFIGFS_ATTR_RO(dimm_, dev_name);

static int plug(struct nd_emu_configfs_dimm *dimm)
{
	struct nd_emu_configfs_bus *bus = dimm->bus;
	int rc;

	lockdep_assert_held(&bus->lock);
	if (!bus->live)
		return -ENODEV;
	rc = nd_emu_configfs_pin(&dimm->item);
	if (rc)
		return rc;
	rc = nd_emu_bus_add_dimm(bus->live, &dimm->config);
	if (rc)
		nd_emu_configfs_unpin(&dimm->item);
	return rc;
}

static int pull(struct nd_emu_configfs_dimm *dimm)
{
	int rc;

	lockdep_assert_held(&dimm->bus->lock);
	rc = nd_emu_bus_remove_dimm(dimm->bus->live, &dimm->config);
	if (!rc)
		nd_emu_configfs_unpin(&dimm->item);
	return rc;
}

static ssize_t dimm_live_show(struct config_item *item, char *page)
{
	struct nd_emu_configfs_dimm *dimm = to_dimm(item);

	guard(mutex)(&dimm->bus->lock);
	return sysfs_emit(page, "%d\n", !!live_dimm(dimm));
}

static ssize_t dimm_live_store(struct config_item *item, const char *page,
			       size_t count)
{
	struct nd_emu_configfs_dimm *dimm = to_dimm(item);
	bool live;
	int rc = kstrtobool(page, &live);

	if (rc)
		return rc;
	guard(mutex)(&dimm->bus->lock);
	if (live == !!live_dimm(dimm))
		return count;
	rc = live ? plug(dimm) : pull(dimm);
	return rc ?: count;
}
CONFIGFS_ATTR(dimm_, live);

static struct configfs_attribute *dimm_attrs[] = {
	&dimm_attr_handle,
	&dimm_attr_phys_id,
	&dimm_attr_vendor,
	&dimm_attr_device,
	&dimm_attr_rev_id,
	&dimm_attr_subsystem_vendor,
	&dimm_attr_subsystem_device,
	&dimm_attr_subsystem_rev_id,
	&dimm_attr_format,
	&dimm_attr_format1,
	&dimm_attr_manufacturing_location,
	&dimm_attr_manufacturing_date,
	&dimm_attr_serial,
	&dimm_attr_label_size,
	&dimm_attr_dirty_shutdown,
	&dimm_attr_flush_hints,
	&dimm_attr_flags,
	&dimm_attr_dev_name,
	&dimm_attr_live,
	NULL
};

/* --- directories --- */

static void dimm_release(struct config_item *item)
{
	kfree(to_dimm(item));
}

static struct configfs_item_operations dimm_item_ops = {
	.release = dimm_release,
};

static const struct config_item_type dimm_type = {
	.ct_owner = THIS_MODULE,
	.ct_item_ops = &dimm_item_ops,
	.ct_attrs = dimm_attrs,
};

static struct nd_emu_configfs_bus *to_bus(struct config_group *dimms)
{
	return container_of(dimms, struct nd_emu_configfs_bus, dimms);
}

static struct config_item *make_dimm(struct config_group *group,
				     const char *name)
{
	struct nd_emu_configfs_bus *bus = to_bus(group);
	struct nd_emu_configfs_dimm *dimm;
	int rc = nd_emu_configfs_name_valid(name);

	if (rc)
		return ERR_PTR(rc);
	dimm = kzalloc(sizeof(*dimm), GFP_KERNEL);
	if (!dimm)
		return ERR_PTR(-ENOMEM);
	dimm->bus = bus;
	guard(mutex)(&bus->lock);
	rc = nd_emu_config_add_dimm(&bus->config, &dimm->config, name);
	if (rc) {
		kfree(dimm);
		return ERR_PTR(rc);
	}
	config_item_init_type_name(&dimm->item, name, &dimm_type);
	return &dimm->item;
}

/*
 * From here on nothing finds the DIMM any more. It has to be now: what configfs
 * has taken out of its group cannot be pinned. It is freed with the last
 * reference, when the bus may be gone already.
 */
static void forget_dimm(struct config_group *group, struct config_item *item)
{
	struct nd_emu_configfs_bus *bus = to_bus(group);

	mutex_lock(&bus->lock);
	list_del(&to_dimm(item)->config.list);
	mutex_unlock(&bus->lock);
}

static struct configfs_group_operations dimms_ops = {
	.make_item = make_dimm,
	.disconnect_notify = forget_dimm,
};

const struct config_item_type nd_emu_configfs_dimms_type = {
	.ct_owner = THIS_MODULE,
	.ct_group_ops = &dimms_ops,
};
