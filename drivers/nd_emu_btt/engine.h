/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BTT engine: atomic sectors over byte-addressable persistent memory.
 *
 * It knows neither bios nor devices. All of its functions may sleep, unless
 * they are told not to wait. Once attached, any number of tasks may call
 * btt_read(), btt_write() and btt_discard() at once.
 */
#ifndef _ND_EMU_BTT_ENGINE_H
#define _ND_EMU_BTT_ENGINE_H

#include "layout.h"
#include "persist.h"

struct btt;

/* Refuse to write, for whatever reason the caller has. */
#define BTT_READONLY	0x1u
/* Put back a lost first info block if its copy is right in every field. */
#define BTT_REPAIR	0x2u

/**
 * struct btt_config - what attach needs to know
 * @media: the namespace; it must outlive the BTT
 * @id: what the info blocks must say
 * @lanes: how many writers should not meet, usually the number of CPUs
 * @lane_slots: least number of flog slots of a lane, and thus of sectors
 *	that share fences; 0 for the default
 * @flags: BTT_READONLY, BTT_REPAIR
 */
struct btt_config {
	struct btt_media *media;
	struct btt_identity id;
	unsigned int lanes;
	unsigned int lane_slots;
	unsigned int flags;
};

/**
 * struct btt_format - what format needs to know
 * @media: the namespace
 * @id: what the info blocks will say; both uuids and lbasize must be there
 * @nfree: flog slots of each arena, 0 for the default
 * @arena_max: bytes, 0 for the 512 GiB of the specification
 * @arena_min: bytes, 0 for its 16 MiB
 * @force: overwrite whatever is there
 */
struct btt_format {
	struct btt_media *media;
	struct btt_identity id;
	u32 nfree;
	u64 arena_max;
	u64 arena_min;
	bool force;
};

/**
 * struct btt_io - the memory of one read or write
 * @data: the sectors, one after the other, if they are contiguous
 * @meta: their metadata in the same way, NULL to ignore it
 * @map: for memory that is not: give an address for at most @len bytes at
 *	@pos of the data, or of the metadata, and how many they are; 0 if
 *	there are none
 * @unmap: done with that address; may be NULL
 *
 * With @map set the engine calls it in place of using @data and @meta. It
 * uses one address at a time, does not sleep meanwhile except in @unmap, and
 * may come back to an earlier position. @len goes to the end of the request:
 * the more bytes there are at one address, the fewer the calls.
 */
struct btt_io {
	u8 *data;
	u8 *meta;
	size_t (*map)(struct btt_io *io, bool meta, u64 pos, size_t len,
		      u8 **addr);
	void (*unmap)(struct btt_io *io, u8 *addr);
};

int btt_format(const struct btt_format *format, struct btt_fault *fault);
int btt_attach(struct btt **out, const struct btt_config *config,
	       struct btt_fault *fault);
int btt_detach(struct btt *btt);

u64 btt_sectors(const struct btt *btt);
u32 btt_sector_size(const struct btt *btt);
u32 btt_meta_size(const struct btt *btt);
bool btt_is_readonly(const struct btt *btt);
unsigned int btt_arenas(const struct btt *btt);
const struct btt_geometry *btt_arena_geometry(const struct btt *btt,
					      unsigned int arena, u64 *off,
					      unsigned int *second_record);

int btt_read(struct btt *btt, u64 sector, u32 count, struct btt_io *io,
	     bool nowait);
int btt_write(struct btt *btt, u64 sector, u32 count, struct btt_io *io,
	      bool nowait);
int btt_discard(struct btt *btt, u64 sector, u64 count, bool nowait);

#endif
