/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disk of a BTT.
 */
#ifndef _ND_EMU_BTT_BLKDEV_H
#define _ND_EMU_BTT_BLKDEV_H

#include <linux/blkdev.h>
#include <linux/workqueue.h>

#include "engine.h"

/**
 * struct btt_disk - a disk, and the sectors behind it
 * @disk: the disk
 * @btt: what it does its I/O on; outlives the disk. NULL: nothing, the disk is
 *	empty
 * @media: what @btt is on, and that may be read-only for a while
 * @dev: for messages
 * @failed: makes the disk read-only when a flush has failed
 * @readonly: the BTT is, and the disk was made so; @failed's once there is one
 * @mask: 512-byte units of a sector, less one
 * @shift: and their logarithm
 * @has_meta: sectors have metadata
 * @flush_waits: a write may have to wait for the platform to flush
 */
struct btt_disk {
	struct gendisk *disk;
	struct btt *btt;
	const struct btt_media *media;
	struct device *dev;
	struct work_struct failed;
	bool readonly;
	unsigned int mask;
	unsigned int shift;
	bool has_meta;
	bool flush_waits;
};

int btt_disk_add(struct btt_disk *bd, const char *name);
void btt_disk_del(struct btt_disk *bd);

#endif
