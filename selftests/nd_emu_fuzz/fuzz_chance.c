// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chance: a stream of numbers that the seed determines.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz.h"

static uint64_t state;

static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
	return value ^ value >> 31;
}

/* Each stream of the same seed is another one. */
void seed_chance(uint64_t seed, unsigned int stream)
{
	state = mix(seed + (stream ? mix(stream) : 0));
}

uint64_t rnd(void)
{
	state += 0x9e3779b97f4a7c15UL;
	return mix(state);
}

uint64_t below(uint64_t limit)
{
	return rnd() % limit;
}

bool one_in(unsigned int n)
{
	return !below(n);
}

/* A number next to one at which something is likely to change */
uint64_t boundary(void)
{
	uint64_t value = 1UL << below(64);

	switch (below(6)) {
	case 0:
		return below(256);
	case 1:
		return -below(256);
	case 2:
		return value - 1;
	case 3:
		return value - 1 - below(64);
	default:
		return value + below(64);
	}
}

void random_bytes(void *to, size_t length)
{
	unsigned char *at = to;
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		if (i % 8 == 0)
			value = rnd();
		at[i] = value >> i % 8 * 8;
	}
}
