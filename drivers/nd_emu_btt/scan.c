// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking at the flog and the map of each arena: is every block owned once, by
 * a sector or by a flog group, and which map updates does the flog hold that
 * the map does not? Nothing is written.
 */
#include "scan.h"

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

/* ---- flog ---- */

static bool btt_flog_record_used(const struct btt_arena *arena, u32 slot,
				 u32 index)
{
	const struct btt_flog *flog = &arena->groups[slot].rec[index];

	return flog->half[0] || flog->half[1];
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
static void btt_flog_plan_redo(struct btt_arena *arena, u32 group,
			       const struct btt_flog *flog)
{
	u32 old = btt_flog_block(flog->old_map);
	u32 new = btt_flog_block(flog->new_map);
	u32 lba = le32_to_cpu(flog->lba);
	u64 off = btt_map_off(arena, lba);
	__le64 probe;

	if (old == new)
		return;
	/* If it cannot be read the BTT will be read-only anyway. */
	if (!persist_readable(arena->media, off, sizeof(__le32)) ||
	    persist_read(arena->media, &probe,
			 round_down(off, sizeof(probe)), sizeof(probe)))
		return;
	if (btt_map_block(btt_map_get(arena, lba), lba) != old)
		return;
	arena->redo[arena->redos++] = (struct btt_redo) {
		.lba = lba,
		.block = new,
		.group = group,
	};
}

static bool btt_scan_group(struct btt_scan *scan, struct btt_arena *arena,
			   u32 i)
{
	u32 seq0 = le32_to_cpu(btt_flog_record(arena, i, 0)->seq);
	u32 seq1 = le32_to_cpu(btt_flog_record(arena, i, 1)->seq);
	struct btt_slot *slot = &arena->slots[i];
	const struct btt_flog *newest;
	int which;

	which = btt_flog_newest(seq0, seq1);
	if (which < 0) {
		btt_scan_damage(scan, arena, BTT_BAD_FLOG, "flog seq", i,
				(u64)seq1 << 32 | seq0);
		return false;
	}
	newest = btt_flog_record(arena, i, which);
	if (!btt_flog_check(scan, arena, i, newest))
		return false;

	slot->group = i;
	slot->block = btt_flog_block(newest->old_map);
	slot->bad = btt_map_is_error(le32_to_cpu(newest->old_map));
	slot->seq = btt_flog_next_seq(le32_to_cpu(newest->seq));
	slot->next = !which;
	slot->unflushed = BTT_NO_LBA;
	btt_flog_plan_redo(arena, i, newest);
	return true;
}

static bool btt_scan_flog(struct btt_scan *scan, struct btt_arena *arena)
{
	u64 off = btt_group_off(arena, 0);
	u64 len = (u64)arena->geo.nfree * sizeof(struct btt_flog_group);
	u32 i;

	if (!persist_readable(arena->media, off, len) ||
	    persist_read(arena->media, arena->groups, off, len)) {
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
			/* A copy survives an error that nobody knows of. */
			if (!persist_readable(arena->media, off, BTT_PAGE) ||
			    persist_read(arena->media, scan->copy, off,
					 BTT_PAGE)) {
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
					"flog new_map", arena->redo[i].group,
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
	arena->groups = btt_zalloc(arena->geo.nfree, sizeof(*arena->groups));
	arena->redo = btt_zalloc(arena->geo.nfree, sizeof(*arena->redo));
	if (!arena->slots || !arena->groups || !arena->redo)
		return -ENOMEM;
	if (!btt_scan_flog(scan, arena))
		return 0;
	return btt_scan_map(scan, arena);
}

/**
 * btt_scan_arenas() - look at the flogs and maps of all arenas
 * @scan: with the arenas that the info blocks tell of; what is wrong with one
 *	goes to the fault, and makes the BTT read-only
 *
 * Context: may sleep.
 * Return: 0, also where something is wrong, or -ENOMEM.
 */
int btt_scan_arenas(struct btt_scan *scan)
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
