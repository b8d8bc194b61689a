// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seeds: BTT devices that had no namespace when they were first seen.
 *
 * A BTT device comes about in one of two ways. Where libnvdimm finds an info
 * block it makes a device for it, and this has its namespace from the start.
 * And each region has one without, for whoever wants a new BTT: ndctl gives it
 * a uuid, a sector size and a namespace, and binds it. Only there does the
 * absence of a BTT mean that one is to be made. In any other device it means
 * that the BTT was lost.
 *
 * Once it has a BTT a device is no seed any more: the region gets another.
 */
#include <linux/device.h>
#include <linux/xarray.h>

#include "namespace.h"
#include "seed.h"

/* By the address of the device, from when it is seen until it goes. */
static DEFINE_XARRAY(seeds);

static unsigned long seed_index(const struct device *dev)
{
	return (unsigned long)dev;
}

/**
 * btt_seed_look() - a device is seen for the first time
 * @dev: a BTT device; takes the bus's lock, may sleep
 *
 * Without memory it is taken for none, and then nothing is ever made in it.
 *
 * Context: may sleep.
 */
void btt_seed_look(struct device *dev)
{
	if (!btt_device_is_claimed(dev))
		xa_store(&seeds, seed_index(dev), xa_mk_value(1), GFP_KERNEL);
}

/**
 * btt_seed_is() - may a BTT be made in this device's namespace?
 * @dev: a BTT device
 *
 * Context: any.
 * Return: true if somebody has configured it for that.
 */
bool btt_seed_is(struct device *dev)
{
	return xa_load(&seeds, seed_index(dev));
}

/**
 * btt_seed_forget() - it has a BTT now, or goes
 * @dev: a device, of any kind
 *
 * Context: may be called with any lock of a driver held.
 */
void btt_seed_forget(struct device *dev)
{
	xa_erase(&seeds, seed_index(dev));
}

/**
 * btt_seed_forget_all() - the module goes
 *
 * Context: module unload.
 */
void btt_seed_forget_all(void)
{
	xa_destroy(&seeds);
}
