// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver of BTT devices, next to nd_pmem, which is one as well and offers
 * them to nd_btt.
 *
 * Which of the two a device goes to must not depend on which was loaded first.
 * So a device that the policy takes is reserved when it appears, before any
 * driver is asked, by a notifier of the bus; and when the module is loaded it
 * is taken from nd_pmem, unless its disk is in use. When the module is
 * unloaded, nd_pmem gets it back.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/libnvdimm.h>
#include <linux/module.h>
#include <linux/nd.h>
#include <linux/ndctl.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <nd_emu/compat.h>
#include <nd_emu/nvdimm_core.h>
#include <nd_emu/type_attr.h>

#include "device.h"
#include "namespace.h"
#include "policy.h"
#include "seed.h"

static struct nd_device_driver btt_driver;

/* No device is taken any more. Set once, before the driver goes. */
static bool leaving;

static bool is_ours(struct device *dev)
{
	return dev->type && dev->type->name &&
	       !strcmp(dev->type->name, "nd_btt") && btt_policy_takes(dev);
}

static bool is_bound(struct device *dev)
{
	return dev->driver == &btt_driver.drv;
}

/* ---- the driver ---- */

static int btt_probe(struct device *dev)
{
	if (READ_ONCE(leaving) || !is_ours(dev))
		return -ENODEV;
	return btt_device_start(dev);
}

/*
 * A device that was reserved is bound by the driver core without its probe, so
 * this is the probe. The core calls it when it has bound a device, the first
 * time, in either way; with the device locked, and nothing else: the bus's
 * notifiers are called with a lock that others want who have a device locked,
 * and a probe locks another one, the namespace.
 */
static void btt_sync_state(struct device *dev)
{
	int err;

	if (READ_ONCE(leaving) || dev_get_drvdata(dev))
		return;
	err = dev->bus->probe(dev);
	if (err)
		dev_err(dev, "cannot be started: error %d\n", err);
}

/* Of a device that was reserved and could not be started there is no data. */
static void btt_remove(struct device *dev)
{
	struct btt_device *bdev = dev_get_drvdata(dev);

	if (bdev)
		btt_device_stop(bdev);
}

static void btt_shutdown(struct device *dev)
{
	struct btt_device *bdev = dev_get_drvdata(dev);

	if (bdev)
		btt_device_flush(bdev);
}

static void btt_notify(struct device *dev, enum nvdimm_event event)
{
	struct btt_device *bdev = dev_get_drvdata(dev);

	if (bdev && event == NVDIMM_REVALIDATE_POISON)
		btt_device_poison_changed(bdev);
	else if (bdev && event == NVDIMM_REVALIDATE_REGION)
		btt_device_region_changed(bdev);
}

static struct nd_device_driver btt_driver = {
	.drv = {
		.name = KBUILD_MODNAME,
		.sync_state = btt_sync_state,
	},
	.type = ND_DRIVER_NAMESPACE_IO | ND_DRIVER_NAMESPACE_PMEM,
	.probe = btt_probe,
	.remove = btt_remove,
	.shutdown = btt_shutdown,
	.notify = btt_notify,
};

/* ---- the attribute "size" ---- */

/*
 * ndctl reads the size of the disk there. The attribute of libnvdimm shows a
 * field that only nd_btt can set, so ours takes its place as long as this
 * module is loaded.
 */
static ssize_t size_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct device_attribute *original;
	struct btt_device *bdev;
	ssize_t len = 0;
	bool bound;

	device_lock(dev);
	bound = is_bound(dev);
	bdev = bound ? dev_get_drvdata(dev) : NULL;
	if (bound)
		len = sysfs_emit(buf, "%llu\n",
				 bdev ? btt_device_size(bdev) : 0);
	device_unlock(dev);
	if (bound)
		return len;
	original = nd_emu_type_attr(dev, "size");
	return original ? original->show(dev, original, buf) : -ENXIO;
}
static DEVICE_ATTR_RO(size);

/*
 * Never with the device locked: this waits for readers, and they wait for the
 * lock.
 */
static void set_size_attr(struct device *dev, struct device_attribute *attr)
{
	struct attribute *attrs[] = { attr ? &attr->attr : NULL, NULL };
	const struct attribute_group group = { .attrs = attrs };

	if (!attr || sysfs_update_group(&dev->kobj, &group))
		dev_dbg(dev, "the size attribute cannot be replaced\n");
}

/* ---- taking devices, and giving them back ---- */

static int find_disk(struct device *child, void *data)
{
	dev_t *devt = data;

	if (!child->class || strcmp(child->class->name, "block"))
		return 0;
	*devt = child->devt;
	return 1;
}

/* From another driver, unless somebody uses the disk. */
static int take_over(struct device *dev)
{
	void *claim = NULL;
	dev_t devt = 0;

	device_for_each_child(dev, &devt, find_disk);
	if (devt) {
		claim = nd_emu_disk_claim_get(devt, &btt_driver);
		if (IS_ERR(claim)) {
			pr_warn("%s stays with %s: its disk is in use (%ld)\n",
				dev_name(dev), dev_driver_string(dev),
				PTR_ERR(claim));
			return PTR_ERR(claim);
		}
	}
	device_release_driver(dev);
	if (claim)
		nd_emu_disk_claim_put(claim);
	return 0;
}

static void offer_to_others(struct device *dev)
{
	if (device_attach(dev) < 0)
		pr_warn("%s: no other driver takes it\n", dev_name(dev));
}

static int take(struct device *dev, void *unused)
{
	bool taken = false;
	int err = 0;

	if (!is_ours(dev))
		return 0;
	set_size_attr(dev, &dev_attr_size);
	btt_seed_look(dev);
	if (READ_ONCE(dev->driver) && !is_bound(dev)) {
		err = take_over(dev);
		taken = !err;
	}
	if (!err && !READ_ONCE(dev->driver))
		err = device_driver_attach(&btt_driver.drv, dev);
	if (err && taken) {
		pr_warn("%s: cannot be started: error %d; it is offered to others again\n",
			dev_name(dev), err);
		offer_to_others(dev);
	} else if (err) {
		dev_dbg(dev, "not taken: %d\n", err);
	}
	return 0;
}

/* A device that is held because it is damaged is nothing for nd_btt either. */
static bool can_give_back(struct device *dev)
{
	struct btt_device *bdev;
	bool can;

	device_lock(dev);
	bdev = is_bound(dev) ? dev_get_drvdata(dev) : NULL;
	can = is_bound(dev) && (!bdev || btt_device_is_usable(bdev));
	device_unlock(dev);
	return can;
}

static int give_back(struct device *dev, void *unused)
{
	bool can;

	if (!is_ours(dev))
		return 0;
	can = can_give_back(dev);
	if (can)
		device_release_driver(dev);
	set_size_attr(dev, nd_emu_type_attr(dev, "size"));
	if (can)
		offer_to_others(dev);
	return 0;
}

/*
 * A new device must not be bound from within the notifier: that calls the same
 * notifiers again, and recent kernels do not allow it so early. But one that
 * has a driver when it is first offered to the drivers is bound to that one,
 * without its probe; see btt_sync_state().
 *
 * Only what has a namespace already: anything else is bound by hand, later.
 */
static void reserve(struct device *dev)
{
	if (!is_ours(dev))
		return;
	set_size_attr(dev, &dev_attr_size);
	btt_seed_look(dev);
	if (btt_device_is_claimed(dev) <= 0)
		return;
	/*
	 * Without the lock of the device: whoever has it and binds a driver by
	 * hand calls these notifiers, and would wait for this one. His driver
	 * stays, or takes the place of ours.
	 */
	cmpxchg(&dev->driver, NULL, &btt_driver.drv);
}

static int bus_event(struct notifier_block *nb, unsigned long event,
		     void *data)
{
	if (event == BUS_NOTIFY_ADD_DEVICE)
		reserve(data);
	else if (event == BUS_NOTIFY_REMOVED_DEVICE)
		btt_seed_forget(data);
	/* Another driver that keeps it has made a BTT there, or found one. */
	else if (event == BUS_NOTIFY_BOUND_DRIVER && !is_bound(data))
		btt_seed_forget(data);
	return NOTIFY_DONE;
}

static struct notifier_block bus_notifier = {
	.notifier_call = bus_event,
};

static int __init btt_init(void)
{
	int err = btt_policy_init();

	if (err)
		return err;
	err = nd_driver_register(&btt_driver);
	if (err)
		return err;
	err = bus_register_notifier(btt_driver.drv.bus, &bus_notifier);
	if (err) {
		nd_driver_unregister(&btt_driver);
		return err;
	}
	/* Of a device that is being added, the notifier may know nothing. */
	nd_synchronize();
	bus_for_each_dev(btt_driver.drv.bus, NULL, NULL, take);
	return 0;
}

static void __exit btt_exit(void)
{
	bus_unregister_notifier(btt_driver.drv.bus, &bus_notifier);
	WRITE_ONCE(leaving, true);
	/* Nothing may stay reserved and not be bound. */
	nd_synchronize();
	bus_for_each_dev(btt_driver.drv.bus, NULL, NULL, give_back);
	nd_driver_unregister(&btt_driver);
	btt_seed_forget_all();
}

module_init(btt_init);
module_exit(btt_exit);

/* It makes the debugfs directory that ours go in. */
MODULE_SOFTDEP("pre: nd_btt");
MODULE_DESCRIPTION("Atomic sectors on libnvdimm BTT devices");
MODULE_AUTHOR("The nd_emu developers");
MODULE_LICENSE("GPL");
