/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Persistence primitives on the machine this runs on: non-temporal stores,
 * clwb and sfence on x86, and elsewhere stores that are at least ordered.
 *
 * Built with -fsanitize=thread data moves by relaxed atomic words, because
 * readers race with writers on purpose and throw away what they lost.
 */
#ifndef _ENGINE_NATIVE_PERSIST_H
#define _ENGINE_NATIVE_PERSIST_H

#if defined(__SANITIZE_THREAD__)
#define NATIVE_RACES_ATOMIC 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NATIVE_RACES_ATOMIC 1
#endif
#endif

void native_copy_in(void *dst, const void *src, size_t len);
void native_copy_out(void *dst, const void *src, size_t len);

#if defined(__x86_64__) && !defined(NATIVE_RACES_ATOMIC)
#include <immintrin.h>

static inline void native_word(void *dst, __le64 word)
{
	_mm_stream_si64(dst, (__force long long)word);
}

extern bool native_has_clwb;

/* clwb, spelled for assemblers that do not know it; or what all CPUs have. */
static inline void native_line(const void *p)
{
	if (native_has_clwb)
		asm volatile(".byte 0x66; xsaveopt %0"
			     : : "m"(*(const char *)p) : "memory");
	else
		_mm_clflush(p);
}

static inline void native_fence(void)
{
	_mm_sfence();
}
#else
static inline void native_word(void *dst, __le64 word)
{
	__atomic_store_n((__le64 *)dst, word, __ATOMIC_RELAXED);
}

static inline void native_line(const void *p)
{
	(void)p;
}

static inline void native_fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
#endif

static inline void persist_copy(struct btt_media *media, u64 off,
				const void *src, size_t len)
{
	native_copy_in(media->base + off, src, len);
}

static inline void persist_word(struct btt_media *media, u64 off, __le64 word)
{
	native_word(media->base + off, word);
}

/*
 * By words, as the kernel does it: one that was just stored can be loaded again at
 * once, while a load of two words would wait until the store is done.
 */
static inline void persist_copy_line(struct btt_media *media, u64 off,
				     const void *src)
{
	const __le64 *from = src;
	int i;

	for (i = 0; i < 8; i++)
		native_word(media->base + off + 8 * i, from[i]);
}

static inline void persist_entry(struct btt_media *media, u64 off,
				 __le32 entry)
{
	__atomic_store_n((__le32 *)(media->base + off), entry,
			 __ATOMIC_RELAXED);
}

static inline void persist_flush(struct btt_media *media, u64 off)
{
	native_line(media->base + off);
}

static inline int persist_fence(struct btt_media *media)
{
	native_fence();
	return media->flush ? media->flush(media) : 0;
}

/* For tests: there if one of them wants a load to fail that nobody expects to. */
__attr(__weak__) bool user_read_fails(u64 off, size_t len);

static inline int persist_read(struct btt_media *media, void *dst, u64 off,
			       size_t len)
{
	if (user_read_fails && user_read_fails(off, len))
		return -EIO;
	native_copy_out(dst, media->base + off, len);
	return 0;
}

static inline __le32 persist_get32(struct btt_media *media, u64 off)
{
	return __atomic_load_n((__le32 *)(media->base + off),
			       __ATOMIC_RELAXED);
}

static inline __le64 persist_get64(struct btt_media *media, u64 off)
{
	return __atomic_load_n((__le64 *)(media->base + off),
			       __ATOMIC_RELAXED);
}

static inline void persist_prefetch(struct btt_media *media, u64 off)
{
	__builtin_prefetch(media->base + off, 1);
}

#endif
