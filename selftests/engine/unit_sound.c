// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine: what it does on sound media.
 */
#include "../../drivers/nd_emu_btt/arena.h"
#include "unit.h"

/* ---- sound media ---- */

static void test_fletcher(void)
{
	__le32 words[3] = { cpu_to_le32(1), cpu_to_le32(2),
			    cpu_to_le32(0xffffffff) };

	/* Sums 1, 3, 2 (mod 2^32); their sum 6. */
	CHECK(btt_fletcher64(words, sizeof(words)) == (6ull << 32 | 2));
}

static void test_info_sum(void)
{
	struct btt_info info;
	u64 sum;

	fresh(512, 1);
	info = *info_at(false);
	sum = le64_to_cpu(info.checksum);
	info.checksum = 0;
	CHECK(sum == btt_fletcher64(&info, sizeof(info)));
}

/* The geometry that Linux and ndctl give to a namespace of this size. */
static void test_geometry(void)
{
	struct btt_geometry g;

	CHECK(btt_geometry_plan(&g, 512, 256, 18 << 20));
	CHECK(g.external_nlba * 512 == 0x11b5400);
	CHECK(btt_geometry_plan(&g, 512, 256, 20 << 20));
	CHECK(g.external_nlba * 512 == 0x13b1400);
	CHECK(btt_geometry_plan(&g, 4096, 256, (16 << 20) - 1));
	CHECK(g.internal_nlba == 4084 && g.external_nlba == 3828);
	CHECK(g.info2off == (16 << 20) - 8192);
	CHECK(g.logoff == g.info2off - 16384);
	CHECK(g.mapoff == g.logoff - 16384);
	CHECK(btt_geometry_plan(&g, 520, 256, SIZE));
	CHECK(g.internal_lbasize == 576);
	CHECK(!btt_geometry_plan(&g, 512, 256, 20 * 1024));
	CHECK(btt_geometry_plan(&g, 512, 256, BTT_ARENA_MAX));
	CHECK(g.internal_nlba <= BTT_MAP_BLOCK);
}

static void test_seq(void)
{
	static const struct {
		u32 a, b;
		int newest;
	} seq[] = {
		{ 1, 0, 0 }, { 0, 1, 1 }, { 1, 2, 1 }, { 2, 1, 0 },
		{ 2, 3, 1 }, { 3, 2, 0 }, { 3, 1, 1 }, { 1, 3, 0 },
		{ 0, 0, -EINVAL }, { 1, 1, -EINVAL }, { 2, 0, -EINVAL },
		{ 0, 3, -EINVAL }, { 4, 1, -EINVAL }, { 1, 5, -EINVAL },
		{ 0xffffffff, 1, -EINVAL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(seq); i++)
		CHECK(btt_flog_newest(seq[i].a, seq[i].b) == seq[i].newest);
}

static void test_fresh_reads_zero(void)
{
	struct btt *btt;
	u64 i;

	fresh(512, 2);
	memset(image + geo.dataoff, 0xaa, 1 << 20);
	btt = attach(2, 0);
	for (i = 0; i < 1000; i++)
		CHECK(is_zero(btt, i));
	CHECK(is_zero(btt, btt_sectors(btt) - 1));
	btt_detach(btt);
}

static void test_write_read(void)
{
	static const u32 sizes[] = { 512, 520, 528, 4096, 4104, 4160, 4224 };
	size_t s;
	u32 i;

	for (s = 0; s < 2 * ARRAY_SIZE(sizes); s++) {
		u32 lbasize = sizes[s / 2];
		struct btt *btt;

		fresh(lbasize, 1 + s % 2);
		btt = attach(1 + s % 2, 0);
		CHECK(btt_sectors(btt) == geo.external_nlba);
		CHECK(btt_sector_size(btt) + btt_meta_size(btt) == lbasize);
		for (i = 0; i < 3000; i++)
			CHECK(!put(btt, i * 7 % 500, i));
		CHECK(!put(btt, btt_sectors(btt) - 1, 4711));
		for (i = 2500; i < 3000; i++)
			CHECK(holds(btt, i * 7 % 500, i));
		btt_detach(btt);
		btt = attach(1 + s % 2, 0);
		for (i = 2500; i < 3000; i++)
			CHECK(holds(btt, i * 7 % 500, i));
		CHECK(holds(btt, btt_sectors(btt) - 1, 4711));
		CHECK(is_zero(btt, 600));
		btt_detach(btt);
	}
}

static void test_batches(void)
{
	static u8 buf[512 * 512], back[512 * 512];
	struct btt_io out = { .data = buf }, in = { .data = back };
	struct btt *btt;
	u32 n, at;

	fresh(512, 2);
	btt = attach(2, 0);
	for (n = 1; n <= 512; n = n * 3 / 2 + 1) {
		at = n * 13 % 1000;
		fill(buf, n * 512, n);
		CHECK(!btt_write(btt, at, n, &out, false));
		memset(back, 0, sizeof(back));
		CHECK(!btt_read(btt, at, n, &in, false));
		CHECK(!memcmp(buf, back, n * 512));
	}
	btt_detach(btt);
	btt_detach(attach(2, 0));
}

/* Of sectors written together each has its own data, and its own metadata. */
static void test_batches_with_metadata(void)
{
	static const u32 sizes[] = { 520, 4224 };
	static u8 buf[64 * 4096], meta[64 * 128];
	struct btt_io io = { .data = buf, .meta = meta };
	u32 s, n, i;

	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		struct btt *btt;

		fresh(sizes[s], 2);
		btt = attach(2, 0);
		for (n = 2; n <= 64; n *= 2) {
			for (i = 0; i < n; i++) {
				fill(buf + i * btt_sector_size(btt),
				     btt_sector_size(btt), n + i);
				fill(meta + i * btt_meta_size(btt),
				     btt_meta_size(btt), ~(n + i));
			}
			CHECK(!btt_write(btt, 7 * n, n, &io, false));
			for (i = 0; i < n; i++)
				CHECK(holds(btt, 7 * n + i, n + i));
		}
		btt_detach(btt);
	}
}

/* A large read of sectors written, discarded and left alone in any order. */
static void test_mixed_runs(u32 lbasize)
{
	static u8 back[200 * 4096];
	static u8 meta[200 * 128];
	struct btt_io in = { .data = back, .meta = meta };
	static const u8 zeros[4096];
	u8 want[4096];
	struct btt *btt;
	u32 len, i;

	fresh(lbasize, 2);
	btt = attach(2, 0);
	len = btt_sector_size(btt);
	for (i = 0; i < 1000; i++)
		CHECK(!put(btt, i * 7 % 200, i * 7 % 200));
	for (i = 0; i < 200; i++)
		CHECK(!put(btt, i, i));
	for (i = 0; i < 200; i += 9)
		CHECK(!btt_discard(btt, i, 1 + i % 4, false));
	memset(back, 0xee, sizeof(back));
	CHECK(!btt_read(btt, 0, 200, &in, false));
	for (i = 0; i < 200; i++) {
		fill(want, sizeof(want), i);
		CHECK(!memcmp(back + i * len, i % 9 <= i / 9 * 9 % 4 ? zeros :
			      want, len));
	}
	btt_detach(btt);
}

static void test_large_reads(void)
{
	test_mixed_runs(512);
	test_mixed_runs(520);
	test_mixed_runs(4096);
	test_mixed_runs(4224);
}

static void test_discard(void)
{
	struct btt *btt;
	u32 i;

	fresh(4096, 2);
	btt = attach(2, 0);
	for (i = 0; i < 100; i++)
		CHECK(!put(btt, i, i));
	CHECK(!btt_discard(btt, 10, 50, false));
	for (i = 0; i < 100; i++)
		CHECK(i >= 10 && i < 60 ? is_zero(btt, i) : holds(btt, i, i));
	CHECK(!put(btt, 20, 99));
	btt_detach(btt);
	btt = attach(2, 0);
	for (i = 0; i < 100; i++)
		CHECK(i == 20 ? holds(btt, i, 99) :
		      i >= 10 && i < 60 ? is_zero(btt, i) : holds(btt, i, i));
	CHECK(!btt_discard(btt, 0, btt_sectors(btt), false));
	for (i = 0; i < 100; i++)
		CHECK(is_zero(btt, i));
	btt_detach(btt);
	/* A zeroed entry still names its block: no block was lost. */
	btt_detach(attach(2, 0));
}

static void test_range(void)
{
	struct btt *btt;
	u8 buf[1024];
	struct btt_io io = { .data = buf };
	u64 n;

	fresh(512, 2);
	btt = attach(2, 0);
	n = btt_sectors(btt);
	CHECK(put(btt, n, 0) == -EINVAL);
	CHECK(put(btt, ~0ull, 0) == -EINVAL);
	CHECK(btt_write(btt, n - 1, 2, &io, false) == -EINVAL);
	CHECK(btt_read(btt, n, 1, &io, false) == -EINVAL);
	CHECK(btt_read(btt, ~0ull, 2, &io, false) == -EINVAL);
	CHECK(btt_discard(btt, 1, n, false) == -EINVAL);
	CHECK(btt_discard(btt, 1, ~0ull, false) == -EINVAL);
	CHECK(!btt_write(btt, n, 0, &io, false));
	btt_detach(btt);
}

/* More CPUs than there are slots, or less: each lane has enough, none is lost. */
static void test_lanes(void)
{
	static const struct {
		unsigned int lanes, slots, want;
	} cases[] = {
		{ 1000, 0, 32 }, { 1000, 1, 256 }, { 1000, 1000, 1 },
		{ 33, 0, 32 }, { 31, 0, 31 }, { 3, 0, 3 }, { 0, 0, 1 },
	};
	struct btt_config config = config_of(2);
	struct btt_fault fault;
	struct btt *btt;
	size_t i;
	u32 j, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct btt_arena *arena;

		fresh(512, 2);
		config.lanes = cases[i].lanes;
		config.lane_slots = cases[i].slots;
		CHECK(!btt_attach(&btt, &config, &fault));
		arena = btt->arenas;
		CHECK(arena->nlanes == cases[i].want);
		for (j = 0, n = 0; j < arena->nlanes; j++) {
			const struct btt_lane *lane = &arena->lanes[j];

			CHECK(lane->count >= min(cases[i].slots ?: 8u,
						 BTT_NFREE));
			CHECK(lane->slots->group == n);
			CHECK(lane->slots == arena->slots + n);
			n += lane->count;
		}
		CHECK(n == BTT_NFREE);
		for (j = 0; j < 1000; j++)
			CHECK(!put(btt, j, j));
		btt_detach(btt);
		btt_detach(attach(2, 0));
	}
}

/* However many sectors there are, a lane of them takes two fences. */
static void test_fences(void)
{
	static const u32 counts[] = { 1, 2, 8, 16, 64, 65 };
	static const unsigned int lanes[] = { 1, 4, 16, 32 };
	static u8 buf[65 * 512];
	struct btt_io io = { .data = buf };
	struct btt_config config = config_of(2);
	struct btt_fault fault;
	struct btt *btt;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(lanes); i++) {
		u32 slots = min(BTT_NFREE / lanes[i], 64u);

		fresh(512, 2);
		media.flush = media_flush;
		config.lanes = lanes[i];
		CHECK(!btt_attach(&btt, &config, &fault));
		for (j = 0; j < ARRAY_SIZE(counts); j++) {
			flushes = 0;
			CHECK(!btt_write(btt, 5, counts[j], &io, false));
			CHECK(flushes == 2 * DIV_ROUND_UP(counts[j], slots));
		}
		btt_detach(btt);
	}
}

/* Memory in pieces of a size that has nothing to do with sectors. */
static u8 pieces[64 * 1024];
static u8 pieces_meta[16 * 128];
static unsigned int pieces_mapped;

static size_t piece_map(struct btt_io *io, bool meta, u64 pos, size_t len,
			u8 **addr)
{
	size_t piece = 100 - pos % 100;

	(void)io;
	/* One at a time. */
	CHECK(!pieces_mapped);
	pieces_mapped++;
	*addr = (meta ? pieces_meta : pieces) + pos;
	return piece < len ? piece : len;
}

static void piece_unmap(struct btt_io *io, u8 *addr)
{
	(void)io;
	(void)addr;
	pieces_mapped--;
}

static void test_pieces_of(u32 lbasize)
{
	struct btt_io io = { .map = piece_map, .unmap = piece_unmap };
	static u8 want[sizeof(pieces)], want_meta[sizeof(pieces_meta)];
	struct btt *btt;

	pieces_mapped = 0;
	fresh(lbasize, 2);
	btt = attach(2, 0);
	fill(pieces, sizeof(pieces), 1);
	fill(pieces_meta, sizeof(pieces_meta), 2);
	memcpy(want, pieces, sizeof(want));
	memcpy(want_meta, pieces_meta, sizeof(want_meta));
	CHECK(!btt_write(btt, 3, 16, &io, false));
	memset(pieces, 0, 16 * btt_sector_size(btt));
	memset(pieces_meta, 0, 16 * btt_meta_size(btt));
	CHECK(!btt_read(btt, 3, 16, &io, false));
	CHECK(!memcmp(pieces, want, sizeof(want)));
	CHECK(!memcmp(pieces_meta, want_meta, sizeof(want_meta)));
	CHECK(!pieces_mapped);
	btt_detach(btt);
}

static void test_pieces(void)
{
	test_pieces_of(512);
	test_pieces_of(520);
	test_pieces_of(4096);
	test_pieces_of(4224);
}

/* Memory that ends before the request does */
static size_t no_map(struct btt_io *io, bool meta, u64 pos, size_t len,
		     u8 **addr)
{
	return pos < 8192 ? piece_map(io, meta, pos, len, addr) : 0;
}

static void test_no_memory_there(void)
{
	struct btt_io io = { .map = no_map, .unmap = piece_unmap };
	struct btt *btt;

	fresh(4096, 2);
	btt = attach(2, 0);
	CHECK(!put(btt, 3, 3));
	CHECK(!put(btt, 5, 5));
	CHECK(btt_write(btt, 3, 16, &io, false) == -EFAULT);
	CHECK(btt_read(btt, 3, 16, &io, false) == -EFAULT);
	CHECK(!pieces_mapped);
	/* That is no fault of the media. */
	CHECK(holds(btt, 3, 3));
	CHECK(holds(btt, 5, 5));
	btt_detach(btt);
}

static void test_nowait(void)
{
	static u8 buf[512 * 1000];
	struct btt_io io = { .data = buf };
	struct btt *btt;

	fresh(512, 2);
	btt = attach(2, 0);
	CHECK(!btt_write(btt, 0, 8, &io, true));
	CHECK(!btt_write(btt, 0, 1000, &io, true));
	CHECK(!btt_discard(btt, 0, 8, true));
	btt_detach(btt);
}

/* Somebody is writing to sector 500. */
static void test_nowait_meets_writer(void)
{
	static u8 buf[512 * 1000];
	static u8 back[512 * 20];
	struct btt_io io = { .data = buf }, in = { .data = back };
	struct btt_stripe *stripe;
	struct btt *btt;

	fresh(512, 2);
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	CHECK(!put(btt, 505, 2));
	fill(buf, 512, 3);
	stripe = btt_stripe(btt->arenas, 500);
	btt_lock(&stripe->lock);
	CHECK(btt_write(btt, 0, 1000, &io, true) == -EAGAIN);
	CHECK(btt_discard(btt, 500, 1, true) == -EAGAIN);
	CHECK(!btt_read(btt, 490, 20, &in, true));
	btt_unlock(&stripe->lock);
	CHECK(holds(btt, 0, 3));
	CHECK(is_zero(btt, 5));
	CHECK(holds(btt, 505, 2));
	btt_detach(btt);
}

/* Every lane is taken, so there is no slot; a reader needs none. */
static void test_nowait_without_lane(void)
{
	u8 buf[512];
	struct btt_io io = { .data = buf };
	struct btt_arena *arena;
	struct btt *btt;
	u32 i;

	fresh(512, 2);
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	arena = btt->arenas;
	CHECK(arena->nlanes == 4);
	for (i = 0; i < arena->nlanes; i++)
		btt_lock(&arena->lanes[i].lock);
	CHECK(btt_write(btt, 5, 1, &io, true) == -EAGAIN);
	CHECK(!btt_read(btt, 5, 1, &io, true));
	btt_unlock(&arena->lanes[2].lock);
	CHECK(holds(btt, 5, 1));
	CHECK(!btt_write(btt, 5, 1, &io, true));
	for (i = 0; i < arena->nlanes; i++)
		if (i != 2)
			btt_unlock(&arena->lanes[i].lock);
	btt_detach(btt);
}

/* The padding of Linux before 4.15, as found on old media. */
static void old_padding(void)
{
	u32 i;

	for (i = 0; i < BTT_NFREE; i++) {
		*flog_at(i, 2) = *flog_at(i, 1);
		memset(flog_at(i, 1), 0, sizeof(struct btt_flog));
	}
}

static void test_old_padding(void)
{
	unsigned int second;
	struct btt *btt;
	u64 off;
	u32 i;

	fresh(512, 1);
	btt = attach(1, 0);
	for (i = 0; i < 100; i++)
		CHECK(!put(btt, i, i));
	btt_detach(btt);
	old_padding();
	btt = attach(1, 0);
	btt_arena_geometry(btt, 0, &off, &second);
	CHECK(second == 2);
	for (i = 0; i < 500; i++)
		CHECK(!put(btt, i, i + 1));
	btt_detach(btt);
	btt = attach(1, 0);
	btt_arena_geometry(btt, 0, &off, &second);
	CHECK(second == 2);
	for (i = 0; i < 500; i++)
		CHECK(holds(btt, i, i + 1));
	btt_detach(btt);
	for (i = 0; i < BTT_NFREE; i++)
		CHECK(!le32_to_cpu(flog_at(i, 1)->seq));
}

static void test_redo(void)
{
	static const u32 flags[] = { 0, BTT_MAP_NORMAL, BTT_MAP_ZERO };
	struct btt *btt;
	size_t i;
	u32 free;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		fresh(512, 1);
		free = geo.external_nlba + 3;
		unfinished(77, flags[i]);
		fill(image + start + geo.dataoff + 512 * free, 512, 5);
		memcpy(before, image, SIZE);
		btt = attach(1, BTT_READONLY);
		CHECK(btt_is_readonly(btt));
		CHECK(holds(btt, 77, 5));
		CHECK(put(btt, 77, 6) == -EROFS);
		CHECK(btt_discard(btt, 77, 1, false) == -EROFS);
		btt_detach(btt);
		CHECK(!memcmp(before, image, SIZE));

		btt = attach(1, 0);
		CHECK(holds(btt, 77, 5));
		CHECK(le32_to_cpu(*map_at(77)) == (free | BTT_MAP_NORMAL));
		CHECK(!put(btt, 77, 6));
		CHECK(holds(btt, 77, 6));
		btt_detach(btt);
	}
}

static void test_arenas(void)
{
	struct btt_format format = format_of(512, 1);
	struct btt_config config = config_of(1);
	static u8 buf[8 * 512];
	struct btt_io io = { .data = buf };
	struct btt_fault fault;
	struct btt *btt;
	u64 edge, off;
	unsigned int second;

	blank();
	format.arena_max = 1 << 20;
	format.arena_min = 1 << 19;
	CHECK(!btt_format(&format, &fault));
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(btt_arenas(btt) == 16);
	edge = btt_arena_geometry(btt, 0, &off, &second)->external_nlba;
	fill(buf, sizeof(buf), 3);
	CHECK(!btt_write(btt, edge - 4, 8, &io, false));
	CHECK(!btt_discard(btt, edge - 1, 2, false));
	CHECK(is_zero(btt, edge - 1) && is_zero(btt, edge));
	CHECK(!is_zero(btt, edge - 2) && !is_zero(btt, edge + 1));
	CHECK(!put(btt, btt_sectors(btt) - 1, 8));
	btt_detach(btt);
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(holds(btt, btt_sectors(btt) - 1, 8));
	btt_detach(btt);
}

const struct unit unit_sound[] = {
	UNIT(test_fletcher),
	UNIT(test_info_sum),
	UNIT(test_geometry),
	UNIT(test_seq),
	UNIT(test_fresh_reads_zero),
	UNIT(test_write_read),
	UNIT(test_batches),
	UNIT(test_batches_with_metadata),
	UNIT(test_large_reads),
	UNIT(test_discard),
	UNIT(test_range),
	UNIT(test_lanes),
	UNIT(test_fences),
	UNIT(test_pieces),
	UNIT(test_no_memory_there),
	UNIT(test_nowait),
	UNIT(test_nowait_meets_writer),
	UNIT(test_nowait_without_lane),
	UNIT(test_old_padding),
	UNIT(test_redo),
	UNIT(test_arenas),
	{ }
};
