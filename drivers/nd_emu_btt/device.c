// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BTT device that this driver has.
 *
 * Where the BTT is damaged beyond use the device stays bound, and its disk is
 * empty. If the probe failed, the kernel, or ndctl, would offer the device to
 * nd_btt next, which takes an info block that it cannot use for none, and
 * formats; and a device without a disk is one that ndctl cannot disable.
 */
#include <linux/blkdev.h>
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/slab.h>

#include <nd_emu/nvdimm_core.h>

#include "blkdev.h"
#include "debugfs.h"
#include "device.h"
#include "engine.h"
#include "namespace.h"
#include "seed.h"

/**
 * struct btt_device - a bound device
 * @ns: its namespace
 * @btt: NULL where it is damaged
 * @disk: the disk
 *
 * Freed when the device is unbound. All of it is set before the driver's
 * probe ends and serialised by the device's lock afterwards.
 */
struct btt_device {
	struct btt_namespace ns;
	struct btt *btt;
	struct btt_disk disk;
};

static const char *fault_text(enum btt_fault_code code)
{
	static const char * const texts[] = {
		[BTT_BAD_SIZE] = "the namespace is too small",
		[BTT_BAD_SIGNATURE] = "no info block",
		[BTT_BAD_CHECKSUM] = "the info block was torn or altered",
		[BTT_BAD_IDENTITY] = "belongs to another BTT",
		[BTT_BAD_VERSION] = "not the version that was expected",
		[BTT_BAD_GEOMETRY] = "cannot be, or not in this namespace",
		[BTT_BAD_FLAGS] = "the arena was marked as damaged before",
		[BTT_BAD_FLOG] = "no writer can have left this",
		[BTT_BAD_MAP] = "out of range, or a block used twice",
		[BTT_BAD_MEDIA] = "cannot be read",
		[BTT_BAD_FLUSH] = "was recovered, and cannot be flushed",
		[BTT_NOT_EMPTY] = "there is something already",
	};

	return code < ARRAY_SIZE(texts) && texts[code] ? texts[code] : "?";
}

static void report(struct device *dev, const struct btt_fault *fault,
		   const char *outcome)
{
	char index[24] = "";

	if (fault->code == BTT_BAD_FLOG || fault->code == BTT_BAD_MAP)
		snprintf(index, sizeof(index), "[%llu]", fault->index);
	dev_err(dev, "arena %u: %s%s is 0x%llx: %s; %s\n", fault->arena,
		fault->field, index, fault->value, fault_text(fault->code),
		outcome);
}

static struct btt_identity identity(const struct btt_namespace *ns)
{
	return (struct btt_identity) {
		.uuid = ns->uuid.b,
		.parent_uuid = ns->parent_uuid.b,
		.major = ns->major,
		.lbasize = ns->lbasize,
	};
}

static int attach(struct btt_device *bdev, struct btt_fault *fault)
{
	const struct btt_config config = {
		.media = &bdev->ns.media,
		.id = identity(&bdev->ns),
		.lanes = num_possible_cpus(),
		/* It is known by its uuid, so the copy is this BTT's. */
		.flags = bdev->ns.readonly ? BTT_READONLY : BTT_REPAIR,
	};

	return btt_attach(&bdev->btt, &config, fault);
}

/* An info block that is right but for its BTT's uuid: whose is it? */
static bool is_of_namespace(struct btt_device *bdev)
{
	struct btt_config config = {
		.media = &bdev->ns.media,
		.id = identity(&bdev->ns),
		.lanes = 1,
		.flags = BTT_READONLY,
	};
	struct btt_fault fault;
	struct btt *btt;

	config.id.uuid = NULL;
	config.id.lbasize = 0;
	if (!btt_attach(&btt, &config, &fault)) {
		btt_detach(btt);
		return true;
	}
	return fault.code != BTT_BAD_IDENTITY;
}

/*
 * Is there no BTT here to lose? Somebody has configured the device to make a
 * new one, with a uuid of its own, and there is no info block, nor a copy with
 * that uuid. An info block of another namespace is of one that was there
 * before.
 */
static bool is_absent(struct btt_device *bdev, const struct btt_fault *fault)
{
	if (!btt_seed_is(bdev->ns.dev) || fault->arena)
		return false;
	switch (fault->code) {
	case BTT_BAD_SIGNATURE:
		return true;
	case BTT_BAD_IDENTITY:
		return !is_of_namespace(bdev);
	default:
		return false;
	}
}

static int make(struct btt_device *bdev, struct btt_fault *fault)
{
	const struct btt_format format = {
		.media = &bdev->ns.media,
		.id = identity(&bdev->ns),
		.force = true,
	};
	int err = btt_format(&format, fault);

	if (!err)
		err = attach(bdev, fault);
	return err;
}

/* 0 without a BTT: there is one, and it cannot be used. */
static int open_btt(struct btt_device *bdev)
{
	struct device *dev = bdev->ns.dev;
	struct btt_fault fault;
	int err = attach(bdev, &fault);

	if (err == -EINVAL && is_absent(bdev, &fault)) {
		if (!bdev->ns.lbasize)
			return -ENODEV;
		if (bdev->ns.readonly) {
			dev_err(dev, "no BTT, and the region is read-only\n");
			return -EROFS;
		}
		dev_dbg(dev, "no BTT %pUb here, making it\n", &bdev->ns.uuid);
		err = make(bdev, &fault);
		if (err && fault.code == BTT_OK)
			dev_err(dev, "no BTT was made: error %d\n", err);
		else if (err)
			report(dev, &fault, "no BTT was made");
		if (err)
			return err;
	}
	if (err && fault.code == BTT_OK)
		return err;
	if (err) {
		bdev->btt = NULL;
		report(dev, &fault, fault.code == BTT_BAD_FLUSH ?
		       "not attached" : "not attached, the media is as it was");
	} else if (fault.code != BTT_OK) {
		report(dev, &fault, "read-only, the media is as it was");
	}
	return 0;
}

static int add_disk_of(struct btt_device *bdev)
{
	char name[DISK_NAME_LEN];
	struct btt_disk *disk = &bdev->disk;

	disk->btt = bdev->btt;
	disk->media = &bdev->ns.media;
	disk->dev = bdev->ns.dev;
	disk->flush_waits = bdev->ns.media.flush &&
			    !is_nvdimm_sync(bdev->ns.region);
	if (!nvdimm_namespace_disk_name(bdev->ns.ndns, name))
		return -ENXIO;
	return btt_disk_add(disk, name);
}

/**
 * btt_device_start() - probe a BTT device that the policy takes
 * @dev: the device, locked
 *
 * Context: may sleep; the driver core probes.
 * Return: 0, also for a BTT that is damaged beyond use; -ENODEV if the device
 * is not completely configured, or another error.
 */
int btt_device_start(struct device *dev)
{
	struct btt_device *bdev;
	int err;

	bdev = devm_kzalloc(dev, sizeof(*bdev), GFP_KERNEL);
	if (!bdev)
		return -ENOMEM;
	err = btt_namespace_open(dev, &bdev->ns);
	if (err)
		return err;
	err = open_btt(bdev);
	if (err)
		return err;
	err = add_disk_of(bdev);
	if (err) {
		if (bdev->btt)
			btt_detach(bdev->btt);
		return err;
	}
	if (bdev->btt) {
		btt_seed_forget(dev);
		btt_debugfs_add(dev, bdev->btt, bdev->ns.major);
	}
	dev_set_drvdata(dev, bdev);
	return 0;
}

/**
 * btt_device_stop() - undo btt_device_start()
 * @bdev: the device, locked
 *
 * Context: may sleep, until all bios have ended.
 */
void btt_device_stop(struct btt_device *bdev)
{
	if (bdev->btt)
		btt_debugfs_del(bdev->ns.dev);
	btt_disk_del(&bdev->disk);
	if (bdev->btt && btt_detach(bdev->btt))
		dev_err(bdev->ns.dev, "the last flush failed\n");
	btt_device_flush(bdev);
}

/**
 * btt_device_is_usable() - or is it held because it is damaged?
 * @bdev: the device, locked
 *
 * Context: any.
 * Return: true if there is a BTT.
 */
bool btt_device_is_usable(const struct btt_device *bdev)
{
	return bdev->btt;
}

/**
 * btt_device_size() - size of the disk
 * @bdev: the device, locked
 *
 * Context: any.
 * Return: bytes, 0 without a BTT.
 */
u64 btt_device_size(const struct btt_device *bdev)
{
	if (!bdev->btt)
		return 0;
	return btt_sectors(bdev->btt) * btt_sector_size(bdev->btt);
}

/**
 * btt_device_flush() - the machine may go down, or the device
 * @bdev: the device, locked
 *
 * Context: may sleep.
 */
void btt_device_flush(struct btt_device *bdev)
{
	nvdimm_flush(bdev->ns.region, NULL);
}

/**
 * btt_device_poison_changed() - the bus has learned of bad blocks
 * @bdev: the device, locked
 *
 * Context: may sleep.
 */
void btt_device_poison_changed(struct btt_device *bdev)
{
	btt_namespace_rescan(&bdev->ns);
}

/**
 * btt_device_region_changed() - the region may have become read-only, or not
 * @bdev: the device, locked
 *
 * A BTT that was opened read-only stays so until the namespace is enabled
 * again, for it was not recovered.
 *
 * Context: may sleep.
 */
void btt_device_region_changed(struct btt_device *bdev)
{
	bool readonly;

	if (!bdev->btt)
		return;
	readonly = btt_namespace_readonly(&bdev->ns);
	WRITE_ONCE(bdev->ns.media.readonly, readonly);
	readonly |= btt_is_readonly(bdev->btt);
	if (readonly == get_disk_ro(bdev->disk.disk))
		return;
	dev_info(bdev->ns.dev, "%s is now read-%s\n",
		 bdev->disk.disk->disk_name, readonly ? "only" : "write");
	set_disk_ro(bdev->disk.disk, readonly);
	/* A flush may have failed meanwhile. */
	if (btt_is_readonly(bdev->btt))
		set_disk_ro(bdev->disk.disk, true);
}
