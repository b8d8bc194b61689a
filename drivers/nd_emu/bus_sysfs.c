// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a bus shows in sysfs: as the bus of an ACPI platform does ("nfit"), and
 * what only nd_emu has.
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "bus.h"
#include "cmd.h"

static struct nd_emu_bus *to_bus(struct device *dev)
{
	return nd_emu_bus_of_desc(to_nd_desc(to_nvdimm_bus(dev)));
}

static ssize_t revision_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "1\n");
}
static DEVICE_ATTR_RO(revision);

static ssize_t dsm_mask_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%#lx\n", nd_emu_cmd_functions(ND_EMU_CMD_BUS));
}
static DEVICE_ATTR_RO(dsm_mask);

/* Number of scrubs, and a plus sign while another one is running */
static ssize_t scrub_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	bool running;
	unsigned int count = nd_emu_scrub_count(&to_bus(dev)->scrub, &running);

	return sysfs_emit(buf, "%u%s\n", count, running ? "+" : "");
}

static ssize_t scrub_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	unsigned int value;
	int rc;

	rc = kstrtouint(buf, 0, &value);
	if (rc)
		return rc;
	if (value != 1)
		return -EINVAL;
	return nd_emu_scrub_start(&to_bus(dev)->scrub) ?: count;
}
static DEVICE_ATTR_RW(scrub);

/* Who holds the I/O when firmware is activated: the platform, or nobody */
static ssize_t firmware_activate_noidle_show(struct device *dev,
					     struct device_attribute *attr,
					     char *buf)
{
	bool noidle = READ_ONCE(to_bus(dev)->activation.noidle);

	return sysfs_emit(buf, "%s\n", noidle ? "Y" : "N");
}

static ssize_t firmware_activate_noidle_store(struct device *dev,
					      struct device_attribute *attr,
					      const char *buf, size_t count)
{
	bool noidle;
	int rc = kstrtobool(buf, &noidle);

	if (rc)
		return rc;
	WRITE_ONCE(to_bus(dev)->activation.noidle, noidle);
	return count;
}
static DEVICE_ATTR_RW(firmware_activate_noidle);

static struct attribute *bus_nfit_attrs[] = {
	&dev_attr_revision.attr,
	&dev_attr_dsm_mask.attr,
	&dev_attr_scrub.attr,
	&dev_attr_firmware_activate_noidle.attr,
	NULL
};

/* libndctl reads DIMM identities only on a bus that has this group. */
static const struct attribute_group bus_nfit_group = {
	.name = "nfit",
	.attrs = bus_nfit_attrs,
};

static ssize_t source_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", to_bus(dev)->spans[0].media->source->name);
}
static DEVICE_ATTR_RO(source);

static ssize_t base_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%#llx\n", to_bus(dev)->spans[0].range.start);
}
static DEVICE_ATTR_RO(base);

static ssize_t size_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%llu\n", range_len(&to_bus(dev)->spans[0].range));
}
static DEVICE_ATTR_RO(size);

static ssize_t capacity_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%llu\n", nd_emu_bus_capacity(to_bus(dev)));
}
static DEVICE_ATTR_RO(capacity);

static struct attribute *bus_attrs[] = {
	&dev_attr_source.attr,
	&dev_attr_base.attr,
	&dev_attr_size.attr,
	&dev_attr_capacity.attr,
	NULL
};

static const struct attribute_group bus_group = {
	.name = KBUILD_MODNAME,
	.attrs = bus_attrs,
};

/* What a bus has in sysfs beyond what libnvdimm gives it */
const struct attribute_group *nd_emu_bus_groups[] = {
	&bus_nfit_group,
	&bus_group,
	NULL
};
