/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libnvdimm says in sysfs only: the attributes that its types of devices have,
 * to call what is behind them.
 */
#ifndef _ND_EMU_TYPE_ATTR_H
#define _ND_EMU_TYPE_ATTR_H

#include <linux/device.h>
#include <linux/string.h>
#include <linux/sysfs.h>

static inline struct attribute *
nd_emu_group_attr(const struct attribute_group *group, const char *name)
{
	struct attribute **attr;

	for (attr = group->attrs; attr && *attr; attr++)
		if (!strcmp((*attr)->name, name))
			return *attr;
	return NULL;
}

/**
 * nd_emu_type_attr - an attribute that the type of a device gives it
 * @dev: a device of libnvdimm
 * @name: of the attribute
 *
 * Context: the device is there for as long as the attribute is used.
 * Return: it, or NULL.
 */
static inline struct device_attribute *nd_emu_type_attr(struct device *dev,
							const char *name)
{
	const struct attribute_group **group;

	for (group = dev->type->groups; group && *group; group++) {
		struct attribute *attr = nd_emu_group_attr(*group, name);

		if (attr)
			return container_of(attr, struct device_attribute,
					    attr);
	}
	return NULL;
}

#endif
