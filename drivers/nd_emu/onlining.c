// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bringing memory blocks online, and what else only their sysfs tells.
 *
 * add_memory() onlines what it adds only where the auto-online policy says so,
 * and no function that modules may call does it otherwise. What is left is the
 * documented way, the state file of each block. It is opened on a mount of
 * sysfs of our own: whether and where the calling process sees /sys must not
 * decide whether a machine gets its memory back.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/string.h>

#include "offlining.h"
#include "onlining.h"

/* Another hotplug operation may hold the lock for as long as this. */
#define RETRY_MS	20
#define RETRIES		500

static bool block_is_online(u64 start)
{
	return pfn_to_online_page(PHYS_PFN(start));
}

/*
 * Is the block online, and where it belongs? The auto-online policy puts all
 * that is added into one zone: with every load, the others would shrink.
 */
static bool block_is_in_place(u64 start, bool movable)
{
	struct page *page = pfn_to_online_page(PHYS_PFN(start));

	return page && (page_zonenum(page) == ZONE_MOVABLE) == movable;
}

/*
 * Writing the state takes the hotplug lock by trying, and asks for the system
 * call to be restarted when it is taken. There is no system call here: take
 * the mark of a pending signal off again, wait, and be the restart.
 */
static int write_state(struct file *file, const char *state)
{
	ssize_t written;
	int i;

	for (i = 0; i < RETRIES; i++) {
		loff_t pos = 0;

		written = kernel_write(file, state, strlen(state), &pos);
		if (written != -ERESTARTNOINTR)
			break;
		recalc_sigpending();
		msleep(RETRY_MS);
	}
	return written < 0 ? written : 0;
}

static struct vfsmount *mount_sysfs(void)
{
	struct file_system_type *type = get_fs_type("sysfs");

	return type ? kern_mount(type) : ERR_PTR(-ENODEV);
}

/* A file of the block at @start. */
static struct file *open_file(struct vfsmount *sysfs, u64 start,
			      const char *file, int flags)
{
	struct path root = { .mnt = sysfs, .dentry = sysfs->mnt_root };
	char name[80];

	snprintf(name, sizeof(name), "devices/system/memory/memory%llu/%s",
		 start / memory_block_size_bytes(), file);
	return file_open_root(&root, name, flags, 0);
}

/*
 * To bring it online in its zone. Somebody may have got a page of it already, and
 * pinned it; then it stays where it is.
 */
static void offline_block(struct file *file)
{
	if (nd_emu_patience_begin())
		return;
	write_state(file, "offline");
	nd_emu_patience_end();
}

static int online_block(struct vfsmount *sysfs, u64 start, bool movable)
{
	struct file *file = open_file(sysfs, start, "state", O_WRONLY);
	int rc;

	if (IS_ERR(file))
		return PTR_ERR(file);

	if (block_is_online(start))
		offline_block(file);
	rc = write_state(file, movable ? "online_movable" : "online_kernel");
	/* Somebody may have been faster, and "online" twice is an error. */
	if (rc && block_is_online(start))
		rc = 0;
	fput(file);
	return rc;
}

static int online_blocks(struct vfsmount *sysfs, const struct range *range,
			 const unsigned long *movable)
{
	unsigned long size = memory_block_size_bytes();
	int failed = 0, rc;
	u64 start;

	for (start = range->start; start < range->end; start += size) {
		bool to_movable;

		to_movable = movable &&
			     test_bit((start - range->start) / size, movable);

		if (block_is_in_place(start, to_movable))
			continue;
		rc = online_block(sysfs, start, to_movable);
		if (!rc)
			continue;
		pr_err("memory%llu stays offline (%d); to online it: echo online > /sys/devices/system/memory/memory%llu/state\n",
		       start / size, rc, start / size);
		failed = rc;
	}
	return failed;
}

/**
 * nd_emu_online - bring all memory blocks of a range online
 * @range: physical addresses of present memory, whole blocks
 * @movable: a bit a block: it belongs into ZONE_MOVABLE; NULL for none
 *
 * Blocks that are online and in their zone are left as they are.
 *
 * Context: process context, may sleep; takes the device hotplug lock; one caller at
 * a time.
 * Return: 0, or the error of the last block that stays offline; each one is
 * logged with the command that brings it back.
 */
int nd_emu_online(const struct range *range, const unsigned long *movable)
{
	struct vfsmount *sysfs = mount_sysfs();
	sigset_t all, blocked;
	int rc;

	if (IS_ERR(sysfs)) {
		pr_err("cannot mount sysfs to online memory (%ld)\n",
		       PTR_ERR(sysfs));
		return PTR_ERR(sysfs);
	}
	/*
	 * The signal that ended a load is still pending, and would end an
	 * offlining as well: a block could not move to its zone.
	 */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &blocked);
	rc = online_blocks(sysfs, range, movable);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	kern_unmount(sysfs);
	return rc;
}

static bool can_be_ejected(struct vfsmount *sysfs, u64 start)
{
	struct file *file = open_file(sysfs, start, "firmware_node/eject",
				      O_PATH);

	if (IS_ERR(file))
		return false;
	fput(file);
	return true;
}

/**
 * nd_emu_check_ejectable - could the firmware take memory of a range away?
 * @range: physical addresses of present memory, whole blocks
 * @block: set to the address of the first block that it could, or 0
 *
 * The kernel removes all of a DIMM that is ejected, whatever is there by then, or
 * gives up with a BUG() where it cannot.
 *
 * Context: process context, may sleep.
 * Return: 0; -EBUSY if there is such a block; another negative errno if that
 * cannot be told.
 */
int nd_emu_check_ejectable(const struct range *range, u64 *block)
{
	struct vfsmount *sysfs = mount_sysfs();
	u64 start;

	*block = 0;
	if (IS_ERR(sysfs))
		return PTR_ERR(sysfs);
	for (start = range->start; start < range->end && !*block;
	     start += memory_block_size_bytes()) {
		if (can_be_ejected(sysfs, start))
			*block = start;
	}
	kern_unmount(sysfs);
	return *block ? -EBUSY : 0;
}
