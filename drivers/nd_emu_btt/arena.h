/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the engine share about an attached BTT. Private to it.
 */
#ifndef _ND_EMU_BTT_ARENA_H
#define _ND_EMU_BTT_ARENA_H

#include "engine.h"

/* No map entry of this slot waits for its flush. */
#define BTT_NO_LBA		(~0u)

#define BTT_STRIPES_MAX		256u
#define BTT_BATCH_MAX		64u
#define BTT_LANE_SLOTS		8u

/**
 * struct btt_slot - one free block and the flog group that can give it away
 * @block: the free block
 * @group: number of the flog group
 * @old: during a write, the block that will be free after it
 * @unflushed: sector whose map entry was stored by the last write through
 *	this slot and may not be durable yet, or BTT_NO_LBA
 * @old_bad: during a write, @old is known to have media errors
 * @bad: @block may have media errors, to be cleared before it is written
 * @seq: sequence number of the next record
 * @next: which of the two records that will be, 0 or 1
 *
 * Belongs to whoever holds the lane's lock.
 */
struct btt_slot {
	u32 block;
	u32 group;
	u32 old;
	u32 unflushed;
	bool old_bad;
	bool bad;
	u8 seq;
	u8 next;
};

/**
 * struct btt_lane - the flog slots that one writer uses at a time
 * @lock: held from before the first byte of data to after the map update
 * @slots: its slots
 * @count: how many of them there are; those with media errors that cannot be cleared
 *	come behind. Changed under @lock; zero for good once it is
 */
struct btt_lane {
	struct btt_lock lock;
	struct btt_slot *slots;
	u32 count;
} ____cacheline_aligned;

/**
 * struct btt_stripe - every n-th cache line of the map
 * @lock: serialises updates of these map entries
 * @gen: counts them; see btt_read()
 *
 * Taken after a lane's lock; several stripes in ascending order.
 */
struct btt_stripe {
	struct btt_lock lock;
	unsigned long gen;
} ____cacheline_aligned;

/**
 * struct btt_redo - a map update that the flog holds and the map does not
 * @lba: the sector
 * @block: where it is now
 * @group: of the flog
 */
struct btt_redo {
	u32 lba;
	u32 block;
	u32 group;
};

/**
 * struct btt_arena - one arena
 * @media: the namespace
 * @geo: where things are
 * @off: of the info block, in the namespace
 * @first: number of the first sector
 * @second: index in a flog group of the second record, 1 or 2
 * @damaged: do not write to it
 * @restore_info: the first info block is lost, its copy is good
 * @redo: in a BTT that must not be written: updates missing in the map
 * @redos: how many
 * @slots: one for each free block
 * @groups: what the flog has, one group for each slot; of the holder of the lane
 * @lanes: the slots, shared out
 * @nlanes: how many
 * @stripes: the map's locks
 * @stripe_mask: how many, less one
 */
struct btt_arena {
	struct btt_media *media;
	struct btt_geometry geo;
	u64 off;
	u64 first;
	u32 second;
	bool damaged;
	bool restore_info;
	struct btt_redo *redo;
	u32 redos;
	struct btt_slot *slots;
	struct btt_flog_group *groups;
	struct btt_lane *lanes;
	u32 nlanes;
	struct btt_stripe *stripes;
	u32 stripe_mask;
};

/**
 * struct btt - an attached BTT
 * @media: the namespace
 * @readonly: no writes; set for good when a flush fails
 * @sectors: of all arenas
 * @data_len: bytes of data in a sector
 * @meta_len: and of metadata
 * @narenas: how many
 * @arenas: in the order of their sectors
 */
struct btt {
	struct btt_media *media;
	bool readonly;
	u64 sectors;
	u32 data_len;
	u32 meta_len;
	unsigned int narenas;
	struct btt_arena *arenas;
};

static inline u64 btt_block_off(const struct btt_arena *arena, u32 block)
{
	return arena->off + arena->geo.dataoff +
	       (u64)block * arena->geo.internal_lbasize;
}

/* Is the data of blocks in a row one piece, without anything in between? */
static inline bool btt_is_packed(const struct btt_arena *arena, u32 data_len)
{
	return arena->geo.internal_lbasize == data_len;
}

static inline u64 btt_map_off(const struct btt_arena *arena, u32 lba)
{
	return arena->off + arena->geo.mapoff + (u64)lba * sizeof(__le32);
}

static inline u64 btt_group_off(const struct btt_arena *arena, u32 slot)
{
	return arena->off + arena->geo.logoff +
	       (u64)slot * sizeof(struct btt_flog_group);
}

/* Record 0 or 1 of a flog group, wherever the padding is. */
static inline struct btt_flog *btt_flog_record(const struct btt_arena *arena,
					       u32 slot, u32 record)
{
	return &arena->groups[slot].rec[record ? arena->second : 0];
}

/* The first sector whose entry is in the map line behind that of @lba */
static inline u32 btt_next_line(u32 lba)
{
	return round_down(lba, BTT_MAP_PER_LINE) + BTT_MAP_PER_LINE;
}

static inline u32 btt_map_get(const struct btt_arena *arena, u32 lba)
{
	return le32_to_cpu(persist_get32(arena->media,
					 btt_map_off(arena, lba)));
}

static inline void btt_map_set(const struct btt_arena *arena, u32 lba,
			       u32 entry)
{
	persist_entry(arena->media, btt_map_off(arena, lba),
		      cpu_to_le32(entry));
}

static inline struct btt_stripe *btt_stripe(const struct btt_arena *arena,
					    u32 lba)
{
	return &arena->stripes[(lba / BTT_MAP_PER_LINE) & arena->stripe_mask];
}

static inline bool btt_in_range(const struct btt *btt, u64 sector, u64 count)
{
	return sector <= btt->sectors && count <= btt->sectors - sector;
}

static inline struct btt_arena *btt_find_arena(struct btt *btt, u64 sector)
{
	struct btt_arena *arena = btt->arenas;

	while (sector - arena->first >= arena->geo.external_nlba)
		arena++;
	return arena;
}

/*
 * What a failed fence leaves on the media is anyone's guess, so nothing may
 * be built on it.
 */
static inline int btt_fence(struct btt *btt)
{
	int err = persist_fence(btt->media);

	if (err)
		WRITE_ONCE(btt->readonly, true);
	return err;
}

#endif
