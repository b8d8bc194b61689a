// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine: media that fail, and memory that runs out.
 */
#include <pthread.h>
#include <unistd.h>

#include "../../drivers/nd_emu_btt/arena.h"
#include "unit.h"

/* ---- media errors ---- */

/* Sectors of 512 bytes: what has the data of one cannot be read; its block. */
static u32 lose(u32 lba)
{
	u32 block = le32_to_cpu(*map_at(lba)) & BTT_MAP_BLOCK;

	bad_off = geo.dataoff + 512 * block;
	bad_len = 512;
	return block;
}

static void test_error(void)
{
	struct btt *btt;
	u8 buf[4096];
	struct btt_io io = { .data = buf };
	u32 block;

	fresh(512, 2);
	media.is_bad = media_is_bad;
	media.clear_bad = media_clear_bad;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1) && !put(btt, 6, 2));
	block = lose(5);
	CHECK(btt_read(btt, 5, 1, &io, false) == -EIO);
	CHECK(holds(btt, 6, 2));
	CHECK(le32_to_cpu(*map_at(5)) == (block | BTT_MAP_ERROR));
	btt_detach(btt);

	/* It stays an error though the media now reads: its data is gone. */
	bad_len = 0;
	btt = attach(2, 0);
	CHECK(btt_read(btt, 5, 1, &io, false) == -EIO);
	bad_len = 512;
	CHECK(!put(btt, 5, 3));
	CHECK(holds(btt, 5, 3));
	CHECK(bad_len);
	/* The record says which block has the error, for whoever attaches. */
	btt_detach(btt);
	btt = attach(2, 0);
	/* The block is free; its errors go before it is used. */
	CHECK(!put(btt, 7, 4) && !put(btt, 8, 5));
	CHECK(!bad_len);
	CHECK(holds(btt, 7, 4) && holds(btt, 8, 5));
	btt_detach(btt);
}

/* An error that nobody knew of, in the last bytes of a sector's block. */
static void test_machine_check(u32 lbasize)
{
	static u8 buf[16 * 4096], meta[16 * 128];
	struct btt_io io = { .data = buf, .meta = meta };
	struct btt *btt;
	u32 block, i;

	fresh(lbasize, 2);
	media.clear_bad = media_clear_bad;
	btt = attach(2, 0);
	for (i = 0; i < 16; i++)
		CHECK(!put(btt, 32 + i, i));
	CHECK(!btt_read(btt, 32, 16, &io, false));
	block = le32_to_cpu(*map_at(37)) & BTT_MAP_BLOCK;
	bad_off = geo.dataoff + (u64)geo.internal_lbasize * block + lbasize - 8;
	bad_len = 8;
	bad_unknown = true;
	CHECK(btt_read(btt, 32, 16, &io, false) == -EIO);
	for (i = 0; i < 16; i++)
		CHECK(le32_to_cpu(*map_at(32 + i)) >> 30 == (i == 5 ? 1 : 3));
	CHECK(le32_to_cpu(*map_at(37)) == (block | BTT_MAP_ERROR));
	CHECK(btt_read(btt, 37, 1, &io, false) == -EIO);
	CHECK(!btt_read(btt, 32, 5, &io, false) &&
	      !btt_read(btt, 38, 10, &io, false));
	for (i = 0; i < 16; i++)
		CHECK(i == 5 || holds(btt, 32 + i, i));
	CHECK(!put(btt, 37, 99) && holds(btt, 37, 99));
	for (i = 0; i < 2 * BTT_NFREE; i++)
		CHECK(!put(btt, 100 + i, i));
	CHECK(!bad_len);
	btt_detach(btt);
}

static void test_machine_checks(void)
{
	test_machine_check(512);
	test_machine_check(520);
	test_machine_check(4096);
	test_machine_check(4224);
}

static u8 piece[512];
static struct btt *meanwhile;	/* it is written to when a read lets go of @piece */

static size_t piece_map(struct btt_io *io, bool meta, u64 pos, size_t len,
			u8 **addr)
{
	(void)io;
	(void)meta;
	(void)pos;
	(void)len;
	*addr = piece;
	return sizeof(piece);
}

static void piece_unmap(struct btt_io *io, u8 *addr)
{
	struct btt *btt = meanwhile;

	(void)io;
	(void)addr;
	meanwhile = NULL;
	CHECK(!btt || !put(btt, 5, 2));
}

/* The block that could not be read is not the sector's any more. */
static void test_error_left_behind(void)
{
	struct btt_io io = { .map = piece_map, .unmap = piece_unmap };
	struct btt *btt;
	u8 now[512];

	fresh(512, 2);
	media.clear_bad = media_clear_bad;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	lose(5);
	bad_unknown = true;
	meanwhile = btt;
	CHECK(!btt_read(btt, 5, 1, &io, false) && !meanwhile);
	fill(now, sizeof(now), 2);
	CHECK(!memcmp(piece, now, sizeof(now)));
	CHECK(le32_to_cpu(*map_at(5)) >> 30 == 3);
	btt_detach(btt);
}

/* A read that fails marks the sector in the map, unless nothing may change. */
static void test_error_in_readonly(void)
{
	struct btt *btt;
	u8 buf[512];
	struct btt_io io = { .data = buf };
	u32 block;

	fresh(512, 2);
	media.is_bad = media_is_bad;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	block = lose(5);
	media.readonly = true;
	memcpy(before, image, SIZE);
	CHECK(btt_read(btt, 5, 1, &io, false) == -EIO);
	CHECK(!memcmp(before, image, SIZE));
	media.readonly = false;
	CHECK(btt_read(btt, 5, 1, &io, false) == -EIO);
	CHECK(le32_to_cpu(*map_at(5)) == (block | BTT_MAP_ERROR));
	btt_detach(btt);
}

/* The flag in the record alone, as Linux leaves it. */
static void test_error_in_flog(void)
{
	struct btt *btt;
	u32 i;

	fresh(512, 2);
	unfinished(9, 0);
	flog_at(3, 1)->old_map = cpu_to_le32(9 | BTT_MAP_ERROR);
	*map_at(9) = cpu_to_le32(9 | BTT_MAP_ERROR);
	media.clear_bad = media_clear_bad;
	bad_off = geo.dataoff + 512 * 9;
	bad_len = 512;
	btt = attach(2, 0);
	for (i = 0; i < 256; i++)
		CHECK(!put(btt, 100 + i, i));
	btt_detach(btt);
	media.is_bad = media_is_bad;
	btt = attach(2, 0);
	{
		static u8 buf[64 * 512];
		struct btt_io io = { .data = buf };

		for (i = 0; i < 16; i++)
			CHECK(!btt_write(btt, 64 * i, 64, &io, false));
	}
	CHECK(!bad_len);
	btt_detach(btt);
}

/* The first free blocks that were never used are those behind the sectors'. */
static void lose_free(u32 first, u32 n)
{
	bad_off = geo.dataoff +
		  (u64)(geo.external_nlba + first) * geo.internal_lbasize;
	bad_len = (u64)n * geo.internal_lbasize;
}

/* Each group is some slot's, and none of the slots in use has a bad block. */
static void check_slots(const struct btt_arena *arena, u32 lost)
{
	static bool seen[BTT_NFREE];
	u32 i, j, used = 0;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < BTT_NFREE; i++) {
		CHECK(!seen[arena->slots[i].group]);
		seen[arena->slots[i].group] = true;
	}
	for (i = 0; i < arena->nlanes; i++) {
		const struct btt_lane *lane = &arena->lanes[i];

		used += lane->count;
		for (j = 0; j < lane->count; j++)
			CHECK(!media_is_bad(&media,
					    geo.dataoff + (u64)lane->slots[j].block *
					    geo.internal_lbasize,
					    geo.internal_lbasize));
	}
	CHECK(used == BTT_NFREE - lost);
}

/* 64 sectors at once, which is what a lane has. */
static void put_many(struct btt *btt, u32 lba)
{
	static u8 buf[64 * 4096], meta[64 * 128];
	struct btt_io io = { .data = buf, .meta = meta };
	u32 len = btt_sector_size(btt), more = btt_meta_size(btt), i;

	for (i = 0; i < 64; i++) {
		fill(buf + i * len, len, i);
		fill(meta + i * more, more, ~i);
	}
	CHECK(!btt_write(btt, lba, 64, &io, false));
	for (i = 0; i < 64; i++)
		CHECK(holds(btt, lba + i, i));
}

/*
 * Blocks that cannot be cleared: all of two lanes, and some of a third. Nothing is
 * written there, and nothing but that fails.
 */
static void test_error_stays(void)
{
	struct btt *btt;
	u32 i;

	fresh(512, 2);
	media.is_bad = media_is_bad;
	media.clear_bad = media_cannot_clear;
	btt = attach(2, 0);
	lose_free(0, 130);
	for (i = 0; i < 16; i++)
		put_many(btt, 64 * i);
	check_slots(btt->arenas, 130);
	for (i = 0; i < 100; i++)
		CHECK(!btt_discard(btt, i, 1, true) && is_zero(btt, i));
	btt_detach(btt);
	/* Whoever attaches next has them all. */
	bad_len = 0;
	btt = attach(2, 0);
	for (i = 0; i < 16; i++)
		put_many(btt, 64 * i);
	check_slots(btt->arenas, 0);
	btt_detach(btt);
}

/* With metadata, what can be cleared at once may have the edge of two blocks. */
static void test_error_at_edge(u32 lbasize)
{
	struct btt *btt;
	u64 from, to;
	u32 i;

	fresh(lbasize, 2);
	media.is_bad = media_is_bad;
	media.clear_bad = media_cannot_clear;
	btt = attach(2, 0);
	lose_free(1, 1);
	bad_off = round_down(bad_off, 512ull);
	bad_len = 512;
	from = (bad_off - geo.dataoff) / geo.internal_lbasize;
	to = (bad_off + bad_len - 1 - geo.dataoff) / geo.internal_lbasize;
	for (i = 0; i < 4; i++)
		put_many(btt, 64 * i);
	check_slots(btt->arenas, to - from + 1);
	btt_detach(btt);
}

static void test_errors_stay(void)
{
	test_error_stays();
	test_error_at_edge(520);
	test_error_at_edge(528);
	test_error_at_edge(4104);
	test_error_at_edge(4160);
	test_error_at_edge(4224);
}

/* With no free block left nothing can be written, and nothing changes. */
static void test_all_errors_stay(void)
{
	struct btt *btt;
	u8 buf[512] = { 1 };
	struct btt_io io = { .data = buf };

	fresh(512, 2);
	media.is_bad = media_is_bad;
	media.clear_bad = media_cannot_clear;
	btt = attach(2, 0);
	lose_free(0, BTT_NFREE);
	memcpy(before, image, SIZE);
	CHECK(btt_write(btt, 5, 1, &io, true) == -EAGAIN);
	CHECK(put(btt, 5, 1) == -EIO && put(btt, 6, 2) == -EIO);
	CHECK(btt_write(btt, 5, 1, &io, true) == -EIO);
	CHECK(!memcmp(before, image, SIZE) && !btt_is_readonly(btt));
	CHECK(is_zero(btt, 5));
	check_slots(btt->arenas, BTT_NFREE);
	btt_detach(btt);
	bad_len = 0;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1) && holds(btt, 5, 1));
	btt_detach(btt);
}

/*
 * The flag in the map alone. Whoever writes the sector frees a bad block, and
 * has to say so in the record and to clear it before it is used again.
 */
static void test_error_is_handed_on(void)
{
	struct btt *btt;
	bool said = false;
	u32 i, block;

	fresh(512, 2);
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	btt_detach(btt);
	block = lose(5);
	*map_at(5) = cpu_to_le32(block | BTT_MAP_ERROR);
	media.clear_bad = media_clear_bad;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 2));
	for (i = 0; i < 2 * BTT_NFREE; i++)
		said |= le32_to_cpu(flog_at(i / 2, i % 2)->old_map) ==
			(block | BTT_MAP_ERROR);
	CHECK(said);
	for (i = 0; i < 2 * BTT_NFREE && bad_len; i++)
		CHECK(!put(btt, 100 + i, i));
	CHECK(!bad_len);
	btt_detach(btt);
}

/* A sector with the flag in the map alone; returns its block. */
static u32 error_entry(u32 lba)
{
	struct btt *btt = attach(2, 0);
	u32 block;

	CHECK(!put(btt, lba, 1));
	btt_detach(btt);
	block = lose(lba);
	*map_at(lba) = cpu_to_le32(block | BTT_MAP_ERROR);
	return block;
}

/* A zero entry says nothing of errors: they have to go first. */
static void test_error_discarded(void)
{
	struct btt *btt;
	u32 i, block;

	fresh(512, 2);
	block = error_entry(5);
	media.clear_bad = media_clear_bad;
	btt = attach(2, 0);
	CHECK(!btt_discard(btt, 5, 1, false));
	CHECK(is_zero(btt, 5));
	CHECK(le32_to_cpu(*map_at(5)) == (block | BTT_MAP_ZERO));
	CHECK(!put(btt, 5, 2));
	for (i = 0; i < 2 * BTT_NFREE; i++)
		CHECK(!put(btt, 100 + i, i));
	CHECK(!bad_len);
	btt_detach(btt);
}

/* It stays an error while the media does; what is in front of it is zero. */
static void test_error_not_discarded(void)
{
	struct btt *btt;
	u32 block;

	fresh(512, 2);
	block = error_entry(5);
	media.flush = media_flush;
	btt = attach(2, 0);
	CHECK(!put(btt, 4, 1) && !put(btt, 6, 2));
	flushes = 0;
	media.clear_bad = media_clear_bad;
	CHECK(btt_discard(btt, 4, 3, true) == -EAGAIN);
	CHECK(bad_len && flushes == 1);
	CHECK(is_zero(btt, 4) && holds(btt, 6, 2));
	media.clear_bad = media_cannot_clear;
	CHECK(btt_discard(btt, 4, 100, false) == -EIO);
	CHECK(le32_to_cpu(*map_at(5)) == (block | BTT_MAP_ERROR));
	CHECK(is_zero(btt, 4) && holds(btt, 6, 2));
	btt_detach(btt);
}

/* To mark an error takes a lock and a fence: that is for whoever may wait. */
static void test_nowait_read_fails(void)
{
	struct btt *btt;
	u8 buf[512];
	struct btt_io io = { .data = buf };
	u32 block;

	fresh(512, 2);
	media.is_bad = media_is_bad;
	media.flush = media_flush;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	block = lose(5);
	flushes = 0;
	CHECK(btt_read(btt, 5, 1, &io, true) == -EAGAIN);
	CHECK(!flushes);
	CHECK(le32_to_cpu(*map_at(5)) == (block | BTT_MAP_NORMAL));
	CHECK(btt_read(btt, 5, 1, &io, false) == -EIO);
	CHECK(flushes == 1);
	CHECK(btt_read(btt, 5, 1, &io, true) == -EIO);
	CHECK(flushes == 1);
	btt_detach(btt);
	/* Nobody may mark it. */
	*map_at(5) = cpu_to_le32(block | BTT_MAP_NORMAL);
	btt = attach(2, BTT_READONLY);
	CHECK(btt_read(btt, 5, 1, &io, true) == -EIO);
	btt_detach(btt);
}

/* To clear a block takes time as well. */
static void test_nowait_write_clears(void)
{
	struct btt *btt;
	u8 buf[2 * 512] = { 1 };
	struct btt_io io = { .data = buf };

	fresh(512, 2);
	media.is_bad = media_is_bad;
	media.clear_bad = media_clear_bad;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	/* The block that was sector 5 is one of the next two. */
	bad_off = geo.dataoff + 512 * 5;
	bad_len = 512;
	CHECK(btt_write(btt, 5, 2, &io, true) == -EAGAIN);
	CHECK(bad_len && holds(btt, 5, 1));
	CHECK(!btt_write(btt, 5, 2, &io, false));
	CHECK(!bad_len);
	CHECK(!btt_write(btt, 5, 2, &io, true));
	btt_detach(btt);
}

static void test_error_in_map(void)
{
	struct btt_config config = config_of(2);
	struct btt_fault fault;
	struct btt *btt;
	u8 buf[512];
	struct btt_io io = { .data = buf };

	fresh(512, 2);
	media.is_bad = media_is_bad;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1) && !put(btt, 5000, 2));
	bad_off = geo.mapoff;
	bad_len = 512;
	CHECK(btt_read(btt, 5, 1, &io, false) == -EIO);
	CHECK(put(btt, 5, 1) == -EIO);
	CHECK(btt_discard(btt, 5, 1, false) == -EIO);
	CHECK(holds(btt, 5000, 2));
	btt_detach(btt);
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == BTT_BAD_MEDIA && !strcmp(fault.field, "map"));
	CHECK(btt_is_readonly(btt));
	CHECK(btt_read(btt, 5, 1, &io, false) == -EIO);
	CHECK(holds(btt, 5000, 2));
	btt_detach(btt);
}

/* One that nobody knew of is found by whoever looks through the map. */
static void test_error_in_map_unknown(void)
{
	struct btt_config config = config_of(2);
	struct btt_fault fault;
	struct btt *btt;

	fresh(512, 2);
	bad_off = geo.mapoff + 4096 + 64;
	bad_len = 64;
	bad_unknown = true;
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == BTT_BAD_MEDIA && !strcmp(fault.field, "map"));
	CHECK(btt_is_readonly(btt));
	btt_detach(btt);
}

/*
 * Found while there is a BTT: a record would not be there when it is needed. So it
 * goes elsewhere, and nowhere if the whole log is bad.
 */
static void test_error_in_log(void)
{
	struct btt *btt;

	fresh(512, 2);
	media.is_bad = media_is_bad;
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	bad_off = geo.logoff;
	bad_len = 64;
	memcpy(before, image + bad_off, bad_len);
	CHECK(!put(btt, 5, 2) && holds(btt, 5, 2));
	CHECK(!memcmp(before, image + bad_off, bad_len));
	CHECK(btt->arenas->lanes->count == BTT_NFREE / 4 - 1);
	bad_len = 64 * BTT_NFREE;
	CHECK(put(btt, 5, 3) == -EIO);
	CHECK(holds(btt, 5, 2));
	btt_detach(btt);
}

static void test_flush_fails(void)
{
	struct btt *btt;
	unsigned int at;

	for (at = 1; at <= 2; at++) {
		fresh(512, 2);
		btt = attach(2, 0);
		CHECK(!put(btt, 5, 1));
		media.flush = media_flush;
		flush_fails_at = at;
		CHECK(put(btt, 5, 2) == -EIO);
		CHECK(holds(btt, 5, 1));
		CHECK(btt_is_readonly(btt));
		CHECK(put(btt, 5, 2) == -EROFS);
		btt_detach(btt);
		btt = attach(2, 0);
		CHECK(holds(btt, 5, 1) || holds(btt, 5, 2));
		btt_detach(btt);
	}
}

/*
 * A task that waits for a sector while the write that has it fails for the second
 * flush. The record of that write is there, and would be redone: nothing may be
 * stored that builds on the entry as it is, and be called a success.
 */
static struct btt *waited_for;
static void *(*waits)(void *unused);
static pthread_t waiter;
static int result_of_waiter;
static bool begins;

static void *discards(void *unused)
{
	__atomic_store_n(&begins, true, __ATOMIC_RELEASE);
	result_of_waiter = btt_discard(waited_for, 5, 1, false);
	return unused;
}

static void *reads(void *unused)
{
	u8 buf[4096];
	struct btt_io io = { .data = buf };

	__atomic_store_n(&begins, true, __ATOMIC_RELEASE);
	result_of_waiter = btt_read(waited_for, 5, 1, &io, false);
	return unused;
}

static int flush_fails_meanwhile(struct btt_media *m)
{
	(void)m;
	if (++flushes != 2)
		return 0;
	begins = false;
	CHECK(!pthread_create(&waiter, NULL, waits, NULL));
	while (!__atomic_load_n(&begins, __ATOMIC_ACQUIRE))
		usleep(1000);
	/* Until it waits. One that comes later shows nothing. */
	usleep(50000);
	return -EIO;
}

static void fail_beside(void *(*what)(void *unused))
{
	waits = what;
	flushes = 0;
	media.flush = flush_fails_meanwhile;
	CHECK(put(waited_for, 5, 2) == -EIO);
	CHECK(!pthread_join(waiter, NULL));
	CHECK(flushes == 2);
	media.flush = NULL;
}

static void test_flush_fails_meanwhile(void)
{
	u32 block;

	fresh(512, 2);
	waited_for = attach(2, 0);
	CHECK(!put(waited_for, 5, 1));
	fail_beside(discards);
	CHECK(result_of_waiter == -EROFS && holds(waited_for, 5, 1));
	btt_detach(waited_for);

	fresh(512, 2);
	media.is_bad = media_is_bad;
	waited_for = attach(2, 0);
	CHECK(!put(waited_for, 5, 1));
	block = lose(5);
	fail_beside(reads);
	CHECK(result_of_waiter == -EIO);
	CHECK(le32_to_cpu(*map_at(5)) == (block | BTT_MAP_NORMAL));
	btt_detach(waited_for);
}

/* Of the map, and of the copy of the info block, which is missing as well. */
static void test_flush_fails_in_recovery(void)
{
	static const char * const fields[] = { "map", "info" };
	struct btt_config config = config_of(2);
	struct btt_fault fault;
	struct btt *btt;
	unsigned int at;

	for (at = 1; at <= 2; at++) {
		fresh(512, 2);
		unfinished(7, 0);
		memset(info_at(true), 0, sizeof(struct btt_info));
		media.flush = media_flush;
		flush_fails_at = at;
		CHECK(btt_attach(&btt, &config, &fault) == -EIO);
		CHECK(fault.code == BTT_BAD_FLUSH);
		CHECK(!strcmp(fault.field, fields[at - 1]));
		btt = attach(2, 0);
		CHECK(!btt_is_readonly(btt));
		btt_detach(btt);
	}
}

/* The last map update is durable when detach returns, or detach says so. */
static void test_detach_flushes(void)
{
	struct btt *btt;

	fresh(512, 2);
	media.flush = media_flush;
	btt = attach(2, 0);
	CHECK(!btt_detach(btt) && !flushes);
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1) && flushes == 2);
	CHECK(!btt_detach(btt) && flushes == 3);
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 2));
	flush_fails_at = flushes + 1;
	CHECK(btt_detach(btt) == -EIO);
}

/* Each allocation in turn: no memory is lost, and nothing was changed. */
static void test_no_memory(void)
{
	struct btt_format format = format_of(512, 2);
	struct btt_config config = config_of(2);
	struct btt_fault fault;
	struct btt *btt;
	unsigned int at;
	int err = -ENOMEM;

	blank();
	alloc_fails_at = 1;
	CHECK(btt_format(&format, &fault) == -ENOMEM);
	fresh(512, 2);
	unfinished(7, 0);
	memcpy(before, image, SIZE);
	for (at = 1; err; at++) {
		alloc_fails_at = at;
		err = btt_attach(&btt, &config, &fault);
		CHECK(!err || err == -ENOMEM);
		CHECK(!err || !memcmp(before, image, SIZE));
	}
	alloc_fails_at = 0;
	CHECK(at > 8);
	CHECK(!fault.code);
	btt_detach(btt);
}

const struct unit unit_errors[] = {
	UNIT(test_error),
	UNIT(test_machine_checks),
	UNIT(test_error_left_behind),
	UNIT(test_error_in_readonly),
	UNIT(test_error_in_flog),
	UNIT(test_errors_stay),
	UNIT(test_all_errors_stay),
	UNIT(test_error_is_handed_on),
	UNIT(test_error_discarded),
	UNIT(test_error_not_discarded),
	UNIT(test_nowait_read_fails),
	UNIT(test_nowait_write_clears),
	UNIT(test_error_in_map),
	UNIT(test_error_in_map_unknown),
	UNIT(test_error_in_log),
	UNIT(test_flush_fails),
	UNIT(test_flush_fails_meanwhile),
	UNIT(test_flush_fails_in_recovery),
	UNIT(test_detach_flushes),
	UNIT(test_no_memory),
	{ }
};
