// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the platform remembers without power: DIMM identities, dirty shutdown
 * counts and passphrases, kept in the range itself.
 *
 * There are two slots, and the older one is written: a power failure in the
 * middle of an update leaves the other, which is valid and says "in use".
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/libnvdimm.h>
#include <linux/random.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "media.h"
#include "span.h"
#include "state.h"

static u64 block_checksum(struct nd_emu_state_block *block)
{
	__le64 kept = block->checksum;
	u64 sum;

	block->checksum = 0;
	sum = nd_fletcher64(block, sizeof(*block), true);
	block->checksum = kept;
	return sum;
}

static bool block_valid(struct nd_emu_state_block *block)
{
	return !memcmp(block->signature, ND_EMU_STATE_SIGNATURE,
		       sizeof(ND_EMU_STATE_SIGNATURE)) &&
	       le64_to_cpu(block->checksum) == block_checksum(block);
}

/* Write the state into the slot that does not hold the newest one. */
static void state_write(struct nd_emu_state *state)
{
	struct nd_emu_state_block *block = &state->block;
	u64 sequence = le64_to_cpu(block->sequence) + 1;

	block->sequence = cpu_to_le64(sequence);
	block->checksum = cpu_to_le64(block_checksum(block));
	memcpy_flushcache(&state->slots[sequence % ND_EMU_STATE_SLOTS], block,
			  sizeof(*block));
	pmem_wmb();
}

/*
 * The newest valid slot, or NULL if the range holds no state of ours. Leaves
 * anything in the block of @state.
 */
static struct nd_emu_state_block *newest_slot(struct nd_emu_state *state)
{
	struct nd_emu_state_block *newest = NULL;
	int i;

	for (i = 0; i < ND_EMU_STATE_SLOTS; i++) {
		struct nd_emu_state_block *slot = &state->slots[i];

		/* Of a copy: the sum is made with a field of it as zero. */
		state->block = *slot;
		if (!block_valid(&state->block))
			continue;
		if (!newest || le64_to_cpu(slot->sequence) >
			       le64_to_cpu(newest->sequence))
			newest = slot;
	}
	return newest;
}

static void state_create(struct nd_emu_state *state, u64 size)
{
	struct nd_emu_state_block *block = &state->block;
	u32 serial = get_random_u32() & ~(ND_EMU_DIMMS_MAX - 1);
	int i;

	memset(block, 0, sizeof(*block));
	memcpy(block->signature, ND_EMU_STATE_SIGNATURE,
	       sizeof(ND_EMU_STATE_SIGNATURE));
	block->version = cpu_to_le32(ND_EMU_STATE_VERSION);
	block->size = cpu_to_le64(size);

	/* The low bits are free for the index: no two serials are the same. */
	for (i = 0; i < ND_EMU_DIMMS_MAX; i++)
		block->dimms[i].serial = cpu_to_be32(serial + i);
}

/* A platform that ends where ours does, and yet another one? */
static int check_slot(const struct nd_emu_state_block *slot,
		      const struct nd_emu_span *span)
{
	u32 version = le32_to_cpu(slot->version);
	u64 size = le64_to_cpu(slot->size);

	if (version != ND_EMU_STATE_VERSION) {
		pr_err("base=%#llx: holds a platform of version %u, this module knows version %u\n",
		       span->range.start, version, ND_EMU_STATE_VERSION);
		return -EPROTONOSUPPORT;
	}
	if (size != range_len(&span->range)) {
		pr_err("size=%lluM: must be %lluM with base=%#llx: the range holds the end of a platform of that size\n",
		       range_len(&span->range) / SZ_1M, size / SZ_1M,
		       span->range.end + 1 - size);
		return -EINVAL;
	}
	return 0;
}

static int state_load(struct nd_emu_state *state,
		      const struct nd_emu_span *span)
{
	struct nd_emu_state_block *slot = newest_slot(state);

	if (!slot || !span->media->source->keeps) {
		state_create(state, range_len(&span->range));
		return 0;
	}
	state->block = *slot;
	return check_slot(slot, span);
}

static void count_dirty_shutdown(struct nd_emu_state *state,
				 unsigned long dimms)
{
	unsigned int i;

	if (!(state->block.flags & cpu_to_le32(ND_EMU_STATE_IN_USE)))
		return;
	state->dirty = dimms;
	for_each_set_bit(i, &dimms, ND_EMU_DIMMS_MAX)
		le32_add_cpu(&state->block.dimms[i].dirty_shutdowns, 1);
	pr_info("the platform was reset while in use: dirty shutdown counted\n");
}

/* Uncached: a cache would hold a value whether memory is behind it or not. */
static bool holds_value(void __iomem *addr, u64 value)
{
	u64 before = readq(addr);
	bool holds;

	writeq(value, addr);
	holds = readq(addr) == value;
	writeq(before, addr);
	return holds && readq(addr) == before;
}

/**
 * nd_emu_state_probe - is there memory behind the range?
 * @range: claimed, and nobody uses it
 *
 * Leaves what is there as it was.
 *
 * Context: may sleep.
 * Return: 0, -ENXIO if nothing answers, -ENOMEM.
 */
int nd_emu_state_probe(const struct range *range)
{
	u64 phys = range->end + 1 - ND_EMU_MEDIA_PLATFORM +
		   ND_EMU_STATE_SCRATCH;
	u64 value = get_random_u64();
	void __iomem *scratch = ioremap(phys, SZ_4K);
	bool holds;

	if (!scratch)
		return -ENOMEM;
	holds = holds_value(scratch, value) && holds_value(scratch, ~value);
	iounmap(scratch);
	if (holds)
		return 0;

	pr_err("base=%#llx: must be a range of memory: nothing answers at %#llx\n",
	       range->start, phys);
	return -ENXIO;
}

/**
 * nd_emu_state_open - load the state, or create it, and mark it in use
 * @state: filled in
 * @span: the memory that holds it; stays until nd_emu_state_close()
 * @dimms: a bit for each DIMM that is in use from now on
 *
 * Counts a dirty shutdown if the state was marked in use already.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -EPROTONOSUPPORT if another version wrote the state,
 * -EINVAL if it belongs to a range of another size; it is left as it is then.
 */
int nd_emu_state_open(struct nd_emu_state *state,
		      const struct nd_emu_span *span, unsigned long dimms)
{
	int rc;

	mutex_init(&state->lock);
	state->keeps = span->media->source->keeps;
	state->slots = memremap(nd_emu_span_platform(span),
				ND_EMU_STATE_SLOTS * sizeof(*state->slots),
				MEMREMAP_WB);
	if (!state->slots)
		return -ENOMEM;
	rc = state_load(state, span);
	if (rc) {
		memunmap(state->slots);
		return rc;
	}
	count_dirty_shutdown(state, dimms);
	state->block.flags |= cpu_to_le32(ND_EMU_STATE_IN_USE);
	state_write(state);
	return 0;
}

/**
 * nd_emu_state_count_shutdown - one more dirty shutdown of a DIMM
 * @state: opened before
 * @index: number of the DIMM
 *
 * Context: may sleep.
 * Return: how many there have been.
 */
u32 nd_emu_state_count_shutdown(struct nd_emu_state *state, unsigned int index)
{
	__le32 *count = &state->block.dimms[index].dirty_shutdowns;
	u32 now;

	mutex_lock(&state->lock);
	le32_add_cpu(count, 1);
	now = le32_to_cpu(*count);
	state_write(state);
	mutex_unlock(&state->lock);
	return now;
}

/**
 * nd_emu_state_set_security - new passphrases of a DIMM
 * @state: opened before
 * @index: number of the DIMM
 * @security: the passphrases; durable when this returns
 *
 * Context: may sleep.
 */
void nd_emu_state_set_security(struct nd_emu_state *state, unsigned int index,
			       const struct nd_emu_state_security *security)
{
	mutex_lock(&state->lock);
	state->block.security[index] = *security;
	state_write(state);
	mutex_unlock(&state->lock);
}

/**
 * nd_emu_state_close - a clean shutdown
 * @state: opened before; everything written to the range is durable
 *
 * Context: may sleep.
 */
void nd_emu_state_close(struct nd_emu_state *state)
{
	state->block.flags &= cpu_to_le32(~ND_EMU_STATE_IN_USE);
	state_write(state);
	/* There are passphrases in it, and the memory may be the system's next. */
	if (!state->keeps)
		memzero_explicit(state->slots, ND_EMU_STATE_SLOTS *
				 sizeof(*state->slots));
	memzero_explicit(&state->block, sizeof(state->block));
	memunmap(state->slots);
}
