/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's surroundings in the model: locks that hand over to the
 * model's scheduler, and memory ordering that is as weak as it may be.
 */
#ifndef _ENGINE_MODEL_ENV_H
#define _ENGINE_MODEL_ENV_H

struct btt_lock {
	bool held;
};

void model_lock(struct btt_lock *lock);
bool model_trylock(struct btt_lock *lock);
void model_unlock(struct btt_lock *lock);
unsigned int model_lane_hint(void);

void model_yield(void);
unsigned long model_acquire(const unsigned long *p);
void model_release(void);
void model_rmb(void);
bool model_is_early(const void *p);
unsigned long model_early(void);

/* Another task may run before the generation is looked at. */
#define smp_load_acquire(p)		(model_yield(), model_acquire(p))
/* Or before it moves. */
#define smp_store_release(p, v) \
	(model_yield(), model_release(), (void)(*(p) = (v)))
/* Loads before loads. */
#define smp_rmb()			model_rmb()
#define READ_ONCE(x) \
	({ \
		const __typeof__(x) *p_ = &(x); \
		model_is_early(p_) ? (__typeof__(x))model_early() : *p_; \
	})
#define WRITE_ONCE(x, v)		((void)((x) = (v)), model_yield())

#define btt_lock_init(l)	((l)->held = false)
#define btt_lock_destroy(l)	((void)(l))
#define btt_lock(l)		model_lock(l)
#define btt_lock_nth(l, n)	((void)(n), model_lock(l))
#define btt_trylock(l)		model_trylock(l)
#define btt_unlock(l)		model_unlock(l)
#define btt_lane_hint()		model_lane_hint()

#endif
