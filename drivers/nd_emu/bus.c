// SPDX-License-Identifier: GPL-2.0-only
/*
 * A live NVDIMM bus: built in layers, each on the one before, and taken
 * down in the opposite order.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "bus.h"
#include "cmd.h"
#include "debug.h"
#include "hwpoison.h"
#include "layout.h"

/**
 * nd_emu_bus_of_desc - our bus of the kernel's descriptor
 * @desc: of a bus of ours
 *
 * Context: any.
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
 * Context: any.
 * Return: the bus.
 */
struct nd_emu_bus *nd_emu_bus_of(struct nvdimm *nvdimm)
{
	return nd_emu_bus_of_desc(to_nd_desc(nvdimm_to_bus(nvdimm)));
}

/**
 * nd_emu_bus_capacity - what there is to store data on
 * @bus: the bus
 *
 * Context: any, once its regions are planned.
 * Return: the sizes of all regions together, in bytes.
 */
u64 nd_emu_bus_capacity(const struct nd_emu_bus *bus)
{
	u64 capacity = 0;
	unsigned int i;

	for (i = 0; i < bus->region_count; i++)
		capacity += bus->regions[i].size;
	return capacity;
}

/*
 * The DIMM that a command is for. Whoever had its device open when the DIMM
 * was pulled still has the kernel's object, and nothing of ours behind it.
 * The kernel reads labels before __nvdimm_create() has returned what it is.
 */
static struct nd_emu_dimm *find_dimm(struct nd_emu_bus *bus,
				     struct nvdimm *nvdimm)
{
	struct nd_emu_dimm *dimm = nvdimm_provider_data(nvdimm);
	const struct nvdimm *known;
	unsigned int i;

	lockdep_assert_held_read(&bus->dimms_lock);
	if (bus->leaving)
		return NULL;
	for (i = 0; i < ND_EMU_DIMMS_MAX; i++) {
		if (bus->dimms[i] != dimm)
			continue;
		known = READ_ONCE(dimm->nvdimm);
		return !known || known == nvdimm ? dimm : NULL;
	}
	return NULL;
}

static int bus_ctl(struct nvdimm_bus_descriptor *desc, struct nvdimm *nvdimm,
		   unsigned int cmd, void *buf, unsigned int buf_len,
		   int *cmd_rc)
{
	struct nd_emu_bus *bus = nd_emu_bus_of_desc(desc);
	struct nd_emu_dimm *dimm = NULL;
	int rc = -ENODEV;

	/* The bus can be used before nvdimm_bus_register() returns what it is. */
	if (!nvdimm && !READ_ONCE(bus->nvdimm_bus))
		return -ENXIO;
	down_read(&bus->dimms_lock);
	if (nvdimm)
		dimm = find_dimm(bus, nvdimm);
	if (dimm || !nvdimm)
		rc = nd_emu_cmd_ctl(bus, dimm, cmd, buf, buf_len, cmd_rc);
	up_read(&bus->dimms_lock);
	return rc;
}

/* A DIMM that the kernel does not see yet. */
static int dimm_init(struct nd_emu_bus *bus,
		     const struct nd_emu_dimm_config *config)
{
	struct nd_emu_dimm *dimm = kzalloc(sizeof(*dimm), GFP_KERNEL);
	int rc;

	if (!dimm)
		return -ENOMEM;
	rc = nd_emu_dimm_init(dimm, bus, config);
	if (rc) {
		kfree(dimm);
		return rc;
	}
	down_write(&bus->dimms_lock);
	bus->dimms[config->index] = dimm;
	up_write(&bus->dimms_lock);
	return 0;
}

/* No command finds it any more, nor is in it. */
static struct nd_emu_dimm *hide_dimm(struct nd_emu_bus *bus,
				     unsigned int index)
{
	struct nd_emu_dimm *dimm;

	down_write(&bus->dimms_lock);
	dimm = bus->dimms[index];
	bus->dimms[index] = NULL;
	up_write(&bus->dimms_lock);
	return dimm;
}

static void free_dimm(struct nd_emu_dimm *dimm)
{
	nd_emu_dimm_exit(dimm);
	kfree(dimm);
}

static void dimm_exit(struct nd_emu_bus *bus, unsigned int index)
{
	struct nd_emu_dimm *dimm = hide_dimm(bus, index);

	if (dimm)
		free_dimm(dimm);
}

static void dimms_exit(struct nd_emu_bus *bus)
{
	unsigned int i = ND_EMU_DIMMS_MAX;

	while (i--)
		dimm_exit(bus, i);
}

static int dimms_init(struct nd_emu_bus *bus)
{
	const struct nd_emu_dimm_config *config;
	int rc;

	list_for_each_entry(config, &bus->config->dimms, list) {
		rc = dimm_init(bus, config);
		if (rc) {
			dimms_exit(bus);
			return rc;
		}
	}
	return 0;
}

static unsigned int dimm_count(const struct nd_emu_bus *bus)
{
	unsigned int i, count = 0;

	for (i = 0; i < ND_EMU_DIMMS_MAX; i++)
		count += !!bus->dimms[i];
	return count;
}

/* Two devices of one name are a warning with a backtrace. */
static int check_device_name(const struct nd_emu_config *config)
{
	struct device *taken;

	taken = bus_find_device_by_name(&platform_bus_type, NULL,
					config->device);
	if (!taken)
		return 0;
	put_device(taken);
	pr_err("%s: device=%s: must be the name of no platform device that exists\n",
	       config->name, config->device);
	return -EEXIST;
}

/* Makes the look and the registration one step, among our own. */
static DEFINE_MUTEX(register_lock);

static int register_device(struct nd_emu_bus *bus)
{
	const char *name = bus->config->device;
	int rc;

	mutex_lock(&register_lock);
	rc = check_device_name(bus->config);
	if (!rc) {
		bus->pdev = platform_device_register_simple(name,
							    PLATFORM_DEVID_NONE,
							    NULL, 0);
		rc = PTR_ERR_OR_ZERO(bus->pdev);
	}
	mutex_unlock(&register_lock);
	return rc;
}

static int bus_attach(struct nd_emu_bus *bus)
{
	struct nvdimm_bus *nvdimm_bus;
	int rc = register_device(bus);

	if (rc)
		return rc;
	bus->desc = (struct nvdimm_bus_descriptor) {
		.provider_name = (char *)bus->config->provider,
		.module = THIS_MODULE,
		.attr_groups = nd_emu_bus_groups,
		.ndctl = bus_ctl,
		.fw_ops = &nd_emu_firmware_bus_ops,
		.cmd_mask = nd_emu_cmd_mask(ND_EMU_CMD_BUS, false),
		.bus_family_mask = nd_emu_cmd_family_mask(ND_EMU_CMD_BUS),
		.dimm_family_mask = nd_emu_cmd_family_mask(ND_EMU_CMD_DIMM),
	};
	nvdimm_bus = nvdimm_bus_register(&bus->pdev->dev, &bus->desc);
	if (!nvdimm_bus) {
		rc = -ENOMEM;
		goto out_device;
	}
	/* Only libnvdimm's driver of the bus takes down what is on it. */
	if (!to_nvdimm_bus_dev(nvdimm_bus)->driver) {
		rc = -ENXIO;
		goto out_bus;
	}
	WRITE_ONCE(bus->nvdimm_bus, nvdimm_bus);
	nd_emu_scrub_allow(&bus->scrub);
	return 0;

out_bus:
	nvdimm_bus_unregister(nvdimm_bus);
out_device:
	platform_device_unregister(bus->pdev);
	return rc;
}

/* A command on its way has a reference, and nothing tells when it is dropped. */
static void wait_unused(struct kobject *kobj)
{
	unsigned int tries = 1000;

	while (kref_read(&kobj->kref) > 1 && tries--)
		usleep_range(1000, 2000);
}

/*
 * The kernel would take them along with the bus, holding the lock of the bus
 * device and waiting for commands that are on their way, which wait for this
 * lock (6.12, nd_bus_remove() and __nd_ioctl() in drivers/nvdimm/bus.c). No
 * command finds a DIMM that is gone, and what had found it before gets the lock
 * now. Commands of the bus itself are not helped by this.
 */
static void delete_dimms(struct nd_emu_bus *bus)
{
	struct device *dev;
	unsigned int i;

	/* What a command has to say to who polls a DIMM, it says before. */
	down_write(&bus->dimms_lock);
	bus->leaving = true;
	up_write(&bus->dimms_lock);
	for (i = 0; i < ND_EMU_DIMMS_MAX; i++) {
		dev = nd_emu_dimm_get_any(bus->nvdimm_bus);
		if (!dev)
			return;
		nvdimm_delete(to_nvdimm(dev));
		wait_unused(&dev->kobj);
		put_device(dev);
	}
}

/* Takes all that is on the bus along, and waits until nobody uses it. */
static void bus_detach(struct nd_emu_bus *bus)
{
	nd_emu_scrub_stop(&bus->scrub);
	/* What is just being registered is there after this, or has failed. */
	nvdimm_bus_check_dimm_count(bus->nvdimm_bus, 0);
	/* Regions have references to their DIMMs. */
	nd_emu_region_delete_all(bus);
	delete_dimms(bus);
	nvdimm_bus_unregister(bus->nvdimm_bus);
	platform_device_unregister(bus->pdev);
}

static int bus_populate(struct nd_emu_bus *bus)
{
	unsigned int i;
	int rc;

	for (i = 0; i < ND_EMU_DIMMS_MAX; i++) {
		if (!bus->dimms[i])
			continue;
		rc = nd_emu_dimm_create(bus->dimms[i], bus->nvdimm_bus);
		if (rc)
			return rc;
	}
	/* The DIMMs are probed in the background; a region needs them there. */
	rc = nvdimm_bus_check_dimm_count(bus->nvdimm_bus, dimm_count(bus));
	if (rc)
		return rc;
	for (i = 0; i < bus->region_count; i++) {
		rc = nd_emu_region_create(&bus->regions[i], bus);
		if (rc)
			return rc;
	}
	/* Wait again, so that this is over when the namespaces are there. */
	rc = nvdimm_bus_check_dimm_count(bus->nvdimm_bus, dimm_count(bus));
	if (rc)
		return rc;
	return nd_emu_region_count(bus) == bus->region_count ? 0 : -ENXIO;
}

static void spans_put(struct nd_emu_bus *bus, unsigned int count)
{
	while (count--)
		nd_emu_span_put(&bus->spans[count]);
}

static int spans_get(struct nd_emu_bus *bus)
{
	unsigned int i;
	int rc;

	for (i = 0; i < bus->span_count; i++) {
		rc = nd_emu_span_get(&bus->spans[i], &bus->requests[i]);
		if (rc) {
			spans_put(bus, i);
			return rc;
		}
	}
	return 0;
}

static unsigned long dimm_mask(const struct nd_emu_config *config)
{
	const struct nd_emu_dimm_config *dimm;
	unsigned long mask = 0;

	list_for_each_entry(dimm, &config->dimms, list)
		mask |= BIT(dimm->index);
	return mask;
}

static void report(const struct nd_emu_bus *bus)
{
	unsigned int i, dimms = dimm_count(bus);

	for (i = 0; i < bus->span_count; i++) {
		const struct nd_emu_span *span = &bus->spans[i];
		char capacity[80] = "";

		if (!i)
			snprintf(capacity, sizeof(capacity),
				 ": %llu MiB in %u DIMM%s, %u MiB for the platform",
				 nd_emu_bus_capacity(bus) / SZ_1M, dimms,
				 dimms == 1 ? "" : "s",
				 ND_EMU_MEDIA_PLATFORM / SZ_1M);
		pr_info("%llu MiB at [mem %#llx-%#llx], node %d, %s%s\n",
			range_len(&span->range) / SZ_1M, span->range.start,
			span->range.end, span->media->node,
			span->media->source->name, capacity);
	}
}

static struct nd_emu_bus *bus_alloc(const struct nd_emu_config *config)
{
	struct list_head *entry;
	struct nd_emu_bus *bus;
	unsigned int count = 0;

	list_for_each(entry, &config->regions)
		count++;
	bus = kvzalloc(struct_size(bus, regions, count), GFP_KERNEL);
	if (!bus)
		return NULL;
	bus->config = config;
	bus->region_count = count;
	init_rwsem(&bus->dimms_lock);
	nd_emu_fault_init(&bus->faults, nd_emu_cmd_bus_name);
	nd_emu_scrub_init(&bus->scrub, bus);
	mutex_init(&bus->activation.lock);
	return bus;
}

/**
 * nd_emu_bus_create - make a bus live
 * @config: what to build; has to stay as it is until the bus is destroyed
 *
 * When it returns, the regions and their namespaces have been probed.
 *
 * Context: may sleep; see nd_emu_span_get() for how long.
 * Return: the bus, or an error pointer with nothing left behind: -ENOMEM,
 * -ENXIO if the kernel refused a device, or what nd_emu_layout_plan(),
 * nd_emu_hwpoison_check(), nd_emu_span_get(), nd_emu_state_open() or
 * nd_emu_debug_go_live() said; -EEXIST if there is a device of the same name.
 */
struct nd_emu_bus *nd_emu_bus_create(const struct nd_emu_config *config)
{
	struct nd_emu_bus *bus = bus_alloc(config);
	int rc;

	if (!bus)
		return ERR_PTR(-ENOMEM);
	rc = nd_emu_layout_plan(bus);
	if (rc)
		goto out_free;
	rc = nd_emu_hwpoison_check(config);
	if (rc)
		goto out_free;
	rc = check_device_name(config);
	if (rc)
		goto out_free;
	rc = spans_get(bus);
	if (rc)
		goto out_free;
	nd_emu_layout_place(bus);
	rc = nd_emu_state_open(&bus->state, &bus->spans[0], dimm_mask(config));
	if (rc)
		goto out_put_spans;
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
out_put_spans:
	spans_put(bus, bus->span_count);
out_free:
	nd_emu_scrub_exit(&bus->scrub);
	kvfree(bus);
	return ERR_PTR(rc);
}

/**
 * nd_emu_bus_destroy - take a bus down and give its memory back
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
	spans_put(bus, bus->span_count);
	nd_emu_scrub_exit(&bus->scrub);
	kvfree(bus);
}

/**
 * nd_emu_bus_online_span - which memory of a bus does the system use as its own?
 * @bus: the bus
 *
 * It may do so without a region that is enabled: see nd_emu_span_is_online().
 *
 * Context: may sleep.
 * Return: the first such span, or NULL.
 */
const struct nd_emu_span *
nd_emu_bus_online_span(const struct nd_emu_bus *bus)
{
	unsigned int i;

	for (i = 0; i < bus->span_count; i++) {
		if (nd_emu_span_is_online(&bus->spans[i]))
			return &bus->spans[i];
	}
	return NULL;
}

static int check_offline(const struct nd_emu_bus *bus)
{
	const struct nd_emu_span *span = nd_emu_bus_online_span(bus);

	if (!span)
		return 0;
	pr_err("%s: live: must stay 1: the system uses memory of [mem %#llx-%#llx] as its own (dax kmem)\n",
	       bus->config->name, span->range.start, span->range.end);
	return -EBUSY;
}

/**
 * nd_emu_bus_quiesce - see to it that nobody uses a bus, to destroy it
 * @bus: the bus; its regions are gone afterwards
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY with a line in the log if a region is enabled, or memory
 * of the bus is online.
 */
int nd_emu_bus_quiesce(struct nd_emu_bus *bus)
{
	/* First: to disable a region is not what helps then. */
	int rc = check_offline(bus);

	return rc ?: nd_emu_region_delete_idle(bus);
}

/**
 * nd_emu_bus_add_dimm - plug a DIMM into a live bus
 * @bus: the bus
 * @config: a DIMM of the configuration that @bus was built from, not on it
 *
 * Context: may sleep.
 * Return: 0; -EEXIST with a line in the log if it cannot be told from another
 * one; -ENOMEM; -ENXIO if the kernel refused the device.
 */
int nd_emu_bus_add_dimm(struct nd_emu_bus *bus,
			const struct nd_emu_dimm_config *config)
{
	int rc = nd_emu_config_check_dimm(bus->config, config);

	if (rc)
		return rc;
	rc = dimm_init(bus, config);
	if (rc)
		return rc;
	rc = nd_emu_dimm_create(bus->dimms[config->index], bus->nvdimm_bus);
	if (rc)
		goto out_exit;
	/* If it is not counted, its registration failed and it is gone. */
	rc = nvdimm_bus_check_dimm_count(bus->nvdimm_bus, dimm_count(bus));
	if (rc)
		goto out_exit;
	nd_emu_debug_add_dimm(bus, bus->dimms[config->index]);
	return 0;

out_exit:
	dimm_exit(bus, config->index);
	return rc;
}

static bool in_use(const struct nd_emu_bus *bus, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < bus->region_count; i++) {
		if (nd_emu_region_share(&bus->regions[i], index))
			return true;
	}
	return false;
}

/**
 * nd_emu_bus_remove_dimm - pull a DIMM out of a live bus
 * @bus: the bus
 * @config: a DIMM that is on it
 *
 * Context: may sleep, until nobody uses the files of the device.
 * Return: 0, or -EBUSY with a line in the log if a region is on it.
 */
int nd_emu_bus_remove_dimm(struct nd_emu_bus *bus,
			   const struct nd_emu_dimm_config *config)
{
	struct nd_emu_dimm *dimm;

	if (in_use(bus, config->index)) {
		pr_err("%s: dimms/%s: live: must stay 1: a region is on it\n",
		       bus->config->name, config->name);
		return -EBUSY;
	}
	nd_emu_debug_remove_dimm(bus->dimms[config->index]);
	/* First: a command may be about to wake who polls the device. */
	dimm = hide_dimm(bus, config->index);
	nvdimm_delete(dimm->nvdimm);
	free_dimm(dimm);
	return 0;
}
