// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening a BTT: look at all of it, then recover, and never the other way
 * round. Nothing is written before every structure has been found right, so
 * a medium that is refused is a medium that was not changed.
 */
#include "arena.h"

/* More arenas than this is damage, not half a petabyte. */
#define BTT_ARENAS_MAX		1024u

/**
 * struct btt_scan - what attach knows before it has written anything
 * @btt: being built
 * @config: what the caller wants
 * @id: what the next info block must say
 * @fault: the first thing found wrong
 * @info: buffer for an info block
 * @copy: buffer for its copy
 * @uuid: of the first arena; the others must have the same
 * @restore_info: the info block just read was the copy
 */
struct btt_scan {
	struct btt *btt;
	const struct btt_config *config;
	struct btt_identity id;
	struct btt_fault *fault;
	struct btt_info *info;
	struct btt_info *copy;
	u8 uuid[BTT_UUID_LEN];
	bool restore_info;
};

static bool btt_scan_clean(const struct btt_scan *scan)
{
	return scan->fault->code == BTT_OK;
}

/* Keep the first fault: the others are often its consequence. */
static void btt_scan_damage(struct btt_scan *scan, struct btt_arena *arena,
			    enum btt_fault_code code, const char *field,
			    u64 index, u64 value)
{
	arena->damaged = true;
	if (!btt_scan_clean(scan))
		return;
	btt_fault_set(scan->fault, code, field, value);
	scan->fault->arena = arena - scan->btt->arenas;
	scan->fault->index = index;
}

/* ---- info blocks ---- */

static bool btt_info_read(struct btt_scan *scan, struct btt_info *info,
			  u64 off, struct btt_fault *fault)
{
	struct btt_media *media = scan->config->media;

	if (!persist_readable(media, off, sizeof(*info)) ||
	    persist_read(media, info, off, sizeof(*info)))
		return btt_fault_set(fault, BTT_BAD_MEDIA, "info", off);
	return true;
}

/*
 * The copy lies in the last page of the arena, and the arena is as large as
 * format makes it. It is good if it says so too.
 */
static bool btt_info_find_copy(struct btt_scan *scan, u64 off, u64 room,
			       struct btt_geometry *geo)
{
	u64 size = round_down(min_t(u64, room, BTT_ARENA_MAX), (u64)BTT_PAGE);
	u64 copy = size - BTT_PAGE;
	struct btt_fault ignored;

	return size > BTT_PAGE &&
	       btt_info_read(scan, scan->info, off + copy, &ignored) &&
	       btt_info_check(scan->info, &scan->id, room, geo, &ignored) &&
	       geo->info2off == copy;
}

static bool btt_info_load(struct btt_scan *scan, u64 off, u64 room,
			  struct btt_geometry *geo)
{
	struct btt_fault *fault = scan->fault;

	scan->restore_info = false;
	if (btt_info_read(scan, scan->info, off, fault) &&
	    btt_info_check(scan->info, &scan->id, room, geo, fault))
		return true;
	if (!(scan->config->flags & BTT_REPAIR) ||
	    (fault->code != BTT_BAD_SIGNATURE &&
	     fault->code != BTT_BAD_CHECKSUM && fault->code != BTT_BAD_MEDIA))
		return false;
	if (!btt_info_find_copy(scan, off, room, geo))
		return false;
	memset(fault, 0, sizeof(*fault));
	scan->restore_info = true;
	return true;
}

static int btt_arenas_grow(struct btt *btt)
{
	unsigned int n = btt->narenas;
	struct btt_arena *more;

	if (n & (n - 1))
		return 0;
	more = btt_zalloc(n ? 2 * n : 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	if (n)
		memcpy(more, btt->arenas, n * sizeof(*more));
	btt_free(btt->arenas);
	btt->arenas = more;
	return 0;
}

static int btt_arena_add(struct btt *btt, u64 off,
			 const struct btt_geometry *geo)
{
	struct btt_arena *arena;
	int err = btt_arenas_grow(btt);

	if (err)
		return err;
	arena = &btt->arenas[btt->narenas++];
	arena->media = btt->media;
	arena->geo = *geo;
	arena->off = off;
	arena->first = btt->sectors;
	btt->sectors += geo->external_nlba;
	return 0;
}

/* Follow the arenas from the first to the one without a next. */
static int btt_scan_infos(struct btt_scan *scan)
{
	struct btt_media *media = scan->config->media;
	u64 off = scan->id.major == 1 ? BTT_PAGE : 0;
	struct btt_geometry geo;
	struct btt *btt = scan->btt;
	int err;

	if (media->size < off + 2 * BTT_PAGE) {
		btt_fault_set(scan->fault, BTT_BAD_SIZE, "size", media->size);
		return -EINVAL;
	}
	do {
		scan->fault->arena = btt->narenas;
		if (btt->narenas == BTT_ARENAS_MAX) {
			btt_fault_set(scan->fault, BTT_BAD_GEOMETRY,
				      "nextoff", off);
			return -EINVAL;
		}
		if (!btt_info_load(scan, off, media->size - off, &geo))
			return scan->fault->code == BTT_BAD_MEDIA ? -EIO :
								    -EINVAL;
		err = btt_arena_add(btt, off, &geo);
		if (err)
			return err;
		btt->arenas[btt->narenas - 1].restore_info =
			scan->restore_info;
		memcpy(scan->uuid, scan->info->uuid, BTT_UUID_LEN);
		scan->id.uuid = scan->uuid;
		scan->id.lbasize = geo.external_lbasize;
		off += geo.nextoff;
	} while (geo.nextoff);
	return 0;
}

/* ---- flog ---- */

static bool btt_flog_record_used(const struct btt_arena *arena, u32 slot,
				 u32 index)
{
	u64 off = btt_flog_off(arena, slot, 0) + index * sizeof(struct btt_flog);

	return persist_get64(arena->media, off) ||
	       persist_get64(arena->media, off + 8);
}

/*
 * Where is the second record? Padding is zero, so a group that was ever
 * written to tells; if none was, it is where the specification puts it.
 */
static bool btt_flog_find_second(struct btt_scan *scan,
				 struct btt_arena *arena)
{
	bool first = true, old = true;
	u32 i;

	for (i = 0; i < arena->geo.nfree; i++) {
		first &= !btt_flog_record_used(arena, i, 2);
		old &= !btt_flog_record_used(arena, i, 1);
		if (btt_flog_record_used(arena, i, 3) || (!first && !old)) {
			btt_scan_damage(scan, arena, BTT_BAD_FLOG, "padding",
					i, 1);
			return false;
		}
	}
	arena->second = first ? 1 : 2;
	return true;
}

static void btt_flog_get(const struct btt_arena *arena, u32 slot, u32 record,
			 struct btt_flog *flog)
{
	u64 off = btt_flog_off(arena, slot, record);
	__le64 half[2] = {
		persist_get64(arena->media, off),
		persist_get64(arena->media, off + 8),
	};

	memcpy(flog, half, sizeof(*flog));
}

/* Flags in a flog's map entries depend on who wrote it: strip them. */
static u32 btt_flog_block(__le32 entry)
{
	return le32_to_cpu(entry) & BTT_MAP_BLOCK;
}

static bool btt_flog_check(struct btt_scan *scan, struct btt_arena *arena,
			   u32 slot, const struct btt_flog *flog)
{
	u32 old = btt_flog_block(flog->old_map);
	u32 new = btt_flog_block(flog->new_map);
	u32 lba = le32_to_cpu(flog->lba);
	const char *field = NULL;
	u32 value = 0;

	if (old >= arena->geo.internal_nlba) {
		field = "flog old_map";
		value = old;
	} else if (new >= arena->geo.internal_nlba) {
		field = "flog new_map";
		value = new;
	} else if (old != new && lba >= arena->geo.external_nlba) {
		field = "flog lba";
		value = lba;
	}
	if (field)
		btt_scan_damage(scan, arena, BTT_BAD_FLOG, field, slot, value);
	return !field;
}

/* A valid record whose map update is missing has to be done again. */
static void btt_flog_plan_redo(struct btt_arena *arena,
			       const struct btt_flog *flog)
{
	u32 old = btt_flog_block(flog->old_map);
	u32 new = btt_flog_block(flog->new_map);
	u32 lba = le32_to_cpu(flog->lba);

	if (old == new)
		return;
	/* If it cannot be read the BTT will be read-only anyway. */
	if (!persist_readable(arena->media, btt_map_off(arena, lba),
			      sizeof(__le32)))
		return;
	if (btt_map_block(btt_map_get(arena, lba), lba) != old)
		return;
	arena->redo[arena->redos].lba = lba;
	arena->redo[arena->redos].block = new;
	arena->redos++;
}

static bool btt_scan_group(struct btt_scan *scan, struct btt_arena *arena,
			   u32 i)
{
	struct btt_slot *slot = &arena->slots[i];
	struct btt_flog flog[2], *newest;
	int which;

	btt_flog_get(arena, i, 0, &flog[0]);
	btt_flog_get(arena, i, 1, &flog[1]);
	which = btt_flog_newest(le32_to_cpu(flog[0].seq),
				le32_to_cpu(flog[1].seq));
	if (which < 0) {
		btt_scan_damage(scan, arena, BTT_BAD_FLOG, "flog seq", i,
				(u64)le32_to_cpu(flog[1].seq) << 32 |
				le32_to_cpu(flog[0].seq));
		return false;
	}
	newest = &flog[which];
	if (!btt_flog_check(scan, arena, i, newest))
		return false;

	slot->block = btt_flog_block(newest->old_map);
	slot->bad = btt_map_is_error(le32_to_cpu(newest->old_map));
	slot->seq = btt_flog_next_seq(le32_to_cpu(newest->seq));
	slot->next = !which;
	slot->unflushed = BTT_NO_LBA;
	btt_flog_plan_redo(arena, newest);
	return true;
}

static bool btt_scan_flog(struct btt_scan *scan, struct btt_arena *arena)
{
	u64 off = arena->off + arena->geo.logoff;
	u64 len = (u64)arena->geo.nfree * sizeof(struct btt_flog_group);
	u32 i;

	if (!persist_readable(arena->media, off, len)) {
		btt_scan_damage(scan, arena, BTT_BAD_MEDIA, "flog", 0, off);
		return false;
	}
	if (!btt_flog_find_second(scan, arena))
		return false;
	for (i = 0; i < arena->geo.nfree; i++)
		if (!btt_scan_group(scan, arena, i))
			return false;
	return true;
}

/* ---- map ---- */

static bool btt_bit_set(unsigned long *map, u32 bit)
{
	const u32 bits = 8 * sizeof(*map);
	unsigned long mask = 1ul << bit % bits;
	bool was = map[bit / bits] & mask;

	map[bit / bits] |= mask;
	return was;
}

static void btt_bit_clear(unsigned long *map, u32 bit)
{
	const u32 bits = 8 * sizeof(*map);

	map[bit / bits] &= ~(1ul << bit % bits);
}

static bool btt_scan_map_entry(struct btt_scan *scan, struct btt_arena *arena,
			       unsigned long *used, u32 lba)
{
	u32 entry = btt_map_get(arena, lba);
	u32 block = btt_map_block(entry, lba);

	if (block < arena->geo.internal_nlba && !btt_bit_set(used, block))
		return true;
	btt_scan_damage(scan, arena, BTT_BAD_MAP, "map", lba, entry);
	return false;
}

static bool btt_scan_map_entries(struct btt_scan *scan,
				 struct btt_arena *arena, unsigned long *used)
{
	const u32 per_page = BTT_PAGE / sizeof(__le32);
	u32 lba;

	for (lba = 0; lba < arena->geo.external_nlba; lba++) {
		u64 off = btt_map_off(arena, lba);

		if (lba % per_page == 0) {
			btt_relax();
			if (!persist_readable(arena->media, off, BTT_PAGE)) {
				btt_scan_damage(scan, arena, BTT_BAD_MEDIA,
						"map", lba, off);
				return false;
			}
		}
		if (!btt_scan_map_entry(scan, arena, used, lba))
			return false;
	}
	return true;
}

/* Each block must have one owner: a sector, or a free slot. */
static bool btt_scan_owners(struct btt_scan *scan, struct btt_arena *arena,
			    unsigned long *used)
{
	u32 i;

	if (!btt_scan_map_entries(scan, arena, used))
		return false;
	for (i = 0; i < arena->redos; i++) {
		u32 lba = arena->redo[i].lba;

		btt_bit_clear(used, btt_map_block(btt_map_get(arena, lba),
						  lba));
	}
	for (i = 0; i < arena->redos; i++)
		if (btt_bit_set(used, arena->redo[i].block)) {
			btt_scan_damage(scan, arena, BTT_BAD_FLOG,
					"flog new_map", i,
					arena->redo[i].block);
			return false;
		}
	for (i = 0; i < arena->geo.nfree; i++)
		if (btt_bit_set(used, arena->slots[i].block)) {
			btt_scan_damage(scan, arena, BTT_BAD_FLOG,
					"flog old_map", i,
					arena->slots[i].block);
			return false;
		}
	return true;
}

static int btt_scan_map(struct btt_scan *scan, struct btt_arena *arena)
{
	const u32 bits = 8 * sizeof(unsigned long);
	unsigned long *used;

	used = btt_zalloc(DIV_ROUND_UP(arena->geo.internal_nlba, bits),
			  sizeof(*used));
	if (!used)
		return -ENOMEM;
	btt_scan_owners(scan, arena, used);
	btt_free(used);
	return 0;
}

static int btt_scan_arena(struct btt_scan *scan, struct btt_arena *arena)
{
	if (arena->geo.flags & BTT_INFO_ERROR)
		btt_scan_damage(scan, arena, BTT_BAD_FLAGS, "flags", 0,
				arena->geo.flags);
	arena->slots = btt_zalloc(arena->geo.nfree, sizeof(*arena->slots));
	arena->redo = btt_zalloc(arena->geo.nfree, sizeof(*arena->redo));
	if (!arena->slots || !arena->redo)
		return -ENOMEM;
	if (!btt_scan_flog(scan, arena))
		return 0;
	return btt_scan_map(scan, arena);
}

static int btt_scan_arenas(struct btt_scan *scan)
{
	struct btt *btt = scan->btt;
	unsigned int i;
	int err;

	for (i = 0; i < btt->narenas; i++) {
		err = btt_scan_arena(scan, &btt->arenas[i]);
		if (err)
			return err;
	}
	btt->readonly = (scan->config->flags & BTT_READONLY) ||
			!btt_scan_clean(scan);
	return 0;
}

/* ---- recovery: everything was found right ---- */

static bool btt_recover_map(struct btt_arena *arena)
{
	bool any = arena->redos;
	u32 lba;

	while (arena->redos) {
		const struct btt_redo *redo = &arena->redo[--arena->redos];

		lba = redo->lba;
		btt_map_set(arena, lba, redo->block | BTT_MAP_NORMAL);
		persist_flush(arena->media, btt_map_off(arena, lba));
	}
	return any;
}

/* Copy an info block over the other one, if they differ. */
static int btt_recover_info(struct btt_scan *scan, struct btt_arena *arena)
{
	u64 from = arena->off, to = arena->off + arena->geo.info2off;
	struct btt_media *media = arena->media;
	struct btt_fault ignored;

	if (arena->restore_info)
		swap(from, to);
	if (!btt_info_read(scan, scan->info, from, scan->fault))
		return -EIO;
	if (btt_info_read(scan, scan->copy, to, &ignored) &&
	    !memcmp(scan->info, scan->copy, sizeof(*scan->info)))
		return 0;
	/* Where it cannot be put back, the one that is left has to do. */
	if (!persist_readable(media, to, sizeof(*scan->info)) &&
	    (!media->clear_bad ||
	     media->clear_bad(media, to, sizeof(*scan->info))))
		return 0;
	persist_copy(media, to, scan->info, sizeof(*scan->info));
	return persist_fence(media);
}

static int btt_recover(struct btt_scan *scan)
{
	struct btt *btt = scan->btt;
	bool any = false;
	unsigned int i;
	int err;

	for (i = 0; i < btt->narenas; i++)
		any |= btt_recover_map(&btt->arenas[i]);
	if (any) {
		err = persist_fence(btt->media);
		if (err)
			return err;
	}
	for (i = 0; i < btt->narenas; i++) {
		err = btt_recover_info(scan, &btt->arenas[i]);
		if (err)
			return err;
	}
	return 0;
}

/* ---- run time ---- */

static int btt_lanes_alloc(struct btt_arena *arena,
			   const struct btt_config *config)
{
	u32 least = config->lane_slots ?: BTT_LANE_SLOTS;
	u32 n = clamp(arena->geo.nfree / least, 1u, max(config->lanes, 1u));
	u32 first = 0, i;

	arena->lanes = btt_zalloc(n, sizeof(*arena->lanes));
	if (!arena->lanes)
		return -ENOMEM;
	arena->nlanes = n;
	for (i = 0; i < n; i++) {
		struct btt_lane *lane = &arena->lanes[i];

		btt_lock_init(&lane->lock);
		lane->first = first;
		lane->count = (arena->geo.nfree - first) / (n - i);
		lane->slots = &arena->slots[first];
		first += lane->count;
	}
	return 0;
}

static int btt_stripes_alloc(struct btt_arena *arena)
{
	u32 lines = DIV_ROUND_UP(arena->geo.external_nlba, BTT_MAP_PER_LINE);
	u32 n = 1, i;

	while (n < lines && n < BTT_STRIPES_MAX)
		n *= 2;
	arena->stripes = btt_zalloc(n, sizeof(*arena->stripes));
	if (!arena->stripes)
		return -ENOMEM;
	arena->stripe_mask = n - 1;
	for (i = 0; i < n; i++)
		btt_lock_init(&arena->stripes[i].lock);
	return 0;
}

static int btt_run(struct btt *btt, const struct btt_config *config)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < btt->narenas && !err; i++) {
		err = btt_stripes_alloc(&btt->arenas[i]);
		if (!err && !btt->readonly)
			err = btt_lanes_alloc(&btt->arenas[i], config);
	}
	return err;
}

static void btt_arena_free(struct btt_arena *arena)
{
	u32 i;

	for (i = 0; i < arena->nlanes; i++)
		btt_lock_destroy(&arena->lanes[i].lock);
	for (i = 0; arena->stripes && i <= arena->stripe_mask; i++)
		btt_lock_destroy(&arena->stripes[i].lock);
	btt_free(arena->lanes);
	btt_free(arena->stripes);
	btt_free(arena->slots);
	btt_free(arena->redo);
}

static void btt_destroy(struct btt *btt)
{
	unsigned int i;

	for (i = 0; i < btt->narenas; i++)
		btt_arena_free(&btt->arenas[i]);
	btt_free(btt->arenas);
	btt_free(btt);
}

static void btt_set_sector(struct btt *btt)
{
	u32 lbasize = btt->arenas->geo.external_lbasize;

	btt->data_len = lbasize < 4096 ? 512 : 4096;
	btt->meta_len = lbasize - btt->data_len;
}

static int btt_open(struct btt_scan *scan)
{
	int err;

	err = btt_scan_infos(scan);
	if (err)
		return err;
	btt_set_sector(scan->btt);
	err = btt_scan_arenas(scan);
	if (err)
		return err;
	/* All that can be refused is behind us once something is stored. */
	err = btt_run(scan->btt, scan->config);
	if (err)
		return err;
	if (!scan->btt->readonly)
		err = btt_recover(scan);
	return err;
}

/**
 * btt_attach() - open a BTT
 * @out: the BTT
 * @config: where it is and what it must be
 * @fault: what is wrong with it; the code is BTT_OK if nothing is
 *
 * Damage that leaves the sectors readable gives a BTT that is read-only and
 * a fault that says why. In that case, and in every case of failure but that
 * of a flush, the media is as it was.
 *
 * Return: 0, -EINVAL if there is no BTT here or none that can be read, -EIO,
 * -ENOMEM.
 */
int btt_attach(struct btt **out, const struct btt_config *config,
	       struct btt_fault *fault)
{
	struct btt_scan scan = {
		.config = config, .id = config->id, .fault = fault,
	};
	int err = -ENOMEM;

	memset(fault, 0, sizeof(*fault));
	scan.btt = btt_zalloc(1, sizeof(*scan.btt));
	scan.info = btt_zalloc(1, sizeof(*scan.info));
	scan.copy = btt_zalloc(1, sizeof(*scan.copy));
	if (scan.btt && scan.info && scan.copy) {
		scan.btt->media = config->media;
		err = btt_open(&scan);
	}
	btt_free(scan.copy);
	btt_free(scan.info);
	if (!err)
		*out = scan.btt;
	else if (scan.btt)
		btt_destroy(scan.btt);
	return err;
}

static bool btt_flush_slots(struct btt_arena *arena)
{
	bool any = false;
	u32 i;

	for (i = 0; i < arena->geo.nfree; i++) {
		u32 lba = arena->slots[i].unflushed;

		if (lba == BTT_NO_LBA)
			continue;
		persist_flush(arena->media, btt_map_off(arena, lba));
		any = true;
	}
	return any;
}

/**
 * btt_detach() - close a BTT
 * @btt: no longer in use by anyone
 *
 * Makes the last map updates durable, so that whoever attaches next has
 * nothing to recover.
 *
 * Return: 0, or the error of that last flush; the BTT is gone either way.
 */
int btt_detach(struct btt *btt)
{
	bool any = false;
	unsigned int i;
	int err = 0;

	for (i = 0; i < btt->narenas && !btt->readonly; i++)
		any |= btt_flush_slots(&btt->arenas[i]);
	if (any)
		err = persist_fence(btt->media);
	btt_destroy(btt);
	return err;
}
