/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash model: a simulated persistence domain, a scheduler that tries
 * interleavings, and the enumeration of what a power failure can leave.
 */
#ifndef _ENGINE_MODEL_H
#define _ENGINE_MODEL_H

#include "../../drivers/nd_emu_btt/engine.h"

#define MODEL_BYTES	(16 * 4096)
#define MODEL_WORDS	(MODEL_BYTES / 8)
#define MODEL_BLOCK	512
#define MODEL_BLOCKS	(MODEL_BYTES / MODEL_BLOCK)
#define MODEL_PENDING	2048
#define MODEL_TASKS	4

/**
 * struct model_store - a store that may or may not be durable
 * @word: index of the 8-byte word
 * @value: what the word is after it
 * @task: who did it
 * @direct: it bypasses the cache: its task's next fence makes it durable
 * @flushed: tasks whose next fence makes it durable, one bit for each
 */
struct model_store {
	u32 word;
	u64 value;
	u8 task;
	bool direct;
	u8 flushed;
};

/* What is the matter with a block of data. */
enum model_bad {
	MODEL_GOOD,
	MODEL_BAD,		/* it cannot be read */
	MODEL_BAD_TOLD,		/* and a reader was told so: it counts */
};

/**
 * struct model_domain - memory, and what of it is durable
 * @media: as the engine sees it
 * @seen: what a load returns
 * @durable: what survives for certain
 * @pending: stores that are seen and not certain to survive, oldest first
 * @npending: how many
 * @was: what a word was before its last store
 * @when: that store, as time goes by stores
 * @by: and the task
 * @torn: data blocks that an earlier crash may have torn, until they are
 *	written again
 * @bad: of each data block, enum model_bad
 * @fences: counted
 * @depth: how many crashes led here
 * @recovering: an attach is running, which must not look at data
 */
struct model_domain {
	struct btt_media media;
	u64 seen[MODEL_WORDS];
	u64 durable[MODEL_WORDS];
	struct model_store pending[MODEL_PENDING];
	unsigned int npending;
	u64 was[MODEL_WORDS];
	u64 when[MODEL_WORDS];
	u8 by[MODEL_WORDS];
	u8 torn[MODEL_BLOCKS];
	u8 bad[MODEL_BLOCKS];
	unsigned long fences;
	unsigned int depth;
	bool recovering;
};

extern bool model_stays;	/* media errors cannot be cleared */

/* What a word of the media is to the model. */
enum model_kind {
	MODEL_META,
	MODEL_DATA,
	MODEL_INFO,
};

extern u8 model_kind[MODEL_WORDS];

/* Called by the scheduler and the domain. */
typedef void (*model_crash_fn)(struct model_domain *domain);
extern model_crash_fn model_at_fence;

void model_domain_reset(struct model_domain *domain, u64 size);
void model_domain_settle(struct model_domain *domain);

/* ---- crash states ---- */

struct model_counts {
	unsigned long long states;
	unsigned long long nested;
	unsigned long long sampled;
	unsigned long long runs;
	unsigned long long histories;
};

extern struct model_counts model_counts;

/* Every state that a crash now can leave, or @sample of them if not 0. */
void model_crash_states(struct model_domain *domain, unsigned int sample,
			void (*check)(const u64 *image, const u8 *torn));

/* ---- tasks ---- */

extern int model_task;		/* who runs, and whose stores they are */
extern unsigned int model_hint;	/* lane hint outside of tasks */

typedef void (*model_hook_fn)(void);

/*
 * Run @n tasks under every schedule with at most @preemptions switches away
 * from a task that could go on. @reset comes before each run, @done after.
 */
void model_schedules(unsigned int n, void (*task)(unsigned int who),
		     unsigned int preemptions, model_hook_fn reset,
		     model_hook_fn done);

/* Or under one random schedule. */
void model_random_schedule(unsigned int n, void (*task)(unsigned int who));

/* No task switches from one to the other: what runs is not part of them. */
unsigned int model_suspend(void);
void model_resume(unsigned int tasks);

void model_yield(void);
u64 model_random(void);
void model_seed(u64 seed);

/* Does not return. */
void model_fail(const char *check, const char *fmt, ...)
	__printf(2, 3) __noreturn;

#endif
