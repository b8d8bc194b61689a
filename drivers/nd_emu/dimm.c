// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DIMM: its identity, its sysfs attributes, its flush hints.
 */
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/libnvdimm.h>
#include <linux/sysfs.h>
#include <uapi/linux/ndctl.h>

#include "bus.h"
#include "cmd.h"
#include "dimm.h"
#include "span.h"
#include "state.h"

/* A hint has a cache line of its own, so that CPUs do not share one. */
#define HINT_STRIDE	64

static struct nd_emu_dimm *to_dimm(struct device *dev)
{
	return nvdimm_provider_data(to_nvdimm(dev));
}

/**
 * nd_emu_dimm_handle - NFIT device handle (ACPI 6.5, 5.2.25.2)
 * @dimm: the DIMM
 *
 * Context: any.
 * Return: the handle.
 */
u32 nd_emu_dimm_handle(const struct nd_emu_dimm *dimm)
{
	return dimm->config->handle;
}

static ssize_t handle_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%#x\n", nd_emu_dimm_handle(to_dimm(dev)));
}
static DEVICE_ATTR_RO(handle);

static ssize_t phys_id_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%#x\n", to_dimm(dev)->config->phys_id);
}
static DEVICE_ATTR_RO(phys_id);

static ssize_t serial_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "0x%08x\n",
			  be32_to_cpu(to_dimm(dev)->identity.serial));
}
static DEVICE_ATTR_RO(serial);

static ssize_t vendor_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "0x%04x\n",
			  be16_to_cpu(to_dimm(dev)->identity.vendor));
}
static DEVICE_ATTR_RO(vendor);

static ssize_t device_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "0x%04x\n",
			  be16_to_cpu(to_dimm(dev)->identity.device));
}
static DEVICE_ATTR_RO(device);

static ssize_t rev_id_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "0x%04x\n",
			  be16_to_cpu(to_dimm(dev)->identity.revision));
}
static DEVICE_ATTR_RO(rev_id);

static ssize_t subsystem_vendor_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%04x\n",
			  to_dimm(dev)->config->subsystem_vendor);
}
static DEVICE_ATTR_RO(subsystem_vendor);

static ssize_t subsystem_device_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%04x\n",
			  to_dimm(dev)->config->subsystem_device);
}
static DEVICE_ATTR_RO(subsystem_device);

static ssize_t subsystem_rev_id_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%04x\n",
			  to_dimm(dev)->config->subsystem_rev_id);
}
static DEVICE_ATTR_RO(subsystem_rev_id);

static ssize_t format_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "0x%04x\n", to_dimm(dev)->config->format);
}
static DEVICE_ATTR_RO(format);

static ssize_t format1_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "0x%04x\n", to_dimm(dev)->config->format1);
}
static DEVICE_ATTR_RO(format1);

static ssize_t formats_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", to_dimm(dev)->config->format1 ? 2 : 1);
}
static DEVICE_ATTR_RO(formats);

static ssize_t id_show(struct device *dev, struct device_attribute *attr,
		       char *buf)
{
	return sysfs_emit(buf, "%s\n", to_dimm(dev)->id);
}
static DEVICE_ATTR_RO(id);

static ssize_t dirty_shutdown_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_dimm(dev)->dirty_shutdowns));
}
static DEVICE_ATTR_RO(dirty_shutdown);

const char * const nd_emu_dimm_flag_words[] = {
	[ND_EMU_DIMM_SAVE_FAIL] = "save_fail",
	[ND_EMU_DIMM_RESTORE_FAIL] = "restore_fail",
	[ND_EMU_DIMM_FLUSH_FAIL] = "flush_fail",
	[ND_EMU_DIMM_NOT_ARMED] = "not_armed",
	[ND_EMU_DIMM_SMART_EVENT] = "smart_event",
	[ND_EMU_DIMM_MAP_FAIL] = "map_fail",
	[ND_EMU_DIMM_SMART_NOTIFY] = "smart_notify",
};

/*
 * Each followed by a space. libndctl polls this file, and takes a change for an
 * event.
 */
static ssize_t flags_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct nd_emu_dimm *dimm = to_dimm(dev);
	unsigned long flags = dimm->flags | BIT(ND_EMU_DIMM_SMART_NOTIFY);
	ssize_t len = 0;
	int i;

	if (nd_emu_health_event(&dimm->health))
		flags |= BIT(ND_EMU_DIMM_SMART_EVENT);

	for_each_set_bit(i, &flags, ND_EMU_DIMM_FLAGS)
		len += sysfs_emit_at(buf, len, "%s ",
				     nd_emu_dimm_flag_words[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(flags);

/* Command set of the DIMM, and which of its functions ND_CMD_CALL reaches. */
static ssize_t family_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%d\n", NVDIMM_FAMILY_INTEL);
}
static DEVICE_ATTR_RO(family);

static ssize_t dsm_mask_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%#lx\n",
			  nd_emu_cmd_functions(ND_EMU_CMD_DIMM));
}
static DEVICE_ATTR_RO(dsm_mask);

static struct attribute *dimm_attrs[] = {
	&dev_attr_handle.attr,
	&dev_attr_phys_id.attr,
	&dev_attr_serial.attr,
	&dev_attr_vendor.attr,
	&dev_attr_device.attr,
	&dev_attr_rev_id.attr,
	&dev_attr_subsystem_vendor.attr,
	&dev_attr_subsystem_device.attr,
	&dev_attr_subsystem_rev_id.attr,
	&dev_attr_format.attr,
	&dev_attr_format1.attr,
	&dev_attr_formats.attr,
	&dev_attr_id.attr,
	&dev_attr_dirty_shutdown.attr,
	&dev_attr_flags.attr,
	&dev_attr_family.attr,
	&dev_attr_dsm_mask.attr,
	NULL
};

static umode_t dimm_attr_visible(struct kobject *kobj, struct attribute *attr,
				 int n)
{
	const struct nd_emu_dimm *dimm = to_dimm(kobj_to_dev(kobj));

	if (attr == &dev_attr_format1.attr && !dimm->config->format1)
		return 0;
	return attr->mode;
}

/* libndctl looks for a DIMM's identity in a group of this name. */
static const struct attribute_group dimm_group = {
	.name = "nfit",
	.is_visible = dimm_attr_visible,
	.attrs = dimm_attrs,
};

static const struct attribute_group *dimm_groups[] = {
	&dimm_group,
	NULL
};

/* The platform gives every DIMM a serial number, unless it has one already. */
static void identity_init(struct nd_emu_dimm *dimm, __be32 serial)
{
	const struct nd_emu_dimm_config *config = dimm->config;
	struct nd_emu_identity *identity = &dimm->identity;

	*identity = (struct nd_emu_identity) {
		.vendor = cpu_to_be16(config->vendor),
		.device = cpu_to_be16(config->device),
		.revision = cpu_to_be16(config->rev_id),
		.manufactured = cpu_to_be16(config->manufacturing_date),
		.location = config->manufacturing_location,
		.serial = config->serial ? cpu_to_be32(config->serial) : serial,
	};
	snprintf(dimm->id, sizeof(dimm->id), "%04x-%02x-%04x-%08x",
		 be16_to_cpu(identity->vendor), identity->location,
		 be16_to_cpu(identity->manufactured),
		 be32_to_cpu(identity->serial));
}

static int hints_init(struct nd_emu_dimm *dimm,
		      const struct nd_emu_span *span)
{
	unsigned int count = dimm->config->flush_hints;
	u64 page = nd_emu_span_platform(span) + ND_EMU_STATE_HINTS +
		   dimm->index * SZ_4K;
	unsigned int i;

	if (!count)
		return 0;
	for (i = 0; i < count; i++)
		dimm->hints[i] = (struct resource) {
			.start = page + i * HINT_STRIDE,
			.end = page + i * HINT_STRIDE + sizeof(u64) - 1,
			.flags = IORESOURCE_MEM,
		};
	dimm->hint_page = ioremap(page, SZ_4K);
	if (!dimm->hint_page)
		return -ENOMEM;
	dimm->hint_count = count;
	return 0;
}

/**
 * nd_emu_dimm_init - prepare a DIMM before the kernel sees it
 * @dimm: zeroed
 * @bus: the bus; its first span holds the label area and hints, and its state
 *	what the DIMM remembers
 * @config: says what it has; has to stay until nd_emu_dimm_exit()
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM, with nothing left behind.
 */
int nd_emu_dimm_init(struct nd_emu_dimm *dimm, struct nd_emu_bus *bus,
		     const struct nd_emu_dimm_config *config)
{
	const struct nd_emu_span *span = &bus->spans[0];
	const struct nd_emu_state *state = &bus->state;
	const struct nd_emu_state_dimm *saved;
	int rc;

	saved = &state->block.dimms[config->index];
	dimm->config = config;
	dimm->index = config->index;
	dimm->flags = config->flags;
	nd_emu_fault_init(&dimm->faults, nd_emu_cmd_dimm_name);
	nd_emu_firmware_init(&dimm->firmware);
	nd_emu_health_init(&dimm->health, state->dirty & BIT(dimm->index));
	nd_emu_security_init(&dimm->security, bus, dimm);
	dimm->dirty_shutdowns = config->dirty_shutdown +
				le32_to_cpu(saved->dirty_shutdowns);
	identity_init(dimm, saved->serial);

	rc = hints_init(dimm, span);
	if (rc)
		return rc;
	if (!config->label_size)
		return 0;
	rc = nd_emu_label_map(&dimm->label, span, dimm->index,
			      config->label_size);
	if (rc)
		nd_emu_dimm_exit(dimm);
	return rc;
}

/**
 * nd_emu_dimm_exit - undo nd_emu_dimm_init()
 * @dimm: its nvdimm, if there was one, is gone
 *
 * Context: may sleep.
 */
void nd_emu_dimm_exit(struct nd_emu_dimm *dimm)
{
	nd_emu_security_exit(&dimm->security);
	nd_emu_label_unmap(&dimm->label);
	if (dimm->hint_page)
		iounmap(dimm->hint_page);
	dimm->hint_page = NULL;
}

/**
 * nd_emu_dimm_create - put a DIMM on the bus
 * @dimm: initialized; has to stay until its nvdimm is gone
 * @bus: the bus
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_dimm_create(struct nd_emu_dimm *dimm, struct nvdimm_bus *bus)
{
	unsigned long cmd_mask = nd_emu_cmd_mask(ND_EMU_CMD_DIMM,
						 dimm->label.area);
	/* The kernel unlocks a DIMM before it reads its labels, or never. */
	const struct nvdimm_security_ops *security =
		dimm->label.area ? &nd_emu_security_ops : NULL;
	unsigned long flags = 0;
	struct nvdimm *nvdimm;

	if (test_bit(ND_EMU_DIMM_NOT_ARMED, &dimm->flags))
		flags |= BIT(NDD_UNARMED);

	nvdimm = __nvdimm_create(bus, dimm, dimm_groups, flags, cmd_mask,
				 dimm->hint_count, dimm->hints, dimm->id,
				 security, &nd_emu_firmware_dimm_ops);
	/* Commands may come already. */
	WRITE_ONCE(dimm->nvdimm, nvdimm);
	return nvdimm ? 0 : -ENOMEM;
}

static int get_dimm(struct device *dev, void *found)
{
	if (dev->groups != dimm_groups)
		return 0;
	*(struct device **)found = get_device(dev);
	return 1;
}

/**
 * nd_emu_dimm_get_any - the device of a DIMM that is on the bus
 * @bus: the bus
 *
 * libnvdimm registers DIMMs in the background, and frees those where that fails:
 * what nd_emu_dimm_create() was given says nothing.
 *
 * Context: may sleep.
 * Return: the device, with a reference that the caller drops; NULL if there is
 * none.
 */
struct device *nd_emu_dimm_get_any(struct nvdimm_bus *bus)
{
	struct device *dev;

	return device_for_each_child(to_nvdimm_bus_dev(bus), &dev, get_dimm) ?
	       dev : NULL;
}

/**
 * nd_emu_dimm_flush_wpq - drain the write pending queue of a DIMM
 * @dimm: has flush hints
 * @hint: any number; picks one of the hints
 *
 * The hint is where real memory controllers listen (ACPI 6.5, 5.2.25.9):
 * any write to it drains the queue.
 *
 * Context: any.
 */
void nd_emu_dimm_flush_wpq(struct nd_emu_dimm *dimm, unsigned int hint)
{
	writeq(1, dimm->hint_page + hint % dimm->hint_count * HINT_STRIDE);
}
