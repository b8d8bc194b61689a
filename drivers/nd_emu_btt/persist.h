/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The persistence primitives: all that the BTT engine may do to the media.
 *
 * Each has one name and one definition per surrounding, so that a test can
 * watch, delay or drop every one of them. All take an offset into the
 * namespace. What they promise:
 *
 * persist_copy()
 *	Move data to the media. No order among the bytes. Durable after the
 *	caller's next persist_fence().
 * persist_word()
 *	One 8-byte store that a power failure does not tear. Durable after
 *	the caller's next persist_fence(). Others may not see it before.
 * persist_copy_line()
 *	Such stores of a whole aligned cache line, in any order.
 * persist_entry()
 *	One 4-byte store that other CPUs see at once and in program order.
 *	It may become durable at any time; it must be durable after any
 *	CPU that sees it calls persist_flush() and then persist_fence().
 * persist_flush()
 *	Start writing back one cache line, whoever wrote to it.
 * persist_fence()
 *	All of the above that this task did before is durable when it
 *	returns 0. May sleep, and may fail, where the platform needs to be
 *	asked.
 * persist_read()
 *	Copy from the media; -EIO where it cannot be read.
 * persist_get32(), persist_get64()
 *	One load that is not torn.
 * persist_prefetch()
 *	A hint that an entry will soon be loaded and stored. Means nothing.
 *
 * A task may move to another CPU between any two of them: a context switch
 * completes what the CPU had in flight, as it must for every other user of
 * persistent memory.
 */
#ifndef _ND_EMU_BTT_PERSIST_H
#define _ND_EMU_BTT_PERSIST_H

#include "env.h"

/**
 * struct btt_media - byte-addressable persistent memory
 * @base: where it is mapped, aligned to a page
 * @size: bytes
 * @flush: makes everything durable that was stored before, may sleep; NULL
 *	where a store fence is enough
 * @is_bad: are there known media errors in a range? NULL: never
 * @errors: how many there are in all, so that nobody needs to ask where there
 *	are none; NULL: ask
 * @clear_bad: clear them, contents become zeros, may sleep; NULL: cannot
 * @readonly: nobody writes for now, so reads must not store what they learn;
 *	may change at any time
 * @private: the owner's
 */
struct btt_media {
	u8 *base;
	u64 size;
	int (*flush)(struct btt_media *media);
	bool (*is_bad)(struct btt_media *media, u64 off, u64 len);
	const int *errors;
	int (*clear_bad)(struct btt_media *media, u64 off, u64 len);
	bool readonly;
	void *private;
};

#ifdef __KERNEL__

#include <linux/libnvdimm.h>
#include <linux/prefetch.h>
#include <linux/uaccess.h>

/* What arch_wb_cache_pmem() comes to for one line, without the call. */
#ifdef CONFIG_X86
#include <asm/special_insns.h>
#define persist_line(p)		clwb(p)
#else
#define persist_line(p)		arch_wb_cache_pmem(p, sizeof(__le32))
#endif

static inline void persist_copy(struct btt_media *media, u64 off,
				const void *src, size_t len)
{
	memcpy_flushcache(media->base + off, src, len);
}

static inline void persist_word(struct btt_media *media, u64 off, __le64 word)
{
	memcpy_flushcache(media->base + off, &word, sizeof(word));
}

/* Of a length that the compiler knows, each is two instructions and no call. */
static inline void persist_copy_line(struct btt_media *media, u64 off,
				     const void *src)
{
	u8 *dst = media->base + off;

	memcpy_flushcache(dst, src, 16);
	memcpy_flushcache(dst + 16, src + 16, 16);
	memcpy_flushcache(dst + 32, src + 32, 16);
	memcpy_flushcache(dst + 48, src + 48, 16);
}

static inline void persist_entry(struct btt_media *media, u64 off,
				 __le32 entry)
{
	WRITE_ONCE(*(__le32 *)(media->base + off), entry);
}

static inline void persist_flush(struct btt_media *media, u64 off)
{
	persist_line(media->base + off);
}

static inline int persist_fence(struct btt_media *media)
{
	if (media->flush)
		return media->flush(media);
	pmem_wmb();
	return 0;
}

static inline int persist_read(struct btt_media *media, void *dst, u64 off,
			       size_t len)
{
	if (copy_mc_to_kernel(dst, media->base + off, len))
		return -EIO;
	return 0;
}

static inline __le32 persist_get32(struct btt_media *media, u64 off)
{
	return READ_ONCE(*(__le32 *)(media->base + off));
}

static inline __le64 persist_get64(struct btt_media *media, u64 off)
{
	return READ_ONCE(*(__le64 *)(media->base + off));
}

static inline void persist_prefetch(struct btt_media *media, u64 off)
{
	prefetchw(media->base + off);
}

#else

#include "persist_user.h"

#endif

/* True where nothing at all is known to be unreadable. */
static inline bool persist_sound(const struct btt_media *media)
{
	return !media->is_bad ||
	       (media->errors && !READ_ONCE(*media->errors));
}

/* False where a range is known to be unreadable. */
static inline bool persist_readable(struct btt_media *media, u64 off, u64 len)
{
	return persist_sound(media) || !media->is_bad(media, off, len);
}

#endif
