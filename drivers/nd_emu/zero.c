// SPDX-License-Identifier: GPL-2.0-only
/*
 * Zeroes past the caches: nobody is going to read that much of them soon, and on
 * persistent memory they have to leave the caches anyway.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "zero.h"

/**
 * nd_emu_zero - overwrite memory with zeroes
 * @addr: where; as memcpy_flushcache() wants it
 * @length: bytes
 *
 * They are durable after the caller's pmem_wmb().
 *
 * Context: may sleep.
 */
void nd_emu_zero(void *addr, size_t length)
{
	const void *zeroes = page_address(ZERO_PAGE(0));
	size_t bytes;

	for (; length; length -= bytes) {
		bytes = min_t(size_t, length, PAGE_SIZE);
		memcpy_flushcache(addr, zeroes, bytes);
		addr += bytes;
		cond_resched();
	}
}
