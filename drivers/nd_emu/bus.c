// SPDX-License-Identifier: GPL-2.0-only
/*
 * A platform's NVDIMM bus: built in layers, each on the one before, and taken
 * down in the opposite order.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "bus.h"
#include "cmd.h"
#include "debug.h"

/**
 * nd_emu_bus_of_desc - our bus of the kernel's descriptor
 * @desc: of a bus of ours
 *
 * Return: the bus.
 */
struct nd_emu_bus *nd_emu_bus_of_desc(struct nvdimm_bus_descriptor *desc)
{
	return container_of(desc, struct nd_emu_bus, desc);
}

/**
 * nd_emu_bus_of - the bus that a DIMM is on
 * @nvdimm: the kernel's device of a DIMM of ours
 *
 * Return: the bus.
 */
struct nd_emu_bus *nd_emu_bus_of(struct nvdimm *nvdimm)
{
	return nd_emu_bus_of_desc(to_nd_desc(nvdimm_to_bus(nvdimm)));
}

static struct nd_emu_bus *to_bus(struct device *dev)
{
	return nd_emu_bus_of_desc(to_nd_desc(to_nvdimm_bus(dev)));
}

static u64 bus_capacity(const struct nd_emu_bus *bus)
{
	return nd_emu_media_capacity(range_len(&bus->media.range),
				     bus->config.dimms);
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

static struct attribute *bus_nfit_attrs[] = {
	&dev_attr_revision.attr,
	&dev_attr_dsm_mask.attr,
	&dev_attr_scrub.attr,
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
	return sysfs_emit(buf, "%s\n", to_bus(dev)->media.source->name);
}
static DEVICE_ATTR_RO(source);

static ssize_t base_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%#llx\n", to_bus(dev)->media.range.start);
}
static DEVICE_ATTR_RO(base);

static ssize_t size_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%llu\n", range_len(&to_bus(dev)->media.range));
}
static DEVICE_ATTR_RO(size);

static ssize_t capacity_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%llu\n", bus_capacity(to_bus(dev)));
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

static const struct attribute_group *bus_groups[] = {
	&bus_nfit_group,
	&bus_group,
	NULL
};

static int bus_ctl(struct nvdimm_bus_descriptor *desc, struct nvdimm *nvdimm,
		   unsigned int cmd, void *buf, unsigned int buf_len,
		   int *cmd_rc)
{
	struct nd_emu_dimm *dimm = nvdimm ? nvdimm_provider_data(nvdimm) : NULL;

	return nd_emu_cmd_ctl(nd_emu_bus_of_desc(desc), dimm, cmd, buf, buf_len,
			      cmd_rc);
}

static int dimms_init(struct nd_emu_bus *bus)
{
	unsigned int i;
	int rc;

	for (i = 0; i < bus->config.dimms; i++) {
		rc = nd_emu_dimm_init(&bus->dimms[i], i, &bus->config,
				      &bus->media, &bus->state);
		if (rc)
			goto out_exit;
	}
	return 0;

out_exit:
	while (i--)
		nd_emu_dimm_exit(&bus->dimms[i]);
	return rc;
}

static void dimms_exit(struct nd_emu_bus *bus)
{
	unsigned int i = bus->config.dimms;

	while (i--)
		nd_emu_dimm_exit(&bus->dimms[i]);
}

static int bus_attach(struct nd_emu_bus *bus)
{
	bus->pdev = platform_device_register_simple(KBUILD_MODNAME, 0, NULL, 0);
	if (IS_ERR(bus->pdev))
		return PTR_ERR(bus->pdev);

	bus->desc = (struct nvdimm_bus_descriptor) {
		.provider_name = KBUILD_MODNAME,
		.module = THIS_MODULE,
		.attr_groups = bus_groups,
		.ndctl = bus_ctl,
		.fw_ops = &nd_emu_firmware_bus_ops,
		.cmd_mask = nd_emu_cmd_mask(ND_EMU_CMD_BUS, false),
		.bus_family_mask = nd_emu_cmd_family_mask(ND_EMU_CMD_BUS),
		.dimm_family_mask = nd_emu_cmd_family_mask(ND_EMU_CMD_DIMM),
	};
	bus->nvdimm_bus = nvdimm_bus_register(&bus->pdev->dev, &bus->desc);
	if (!bus->nvdimm_bus) {
		platform_device_unregister(bus->pdev);
		return -ENOMEM;
	}
	return 0;
}

/* Takes all that is on the bus along, and waits until nobody uses it. */
static void bus_detach(struct nd_emu_bus *bus)
{
	nd_emu_scrub_stop(&bus->scrub);
	nvdimm_bus_unregister(bus->nvdimm_bus);
	platform_device_unregister(bus->pdev);
}

static int bus_populate(struct nd_emu_bus *bus)
{
	unsigned int i;
	int rc;

	for (i = 0; i < bus->config.dimms; i++) {
		rc = nd_emu_dimm_create(&bus->dimms[i], bus->nvdimm_bus);
		if (rc)
			return rc;
	}
	/* The DIMMs are probed in the background; a region needs them there. */
	rc = nvdimm_bus_check_dimm_count(bus->nvdimm_bus, bus->config.dimms);
	if (rc)
		return rc;
	rc = nd_emu_region_create(&bus->region, bus->nvdimm_bus, &bus->config,
				  &bus->media, bus->dimms);
	if (rc)
		return rc;
	/* Wait again, so that a load is over when the namespace is there. */
	return nvdimm_bus_check_dimm_count(bus->nvdimm_bus, bus->config.dimms);
}

static void report(const struct nd_emu_bus *bus)
{
	const struct nd_emu_media *media = &bus->media;

	pr_info("%llu MiB at [mem %#llx-%#llx], node %d, %s: %llu MiB in %u DIMM%s, %u MiB for the platform\n",
		range_len(&media->range) / SZ_1M, media->range.start,
		media->range.end, media->node, media->source->name,
		bus_capacity(bus) / SZ_1M, bus->config.dimms,
		bus->config.dimms > 1 ? "s" : "",
		ND_EMU_MEDIA_PLATFORM / SZ_1M);
}

/**
 * nd_emu_bus_create - build a platform
 * @config: what to build
 *
 * When it returns, the region and its namespace have been probed.
 *
 * Context: may sleep; see nd_emu_media_get() for how long.
 * Return: the platform, or an error pointer with nothing left behind: -ENOMEM,
 * or what nd_emu_media_get() or nd_emu_state_open() said.
 */
struct nd_emu_bus *nd_emu_bus_create(const struct nd_emu_config *config)
{
	struct nd_emu_bus *bus;
	int rc;

	bus = kvzalloc(struct_size(bus, dimms, config->dimms), GFP_KERNEL);
	if (!bus)
		return ERR_PTR(-ENOMEM);
	bus->config = *config;
	nd_emu_fault_init(&bus->faults, nd_emu_cmd_bus_name);
	nd_emu_scrub_init(&bus->scrub, bus);
	mutex_init(&bus->activation.lock);

	rc = nd_emu_media_get(&bus->media, config);
	if (rc)
		goto out_free;
	rc = nd_emu_state_open(&bus->state, &bus->media, config->dimms);
	if (rc)
		goto out_put_media;
	rc = dimms_init(bus);
	if (rc)
		goto out_close_state;
	rc = bus_attach(bus);
	if (rc)
		goto out_exit_dimms;
	rc = bus_populate(bus);
	if (rc)
		goto out_detach;
	rc = nd_emu_debug_go_live();
	if (rc)
		goto out_detach;
	nd_emu_debug_add(bus);
	report(bus);
	return bus;

out_detach:
	bus_detach(bus);
out_exit_dimms:
	dimms_exit(bus);
out_close_state:
	nd_emu_state_close(&bus->state);
out_put_media:
	nd_emu_media_put(&bus->media);
out_free:
	nd_emu_scrub_exit(&bus->scrub);
	kvfree(bus);
	return ERR_PTR(rc);
}

/**
 * nd_emu_bus_destroy - take a platform down and give its memory back
 * @bus: no region of it is enabled
 *
 * Context: may sleep.
 */
void nd_emu_bus_destroy(struct nd_emu_bus *bus)
{
	nd_emu_debug_remove(bus);
	bus_detach(bus);
	dimms_exit(bus);
	nd_emu_state_close(&bus->state);
	nd_emu_media_put(&bus->media);
	nd_emu_scrub_exit(&bus->scrub);
	kvfree(bus);
}
