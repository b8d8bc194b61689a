// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading, writing and discarding sectors of an attached BTT.
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
#include "arena.h"

enum btt_move {
	BTT_MOVE_IN,
	BTT_MOVE_OUT,
	BTT_MOVE_ZERO,
};

/* Between @len bytes of memory and the media at @off. */
static int btt_move_bytes(struct btt_media *media, enum btt_move how, u8 *mem,
			  u64 off, size_t len)
{
	switch (how) {
	case BTT_MOVE_IN:
		persist_copy(media, off, mem, len);
		return 0;
	case BTT_MOVE_OUT:
		return persist_read(media, mem, off, len);
	default:
		memset(mem, 0, len);
		return 0;
	}
}

static int btt_move_pieces(struct btt_media *media, enum btt_move how,
			   struct btt_io *io, bool meta, u64 pos, u64 off,
			   size_t len)
{
	while (len) {
		u8 *mem;
		size_t n = io->map(io, meta, pos, len, &mem);
		int err;

		if (!n || n > len)
			return -EIO;
		err = btt_move_bytes(media, how, mem, off, n);
		io->unmap(io, mem);
		if (err)
			return err;
		pos += n;
		off += n;
		len -= n;
	}
	return 0;
}

static int btt_move(struct btt_media *media, enum btt_move how,
		    struct btt_io *io, bool meta, u64 pos, u64 off, size_t len)
{
	u8 *mem = meta ? io->meta : io->data;

	if (io->map)
		return btt_move_pieces(media, how, io, meta, pos, off, len);
	if (!mem)
		return 0;
	return btt_move_bytes(media, how, mem + pos, off, len);
}

/* Sector number @i of a request: its data, and its metadata if it has any. */
static int btt_move_sector(const struct btt_arena *arena, enum btt_move how,
			   struct btt_io *io, u64 i, u64 off)
{
	u32 lbasize = arena->geo.external_lbasize;
	u32 data = lbasize < 4096 ? 512 : 4096;
	u32 meta = lbasize - data;
	int err;

	err = btt_move(arena->media, how, io, false, i * data, off, data);
	if (!err && meta)
		err = btt_move(arena->media, how, io, true, i * meta,
			       off + data, meta);
	return err;
}

static struct btt_arena *btt_find_arena(struct btt *btt, u64 sector)
{
	struct btt_arena *arena = btt->arenas;

	while (sector - arena->first >= arena->geo.external_nlba)
		arena++;
	return arena;
}

/* ---- lanes and stripes ---- */

static struct btt_lane *btt_lane_get(struct btt_arena *arena, bool nowait)
{
	u32 hint = btt_lane_hint();
	u32 i, at;

	if (hint >= arena->nlanes)
		hint %= arena->nlanes;
	for (i = 0, at = hint; i < arena->nlanes; i++) {
		if (btt_trylock(&arena->lanes[at].lock))
			return &arena->lanes[at];
		if (++at == arena->nlanes)
			at = 0;
	}
	if (nowait)
		return NULL;
	btt_lock(&arena->lanes[hint].lock);
	return &arena->lanes[hint];
}

static void btt_lane_put(struct btt_lane *lane)
{
	btt_unlock(&lane->lock);
}

static struct btt_stripe *btt_stripe(const struct btt_arena *arena, u32 lba)
{
	return &arena->stripes[(lba / BTT_MAP_PER_LINE) & arena->stripe_mask];
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

		/* Pairs with the acquire in btt_read_try(). */
		smp_store_release(&stripe->gen, stripe->gen + 1);
	} while (btt_span_next(span, &at));
}

/* ---- write ---- */

/**
 * struct btt_batch - sectors written together
 * @arena: where
 * @slots: the free blocks that they go to, one for each sector
 * @first: number of the first slot in the flog
 * @lba: the first sector, counted in the arena
 * @n: how many
 */
struct btt_batch {
	struct btt_arena *arena;
	struct btt_slot *slots;
	u32 first;
	u32 lba;
	u32 n;
};

/* Media errors of a free block end with its next use. */
static int btt_slot_clean(const struct btt_arena *arena, struct btt_slot *slot)
{
	struct btt_media *media = arena->media;
	u64 off = btt_block_off(arena, slot->block);
	u32 len = arena->geo.internal_lbasize;

	if (!slot->bad && persist_readable(media, off, len))
		return 0;
	if (media->clear_bad && media->clear_bad(media, off, len))
		return -EIO;
	slot->bad = false;
	return 0;
}

static int btt_batch_data(const struct btt_batch *batch, struct btt_io *io,
			  u64 pos)
{
	const struct btt_arena *arena = batch->arena;
	u32 i;

	for (i = 0; i < batch->n; i++) {
		struct btt_slot *slot = &batch->slots[i];
		int err = btt_slot_clean(arena, slot);

		if (!err)
			err = btt_move_sector(arena, BTT_MOVE_IN, io, pos + i,
					      btt_block_off(arena,
							    slot->block));
		if (err)
			return err;
	}
	return 0;
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
 * Map entries that must be durable before a record of this batch is valid:
 * those that the slots' last records stand in for, because those records
 * are about to be outdated; and those of the sectors being written, because
 * a record can only be redone over the map entry it replaces.
 */
static void btt_batch_flush(const struct btt_batch *batch)
{
	const struct btt_arena *arena = batch->arena;
	u32 line = BTT_NO_LBA;
	u32 i, last;

	for (i = 0; i < batch->n; i++) {
		u32 lba = batch->slots[i].unflushed;

		if (lba == BTT_NO_LBA || lba / BTT_MAP_PER_LINE == line)
			continue;
		line = lba / BTT_MAP_PER_LINE;
		persist_flush(arena->media, btt_map_off(arena, lba));
	}
	last = (batch->lba + batch->n - 1) / BTT_MAP_PER_LINE;
	for (i = batch->lba / BTT_MAP_PER_LINE; i <= last; i++)
		if (i != line)
			persist_flush(arena->media,
				      btt_map_off(arena,
						  i * BTT_MAP_PER_LINE));
}

/*
 * One half of a record. A few of them go around the cache. For a batch it is
 * cheaper to store them into lines that this lane keeps in its cache, and to
 * write those back whole.
 */
static void btt_batch_half(const struct btt_batch *batch, u64 off, __le64 half)
{
	struct btt_media *media = batch->arena->media;

	if (batch->n == 1) {
		persist_word(media, off, half);
	} else {
		persist_store(media, off, half);
		persist_flush(media, off);
	}
}

static void btt_batch_prepare(const struct btt_batch *batch)
{
	const struct btt_arena *arena = batch->arena;
	u32 i;

	for (i = 0; i < batch->n; i++) {
		const struct btt_slot *slot = &batch->slots[i];
		u32 old = slot->old | (slot->old_bad ? BTT_MAP_ERROR : 0);

		btt_batch_half(batch, btt_flog_off(arena, batch->first + i,
						   slot->next),
			       btt_flog_half(batch->lba + i, old));
	}
}

static void btt_batch_commit(const struct btt_batch *batch)
{
	const struct btt_arena *arena = batch->arena;
	u32 i;

	for (i = 0; i < batch->n; i++) {
		const struct btt_slot *slot = &batch->slots[i];

		btt_batch_half(batch, btt_flog_off(arena, batch->first + i,
						   slot->next) + sizeof(__le64),
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

/*
 * What a failed fence leaves on the media is anyone's guess, so nothing may
 * be built on it.
 */
static int btt_fence(struct btt *btt)
{
	int err = persist_fence(btt->media);

	if (err)
		WRITE_ONCE(btt->readonly, true);
	return err;
}

static int btt_batch_write(struct btt *btt, const struct btt_batch *batch,
			   const struct btt_span *span, struct btt_io *io,
			   u64 pos)
{
	int err = btt_batch_data(batch, io, pos);

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
			   struct btt_io *io, u64 pos, bool nowait)
{
	struct btt_span span;
	int err;

	btt_span_set(batch->arena, batch->lba, batch->n, &span);
	if (!btt_span_lock(batch->arena, &span, nowait))
		return -EAGAIN;
	/* Someone's fence may have failed while this task waited. */
	err = READ_ONCE(btt->readonly) ? -EROFS :
		btt_batch_write(btt, batch, &span, io, pos);
	btt_span_unlock(batch->arena, &span, ~0u);
	return err;
}

/* As many of the @count sectors as one lane can take. */
static int btt_write_some(struct btt *btt, u64 sector, u32 count,
			  struct btt_io *io, u64 pos, bool nowait)
{
	struct btt_arena *arena = btt_find_arena(btt, sector);
	struct btt_batch batch;
	struct btt_lane *lane;
	int err;

	/* The entry has the time that the data takes to get here. */
	persist_prefetch(arena->media,
			 btt_map_off(arena, sector - arena->first));
	lane = btt_lane_get(arena, nowait);
	if (!lane)
		return -EAGAIN;
	/*
	 * What made these blocks free is ordered before all that follows by
	 * the lane's lock. Readers rely on that: see smp_rmb() in
	 * btt_read_block().
	 */
	batch.arena = arena;
	batch.slots = lane->slots;
	batch.first = lane->first;
	batch.lba = sector - arena->first;
	batch.n = min3(count, lane->count, BTT_BATCH_MAX);
	batch.n = min(batch.n, arena->geo.external_nlba - batch.lba);
	if (nowait && batch.n < count)
		err = -EAGAIN;
	else
		err = btt_write_batch(btt, &batch, io, pos, nowait);
	btt_lane_put(lane);
	return err ?: batch.n;
}

static bool btt_in_range(const struct btt *btt, u64 sector, u64 count)
{
	return sector <= btt->sectors && count <= btt->sectors - sector;
}

/**
 * btt_write() - write sectors
 * @btt: the BTT
 * @sector: the first one
 * @count: how many
 * @io: their contents
 * @nowait: do not wait for another writer
 *
 * When it returns 0 all of it is durable. When it fails each sector is still
 * either old or new.
 *
 * Return: 0, -EINVAL, -EROFS, -EIO, -EAGAIN if it had to wait, or if so many
 * sectors do not go in one step.
 */
int btt_write(struct btt *btt, u64 sector, u32 count, struct btt_io *io,
	      bool nowait)
{
	u32 done = 0;
	int n;

	if (!btt_in_range(btt, sector, count))
		return -EINVAL;
	while (done < count) {
		if (READ_ONCE(btt->readonly))
			return -EROFS;
		n = btt_write_some(btt, sector + done, count - done, io, done,
				   nowait);
		if (n < 0)
			return n;
		done += n;
	}
	return 0;
}

/* ---- read ---- */

/* In a BTT that may not be recovered, the flog goes before the map. */
static u32 btt_map_lookup(const struct btt_arena *arena, u32 lba)
{
	u32 i;

	for (i = 0; i < arena->redos; i++)
		if (arena->redo[i].lba == lba)
			return arena->redo[i].block | BTT_MAP_NORMAL;
	return btt_map_get(arena, lba);
}

/* The media failed under @entry: let the sector fail until it is written. */
static void btt_mark_error(struct btt *btt, struct btt_arena *arena, u32 lba,
			   u32 entry, unsigned long gen)
{
	struct btt_stripe *stripe = btt_stripe(arena, lba);
	u32 block = btt_map_block(entry, lba);

	if (READ_ONCE(btt->readonly))
		return;
	btt_lock(&stripe->lock);
	if (stripe->gen == gen && btt_map_get(arena, lba) == entry) {
		btt_map_set(arena, lba, block | BTT_MAP_ERROR);
		persist_flush(arena->media, btt_map_off(arena, lba));
		btt_fence(btt);
	}
	btt_unlock(&stripe->lock);
}

/*
 * Copy the block that @entry names. The copy is good if the generation did
 * not move from before the look at the map to after the copy: the block was
 * the sector's all the while. If it was given away and written again before
 * the copy ended, the copy has bytes of that write, and whoever wrote them
 * saw the generation move first.
 */
static int btt_read_block(struct btt *btt, struct btt_arena *arena, u32 lba,
			  u32 entry, struct btt_io *io, u64 pos,
			  unsigned long gen)
{
	const struct btt_stripe *stripe = btt_stripe(arena, lba);
	u32 block = btt_map_block(entry, lba);
	u64 off = btt_block_off(arena, block);
	int err;

	if (block >= arena->geo.internal_nlba)
		return -EIO;
	if (!persist_readable(arena->media, off,
			      arena->geo.external_lbasize))
		err = -EIO;
	else
		err = btt_move_sector(arena, BTT_MOVE_OUT, io, pos, off);
	/*
	 * Pairs with the lane: whoever stored what was copied took it after
	 * the generation moved.
	 */
	smp_rmb();
	if (READ_ONCE(stripe->gen) != gen)
		return -EAGAIN;
	if (err)
		btt_mark_error(btt, arena, lba, entry, gen);
	return err;
}

static int btt_read_try(struct btt *btt, struct btt_arena *arena, u32 lba,
			struct btt_io *io, u64 pos)
{
	unsigned long gen;
	u32 entry;

	if (!persist_readable(arena->media, btt_map_off(arena, lba),
			      sizeof(__le32)))
		return -EIO;
	/* Pairs with the release in btt_span_advance(). */
	gen = smp_load_acquire(&btt_stripe(arena, lba)->gen);
	entry = btt_map_lookup(arena, lba);
	if (btt_map_is_error(entry))
		return -EIO;
	if (btt_map_reads_zero(entry))
		return btt_move_sector(arena, BTT_MOVE_ZERO, io, pos, 0);
	return btt_read_block(btt, arena, lba, entry, io, pos, gen);
}

/**
 * btt_read() - read sectors
 * @btt: the BTT
 * @sector: the first one
 * @count: how many
 * @io: where to
 *
 * Each sector is one version of it that was current during the call. Takes
 * no lock and stores nothing that others load, unless the media fails.
 *
 * Return: 0, -EINVAL, -EIO.
 */
int btt_read(struct btt *btt, u64 sector, u32 count, struct btt_io *io)
{
	u32 i;
	int err;

	if (!btt_in_range(btt, sector, count))
		return -EINVAL;
	for (i = 0; i < count; i++) {
		struct btt_arena *arena = btt_find_arena(btt, sector + i);
		u32 lba = sector + i - arena->first;

		do {
			err = btt_read_try(btt, arena, lba, io, i);
		} while (err == -EAGAIN);
		if (err)
			return err;
	}
	return 0;
}

/* ---- discard ---- */

/* Sectors of one map line, from @lba up to @end. True if there is a flush. */
static bool btt_discard_line(struct btt_arena *arena, u32 lba, u32 end)
{
	u64 off = btt_map_off(arena, lba);
	bool any = false;

	for (; lba < end; lba++) {
		u32 entry = btt_map_get(arena, lba);

		if (!(entry & BTT_MAP_NORMAL))
			continue;
		any = true;
		if (btt_map_reads_zero(entry))
			continue;
		btt_map_set(arena, lba,
			    btt_map_block(entry, lba) | BTT_MAP_ZERO);
	}
	/* Also for entries that are zero already: since when, is not known. */
	if (any)
		persist_flush(arena->media, off);
	return any;
}

static int btt_discard_arena(struct btt_arena *arena, u32 lba, u32 end,
			     bool nowait, bool *any)
{
	while (lba < end) {
		struct btt_stripe *stripe = btt_stripe(arena, lba);
		u32 stop = min(end, round_down(lba, BTT_MAP_PER_LINE) +
				    BTT_MAP_PER_LINE);

		if (!persist_readable(arena->media, btt_map_off(arena, lba),
				      (stop - lba) * sizeof(__le32)))
			return -EIO;
		if (!nowait)
			btt_lock(&stripe->lock);
		else if (!btt_trylock(&stripe->lock))
			return -EAGAIN;
		*any |= btt_discard_line(arena, lba, stop);
		btt_unlock(&stripe->lock);
		lba = stop;
		if (lba % (1u << 16) == 0)
			btt_relax();
	}
	return 0;
}

/**
 * btt_discard() - make sectors read as zeros
 * @btt: the BTT
 * @sector: the first one
 * @count: how many
 * @nowait: do not wait for a writer
 *
 * A map entry changes in place, to one that names the same block with
 * another state: one store does it, and no flog record is needed. Good for
 * discard and for writing zeros.
 *
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

		err = btt_discard_arena(arena, lba, lba + n, nowait, &any);
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
 * Return: 512 or 4096.
 */
u32 btt_sector_size(const struct btt *btt)
{
	return btt->arenas->geo.external_lbasize < 4096 ? 512 : 4096;
}

/**
 * btt_meta_size() - bytes of metadata in a sector
 * @btt: the BTT
 *
 * Return: 0 for most.
 */
u32 btt_meta_size(const struct btt *btt)
{
	return btt->arenas->geo.external_lbasize - btt_sector_size(btt);
}

/**
 * btt_is_readonly() - are writes refused?
 * @btt: the BTT
 *
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
