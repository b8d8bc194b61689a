// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bios of a BTT's disk. Each is one call of the engine, which fetches or
 * delivers the bytes through a cursor; so segments may be of any length and
 * at any offset.
 *
 * A write is durable when it ends. So there is no write cache to announce, and
 * the block layer answers REQ_PREFLUSH and REQ_FUA by itself.
 */
#include <linux/bio.h>
#include <linux/blk-integrity.h>
#include <linux/blkdev.h>
#include <linux/bvec.h>
#include <linux/device.h>
#include <linux/highmem.h>
#include <linux/log2.h>
#include <linux/module.h>

#include <nd_emu/compat.h>

#include "blkdev.h"

/* The largest metadata of a sector: that of 4224. */
#define BTT_META_MAX	128u

/*
 * May memory have no address? With DEBUG_KMAP_LOCAL_FORCE_MAP kmap acts as if it
 * had none, so that a 64-bit kernel can test what it never needs.
 */
#define BTT_KMAP	(IS_ENABLED(CONFIG_HIGHMEM) || \
			 IS_ENABLED(CONFIG_DEBUG_KMAP_LOCAL_FORCE_MAP))

/**
 * struct btt_cursor - a place in a list of segments
 * @vecs: the list
 * @start: where it begins
 * @at: the place
 * @pos: bytes from @start to @at
 */
struct btt_cursor {
	const struct bio_vec *vecs;
	struct bvec_iter start;
	struct bvec_iter at;
	u64 pos;
};

/**
 * struct btt_bio - a bio as the engine's memory
 * @io: what the engine knows of it
 * @data: its data
 * @meta: its metadata, if @has_meta
 * @has_meta: the bio brings, or wants, metadata
 * @scratch: in place of metadata that the bio does not have
 */
struct btt_bio {
	struct btt_io io;
	struct btt_cursor data;
	struct btt_cursor meta;
	bool has_meta;
	u8 scratch[BTT_META_MAX];
};

static void btt_cursor_init(struct btt_cursor *cursor,
			    const struct bio_vec *vecs,
			    const struct bvec_iter *start)
{
	cursor->vecs = vecs;
	cursor->start = *start;
	cursor->at = *start;
	cursor->pos = 0;
}

/* Nearly always @pos is where the last piece ended. */
static bool btt_cursor_seek(struct btt_cursor *cursor, u64 pos)
{
	if (pos < cursor->pos) {
		cursor->at = cursor->start;
		cursor->pos = 0;
	}
	if (pos - cursor->pos >= cursor->at.bi_size)
		return false;
	bvec_iter_advance(cursor->vecs, &cursor->at, pos - cursor->pos);
	cursor->pos = pos;
	return true;
}

static size_t btt_bio_map(struct btt_io *io, bool meta, u64 pos, size_t len,
			  u8 **addr)
{
	struct btt_bio *bb = container_of(io, struct btt_bio, io);
	struct btt_cursor *cursor = meta ? &bb->meta : &bb->data;
	struct bio_vec bv;

	if (meta && !bb->has_meta) {
		*addr = bb->scratch;
		return min_t(size_t, len, sizeof(bb->scratch));
	}
	if (!btt_cursor_seek(cursor, pos))
		return 0;
	if (BTT_KMAP) {
		bv = bvec_iter_bvec(cursor->vecs, cursor->at);
		*addr = bvec_kmap_local(&bv);
	} else {
		bv = mp_bvec_iter_bvec(cursor->vecs, cursor->at);
		*addr = bvec_virt(&bv);
	}
	return min_t(size_t, len, bv.bv_len);
}

static void btt_bio_unmap(struct btt_io *io, u8 *addr)
{
	struct btt_bio *bb = container_of(io, struct btt_bio, io);

	if (addr != bb->scratch)
		kunmap_local(addr);
}

/* All of the data, where that is one piece of directly mapped memory. */
static u8 *btt_bio_linear(struct bio *bio)
{
	struct bio_vec bv = mp_bvec_iter_bvec(bio->bi_io_vec, bio->bi_iter);

	if (BTT_KMAP || bv.bv_len < bio->bi_iter.bi_size)
		return NULL;
	return bvec_virt(&bv);
}

static int btt_disk_call(struct btt_disk *bd, struct bio *bio, u64 sector,
			 u32 count, struct btt_io *io)
{
	bool nowait = bio->bi_opf & REQ_NOWAIT;

	if (!op_is_write(bio_op(bio)))
		return btt_read(bd->btt, sector, count, io, nowait);
	return btt_write(bd->btt, sector, count, io, nowait);
}

static int btt_disk_move_pieces(struct btt_disk *bd, struct bio *bio,
				u64 sector, u32 count)
{
	struct bio_integrity_payload *bip = bio_integrity(bio);
	struct btt_bio bb = {
		.io = {
			.map = btt_bio_map,
			.unmap = BTT_KMAP ? btt_bio_unmap : NULL,
		},
		.has_meta = bd->has_meta && bip,
	};

	btt_cursor_init(&bb.data, bio->bi_io_vec, &bio->bi_iter);
	if (bb.has_meta)
		btt_cursor_init(&bb.meta, bip->bip_vec, &bip->bip_iter);
	return btt_disk_call(bd, bio, sector, count, &bb.io);
}

static int btt_disk_move(struct btt_disk *bd, struct bio *bio, u64 sector,
			 u32 count)
{
	struct btt_io io = {
		.data = bd->has_meta ? NULL : btt_bio_linear(bio),
	};

	if (!io.data)
		return btt_disk_move_pieces(bd, bio, sector, count);
	return btt_disk_call(bd, bio, sector, count, &io);
}

static int btt_disk_do(struct btt_disk *bd, struct bio *bio)
{
	u64 sector = bio->bi_iter.bi_sector >> bd->shift;
	u32 count = bio_sectors(bio) >> bd->shift;
	bool nowait = bio->bi_opf & REQ_NOWAIT;

	if (!bd->btt)
		return -EIO;
	if ((bio->bi_iter.bi_sector | bio_sectors(bio)) & bd->mask)
		return -EINVAL;
	/* To the block layer, a disk that is read-only is a reason to warn. */
	if (READ_ONCE(bd->media->readonly) && op_is_write(bio_op(bio)))
		return -EROFS;
	if (nowait && bd->flush_waits && op_is_write(bio_op(bio)))
		return -EAGAIN;
	switch (bio_op(bio)) {
	case REQ_OP_READ:
	case REQ_OP_WRITE:
		return count ? btt_disk_move(bd, bio, sector, count) : 0;
	case REQ_OP_DISCARD:
	case REQ_OP_WRITE_ZEROES:
		return btt_discard(bd->btt, sector, count, nowait);
	default:
		return -EOPNOTSUPP;
	}
}

/* Work, as set_disk_ro() allocates: a bio may be what memory waits for. */
static void btt_disk_flush_failed(struct work_struct *work)
{
	struct btt_disk *bd = container_of(work, struct btt_disk, failed);

	if (bd->readonly)
		return;
	WRITE_ONCE(bd->readonly, true);
	dev_err(bd->dev,
		"%s: a flush failed; read-only until the namespace is enabled again\n",
		bd->disk->disk_name);
	set_disk_ro(bd->disk, true);
}

static void btt_disk_failed(struct btt_disk *bd, struct bio *bio, int err)
{
	if (err == -EAGAIN) {
		bio_wouldblock_error(bio);
		return;
	}
	if (bd->btt && btt_is_readonly(bd->btt) && !READ_ONCE(bd->readonly))
		schedule_work(&bd->failed);
	dev_err_ratelimited(bd->dev, "%s: %s of %u sectors at %llu: error %d\n",
			    bd->disk->disk_name,
			    op_is_write(bio_op(bio)) ? "write" : "read",
			    bio_sectors(bio), (u64)bio->bi_iter.bi_sector, err);
	bio->bi_status = errno_to_blk_status(err);
	bio_endio(bio);
}

static void btt_submit_bio(struct bio *bio)
{
	struct gendisk *disk = bio->bi_bdev->bd_disk;
	bool account = blk_queue_io_stat(disk->queue);
	struct btt_disk *bd = disk->private_data;
	unsigned long start = 0;
	int err;

	if (account)
		start = bio_start_io_acct(bio);
	err = btt_disk_do(bd, bio);
	if (account)
		bio_end_io_acct(bio, start);
	if (unlikely(err))
		btt_disk_failed(bd, bio, err);
	else
		bio_endio(bio);
}

static const struct block_device_operations btt_disk_ops = {
	.owner = THIS_MODULE,
	.submit_bio = btt_submit_bio,
};

/**
 * btt_disk_add() - make the disk of a BTT
 * @bd: with @btt, @media, @dev and @flush_waits set
 * @name: of the disk
 *
 * Context: may sleep; the device is locked, or being probed.
 * Return: 0, or an error of the block layer.
 */
int btt_disk_add(struct btt_disk *bd, const char *name)
{
	struct nd_emu_disk_limits limits = {
		.logical_block_size = SECTOR_SIZE,
		/* Bytes are copied: any would do, but 0 means the default. */
		.dma_alignment = 3,
	};
	struct gendisk *disk;
	int err;

	if (bd->btt) {
		limits.logical_block_size = btt_sector_size(bd->btt);
		limits.metadata_size = btt_meta_size(bd->btt);
	}
	disk = nd_emu_disk_alloc(&limits, dev_to_node(bd->dev));
	if (IS_ERR(disk))
		return PTR_ERR(disk);
	bd->shift = ilog2(limits.logical_block_size) - SECTOR_SHIFT;
	bd->mask = (1u << bd->shift) - 1;
	strscpy(disk->disk_name, name, sizeof(disk->disk_name));
	disk->fops = &btt_disk_ops;
	disk->private_data = bd;
	nd_emu_disk_integrity(disk, limits.metadata_size);
	bd->has_meta = limits.metadata_size;
	set_capacity(disk, bd->btt ? btt_sectors(bd->btt) << bd->shift : 0);
	bd->readonly = !bd->btt || btt_is_readonly(bd->btt);
	if (bd->readonly)
		set_disk_ro(disk, true);
	INIT_WORK(&bd->failed, btt_disk_flush_failed);
	bd->disk = disk;
	err = device_add_disk(bd->dev, disk, NULL);
	if (err) {
		bd->disk = NULL;
		put_disk(disk);
	}
	return err;
}

/**
 * btt_disk_del() - take the disk away, under load if need be
 * @bd: the disk
 *
 * When it returns, no bio is in the engine and none will come.
 *
 * Context: may sleep, until all bios have ended; the device is locked.
 */
void btt_disk_del(struct btt_disk *bd)
{
	del_gendisk(bd->disk);
	/* Nothing can ask for it any more. */
	cancel_work_sync(&bd->failed);
	put_disk(bd->disk);
	bd->disk = NULL;
}
