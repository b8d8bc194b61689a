/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Older kernels, seen as the newest one. Each piece looks for what came with
 * the change, never for a version: distributions backport.
 */
#ifndef _ND_EMU_COMPAT_H
#define _ND_EMU_COMPAT_H

#include <linux/badblocks.h>
#include <linux/blk-integrity.h>
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/math.h>

/* Before 6.15 badblocks_check() counted in an int. */
#define nd_emu_badblocks_check_int \
	int (*)(struct badblocks *bb, sector_t s, int sectors, \
		sector_t *first_bad, int *bad_sectors)
#define nd_emu_badblocks_counts_int \
	__same_type(&badblocks_check, nd_emu_badblocks_check_int)

/**
 * nd_emu_badblocks_any() - is any of these sectors known to be bad?
 * @bb: the list
 * @sector: the first, of 512 bytes
 * @sectors: how many
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool nd_emu_badblocks_any(struct badblocks *bb, sector_t sector,
					sector_t sectors)
{
	typeof(__builtin_choose_expr(nd_emu_badblocks_counts_int, 0,
				     (sector_t)0)) count;
	sector_t first;

	return badblocks_check(bb, sector, sectors, &first, &count);
}

/**
 * struct nd_emu_disk_limits - what a disk asks of the block layer
 * @logical_block_size: bytes of data in a sector
 * @metadata_size: bytes of metadata in a sector, 0 for none
 * @dma_alignment: mask of what memory need not be aligned to
 */
struct nd_emu_disk_limits {
	unsigned int logical_block_size;
	unsigned int metadata_size;
	unsigned int dma_alignment;
};

/**
 * nd_emu_max_sectors() - the most that one bio may have
 * @limits: of the disk
 *
 * Whole sectors only: not every kernel rounds it down.
 *
 * Return: sectors of 512 bytes.
 */
static inline unsigned int
nd_emu_max_sectors(const struct nd_emu_disk_limits *limits)
{
	return round_down(UINT_MAX, limits->logical_block_size) >>
	       SECTOR_SHIFT;
}

#ifdef BLK_FEAT_SYNCHRONOUS

/* tuple_size of struct blk_integrity became metadata_size in 6.17. */
#ifdef FS_IOC_GETLBMD_CAP
#define nd_emu_metadata_size	metadata_size
#else
#define nd_emu_metadata_size	tuple_size
#endif

/**
 * nd_emu_disk_alloc() - a disk that moves its data while it submits, and accounts
 * for it
 * @limits: of the disk
 * @node: NUMA node for its memory
 *
 * Context: may sleep.
 * Return: the disk, or an ERR_PTR().
 */
static inline struct gendisk *
nd_emu_disk_alloc(const struct nd_emu_disk_limits *limits, int node)
{
	struct queue_limits lim = {
		.features = BLK_FEAT_SYNCHRONOUS | BLK_FEAT_NOWAIT |
			    BLK_FEAT_IO_STAT,
		.logical_block_size = limits->logical_block_size,
		.dma_alignment = limits->dma_alignment,
		.max_hw_sectors = UINT_MAX,
		.max_hw_discard_sectors = nd_emu_max_sectors(limits),
		.max_write_zeroes_sectors = nd_emu_max_sectors(limits),
		.discard_granularity = limits->logical_block_size,
	};

	if (IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY) && limits->metadata_size) {
		lim.max_integrity_segments = 1;
		lim.integrity.nd_emu_metadata_size = limits->metadata_size;
		lim.integrity.tag_size = limits->metadata_size;
	}
	return blk_alloc_disk(&lim, node);
}

/**
 * nd_emu_disk_integrity() - say what metadata a disk has, before it is added
 * @disk: of nd_emu_disk_alloc()
 * @metadata_size: bytes for each sector, 0 for none
 *
 * It was among the limits; nothing is left to do.
 *
 * Context: may sleep.
 */
static inline void nd_emu_disk_integrity(struct gendisk *disk,
					 unsigned int metadata_size)
{
}

#else

/* Before 6.11 the properties of a queue were set one by one. */
static inline struct gendisk *
nd_emu_disk_alloc(const struct nd_emu_disk_limits *limits, int node)
{
	struct gendisk *disk = blk_alloc_disk(node);
	struct request_queue *q;

	if (!disk)
		return ERR_PTR(-ENOMEM);
	q = disk->queue;
	blk_queue_logical_block_size(q, limits->logical_block_size);
	blk_queue_dma_alignment(q, limits->dma_alignment);
	blk_queue_max_hw_sectors(q, UINT_MAX);
	blk_queue_max_discard_sectors(q, nd_emu_max_sectors(limits));
	blk_queue_max_write_zeroes_sectors(q, nd_emu_max_sectors(limits));
	q->limits.discard_granularity = limits->logical_block_size;
	blk_queue_flag_set(QUEUE_FLAG_NONROT, q);
	blk_queue_flag_clear(QUEUE_FLAG_ADD_RANDOM, q);
	blk_queue_flag_set(QUEUE_FLAG_NOWAIT, q);
	blk_queue_flag_set(QUEUE_FLAG_IO_STAT, q);
	return disk;
}

/* Before 6.11 it was registered after the disk had been set up. */
static inline void nd_emu_disk_integrity(struct gendisk *disk,
					 unsigned int metadata_size)
{
	struct blk_integrity integrity = {
		.tuple_size = metadata_size,
		.tag_size = metadata_size,
	};

	if (!metadata_size)
		return;
	blk_integrity_register(disk, &integrity);
	blk_queue_max_integrity_segments(disk->queue, 1);
}

#endif

#ifdef FMODE_EXCL

/**
 * nd_emu_disk_claim_get() - have a disk for ourselves
 * @devt: its number
 * @holder: whoever has the same may open it as well
 *
 * An exclusive open for reading: of a mode before 6.5, of a holder alone since.
 *
 * Context: may sleep.
 * Return: the claim, or an ERR_PTR(): -EBUSY if somebody else has it.
 */
static inline void *nd_emu_disk_claim_get(dev_t devt, void *holder)
{
	return blkdev_get_by_dev(devt, FMODE_READ | FMODE_EXCL, holder);
}

/**
 * nd_emu_disk_claim_put() - let others have it
 * @claim: of nd_emu_disk_claim_get()
 *
 * Context: may sleep.
 */
static inline void nd_emu_disk_claim_put(void *claim)
{
	blkdev_put(claim, FMODE_READ | FMODE_EXCL);
}

#else

static inline void *nd_emu_disk_claim_get(dev_t devt, void *holder)
{
	return bdev_file_open_by_dev(devt, BLK_OPEN_READ, holder, NULL);
}

static inline void nd_emu_disk_claim_put(void *claim)
{
	bdev_fput(claim);
}

#endif

#endif
