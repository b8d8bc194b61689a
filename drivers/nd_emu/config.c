// SPDX-License-Identifier: GPL-2.0-only
/*
 * What to build: defaults, and what can be said of a configuration without
 * building it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "config.h"
#include "label.h"
#include "media.h"

/* Format interface code: byte-addressable, energy-backed (ACPI 6.5, 5.2.25.6) */
#define FORMAT_BYTE_ENERGY_BACKED	0x0101

/*
 * NFIT device handle (ACPI 6.5, 5.2.25.2): two DIMMs a channel, four channels
 * a memory controller, four controllers for the largest platform.
 */
static unsigned int default_handle(unsigned int index)
{
	unsigned int slot = index % 2;
	unsigned int channel = index / 2 % 4;
	unsigned int controller = index / 8;

	return controller << 8 | channel << 4 | slot;
}

/**
 * nd_emu_config_init - a bus with nothing on it
 * @config: filled in
 * @name: shorter than ND_EMU_NAME_LEN
 *
 * Context: any.
 */
void nd_emu_config_init(struct nd_emu_config *config, const char *name)
{
	*config = (struct nd_emu_config) {
		.provider = KBUILD_MODNAME,
		.node = NUMA_NO_NODE,
	};
	strscpy(config->name, name, sizeof(config->name));
	snprintf(config->device, sizeof(config->device), "%s.%s",
		 KBUILD_MODNAME, name);
	INIT_LIST_HEAD(&config->dimms);
	INIT_LIST_HEAD(&config->regions);
}

/* The lowest slot without a DIMM. */
static unsigned int free_index(const struct nd_emu_config *config)
{
	const struct nd_emu_dimm_config *dimm;
	unsigned int index = 0;

	list_for_each_entry(dimm, &config->dimms, list) {
		if (dimm->index != index)
			break;
		index++;
	}
	return index;
}

/* The list is in the order of the slots. */
static void insert_dimm(struct nd_emu_config *config,
			struct nd_emu_dimm_config *dimm)
{
	struct nd_emu_dimm_config *next;

	list_for_each_entry(next, &config->dimms, list) {
		if (next->index > dimm->index)
			break;
	}
	list_add_tail(&dimm->list, &next->list);
}

/**
 * nd_emu_config_add_dimm - a DIMM like any other, in the lowest free slot
 * @config: the bus
 * @dimm: filled in
 * @name: shorter than ND_EMU_NAME_LEN
 *
 * Context: the lock of the configuration is held, or nobody else knows it yet.
 * Return: 0, or -ENOSPC if there are ND_EMU_DIMMS_MAX already.
 */
int nd_emu_config_add_dimm(struct nd_emu_config *config,
			   struct nd_emu_dimm_config *dimm, const char *name)
{
	unsigned int index = free_index(config);

	if (index >= ND_EMU_DIMMS_MAX)
		return -ENOSPC;
	*dimm = (struct nd_emu_dimm_config) {
		.index = index,
		.handle = default_handle(index),
		.phys_id = index,
		.vendor = 0x4e44,
		.device = 0x0001,
		.rev_id = 0x0001,
		.format = FORMAT_BYTE_ENERGY_BACKED,
		.manufacturing_location = 0x0e,
		.manufacturing_date = 0x2601,
		.label_size = ND_EMU_LABEL_SIZE,
	};
	strscpy(dimm->name, name, sizeof(dimm->name));
	insert_dimm(config, dimm);
	return 0;
}

/**
 * nd_emu_config_add_region - a persistent region over all DIMMs
 * @config: the bus
 * @region: filled in
 * @name: shorter than ND_EMU_NAME_LEN
 *
 * Context: the lock of the configuration is held, or nobody else knows it yet.
 * Return: 0, or -ENOSPC if there are ND_EMU_REGIONS_MAX already.
 */
int nd_emu_config_add_region(struct nd_emu_config *config,
			     struct nd_emu_region_config *region,
			     const char *name)
{
	struct list_head *entry;
	unsigned int count = 0;

	list_for_each(entry, &config->regions)
		count++;
	if (count >= ND_EMU_REGIONS_MAX)
		return -ENOSPC;
	*region = (struct nd_emu_region_config) {
		.align = ND_EMU_MEDIA_ALIGN,
		.interleave = SZ_4K,
		.domain = ND_EMU_DOMAIN_MEMORY_CONTROLLER,
		.node = NUMA_NO_NODE,
		.pagemap = true,
	};
	strscpy(region->name, name, sizeof(region->name));
	list_add_tail(&region->list, &config->regions);
	return 0;
}

/**
 * nd_emu_config_find_dimm - a DIMM by its name
 * @config: the bus
 * @name: what a mapping calls it
 *
 * Context: the lock of the configuration is held, or nobody else knows it yet.
 * Return: the DIMM, or NULL.
 */
struct nd_emu_dimm_config *
nd_emu_config_find_dimm(const struct nd_emu_config *config, const char *name)
{
	struct nd_emu_dimm_config *dimm;

	list_for_each_entry(dimm, &config->dimms, list) {
		if (!strcmp(dimm->name, name))
			return dimm;
	}
	return NULL;
}

static bool same_id(const struct nd_emu_dimm_config *a,
		    const struct nd_emu_dimm_config *b)
{
	return a->serial && a->serial == b->serial && a->vendor == b->vendor &&
	       a->manufacturing_location == b->manufacturing_location &&
	       a->manufacturing_date == b->manufacturing_date;
}

/**
 * nd_emu_config_check_dimm - refuse a DIMM that cannot be told from another
 * @config: the bus
 * @dimm: one of its DIMMs
 *
 * Context: the lock of the configuration is held, or nobody else knows it yet.
 * Return: 0, or -EEXIST with a line in the log.
 */
int nd_emu_config_check_dimm(const struct nd_emu_config *config,
			     const struct nd_emu_dimm_config *dimm)
{
	const struct nd_emu_dimm_config *other;

	list_for_each_entry(other, &config->dimms, list) {
		const char *what = NULL;

		if (other == dimm)
			continue;
		if (other->handle == dimm->handle)
			what = "handle";
		else if (other->phys_id == dimm->phys_id)
			what = "phys_id";
		else if (same_id(other, dimm))
			what = "serial";
		if (!what)
			continue;
		pr_err("%s: dimms/%s: %s: must be another one than that of %s: nothing else tells DIMMs apart\n",
		       config->name, dimm->name, what, other->name);
		return -EEXIST;
	}
	return 0;
}
