// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening a BTT: look at all of it, then recover, and never the other way
 * round. Nothing is written before every structure has been found right, so
 * a medium that is refused is a medium that was not changed.
 *
 * The info blocks are looked at here, the flogs and maps in scan.c.
 */
#include "scan.h"

/* More arenas than this is damage, not half a petabyte. */
#define BTT_ARENAS_MAX		1024u

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

/* What was stored at @off, or first of all there, is to be durable. */
static int btt_recover_fence(struct btt_scan *scan, const char *field, u64 off)
{
	int err = persist_fence(scan->btt->media);

	if (err)
		btt_fault_set(scan->fault, BTT_BAD_FLUSH, field, off);
	return err;
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
	return btt_recover_fence(scan, "info", to);
}

static int btt_recover(struct btt_scan *scan)
{
	struct btt *btt = scan->btt;
	bool any = false;
	unsigned int i;
	int err;

	for (i = 0; i < btt->narenas; i++)
		any |= btt_recover_map(&btt->arenas[i]);
	scan->fault->arena = 0;
	if (any) {
		err = btt_recover_fence(scan, "map",
					btt_map_off(btt->arenas, 0));
		if (err)
			return err;
	}
	for (i = 0; i < btt->narenas; i++) {
		scan->fault->arena = i;
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
	btt_free(arena->groups);
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
 * Context: may sleep.
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
 * Context: may sleep.
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
