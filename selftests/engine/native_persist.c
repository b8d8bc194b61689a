// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving data to and from the media natively.
 */
#include "../../drivers/nd_emu_btt/persist.h"

#ifdef NATIVE_RACES_ATOMIC

static void native_copy_words(void *dst, const void *src, size_t len)
{
	u64 *to = dst;
	const u64 *from = src;

	for (; len; len -= 8)
		__atomic_store_n(to++, __atomic_load_n(from++,
						       __ATOMIC_RELAXED),
				 __ATOMIC_RELAXED);
}

void native_copy_in(void *dst, const void *src, size_t len)
{
	native_copy_words(dst, src, len);
}

void native_copy_out(void *dst, const void *src, size_t len)
{
	native_copy_words(dst, src, len);
}

#elif defined(__x86_64__)

#include <cpuid.h>

bool native_has_clwb;

__attribute__((constructor)) static void native_detect(void)
{
	unsigned int a, b, c, d;

	if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
		native_has_clwb = b & bit_CLWB;
}

static void native_flush_copy(u8 *dst, const u8 *src, size_t len)
{
	size_t i;

	memcpy(dst, src, len);
	for (i = 0; i < len; i += 64)
		native_line(dst + i);
	if (len)
		native_line(dst + len - 1);
}

/* Whole lines by four 16-byte streams, what hangs over by copy and flush. */
void native_copy_in(void *dst, const void *src, size_t len)
{
	u8 *to = dst;
	const u8 *from = src;
	size_t head = -(uintptr_t)to & 63;

	if (head > len)
		head = len;
	if (head) {
		native_flush_copy(to, from, head);
		to += head;
		from += head;
		len -= head;
	}
	for (; len >= 64; len -= 64, to += 64, from += 64) {
		__m128i a = _mm_loadu_si128((const __m128i *)from);
		__m128i b = _mm_loadu_si128((const __m128i *)from + 1);
		__m128i c = _mm_loadu_si128((const __m128i *)from + 2);
		__m128i d = _mm_loadu_si128((const __m128i *)from + 3);

		_mm_stream_si128((__m128i *)to, a);
		_mm_stream_si128((__m128i *)to + 1, b);
		_mm_stream_si128((__m128i *)to + 2, c);
		_mm_stream_si128((__m128i *)to + 3, d);
	}
	if (len)
		native_flush_copy(to, from, len);
}

void native_copy_out(void *dst, const void *src, size_t len)
{
	memcpy(dst, src, len);
}

#else

void native_copy_in(void *dst, const void *src, size_t len)
{
	memcpy(dst, src, len);
}

void native_copy_out(void *dst, const void *src, size_t len)
{
	memcpy(dst, src, len);
}

#endif
