/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stamped sectors: each carries its number, a generation, and from there on
 * nothing that the two do not determine, with a checksum at the end. A sector
 * that is partly of one generation and partly of another is told from both.
 */
#ifndef _ND_EMU_BTT_STAMP_H
#define _ND_EMU_BTT_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum stamp {
	STAMP_ZERO,		/* never written: nothing but zeros */
	STAMP_GOOD,		/* whole, of one generation */
	STAMP_MIXED,		/* anything else */
};

/* What the words of a sector begin from: each is one more than the last. */
static inline uint64_t stamp_word(uint64_t number, uint64_t generation)
{
	uint64_t x = number * 0x9e3779b97f4a7c15ull +
		     generation * 0xbf58476d1ce4e5b9ull;

	x = (x ^ (x >> 31)) * 0x94d049bb133111ebull;
	return x ^ (x >> 29);
}

/* What the last word of a sector is: of all the others. */
static inline uint64_t stamp_sum(const uint64_t *word, size_t words)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < words - 1; i++)
		sum += word[i] ^ i;
	return sum;
}

/* Generation 0 is a sector of zeros. */
static inline void stamp_fill(void *sector, size_t size, uint64_t number,
			      uint64_t generation)
{
	size_t i, words = size / sizeof(uint64_t);
	uint64_t first = stamp_word(number, generation);
	uint64_t *word = sector;

	if (!generation) {
		memset(sector, 0, size);
		return;
	}
	word[0] = number;
	word[1] = generation;
	for (i = 2; i < words - 1; i++)
		word[i] = first + i;
	word[words - 1] = stamp_sum(word, words);
}

static inline bool stamp_is_zero(const void *sector, size_t size)
{
	const char *byte = sector;

	return !byte[0] && !memcmp(byte, byte + 1, size - 1);
}

/* What is in the place of sector @number, and of which generation it is. */
static inline enum stamp stamp_read(const void *sector, size_t size,
				    uint64_t number, uint64_t *generation)
{
	size_t i, words = size / sizeof(uint64_t);
	const uint64_t *word = sector;
	uint64_t first = stamp_word(number, word[1]);

	*generation = 0;
	if (stamp_is_zero(sector, size))
		return STAMP_ZERO;
	if (word[0] != number)
		return STAMP_MIXED;
	for (i = 2; i < words - 1; i++)
		if (word[i] != first + i)
			return STAMP_MIXED;
	if (word[words - 1] != stamp_sum(word, words))
		return STAMP_MIXED;
	*generation = word[1];
	return STAMP_GOOD;
}

#endif
