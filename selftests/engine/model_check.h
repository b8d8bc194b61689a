/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the histories of the crash model share: the BTT they work on, the
 * oracle, and the check of every state that a crash can leave.
 */
#ifndef _ENGINE_MODEL_CHECK_H
#define _ENGINE_MODEL_CHECK_H

#include "model.h"

#define SECTOR		MODEL_BLOCK
#define LBAS		64
#define WRITES		4096
#define DEPTH		2
#define GONE		0xffffffffu	/* the version of what is unreadable */

/* ---- what a history works on: set up before it, see setup() ---- */

extern struct model_domain live;
extern struct btt *btt;
extern struct btt_config config;
extern struct btt_format format;
extern u64 bytes;
extern u32 lanes;
extern u32 nfree;
extern u32 nlbas;
extern const char *current;		/* its name, for messages */
extern bool quick;			/* less of what takes long */

void setup(u64 size, u64 arena_max);
void begin(unsigned int age);
void end(void);

/* ---- oracle ---- */

extern u32 nwrites[LBAS];
extern u32 now;
extern u32 versions;
extern u32 busy;			/* operations that have not ended */

void oracle_reset(void);
bool oracle_allows(u32 lba, u32 version, u32 when);
void oracle_settle(u32 lba, u32 version);
u32 sector_version(const char *check, const u64 *buf, u32 lba);

void op_write(struct btt *to, u32 lba, u32 n);
void op_discard(struct btt *to, u32 lba, u32 n);
u32 op_read(struct btt *from, u32 lba, u32 n, bool in_pieces);
void op_break(struct btt *to, u32 lba);

/* ---- the check of a state ---- */

extern unsigned int sample;		/* states at a crash, 0: every one */
extern unsigned int crashes;		/* check one fence in so many */
extern bool old_padding;		/* of the flog; needs an age */
extern bool go_on;			/* write on after the first crash */

void crash_now(struct model_domain *domain);
void check_permutation(const struct model_domain *domain, struct btt *from);
void check_torn(const struct model_domain *domain, struct btt *from,
		const u8 *torn);
void check_sectors(struct btt *from);
u32 sector_place(const struct model_domain *domain, struct btt *from, u32 lba,
		 u32 state);
void check_again(struct model_domain *domain);

/* ---- histories ---- */

void test_fences(void);
void test_sequential(void);
void test_go_on(void);
void test_old_padding(void);
void test_single_slot(void);
void test_stays(void);
void test_arenas(void);
void test_random(u64 seed, unsigned int rounds);
void test_format_one(void);
void test_format_two(void);
void test_format_forced(void);
void test_repairs(void);

extern const unsigned int duels;
extern const unsigned int early_duels;	/* which take little time */
const char *duel_name(unsigned int which);
void duel_run(unsigned int which);

/**
 * struct op - a letter of the alphabet
 * @what: 'w', 'd', or 'e': a media error, and a read that finds it
 * @lba: the first sector
 * @n: how many
 * @lane: which lane is hinted at
 */
struct op {
	char what;
	u32 lba;
	u32 n;
	u32 lane;
};

#endif
