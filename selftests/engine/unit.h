/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the unit tests of the BTT engine share: a medium of 16 MiB and some,
 * ways to break it, and to look into it without the engine.
 */
#ifndef _ENGINE_UNIT_H
#define _ENGINE_UNIT_H

#include <setjmp.h>
#include <stdio.h>

#include "../../drivers/nd_emu_btt/engine.h"

#define SIZE	((1u << 24) + 8192)

/**
 * struct unit - a test; one without a name ends a list
 * @name: of the test
 * @run: returns if it passes
 */
struct unit {
	const char *name;
	void (*run)(void);
};

#define UNIT(f) { #f, f }

extern const struct unit unit_sound[];
extern const struct unit unit_errors[];
extern const struct unit unit_format[];
extern const struct unit unit_hostile[];
extern const struct unit unit_large[];

enum unit_end {
	UNIT_FAILED = 1,
	UNIT_SKIPPED,
};

extern jmp_buf unit_end;

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			longjmp(unit_end, UNIT_FAILED); \
		} \
	} while (0)

#define SKIP(why) \
	do { \
		printf("# %s\n", why); \
		longjmp(unit_end, UNIT_SKIPPED); \
	} while (0)

/* ---- the medium ---- */

extern u8 *image;
extern u8 *before;			/* for a copy of it */
extern struct btt_media media;
extern struct btt_geometry geo;
extern u64 start;			/* of the first arena */

extern u64 bad_off, bad_len;		/* a media error; length 0 for none */
extern bool bad_unknown;		/* it shows when it is read */
extern unsigned int flushes, flush_fails_at;

bool media_is_bad(struct btt_media *m, u64 off, u64 len);
int media_clear_bad(struct btt_media *m, u64 off, u64 len);
int media_cannot_clear(struct btt_media *m, u64 off, u64 len);
int media_flush(struct btt_media *m);
struct btt_format format_of(u32 lbasize, u16 major);
struct btt_config config_of(u16 major);
void blank(void);
void fresh(u32 lbasize, u16 major);
struct btt *attach(u16 major, unsigned int flags);
void fill(u8 *buf, u32 len, u32 tag);
int put(struct btt *btt, u64 sector, u32 tag);
bool holds(struct btt *btt, u64 sector, u32 tag);
bool is_zero(struct btt *btt, u64 sector);
__le32 *map_at(u32 lba);
struct btt_flog *flog_at(u32 slot, u32 index);
struct btt_info *info_at(bool copy);
void unfinished(u32 lba, u32 flags);
bool media_make(void);

/* The allocation that fails, counted from 1; 0 for none. */
extern unsigned int alloc_fails_at;

#endif
