// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing and discarding sectors of an attached BTT.
 *
 * A write of n sectors takes n free blocks of one lane and goes
 *
 *	1. data into the free blocks
 *	2. first halves of the flog records, and a flush of every map line
 *	   that step 4 will make matter
 *	3. fence
 *	4. second halves of the flog records, which makes them valid
 *	5. fence: from here on the write is durable
 *	6. map entries, then the stripe's generation
 *
 * The map entries need no fence of their own. Until they are durable the
 * flog record repeats them, and step 2 of whichever write comes next through
 * the same slot, or to the same sector, flushes them before its step 3.
 *
 * Documentation/btt.rst has the argument in full.
 */
#include "memory.h"

/* ---- lanes and stripes ---- */

/*
 * Any lane that has a slot left, that of this CPU if there is a choice. With -EIO,
 * none has.
 */
static int btt_lane_get(struct btt_arena *arena, bool nowait,
			struct btt_lane **out)
{
	struct btt_lane *wait = NULL;
	u32 at = btt_lane_hint();
	u32 i;

	if (at >= arena->nlanes)
		at %= arena->nlanes;
	for (i = 0; i < arena->nlanes; i++) {
		struct btt_lane *lane = &arena->lanes[at];

		if (READ_ONCE(lane->count)) {
			*out = lane;
			if (btt_trylock(&lane->lock))
				return 0;
			wait = wait ?: lane;
		}
		if (++at == arena->nlanes)
			at = 0;
	}
	if (!wait)
		return -EIO;
	if (nowait)
		return -EAGAIN;
	*out = wait;
	btt_lock(&wait->lock);
	return 0;
}

static void btt_lane_put(struct btt_lane *lane)
{
	btt_unlock(&lane->lock);
}

/**
 * struct btt_span - the stripes of a run of sectors
 * @low: the first one in locking order
 * @low_end: and the last, before a gap
 * @high: the first one behind the gap
 * @high_end: the last of all; below @high where there is no gap
 */
struct btt_span {
	u32 low;
	u32 low_end;
	u32 high;
	u32 high_end;
};

/* Lines follow each other, so their stripes do, but for one wrap-around. */
static void btt_span_set(const struct btt_arena *arena, u32 lba, u32 n,
			 struct btt_span *span)
{
	u32 first = lba / BTT_MAP_PER_LINE;
	u32 last = (lba + n - 1) / BTT_MAP_PER_LINE;
	u32 mask = arena->stripe_mask;

	span->low = first & mask;
	span->low_end = last & mask;
	span->high = 1;
	span->high_end = 0;
	if (last - first >= mask) {
		span->low = 0;
		span->low_end = mask;
	} else if (span->low > span->low_end) {
		span->high = span->low;
		span->high_end = mask;
		span->low = 0;
	}
}

static bool btt_span_next(const struct btt_span *span, u32 *at)
{
	if (++*at == span->low_end + 1 && span->high <= span->high_end)
		*at = max(*at, span->high);
	return *at <= span->low_end ||
	       (*at >= span->high && *at <= span->high_end);
}

static void btt_span_unlock(const struct btt_arena *arena,
			    const struct btt_span *span, u32 end)
{
	u32 at = span->low;

	do {
		if (at == end)
			return;
		btt_unlock(&arena->stripes[at].lock);
	} while (btt_span_next(span, &at));
}

static bool btt_span_lock(const struct btt_arena *arena,
			  const struct btt_span *span, bool nowait)
{
	u32 at = span->low;
	unsigned int nth = 0;

	do {
		struct btt_lock *lock = &arena->stripes[at].lock;

		if (!nowait) {
			btt_lock_nth(lock, nth++);
		} else if (!btt_trylock(lock)) {
			btt_span_unlock(arena, span, at);
			return false;
		}
	} while (btt_span_next(span, &at));
	return true;
}

/*
 * Tell readers that blocks have changed hands. Only the holder of the lock
 * writes the generation.
 */
static void btt_span_advance(const struct btt_arena *arena,
			     const struct btt_span *span)
{
	u32 at = span->low;

	do {
		struct btt_stripe *stripe = &arena->stripes[at];

		/* Pairs with the acquire in btt_read_begin(). */
		smp_store_release(&stripe->gen, stripe->gen + 1);
	} while (btt_span_next(span, &at));
}

/* ---- write ---- */

/**
 * struct btt_batch - sectors written together
 * @arena: where
 * @slots: the free blocks that they go to, one for each sector
 * @lba: the first sector, counted in the arena
 * @n: how many
 */
struct btt_batch {
	struct btt_arena *arena;
	struct btt_slot *slots;
	u32 lba;
	u32 n;
};

/* The block becomes zeros, so nobody may be reading it. */
static int btt_block_clear(const struct btt_arena *arena, u32 block,
			   bool nowait)
{
	struct btt_media *media = arena->media;

	if (!media->clear_bad)
		return 0;
	if (nowait)
		return -EAGAIN;
	if (media->clear_bad(media, btt_block_off(arena, block),
			     arena->geo.internal_lbasize))
		return -EIO;
	return 0;
}

/*
 * Media errors of a free block end with its next use. And a record that nobody can
 * read makes nothing durable.
 */
static int btt_slot_ready(const struct btt_arena *arena, struct btt_slot *slot,
			  bool nowait)
{
	int err;

	if (!persist_readable(arena->media, btt_group_off(arena, slot->group),
			      sizeof(struct btt_flog_group)))
		return -EIO;
	if (!slot->bad &&
	    persist_readable(arena->media, btt_block_off(arena, slot->block),
			     arena->geo.internal_lbasize))
		return 0;
	err = btt_block_clear(arena, slot->block, nowait);
	if (!err)
		slot->bad = false;
	return err;
}

/* The others go on without it, until the BTT is attached again. */
static void btt_lane_drop(struct btt_lane *lane, u32 i)
{
	u32 last = lane->count - 1;

	swap(lane->slots[i], lane->slots[last]);
	WRITE_ONCE(lane->count, last);
}

/* See that the first @n slots can be written; with less, as many as there are. */
static int btt_lane_ready(const struct btt_arena *arena, struct btt_lane *lane,
			  u32 *n, bool nowait)
{
	u32 i = 0;

	while (i < min(*n, lane->count)) {
		int err = btt_slot_ready(arena, &lane->slots[i], nowait);

		if (!err)
			i++;
		else if (err == -EIO)
			btt_lane_drop(lane, i);
		else
			return err;
	}
	*n = i;
	return i ? 0 : -ESTALE;
}

/* How many free blocks, from number @at on, follow each other on the media. */
static u32 btt_batch_run(const struct btt_batch *batch, u32 at)
{
	u32 block = batch->slots[at].block;
	u32 run = 1;

	while (at + run < batch->n &&
	       batch->slots[at + run].block == block + run)
		run++;
	return run;
}

/*
 * @i counts sectors in the request. Blocks in a row, which those of an earlier
 * large write usually are, take one copy.
 */
static int btt_batch_data(const struct btt_batch *batch,
			  struct btt_memory *mem, u32 i)
{
	const struct btt_arena *arena = batch->arena;
	bool packed = btt_is_packed(arena, mem->data_len);
	int err = 0;
	u32 at, run;

	for (at = 0; at < batch->n && !err; at += run) {
		run = packed ? btt_batch_run(batch, at) : 1;
		err = btt_memory_move(mem, arena->media, BTT_MOVE_IN, i + at,
				      run,
				      btt_block_off(arena,
						    batch->slots[at].block));
	}
	btt_memory_close(mem);
	return err;
}

/* The blocks that the sectors have now, and that will be free. */
static int btt_batch_look(const struct btt_batch *batch)
{
	const struct btt_arena *arena = batch->arena;
	u64 off = btt_map_off(arena, batch->lba);
	u32 i;

	if (!persist_readable(arena->media, off, batch->n * sizeof(__le32)))
		return -EIO;
	for (i = 0; i < batch->n; i++) {
		struct btt_slot *slot = &batch->slots[i];
		u32 entry = btt_map_get(arena, batch->lba + i);

		slot->old = btt_map_block(entry, batch->lba + i);
		slot->old_bad = btt_map_is_error(entry);
		if (slot->old >= arena->geo.internal_nlba)
			return -EIO;
	}
	return 0;
}

/*
 * Flush the map lines of the sectors being written, but for number @flushed. Some
 * processors drop a line that they flush and that has nothing new; storing the
 * entry afterwards would have to wait for it to come back. So it is given
 * something to write: what it has.
 */
static void btt_batch_flush_own(const struct btt_batch *batch, u32 flushed)
{
	const struct btt_arena *arena = batch->arena;
	u32 end = batch->lba + batch->n;
	u32 lba;

	for (lba = batch->lba; lba < end; lba = btt_next_line(lba)) {
		if (lba / BTT_MAP_PER_LINE == flushed)
			continue;
		btt_map_set(arena, lba, btt_map_get(arena, lba));
		persist_flush(arena->media, btt_map_off(arena, lba));
	}
}

/*
 * Map entries that must be durable before a record of this batch is valid:
 * those that the slots' last records stand in for, because those records
 * are about to be outdated; and those of the sectors being written, because
 * a record can only be redone over the map entry it replaces.
 */
static void btt_batch_flush(const struct btt_batch *batch)
{
	const struct btt_arena *arena = batch->arena;
	u32 line = BTT_NO_LBA;
	u32 i;

	for (i = 0; i < batch->n; i++) {
		u32 lba = batch->slots[i].unflushed;

		if (lba == BTT_NO_LBA || lba / BTT_MAP_PER_LINE == line)
			continue;
		line = lba / BTT_MAP_PER_LINE;
		persist_flush(arena->media, btt_map_off(arena, lba));
	}
	btt_batch_flush_own(batch, line);
}

/*
 * One half of a record. The whole group goes to the media, around the cache, as a
 * part of a line is slow to drain, and so is a line that is flushed.
 */
static void btt_batch_half(const struct btt_batch *batch, u32 i, u32 which,
			   __le64 half)
{
	const struct btt_arena *arena = batch->arena;
	const struct btt_slot *slot = &batch->slots[i];

	btt_flog_record(arena, slot->group, slot->next)->half[which] = half;
	persist_copy_line(arena->media, btt_group_off(arena, slot->group),
			  &arena->groups[slot->group]);
}

static void btt_batch_prepare(const struct btt_batch *batch)
{
	u32 i;

	for (i = 0; i < batch->n; i++) {
		const struct btt_slot *slot = &batch->slots[i];
		u32 old = slot->old | (slot->old_bad ? BTT_MAP_ERROR : 0);

		btt_batch_half(batch, i, 0, btt_flog_half(batch->lba + i, old));
	}
}

static void btt_batch_commit(const struct btt_batch *batch)
{
	u32 i;

	for (i = 0; i < batch->n; i++) {
		const struct btt_slot *slot = &batch->slots[i];

		btt_batch_half(batch, i, 1,
			       btt_flog_half(slot->block, slot->seq));
	}
}

static void btt_batch_publish(const struct btt_batch *batch,
			      const struct btt_span *span)
{
	const struct btt_arena *arena = batch->arena;
	u32 i;

	for (i = 0; i < batch->n; i++) {
		struct btt_slot *slot = &batch->slots[i];

		btt_map_set(arena, batch->lba + i,
			    slot->block | BTT_MAP_NORMAL);
		slot->unflushed = batch->lba + i;
		slot->block = slot->old;
		slot->bad = slot->old_bad;
		slot->seq = btt_flog_next_seq(slot->seq);
		slot->next = !slot->next;
	}
	btt_span_advance(arena, span);
}

static int btt_batch_write(struct btt *btt, const struct btt_batch *batch,
			   const struct btt_span *span, struct btt_memory *mem,
			   u32 i)
{
	int err;

	err = btt_batch_data(batch, mem, i);
	if (err)
		return err;
	err = btt_batch_look(batch);
	if (err)
		return err;
	btt_batch_flush(batch);
	btt_batch_prepare(batch);
	err = btt_fence(btt);
	if (err)
		return err;
	btt_batch_commit(batch);
	err = btt_fence(btt);
	if (err)
		return err;
	btt_batch_publish(batch, span);
	return 0;
}

/*
 * The stripes are taken before the data is copied, not after. A lock waits
 * for the stores before it, so after the data it would be one more fence;
 * and a task that may not wait learns that before it has copied anything.
 */
static int btt_write_batch(struct btt *btt, const struct btt_batch *batch,
			   struct btt_memory *mem, u32 i, bool nowait)
{
	struct btt_span span;
	int err;

	btt_span_set(batch->arena, batch->lba, batch->n, &span);
	if (!btt_span_lock(batch->arena, &span, nowait))
		return -EAGAIN;
	/* Someone's fence may have failed while this task waited. */
	err = READ_ONCE(btt->readonly) ? -EROFS :
		btt_batch_write(btt, batch, &span, mem, i);
	btt_span_unlock(batch->arena, &span, ~0u);
	return err;
}

/* Entries have the time that the data takes to get here. */
static void btt_batch_prefetch(const struct btt_batch *batch)
{
	const struct btt_arena *arena = batch->arena;
	u32 end = batch->lba + batch->n;
	u32 lba;

	for (lba = batch->lba; lba < end; lba = btt_next_line(lba))
		persist_prefetch(arena->media, btt_map_off(arena, lba));
}

/* As many of the request's sectors from number @i on as one lane can take. */
static int btt_write_some(struct btt *btt, u64 sector, struct btt_memory *mem,
			  u32 i, bool nowait)
{
	struct btt_arena *arena = btt_find_arena(btt, sector);
	struct btt_batch batch = {
		.arena = arena, .lba = sector - arena->first,
	};
	struct btt_lane *lane;
	int err;

	batch.n = min3((u32)mem->count - i, BTT_BATCH_MAX,
		       arena->geo.external_nlba - batch.lba);
	btt_batch_prefetch(&batch);
	err = btt_lane_get(arena, nowait, &lane);
	if (err)
		return err;
	/*
	 * What made these blocks free is ordered before all that follows by
	 * the lane's lock. Readers rely on that: see smp_rmb() in
	 * btt_read_retry().
	 */
	err = btt_lane_ready(arena, lane, &batch.n, nowait);
	if (!err) {
		batch.slots = lane->slots;
		err = btt_write_batch(btt, &batch, mem, i, nowait);
	}
	btt_lane_put(lane);
	return err ?: batch.n;
}

/**
 * btt_write() - write sectors
 * @btt: the BTT
 * @sector: the first one
 * @count: how many
 * @io: their contents
 * @nowait: do not wait for another writer, nor for media errors to be cleared
 *
 * When it returns 0 all of it is durable. When it fails each sector is still
 * either old or new.
 *
 * Context: may sleep, on locks only without @nowait.
 * Return: 0, -EINVAL, -EROFS, -EIO, -EAGAIN if it had to wait (sectors may be
 * written already), -EFAULT if @io has less memory than @count sectors.
 */
int btt_write(struct btt *btt, u64 sector, u32 count, struct btt_io *io,
	      bool nowait)
{
	struct btt_memory mem;
	u32 done = 0;
	int n;

	if (!btt_in_range(btt, sector, count))
		return -EINVAL;
	btt_memory_init(&mem, btt, io, count);
	while (done < count) {
		if (READ_ONCE(btt->readonly))
			return -EROFS;
		n = btt_write_some(btt, sector + done, &mem, done, nowait);
		/* A lane that has just lost its last slot: there are others. */
		if (n == -ESTALE)
			continue;
		if (n < 0)
			return n;
		done += n;
	}
	return 0;
}

/* ---- discard ---- */

/*
 * A zero entry cannot say that its block has media errors, and whoever is given
 * the block next has to know. So they end here. Nobody is reading the block: the
 * generation moved when the entry became an error.
 */
static int btt_discard_error(const struct btt_arena *arena, u32 block,
			     bool nowait)
{
	if (block >= arena->geo.internal_nlba)
		return -EIO;
	return btt_block_clear(arena, block, nowait);
}

/* Sectors of one map line, from @lba up to @end; @any if there is a flush. */
static int btt_discard_line(struct btt_arena *arena, u32 lba, u32 end,
			    bool nowait, bool *any)
{
	u64 off = btt_map_off(arena, lba);
	bool mine = false;
	int err = 0;

	for (; lba < end && !err; lba++) {
		u32 entry = btt_map_get(arena, lba);
		u32 block = btt_map_block(entry, lba);

		if (!(entry & BTT_MAP_NORMAL))
			continue;
		mine = true;
		if (btt_map_reads_zero(entry))
			continue;
		if (btt_map_is_error(entry))
			err = btt_discard_error(arena, block, nowait);
		if (!err)
			btt_map_set(arena, lba, block | BTT_MAP_ZERO);
	}
	/* Also for entries that are zero already: since when, is not known. */
	if (mine)
		persist_flush(arena->media, off);
	*any |= mine;
	return err;
}

static int btt_discard_arena(struct btt *btt, struct btt_arena *arena, u32 lba,
			     u32 end, bool nowait, bool *any)
{
	int err = 0;

	while (lba < end && !err) {
		struct btt_stripe *stripe = btt_stripe(arena, lba);
		u32 stop = min(end, btt_next_line(lba));

		if (!persist_readable(arena->media, btt_map_off(arena, lba),
				      (stop - lba) * sizeof(__le32)))
			return -EIO;
		if (!nowait)
			btt_lock(&stripe->lock);
		else if (!btt_trylock(&stripe->lock))
			return -EAGAIN;
		/*
		 * Someone's fence may have failed while this task waited. His
		 * record may be on the media, and whoever attaches would undo
		 * what is done here.
		 */
		err = READ_ONCE(btt->readonly) ? -EROFS :
			btt_discard_line(arena, lba, stop, nowait, any);
		btt_unlock(&stripe->lock);
		lba = stop;
		if (lba % (1u << 16) == 0)
			btt_relax();
	}
	return err;
}

/**
 * btt_discard() - make sectors read as zeros
 * @btt: the BTT
 * @sector: the first one
 * @count: how many
 * @nowait: do not wait for a writer, nor for media errors to be cleared
 *
 * A map entry changes in place, to one that names the same block with
 * another state: one store does it, and no flog record is needed. Good for
 * discard and for writing zeros. Where the entry is an error, the block's media
 * errors are cleared first.
 *
 * Context: may sleep, on locks only without @nowait.
 * Return: 0, -EINVAL, -EROFS, -EIO, -EAGAIN. When it is 0 all of it is
 * durable; otherwise each sector is either as it was or zero.
 */
int btt_discard(struct btt *btt, u64 sector, u64 count, bool nowait)
{
	bool any = false;
	int err = 0, err2;

	if (!btt_in_range(btt, sector, count))
		return -EINVAL;
	if (READ_ONCE(btt->readonly))
		return -EROFS;
	while (count && !err) {
		struct btt_arena *arena = btt_find_arena(btt, sector);
		u32 lba = sector - arena->first;
		u32 n = min(count, (u64)arena->geo.external_nlba - lba);

		err = btt_discard_arena(btt, arena, lba, lba + n, nowait,
					&any);
		sector += n;
		count -= n;
	}
	err2 = any ? btt_fence(btt) : 0;
	return err ?: err2;
}

/* ---- what it is ---- */

/**
 * btt_sectors() - size
 * @btt: the BTT
 *
 * Context: any.
 * Return: sectors of all arenas.
 */
u64 btt_sectors(const struct btt *btt)
{
	return btt->sectors;
}

/**
 * btt_sector_size() - bytes of data in a sector
 * @btt: the BTT
 *
 * Context: any.
 * Return: 512 or 4096.
 */
u32 btt_sector_size(const struct btt *btt)
{
	return btt->data_len;
}

/**
 * btt_meta_size() - bytes of metadata in a sector
 * @btt: the BTT
 *
 * Context: any.
 * Return: 0 for most.
 */
u32 btt_meta_size(const struct btt *btt)
{
	return btt->meta_len;
}

/**
 * btt_is_readonly() - are writes refused?
 * @btt: the BTT
 *
 * Context: any.
 * Return: true if they are, be it by wish, for damage, or since a flush
 * failed.
 */
bool btt_is_readonly(const struct btt *btt)
{
	return READ_ONCE(btt->readonly);
}

/**
 * btt_arenas() - how many arenas?
 * @btt: the BTT
 *
 * Context: any.
 * Return: at least 1.
 */
unsigned int btt_arenas(const struct btt *btt)
{
	return btt->narenas;
}

/**
 * btt_arena_geometry() - where things are in an arena
 * @btt: the BTT
 * @arena: its number
 * @off: offset of its info block in the namespace
 * @second_record: index of the second record in a flog group
 *
 * Context: any.
 * Return: its geometry.
 */
const struct btt_geometry *btt_arena_geometry(const struct btt *btt,
					      unsigned int arena, u64 *off,
					      unsigned int *second_record)
{
	*off = btt->arenas[arena].off;
	*second_record = btt->arenas[arena].second;
	return &btt->arenas[arena].geo;
}
