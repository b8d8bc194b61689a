// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading sectors of an attached BTT: without a lock, and without a store that
 * anyone else could see. Documentation/btt.rst has the argument.
 */
#include "memory.h"

/* In a BTT that may not be recovered, the flog goes before the map. */
static inline u32 btt_map_lookup(const struct btt_arena *arena, u32 lba)
{
	u32 i;

	for (i = 0; i < arena->redos; i++)
		if (arena->redo[i].lba == lba)
			return arena->redo[i].block | BTT_MAP_NORMAL;
	return btt_map_get(arena, lba);
}

/*
 * The media failed: let the sector fail until it is written. The generation
 * moves, for readers that found the entry as it was before: once it is an error
 * the block may be cleared.
 */
static int btt_mark_error(struct btt *btt, struct btt_arena *arena, u32 lba,
			  unsigned long gen, bool nowait)
{
	struct btt_stripe *stripe = btt_stripe(arena, lba);
	int err = -EIO;
	u32 entry;

	if (READ_ONCE(btt->readonly) || READ_ONCE(btt->media->readonly))
		return -EIO;
	/* Both the lock and the fence may sleep: somebody else has to do it. */
	if (nowait)
		return btt_map_is_error(btt_map_get(arena, lba)) ? -EIO :
								    -EAGAIN;
	btt_lock(&stripe->lock);
	entry = btt_map_get(arena, lba);
	if (stripe->gen != gen || btt_map_reads_zero(entry)) {
		err = -ESTALE;
	} else if (!btt_map_is_error(entry) && !READ_ONCE(btt->readonly)) {
		btt_map_set(arena, lba,
			    btt_map_block(entry, lba) | BTT_MAP_ERROR);
		/* Pairs with the acquire in btt_read_begin(). */
		smp_store_release(&stripe->gen, gen + 1);
		persist_flush(arena->media, btt_map_off(arena, lba));
		btt_fence(btt);
	}
	btt_unlock(&stripe->lock);
	return err;
}

/*
 * How many of @n sectors can be moved together: all are zero, or their blocks
 * follow each other, as those of a large write usually do.
 */
static u32 btt_read_run(const struct btt_arena *arena, u32 lba, u32 entry,
			u32 n)
{
	bool zero = btt_map_reads_zero(entry);
	u32 block = btt_map_block(entry, lba);
	u32 run;

	for (run = 1; run < n; run++) {
		u32 next = btt_map_lookup(arena, lba + run);

		if (btt_map_is_error(next) ||
		    btt_map_reads_zero(next) != zero ||
		    (!zero && btt_map_block(next, lba + run) != block + run))
			break;
	}
	return run;
}

static int btt_read_blocks(const struct btt_arena *arena, u32 block, u32 n,
			   struct btt_memory *mem, u32 i)
{
	u64 off = btt_block_off(arena, block);

	if (block >= arena->geo.internal_nlba ||
	    n > arena->geo.internal_nlba - block ||
	    !persist_readable(arena->media, off,
			      (u64)n * arena->geo.internal_lbasize))
		return -EIO;
	return btt_memory_move(mem, arena->media, BTT_MOVE_OUT, i, n, off);
}

static int btt_read_entries(const struct btt_arena *arena, u32 lba, u32 n,
			    struct btt_memory *mem, u32 i)
{
	bool packed = btt_is_packed(arena, mem->data_len);
	u32 end = lba + n;
	int err = 0;

	while (lba < end && !err) {
		u32 entry = btt_map_lookup(arena, lba);
		u32 run = packed ? btt_read_run(arena, lba, entry, end - lba) :
				   1;

		if (btt_map_is_error(entry))
			return -EIO;
		if (btt_map_reads_zero(entry))
			err = btt_memory_move(mem, arena->media,
					      BTT_MOVE_ZERO, i, run, 0);
		else
			err = btt_read_blocks(arena,
					      btt_map_block(entry, lba), run,
					      mem, i);
		lba += run;
		i += run;
	}
	return err;
}

/*
 * A copy is good if the generation did not move from before the look at the map to
 * after the copy: the blocks were the sectors' all the while. If one was given
 * away and written again before the copy ended, the copy has bytes of that write,
 * and whoever wrote them saw the generation move first.
 */
static inline unsigned long btt_read_begin(const struct btt_stripe *stripe)
{
	/* Pairs with the release in btt_span_advance(). */
	return smp_load_acquire(&stripe->gen);
}

static inline bool btt_read_retry(const struct btt_stripe *stripe,
				  unsigned long gen)
{
	/*
	 * Pairs with the lane: whoever stored what was copied took it after
	 * the generation moved.
	 */
	smp_rmb();
	return READ_ONCE(stripe->gen) != gen;
}

/* Copy the blocks of sectors that share a stripe. */
static int btt_read_try(struct btt *btt, struct btt_arena *arena, u32 lba,
			u32 n, struct btt_memory *mem, u32 i, bool nowait)
{
	const struct btt_stripe *stripe = btt_stripe(arena, lba);
	unsigned long gen;
	int err;

	if (!persist_readable(arena->media, btt_map_off(arena, lba),
			      n * sizeof(__le32)))
		return -EIO;
	gen = btt_read_begin(stripe);
	err = btt_read_entries(arena, lba, n, mem, i);
	if (btt_read_retry(stripe, gen))
		return -ESTALE;
	if (err == -EIO && n == 1) {
		btt_memory_close(mem);
		err = btt_mark_error(btt, arena, lba, gen, nowait);
	}
	return err;
}

/*
 * Sectors of one map line: all at once, or, if a writer was there meanwhile or
 * one of them fails, each by itself. So a writer that is always there delays a
 * large read no more than a small one.
 */
static int btt_read_line(struct btt *btt, struct btt_arena *arena, u32 lba,
			 u32 n, struct btt_memory *mem, u32 i, bool nowait)
{
	u32 end = lba + n;
	int err;

	if (n > 1 && !btt_read_try(btt, arena, lba, n, mem, i, nowait))
		return 0;
	for (; lba < end; lba++, i++) {
		do {
			err = btt_read_try(btt, arena, lba, 1, mem, i, nowait);
		} while (err == -ESTALE);
		if (err)
			return err;
	}
	return 0;
}

/*
 * One sector, where nothing is in the way; otherwise the way for many has to do it.
 * A processor begins the next read before this one is over, as many as it sees
 * instructions of: so there are few.
 */
static bool btt_read_one(struct btt *btt, u64 sector, u8 *data)
{
	const struct btt_arena *arena = btt_find_arena(btt, sector);
	u32 lba = sector - arena->first;
	const struct btt_stripe *stripe = btt_stripe(arena, lba);
	unsigned long gen = btt_read_begin(stripe);
	u32 entry, block;

	if (arena->redos || !persist_sound(arena->media))
		return false;
	entry = btt_map_get(arena, lba);
	block = btt_map_block(entry, lba);
	if (!btt_map_is_normal(entry) || block >= arena->geo.internal_nlba)
		return false;
	return !persist_read(arena->media, data, btt_block_off(arena, block),
			     btt->data_len) &&
	       !btt_read_retry(stripe, gen);
}

/**
 * btt_read() - read sectors
 * @btt: the BTT
 * @sector: the first one
 * @count: how many
 * @io: where to
 * @nowait: do not wait, not even where the media fails
 *
 * Each sector is one version of it that was current during the call. Takes
 * no lock and stores nothing that others load, unless the media fails.
 *
 * Context: may sleep only where the media fails, and without @nowait.
 * Return: 0, -EINVAL, -EIO, -EAGAIN if a sector that fails has to be marked,
 * -EFAULT if @io has less memory than @count sectors.
 */
int btt_read(struct btt *btt, u64 sector, u32 count, struct btt_io *io,
	     bool nowait)
{
	struct btt_memory mem;
	u32 done = 0;
	int err = 0;

	if (!btt_in_range(btt, sector, count))
		return -EINVAL;
	if (count == 1 && !io->map && !btt->meta_len &&
	    btt_read_one(btt, sector, io->data))
		return 0;
	btt_memory_init(&mem, btt, io, count);
	while (done < count && !err) {
		struct btt_arena *arena = btt_find_arena(btt, sector + done);
		u32 lba = sector + done - arena->first;
		u32 n = min(count - done, arena->geo.external_nlba - lba);

		n = min(n, btt_next_line(lba) - lba);
		err = btt_read_line(btt, arena, lba, n, &mem, done, nowait);
		done += n;
	}
	btt_memory_close(&mem);
	return err;
}
