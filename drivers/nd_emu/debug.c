// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: what is there for testing purposes only.
 *
 *	nd_emu/fail			going live
 *	nd_emu/ndbusN/fail		commands of the bus
 *	nd_emu/ndbusN/...		how long a scrub takes
 *	nd_emu/ndbusN/nmemN/fail	commands of a DIMM
 *	nd_emu/ndbusN/nmemN/media	what it holds
 *	nd_emu/ndbusN/nmemN/...		what it measures, its power, its time
 *	nd_emu/ndbusN/regionN/fail	flush of a region
 *
 * Nothing depends on these files: where they cannot be created, they are not
 * there, and no error is reported.
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/libnvdimm.h>
#include <linux/module.h>

#include "bus.h"
#include "debug.h"
#include "dpa.h"
#include "fault.h"

static struct dentry *root;
static struct nd_emu_faults platform_faults;

static const char *platform_operation(unsigned int operation)
{
	return operation ? NULL : "live";
}

/**
 * nd_emu_debug_init - the directory of the module
 *
 * Context: module load.
 */
void nd_emu_debug_init(void)
{
	nd_emu_fault_init(&platform_faults, platform_operation);
	root = debugfs_create_dir(KBUILD_MODNAME, NULL);
}

/**
 * nd_emu_debug_create_file - the file of the module
 *
 * Context: the end of module load, which cannot fail any more.
 */
void nd_emu_debug_create_file(void)
{
	nd_emu_fault_create_file(&platform_faults, root);
}

/**
 * nd_emu_debug_exit - undo nd_emu_debug_init()
 *
 * Context: no bus is live any more.
 */
void nd_emu_debug_exit(void)
{
	debugfs_remove(root);
}

/**
 * nd_emu_debug_go_live - is a bus that is complete to fail nevertheless?
 *
 * Context: may sleep.
 * Return: 0, or the negative errno to fail with.
 */
int nd_emu_debug_go_live(void)
{
	return nd_emu_fault_hit(&platform_faults, 0, NULL);
}

/**
 * nd_emu_debug_add_dimm - the directory of a DIMM
 * @bus: nd_emu_debug_add() was called for it
 * @dimm: its device is registered
 *
 * Context: may sleep.
 */
void nd_emu_debug_add_dimm(struct nd_emu_bus *bus, struct nd_emu_dimm *dimm)
{
	dimm->debug = debugfs_create_dir(nvdimm_name(dimm->nvdimm), bus->debug);
	nd_emu_fault_create_file(&dimm->faults, dimm->debug);
	nd_emu_health_create_files(&dimm->health, dimm->debug);
	nd_emu_security_create_files(&dimm->security, dimm->debug);
	nd_emu_dpa_create_file(dimm, dimm->debug);
}

/**
 * nd_emu_debug_remove_dimm - undo nd_emu_debug_add_dimm()
 * @dimm: its device is still there
 *
 * Waits for whoever is in one of the files.
 *
 * Context: may sleep.
 */
void nd_emu_debug_remove_dimm(struct nd_emu_dimm *dimm)
{
	debugfs_remove(dimm->debug);
}

static void add_region(struct nd_emu_bus *bus, struct nd_emu_region *region)
{
	struct device *dev = nd_region_dev(region->nd_region);

	nd_emu_fault_create_file(&region->faults,
				 debugfs_create_dir(dev_name(dev), bus->debug));
}

/**
 * nd_emu_debug_add - the directory of a bus
 * @bus: its devices are registered
 *
 * Context: may sleep.
 */
void nd_emu_debug_add(struct nd_emu_bus *bus)
{
	struct device *dev = to_nvdimm_bus_dev(bus->nvdimm_bus);
	unsigned int i;

	bus->debug = debugfs_create_dir(dev_name(dev), root);
	nd_emu_fault_create_file(&bus->faults, bus->debug);
	nd_emu_scrub_create_files(&bus->scrub, bus->debug);
	for (i = 0; i < ND_EMU_DIMMS_MAX; i++) {
		if (bus->dimms[i])
			nd_emu_debug_add_dimm(bus, bus->dimms[i]);
	}
	for (i = 0; i < bus->region_count; i++)
		add_region(bus, &bus->regions[i]);
}

/**
 * nd_emu_debug_remove - undo nd_emu_debug_add()
 * @bus: its devices are still there
 *
 * Waits for whoever is in one of the files.
 *
 * Context: may sleep.
 */
void nd_emu_debug_remove(struct nd_emu_bus *bus)
{
	debugfs_remove(bus->debug);
}
