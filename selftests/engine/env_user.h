/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BTT engine needs, in userspace. With BTT_MODEL the locks belong
 * to the model's scheduler, so that it decides who runs.
 */
#ifndef _ENGINE_ENV_USER_H
#define _ENGINE_ENV_USER_H

#include <endian.h>
#include <errno.h>
#include <linux/types.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#ifndef __force
#define __force
#endif

#define cpu_to_le16(x)	((__force __le16)htole16(x))
#define cpu_to_le32(x)	((__force __le32)htole32(x))
#define cpu_to_le64(x)	((__force __le64)htole64(x))
#define le16_to_cpu(x)	le16toh((__force u16)(x))
#define le32_to_cpu(x)	le32toh((__force u32)(x))
#define le64_to_cpu(x)	le64toh((__force u64)(x))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d) \
	({ __typeof__(d) d_ = (d); ((n) + d_ - 1) / d_; })
#define round_down(x, y)	((x) & ~((__typeof__(x))((y) - 1)))
#define round_up(x, y) \
	({ __typeof__(y) y_ = (y); round_down((x) + y_ - 1, y_); })
#define min(a, b) \
	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) \
	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define min3(a, b, c)		min(min(a, b), c)
#define clamp(v, lo, hi)	min(max(v, lo), hi)
#define div_u64(a, b)		((u64)(a) / (u32)(b))
#define swap(a, b) \
	do { \
		__typeof__(a) *a_ = &(a); \
		__typeof__(b) *b_ = &(b); \
		__typeof__(a) t_ = *a_; \
		*a_ = *b_; \
		*b_ = t_; \
	} while (0)

#define __attr(...)		__attribute__((__VA_ARGS__))

#ifndef __aligned
#define __aligned(x)		__attr(__aligned__(x))
#endif
#ifndef __printf
#define __printf(a, b)		__attr(__format__(__printf__, a, b))
#endif
#ifndef __noreturn
#define __noreturn		__attr(__noreturn__)
#endif

#define ____cacheline_aligned	__aligned(64)

#ifdef BTT_MODEL

#include "model_env.h"

#else

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)

/* Loads before loads; C has nothing weaker. */
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
/* Before all that follows it. */
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
/* After all that precedes it. */
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

/*
 * ThreadSanitizer knows a mutex, and finds them taken in the wrong order. Else
 * a lock is one that costs little where nobody waits.
 */
#ifdef __SANITIZE_THREAD__
#define BTT_LOCK_MUTEX
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BTT_LOCK_MUTEX
#endif
#endif

#ifdef BTT_LOCK_MUTEX
struct btt_lock {
	pthread_mutex_t mutex;
};

#define btt_lock_init(l)	pthread_mutex_init(&(l)->mutex, NULL)
#define btt_lock_destroy(l)	pthread_mutex_destroy(&(l)->mutex)
#define btt_lock(l)		pthread_mutex_lock(&(l)->mutex)
#define btt_trylock(l)		(!pthread_mutex_trylock(&(l)->mutex))
#define btt_unlock(l)		pthread_mutex_unlock(&(l)->mutex)
#else
struct btt_lock {
	bool held;
};

#define btt_lock_init(l)	((l)->held = false)
#define btt_lock_destroy(l)	((void)(l))
#define btt_trylock(l) \
	(!__atomic_exchange_n(&(l)->held, true, __ATOMIC_ACQUIRE))
#define btt_unlock(l)		__atomic_store_n(&(l)->held, false, \
						 __ATOMIC_RELEASE)

static inline void btt_lock(struct btt_lock *lock)
{
	while (!btt_trylock(lock))
		while (READ_ONCE(lock->held))
			sched_yield();
}
#endif

#define btt_lock_nth(l, n)	((void)(n), btt_lock(l))

/* A number per thread: cheaper than asking on which CPU it is. */
static inline unsigned int btt_lane_hint(void)
{
	static __thread unsigned int mine;
	static unsigned int next;

	if (!mine)
		mine = __atomic_add_fetch(&next, 1, __ATOMIC_RELAXED);
	return mine - 1;
}

#endif

/* For tests: there if one of them wants memory to run out. */
__attr(__weak__) bool user_alloc_fails(void);
/* Likewise, of what is allocated and not freed yet. */
__attr(__weak__) void user_allocated(int more);

static inline void *btt_zalloc(size_t n, size_t size)
{
	size_t bytes = round_up(n * size + 1, (size_t)64);
	void *p;

	if (user_alloc_fails && user_alloc_fails())
		return NULL;
	p = aligned_alloc(64, bytes);
	if (!p)
		return NULL;
	if (user_allocated)
		user_allocated(1);
	return memset(p, 0, bytes);
}

static inline void btt_free(void *p)
{
	if (p && user_allocated)
		user_allocated(-1);
	free(p);
}

static inline void btt_relax(void)
{
}

#endif
