/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BTT engine takes from its surroundings, and nothing more: fixed
 * width and little-endian types, memory ordering, one sleeping lock, memory.
 *
 * The kernel gives all of it. Anywhere else a header named env_user.h, found
 * on the include path, has to: fixed-width and __le types with their
 * conversions, READ_ONCE() and WRITE_ONCE(), smp_load_acquire(),
 * smp_store_release() and smp_rmb(), the btt_lock and the allocator below.
 */
#ifndef _ND_EMU_BTT_ENV_H
#define _ND_EMU_BTT_ENV_H

#ifdef __KERNEL__

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>

/* Held across ordering points, which may sleep: never a spinning lock. */
struct btt_lock {
	/* Whoever declares a lock says what it protects. */
	struct mutex mutex;
};

/* A macro, so that each kind of lock is a class of its own to lockdep. */
#define btt_lock_init(l)	mutex_init(&(l)->mutex)

static inline void btt_lock_destroy(struct btt_lock *lock)
{
	mutex_destroy(&lock->mutex);
}

static inline void btt_lock(struct btt_lock *lock)
{
	mutex_lock(&lock->mutex);
}

/* Take lock number @nth of a kind; fewer than 8 are held at once. */
static inline void btt_lock_nth(struct btt_lock *lock, unsigned int nth)
{
	mutex_lock_nested(&lock->mutex, nth);
}

static inline bool btt_trylock(struct btt_lock *lock)
{
	return mutex_trylock(&lock->mutex);
}

static inline void btt_unlock(struct btt_lock *lock)
{
	mutex_unlock(&lock->mutex);
}

/* A hint that spreads tasks over lanes; nothing breaks when it is stale. */
static inline unsigned int btt_lane_hint(void)
{
	return raw_smp_processor_id();
}

static inline void *btt_zalloc(size_t n, size_t size)
{
	/* How much it is, the media says: it may be more than there can be. */
	return kvcalloc(n, size, GFP_KERNEL | __GFP_NOWARN);
}

static inline void btt_free(void *p)
{
	kvfree(p);
}

static inline void btt_relax(void)
{
	cond_resched();
}

#else

#include "env_user.h"

#endif

#endif
