/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BTT on-media format (UEFI 2.11, chapter 6), and what can be said of it
 * by looking at one structure alone.
 *
 * Version 1.1 leaves the first 4 KiB of the namespace alone, version 2.0
 * begins at 0. From there on the namespace is cut into arenas of at most
 * 512 GiB, each of them
 *
 *	+-----------+------------------+--------+--------+-----------+
 *	| info 4KiB | data             | map    | flog   | info copy |
 *	+-----------+------------------+--------+--------+-----------+
 *	0           dataoff            mapoff   logoff   info2off
 *
 * with every area 4 KiB aligned and every offset counted from the arena's
 * own info block.
 */
#ifndef _ND_EMU_BTT_LAYOUT_H
#define _ND_EMU_BTT_LAYOUT_H

#include "env.h"

#define BTT_PAGE		4096u
#define BTT_ARENA_MIN		(16ull * 1024 * 1024)
#define BTT_ARENA_MAX		(512ull * 1024 * 1024 * 1024)
#define BTT_NFREE		256u
#define BTT_LINE		64u
#define BTT_MAP_PER_LINE	(BTT_LINE / 4)

#define BTT_SIG_LEN		16
#define BTT_SIG			"BTT_ARENA_INFO\0"
#define BTT_UUID_LEN		16

/* Info block flag: the arena was found damaged, do not write to it. */
#define BTT_INFO_ERROR		0x1u

/**
 * struct btt_info - the arena's info block, on media twice
 * @signature: BTT_SIG, padded with NUL
 * @uuid: identity of this BTT, the same in each of its arenas
 * @parent_uuid: identity of the namespace, or zero where it has none
 * @flags: BTT_INFO_ERROR, other bits reserved
 * @major: 1 or 2
 * @minor: 1 for major 1, 0 for major 2
 * @external_lbasize: bytes of a sector, as a user of the BTT sees it
 * @external_nlba: sectors that the arena offers
 * @internal_lbasize: bytes from one block of the data area to the next
 * @internal_nlba: blocks of the data area: external_nlba + nfree
 * @nfree: blocks kept free, and flog groups, one for each of them
 * @infosize: bytes of this structure
 * @nextoff: the next arena, 0 in the last one
 * @dataoff: the data area
 * @mapoff: the map
 * @logoff: the flog
 * @info2off: the copy of this structure
 * @reserved: zero
 * @checksum: Fletcher64 of the structure with this field as zero
 *
 *	  0 +-----------------------------------------------+
 *	    | signature                                     |
 *	 16 +-----------------------------------------------+
 *	    | uuid                                          |
 *	 32 +-----------------------------------------------+
 *	    | parent_uuid                                   |
 *	 48 +-----------+-----+-----+-----------+-----------+
 *	    | flags     |major|minor| ext. size | ext. nlba |
 *	 64 +-----------+-----+-----+-----------+-----------+
 *	    | int. size | int. nlba | nfree     | infosize  |
 *	 80 +-----------+-----------+-----------+-----------+
 *	    | nextoff               | dataoff               |
 *	 96 +-----------------------+-----------------------+
 *	    | mapoff                | logoff                |
 *	112 +-----------------------+-----------------------+
 *	    | info2off              | reserved ...          |
 *	    +-----------------------+-----------------------+
 *	    | ...                               | checksum  |
 *	    +-----------------------------------------------+ 4096
 */
struct btt_info {
	u8 signature[BTT_SIG_LEN];
	u8 uuid[BTT_UUID_LEN];
	u8 parent_uuid[BTT_UUID_LEN];
	__le32 flags;
	__le16 major;
	__le16 minor;
	__le32 external_lbasize;
	__le32 external_nlba;
	__le32 internal_lbasize;
	__le32 internal_nlba;
	__le32 nfree;
	__le32 infosize;
	__le64 nextoff;
	__le64 dataoff;
	__le64 mapoff;
	__le64 logoff;
	__le64 info2off;
	u8 reserved[3968];
	__le64 checksum;
};

/*
 * A map entry tells which block holds a sector, and its state:
 *
 *	 31   30   29                            0
 *	+----+----+------------------------------+
 *	| Z  | E  | block                        |
 *	+----+----+------------------------------+
 *	  0    0   initial: never written, reads as zeros; the block is the
 *	           sector's own number, whatever the field says
 *	  1    0   zero: reads as zeros, the block is still the sector's
 *	  0    1   error: reads fail until the sector is written
 *	  1    1   normal
 */
#define BTT_MAP_ZERO	0x80000000u
#define BTT_MAP_ERROR	0x40000000u
#define BTT_MAP_NORMAL	(BTT_MAP_ZERO | BTT_MAP_ERROR)
#define BTT_MAP_BLOCK	0x3fffffffu

/**
 * struct btt_flog - one record of what a write does to the map
 * @lba: the sector written
 * @old_map: the block that held it; it is free once the record is valid
 * @new_map: the block that holds it from now on
 * @seq: 1, 2, 3, 1, ... ; 0 where nothing was ever written
 * @half: the same by halves
 *
 *	0          4          8          12         16
 *	+----------+----------+----------+----------+
 *	| lba      | old_map  | new_map  | seq      |
 *	+----------+----------+----------+----------+
 *	|<-- first half ----->|<-- second half ---->|
 *
 * Each half is one 8-byte store, which a power failure does not tear. The
 * second one makes the record valid: it must not reach the media before the
 * first.
 */
struct btt_flog {
	union {
		struct {
			__le32 lba;
			__le32 old_map;
			__le32 new_map;
			__le32 seq;
		};
		__le64 half[2];
	};
};

/**
 * struct btt_flog_group - the two records of one free block, and padding
 * @rec: four records, of which only two are in use
 *
 *	UEFI                          Linux before 4.15
 *	+------------+------------+   +------------+------------+
 *	| record 0   | record 1   |   | record 0   | zero       |
 *	+------------+------------+   +------------+------------+
 *	| zero       | zero       |   | record 1   | zero       |
 *	+------------+------------+   +------------+------------+
 *
 * Of two records the one whose sequence number follows the other's counts;
 * the other is where the next record goes.
 */
struct btt_flog_group {
	struct btt_flog rec[4];
};

/**
 * struct btt_geometry - where things are in one arena
 * @external_lbasize: see &struct btt_info
 * @external_nlba: see &struct btt_info
 * @internal_lbasize: see &struct btt_info
 * @internal_nlba: see &struct btt_info
 * @nfree: see &struct btt_info
 * @flags: see &struct btt_info
 * @nextoff: see &struct btt_info
 * @dataoff: see &struct btt_info
 * @mapoff: see &struct btt_info
 * @logoff: see &struct btt_info
 * @info2off: see &struct btt_info
 * @size: bytes to the end of the arena
 */
struct btt_geometry {
	u32 external_lbasize;
	u32 external_nlba;
	u32 internal_lbasize;
	u32 internal_nlba;
	u32 nfree;
	u32 flags;
	u64 nextoff;
	u64 dataoff;
	u64 mapoff;
	u64 logoff;
	u64 info2off;
	u64 size;
};

/**
 * struct btt_identity - what an info block must say, or will say
 * @uuid: of the BTT, NULL for any
 * @parent_uuid: of the namespace, NULL for any
 * @major: 1 or 2
 * @lbasize: bytes of a sector, 0 for any
 */
struct btt_identity {
	const u8 *uuid;
	const u8 *parent_uuid;
	u16 major;
	u32 lbasize;
};

/**
 * enum btt_fault_code - the ways in which a medium can be wrong
 * @BTT_OK: it is not
 * @BTT_BAD_SIZE: the namespace is too small, or no multiple of anything
 * @BTT_BAD_SIGNATURE: no info block where there must be one
 * @BTT_BAD_CHECKSUM: the info block was torn or altered
 * @BTT_BAD_IDENTITY: it belongs to another namespace or BTT
 * @BTT_BAD_VERSION: not the version asked for
 * @BTT_BAD_GEOMETRY: a size or offset that cannot be
 * @BTT_BAD_FLAGS: an earlier owner marked the arena as damaged
 * @BTT_BAD_FLOG: a flog group that no writer can have left
 * @BTT_BAD_MAP: a map entry that is out of range, or a block used twice
 * @BTT_BAD_MEDIA: metadata that cannot be read
 * @BTT_BAD_FLUSH: it was repaired, and that is not durable
 * @BTT_NOT_EMPTY: format would overwrite something
 */
enum btt_fault_code {
	BTT_OK,
	BTT_BAD_SIZE,
	BTT_BAD_SIGNATURE,
	BTT_BAD_CHECKSUM,
	BTT_BAD_IDENTITY,
	BTT_BAD_VERSION,
	BTT_BAD_GEOMETRY,
	BTT_BAD_FLAGS,
	BTT_BAD_FLOG,
	BTT_BAD_MAP,
	BTT_BAD_MEDIA,
	BTT_BAD_FLUSH,
	BTT_NOT_EMPTY,
};

/**
 * struct btt_fault - what is wrong, and where
 * @code: in one word
 * @field: the name of the field, a static string
 * @value: what it holds
 * @arena: number of the arena
 * @index: number of the map entry or flog group, 0 elsewhere
 */
struct btt_fault {
	enum btt_fault_code code;
	const char *field;
	u64 value;
	u32 arena;
	u64 index;
};

bool btt_fault_set(struct btt_fault *fault, enum btt_fault_code code,
		   const char *field, u64 value);
u64 btt_fletcher64(const void *buf, size_t len);
void btt_info_seal(struct btt_info *info);
bool btt_info_check(const struct btt_info *info, const struct btt_identity *id,
		    u64 room, struct btt_geometry *geo,
		    struct btt_fault *fault);
void btt_info_fill(struct btt_info *info, const struct btt_identity *id,
		   const struct btt_geometry *geo);
bool btt_lbasize_ok(u32 lbasize);
bool btt_geometry_plan(struct btt_geometry *geo, u32 lbasize, u32 nfree,
		       u64 size);
int btt_flog_newest(u32 seq0, u32 seq1);

/* The block that a map entry names. */
static inline u32 btt_map_block(u32 entry, u32 lba)
{
	return entry & BTT_MAP_NORMAL ? entry & BTT_MAP_BLOCK : lba;
}

/* A sector in this state reads as zeros, without a look at its block. */
static inline bool btt_map_reads_zero(u32 entry)
{
	return !(entry & BTT_MAP_ERROR);
}

static inline bool btt_map_is_error(u32 entry)
{
	return (entry & BTT_MAP_NORMAL) == BTT_MAP_ERROR;
}

static inline bool btt_map_is_normal(u32 entry)
{
	return (entry & BTT_MAP_NORMAL) == BTT_MAP_NORMAL;
}

/* The sequence number that follows @seq. */
static inline u32 btt_flog_next_seq(u32 seq)
{
	return seq == 3 ? 1 : seq + 1;
}

/* Half of a record, as the 8-byte word that goes to the media. */
static inline __le64 btt_flog_half(u32 low, u32 high)
{
	return cpu_to_le64(low | (u64)high << 32);
}

#endif
