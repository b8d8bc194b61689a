// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine, natively: what it does on sound media, and
 * that damaged media are named and left alone.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../../drivers/nd_emu_btt/engine.h"

#define SIZE	((1u << 24) + 8192)

static u8 *image;
static u8 *before;
static struct btt_media media;
static struct btt_geometry geo;
static u64 start;			/* of the first arena */

static const u8 uuid[16] = "btt uuid 0123456";
static const u8 parent[16] = "namespace uuid 0";

static jmp_buf failed;

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			longjmp(failed, 1); \
		} \
	} while (0)

/* ---- media that can fail ---- */

static u64 bad_off, bad_len;
static unsigned int flushes, flush_fails_at;

static bool media_is_bad(struct btt_media *m, u64 off, u64 len)
{
	(void)m;
	return bad_len && off < bad_off + bad_len && bad_off < off + len;
}

static int media_clear_bad(struct btt_media *m, u64 off, u64 len)
{
	if (off > bad_off || off + len < bad_off + bad_len)
		return 0;
	memset(m->base + bad_off, 0, bad_len);
	bad_len = 0;
	return 0;
}

static int media_flush(struct btt_media *m)
{
	(void)m;
	return ++flushes == flush_fails_at ? -EIO : 0;
}

/* ---- set-up ---- */

static struct btt_format format_of(u32 lbasize, u16 major)
{
	return (struct btt_format){
		.media = &media,
		.id = { .uuid = uuid, .parent_uuid = parent,
			.major = major, .lbasize = lbasize },
	};
}

static struct btt_config config_of(u16 major)
{
	return (struct btt_config){
		.media = &media,
		.id = { .uuid = uuid, .parent_uuid = parent,
			.major = major },
		.lanes = 4,
	};
}

static void blank(void)
{
	bad_len = 0;
	flushes = 0;
	flush_fails_at = 0;
	memset(image, 0, SIZE);
	media = (struct btt_media){ .base = image, .size = SIZE };
}

static void fresh(u32 lbasize, u16 major)
{
	struct btt_format format = format_of(lbasize, major);
	struct btt_fault fault;

	blank();
	start = major == 1 ? 4096 : 0;
	CHECK(!btt_format(&format, &fault));
	CHECK(btt_geometry_plan(&geo, lbasize, BTT_NFREE, SIZE - start));
}

static struct btt *attach(u16 major, unsigned int flags)
{
	struct btt_config config = config_of(major);
	struct btt_fault fault;
	struct btt *btt;

	config.flags = flags;
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == BTT_OK);
	return btt;
}

static void fill(u8 *buf, u32 len, u32 tag)
{
	u32 i;

	for (i = 0; i < len; i++)
		buf[i] = (tag * 2654435761u >> (i % 4 * 8)) + i;
}

static int put(struct btt *btt, u64 sector, u32 tag)
{
	u8 buf[4096], meta[128];
	struct btt_io io = { .data = buf, .meta = meta };

	fill(buf, sizeof(buf), tag);
	fill(meta, sizeof(meta), ~tag);
	return btt_write(btt, sector, 1, &io, false);
}

static bool holds(struct btt *btt, u64 sector, u32 tag)
{
	u8 buf[4096], meta[128], want[4096], want_meta[128];
	struct btt_io io = { .data = buf, .meta = meta };

	fill(want, sizeof(want), tag);
	fill(want_meta, sizeof(want_meta), ~tag);
	return !btt_read(btt, sector, 1, &io) &&
	       !memcmp(buf, want, btt_sector_size(btt)) &&
	       !memcmp(meta, want_meta, btt_meta_size(btt));
}

static bool is_zero(struct btt *btt, u64 sector)
{
	u8 buf[4096], meta[128];
	struct btt_io io = { .data = buf, .meta = meta };
	u32 i;

	memset(buf, 1, sizeof(buf));
	memset(meta, 1, sizeof(meta));
	if (btt_read(btt, sector, 1, &io))
		return false;
	for (i = 0; i < btt_sector_size(btt); i++)
		if (buf[i])
			return false;
	for (i = 0; i < btt_meta_size(btt); i++)
		if (meta[i])
			return false;
	return true;
}

static __le32 *map_at(u32 lba)
{
	return (__le32 *)(image + start + geo.mapoff) + lba;
}

static struct btt_flog *flog_at(u32 slot, u32 index)
{
	return (struct btt_flog *)(image + start + geo.logoff) + 4 * slot +
	       index;
}

static struct btt_info *info_at(bool copy)
{
	return (struct btt_info *)(image + start +
				   (copy ? geo.info2off : 0));
}

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

	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		struct btt *btt;

		fresh(sizes[s], 1 + s % 2);
		btt = attach(1 + s % 2, 0);
		CHECK(btt_sectors(btt) == geo.external_nlba);
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
		CHECK(!btt_read(btt, at, n, &in));
		CHECK(!memcmp(buf, back, n * 512));
	}
	btt_detach(btt);
	btt_detach(attach(2, 0));
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
	CHECK(btt_read(btt, n, 1, &io) == -EINVAL);
	CHECK(btt_read(btt, ~0ull, 2, &io) == -EINVAL);
	CHECK(btt_discard(btt, 1, n, false) == -EINVAL);
	CHECK(btt_discard(btt, 1, ~0ull, false) == -EINVAL);
	CHECK(!btt_write(btt, n, 0, &io, false));
	btt_detach(btt);
}

/* Memory in pieces of a size that has nothing to do with sectors. */
static u8 pieces[64 * 1024];
static unsigned int pieces_mapped;

static size_t piece_map(struct btt_io *io, bool meta, u64 pos, size_t len,
			u8 **addr)
{
	size_t piece = 100 - pos % 100;

	(void)io;
	(void)meta;
	pieces_mapped++;
	*addr = pieces + pos;
	return piece < len ? piece : len;
}

static void piece_unmap(struct btt_io *io, u8 *addr)
{
	(void)io;
	(void)addr;
	pieces_mapped--;
}

static void test_pieces(void)
{
	struct btt_io io = { .map = piece_map, .unmap = piece_unmap };
	static u8 want[sizeof(pieces)];
	struct btt *btt;

	fresh(4096, 2);
	btt = attach(2, 0);
	fill(pieces, sizeof(pieces), 1);
	memcpy(want, pieces, sizeof(want));
	CHECK(!btt_write(btt, 3, 16, &io, false));
	memset(pieces, 0, sizeof(pieces));
	CHECK(!btt_read(btt, 3, 16, &io));
	CHECK(!memcmp(pieces, want, sizeof(want)));
	CHECK(!pieces_mapped);
	btt_detach(btt);
}

static void test_nowait(void)
{
	static u8 buf[4096 * 128];
	struct btt_io io = { .data = buf };
	struct btt *btt;

	fresh(512, 2);
	btt = attach(2, 0);
	CHECK(!btt_write(btt, 0, 8, &io, true));
	CHECK(btt_write(btt, 0, 1000, &io, true) == -EAGAIN);
	CHECK(!btt_discard(btt, 0, 8, true));
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

/* A record as Linux writes it, whose map update is missing. */
static void unfinished(u32 lba, u32 flags)
{
	struct btt_flog *first = flog_at(3, 0), *second = flog_at(3, 1);
	u32 block = le32_to_cpu(first->old_map) & BTT_MAP_BLOCK;

	*map_at(lba) = cpu_to_le32(lba | BTT_MAP_NORMAL);
	second->lba = cpu_to_le32(lba);
	second->old_map = cpu_to_le32(lba | flags);
	second->new_map = cpu_to_le32(block | flags);
	second->seq = cpu_to_le32(2);
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

/* More than 512 GiB, of which only what is touched exists. */
static void test_large(void)
{
	struct btt_format format = format_of(4096, 2);
	struct btt_config config = config_of(2);
	const u64 size = BTT_ARENA_MAX + (1ull << 30);
	struct btt_fault fault;
	struct btt *btt;
	u64 edge, off;
	unsigned int second;

	blank();
	media.size = size;
	media.base = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (media.base == MAP_FAILED) {
		printf("# no address space for 513 GiB\n");
		return;
	}
	CHECK(!btt_format(&format, &fault));
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(btt_arenas(btt) == 2);
	edge = btt_arena_geometry(btt, 0, &off, &second)->external_nlba;
	CHECK(!put(btt, edge - 1, 1) && !put(btt, edge, 2));
	CHECK(!put(btt, btt_sectors(btt) - 1, 3));
	btt_detach(btt);
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(holds(btt, edge - 1, 1) && holds(btt, edge, 2));
	CHECK(holds(btt, btt_sectors(btt) - 1, 3));
	btt_detach(btt);
	munmap(media.base, size);
}

/* ---- media errors ---- */

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
	block = le32_to_cpu(*map_at(5)) & BTT_MAP_BLOCK;
	bad_off = geo.dataoff + 512 * block;
	bad_len = 512;
	CHECK(btt_read(btt, 5, 1, &io) == -EIO);
	CHECK(holds(btt, 6, 2));
	CHECK(le32_to_cpu(*map_at(5)) == (block | BTT_MAP_ERROR));
	btt_detach(btt);

	/* It stays an error though the media now reads: its data is gone. */
	bad_len = 0;
	btt = attach(2, 0);
	CHECK(btt_read(btt, 5, 1, &io) == -EIO);
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
	CHECK(btt_read(btt, 5, 1, &io) == -EIO);
	CHECK(put(btt, 5, 1) == -EIO);
	CHECK(btt_discard(btt, 5, 1, false) == -EIO);
	CHECK(holds(btt, 5000, 2));
	btt_detach(btt);
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == BTT_BAD_MEDIA && !strcmp(fault.field, "map"));
	CHECK(btt_is_readonly(btt));
	CHECK(btt_read(btt, 5, 1, &io) == -EIO);
	CHECK(holds(btt, 5000, 2));
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

/* ---- format ---- */

static void test_format_twice(void)
{
	struct btt_format format = format_of(512, 2);
	struct btt_fault fault;
	struct btt *btt;

	fresh(512, 2);
	memcpy(before, image, SIZE);
	CHECK(!btt_format(&format, &fault));
	CHECK(!memcmp(before, image, SIZE));
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	btt_detach(btt);
	memcpy(before, image, SIZE);
	CHECK(btt_format(&format, &fault) == -EEXIST);
	CHECK(fault.code == BTT_NOT_EMPTY);
	CHECK(!memcmp(before, image, SIZE));
	format.force = true;
	CHECK(!btt_format(&format, &fault));
	btt = attach(2, 0);
	CHECK(is_zero(btt, 5));
	btt_detach(btt);
}

static void test_format_not_empty(void)
{
	static const char *const names[] = { "info", "map", "flog", "info" };
	struct btt_format format = format_of(512, 1);
	struct btt_fault fault;
	size_t i;

	fresh(512, 1);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const u64 at[] = { start + 4088, start + geo.mapoff + 8,
				   start + geo.logoff + 40,
				   start + geo.info2off };

		blank();
		image[at[i]] = 1;
		memcpy(before, image, SIZE);
		CHECK(btt_format(&format, &fault) == -EEXIST);
		CHECK(fault.code == BTT_NOT_EMPTY && fault.value);
		CHECK(!strcmp(fault.field, names[i]));
		CHECK(!memcmp(before, image, SIZE));
	}
	/* The first page and the data are not format's. */
	blank();
	image[0] = 1;
	image[start + geo.dataoff] = 1;
	CHECK(!btt_format(&format, &fault));
}

static void test_format_arguments(void)
{
	struct btt_format format = format_of(513, 2);
	struct btt_fault fault;

	blank();
	CHECK(btt_format(&format, &fault) == -EINVAL);
	CHECK(!strcmp(fault.field, "external_lbasize"));
	format.id.lbasize = 512;
	media.size = (16 << 20) - 1;
	CHECK(btt_format(&format, &fault) == -ENOSPC);
	CHECK(fault.code == BTT_BAD_SIZE);
	media.size = 0;
	CHECK(btt_format(&format, &fault) == -ENOSPC);
}

/* ---- info block copies ---- */

static void test_repair(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;

	fresh(512, 1);
	memset(info_at(false), 0, 512);
	memcpy(before, image, SIZE);
	CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
	CHECK(fault.code == BTT_BAD_SIGNATURE);
	btt = attach(1, BTT_REPAIR | BTT_READONLY);
	btt_detach(btt);
	CHECK(!memcmp(before, image, SIZE));
	btt = attach(1, BTT_REPAIR);
	btt_detach(btt);
	CHECK(!memcmp(info_at(false), info_at(true), 4096));
	btt_detach(attach(1, 0));
}

static void test_repair_copy(void)
{
	fresh(512, 1);
	memset(info_at(true), 0xff, 4096);
	btt_detach(attach(1, 0));
	CHECK(!memcmp(info_at(false), info_at(true), 4096));
}

/* A copy that is not right in every field is no copy. */
static void test_repair_wrong(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;
	int i;

	for (i = 0; i < 4; i++) {
		fresh(512, 1);
		memset(info_at(false), 0, 512);
		switch (i) {
		case 0:
			info_at(true)->nfree = 0;
			btt_info_seal(info_at(true));
			break;
		case 1:
			info_at(true)->uuid[0] ^= 1;
			btt_info_seal(info_at(true));
			break;
		case 2:
			info_at(true)->reserved[77] ^= 1;
			break;
		case 3:
			info_at(true)->info2off =
				cpu_to_le64(geo.info2off - 4096);
			btt_info_seal(info_at(true));
			break;
		}
		memcpy(before, image, SIZE);
		config.flags = BTT_REPAIR;
		CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
		CHECK(fault.code == BTT_BAD_SIGNATURE);
		CHECK(!memcmp(before, image, SIZE));
	}
}

/* ---- hostile media ---- */

/**
 * struct wrong - a way to be wrong
 * @off: of the field in the info block
 * @bytes: of the field
 * @value: what to put there
 * @code: what attach must find
 * @field: and what it must name
 * @torn: leave the checksum wrong
 */
struct wrong {
	u32 off;
	u32 bytes;
	u64 value;
	enum btt_fault_code code;
	const char *field;
	bool torn;
};

#define AT(f) offsetof(struct btt_info, f)

static const struct wrong wrongs[] = {
	{ AT(signature[0]), 1, 'b', BTT_BAD_SIGNATURE, "signature" },
	{ AT(signature[15]), 1, 1, BTT_BAD_SIGNATURE, "signature" },
	{ AT(reserved[0]), 1, 1, BTT_BAD_CHECKSUM, "checksum", true },
	{ AT(reserved[3967]), 1, 1, BTT_BAD_CHECKSUM, "checksum", true },
	{ AT(checksum), 8, 0, BTT_BAD_CHECKSUM, "checksum", true },
	{ AT(uuid[3]), 1, 7, BTT_BAD_IDENTITY, "uuid" },
	{ AT(parent_uuid[15]), 1, 7, BTT_BAD_IDENTITY, "parent_uuid" },
	{ AT(major), 2, 0, BTT_BAD_VERSION, "major" },
	{ AT(major), 2, 2, BTT_BAD_VERSION, "major" },
	{ AT(major), 2, 0xffff, BTT_BAD_VERSION, "major" },
	{ AT(minor), 2, 0, BTT_BAD_VERSION, "minor" },
	{ AT(minor), 2, 2, BTT_BAD_VERSION, "minor" },
	{ AT(infosize), 4, 0, BTT_BAD_GEOMETRY, "infosize" },
	{ AT(infosize), 4, 8192, BTT_BAD_GEOMETRY, "infosize" },
	{ AT(external_lbasize), 4, 0, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(external_lbasize), 4, 1, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(external_lbasize), 4, 1024, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(external_lbasize), 4, ~0u, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(internal_lbasize), 4, 0, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, 511, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, 513, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, ~0u, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, 576, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(nfree), 4, 0, BTT_BAD_GEOMETRY, "nfree" },
	{ AT(nfree), 4, 255, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(nfree), 4, ~0u, BTT_BAD_GEOMETRY, "nfree" },
	{ AT(external_nlba), 4, 0, BTT_BAD_GEOMETRY, "external_nlba" },
	{ AT(external_nlba), 4, ~0u, BTT_BAD_GEOMETRY, "external_nlba" },
	{ AT(external_nlba), 4, 1, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(internal_nlba), 4, 0, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(internal_nlba), 4, ~0u, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(dataoff), 8, 0, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(dataoff), 8, 4095, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(dataoff), 8, 1ull << 63, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(dataoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(mapoff), 8, 0, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(mapoff), 8, 4096, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(mapoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(mapoff), 8, ~0ull, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(logoff), 8, 0, BTT_BAD_GEOMETRY, "logoff" },
	{ AT(logoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "logoff" },
	{ AT(logoff), 8, SIZE, BTT_BAD_GEOMETRY, "logoff" },
	{ AT(info2off), 8, 0, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(info2off), 8, SIZE, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(info2off), 8, SIZE - 4096, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(info2off), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(nextoff), 8, 1, BTT_BAD_GEOMETRY, "nextoff" },
	{ AT(nextoff), 8, 4096, BTT_BAD_GEOMETRY, "nextoff" },
	{ AT(nextoff), 8, SIZE, BTT_BAD_GEOMETRY, "nextoff" },
	{ AT(nextoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "nextoff" },
};

static void test_wrong_info(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		__le64 value = cpu_to_le64(w->value);
		u64 shown = 0;

		fresh(512, 1);
		memcpy((u8 *)info_at(false) + w->off, &value, w->bytes);
		if (!w->torn)
			btt_info_seal(info_at(false));
		memcpy(before, image, SIZE);
		printf("# %s = %#llx\n", w->field,
		       (unsigned long long)w->value);
		CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
		CHECK(fault.code == w->code);
		CHECK(!strcmp(fault.field, w->field));
		memcpy(&shown, &value, w->bytes);
		if (w->code == BTT_BAD_GEOMETRY &&
		    w->off != offsetof(struct btt_info, internal_lbasize) &&
		    !strcmp(w->field, "nfree"))
			CHECK(fault.value == shown);
		CHECK(!memcmp(before, image, SIZE));
	}
}

static void test_shrunk(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;
	u64 size;

	fresh(512, 1);
	for (size = 0; size < SIZE; size += size < 32768 ? 512 : 1 << 20) {
		media.size = size;
		CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
		CHECK(fault.code == BTT_BAD_SIZE ||
		      fault.code == BTT_BAD_GEOMETRY);
	}
	media.size = SIZE - 1;
	CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
	CHECK(!strcmp(fault.field, "info2off"));
}

/* Damage that leaves an attached, read-only BTT. */
static void damaged(enum btt_fault_code code, const char *field, u64 index,
		    u64 value)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	u8 buf[512];
	struct btt_io io = { .data = buf };
	struct btt *btt;
	u64 i;

	memcpy(before, image, SIZE);
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == code);
	CHECK(!strcmp(fault.field, field));
	CHECK(fault.index == index && fault.value == value);
	CHECK(btt_is_readonly(btt));
	CHECK(put(btt, 1, 1) == -EROFS);
	for (i = 0; i < 300; i++)
		btt_read(btt, i, 1, &io);
	CHECK(!btt_detach(btt));
	CHECK(!memcmp(before, image, SIZE));
}

static void test_wrong_flags(void)
{
	fresh(512, 1);
	info_at(false)->flags = cpu_to_le32(BTT_INFO_ERROR);
	btt_info_seal(info_at(false));
	damaged(BTT_BAD_FLAGS, "flags", 0, BTT_INFO_ERROR);
}

static void test_wrong_flog(void)
{
	u32 n, free;

	fresh(512, 1);
	free = geo.external_nlba + 9;
	flog_at(9, 0)->seq = 0;
	damaged(BTT_BAD_FLOG, "flog seq", 9, 0);
	flog_at(9, 0)->seq = cpu_to_le32(4);
	damaged(BTT_BAD_FLOG, "flog seq", 9, 4);
	flog_at(9, 0)->seq = cpu_to_le32(1);
	flog_at(9, 1)->seq = cpu_to_le32(1);
	damaged(BTT_BAD_FLOG, "flog seq", 9, 1ull << 32 | 1);
	flog_at(9, 1)->seq = 0;

	n = geo.internal_nlba;
	flog_at(9, 0)->old_map = cpu_to_le32(n);
	damaged(BTT_BAD_FLOG, "flog old_map", 9, n);
	flog_at(9, 0)->old_map = cpu_to_le32(free);
	flog_at(9, 0)->new_map = cpu_to_le32(n);
	damaged(BTT_BAD_FLOG, "flog new_map", 9, n);
	flog_at(9, 0)->new_map = cpu_to_le32(7);
	flog_at(9, 0)->lba = cpu_to_le32(geo.external_nlba);
	damaged(BTT_BAD_FLOG, "flog lba", 9, geo.external_nlba);
	flog_at(9, 0)->new_map = cpu_to_le32(free);
	flog_at(9, 0)->lba = cpu_to_le32(9);

	flog_at(9, 3)->lba = cpu_to_le32(1);
	damaged(BTT_BAD_FLOG, "padding", 9, 1);
	flog_at(9, 3)->lba = 0;
	flog_at(5, 1)->lba = cpu_to_le32(1);
	flog_at(9, 2)->seq = cpu_to_le32(1);
	damaged(BTT_BAD_FLOG, "padding", 9, 1);
	memset(flog_at(5, 1), 0, 16);
	memset(flog_at(9, 2), 0, 16);

	/* Two groups with one free block. */
	flog_at(9, 0)->old_map = cpu_to_le32(free - 1);
	flog_at(9, 0)->new_map = cpu_to_le32(free - 1);
	damaged(BTT_BAD_FLOG, "flog old_map", 9, free - 1);
	/* A free block that a sector has. */
	flog_at(9, 0)->old_map = cpu_to_le32(0);
	flog_at(9, 0)->new_map = cpu_to_le32(0);
	damaged(BTT_BAD_FLOG, "flog old_map", 9, 0);
}

static void test_wrong_redo(void)
{
	fresh(512, 1);
	unfinished(7, 0);
	/* The new block is another sector's. */
	flog_at(3, 1)->new_map = cpu_to_le32(8);
	damaged(BTT_BAD_FLOG, "flog new_map", 0, 8);
}

static void test_wrong_map(void)
{
	u32 n;

	fresh(512, 1);
	n = geo.internal_nlba | BTT_MAP_NORMAL;
	*map_at(100) = cpu_to_le32(n);
	damaged(BTT_BAD_MAP, "map", 100, n);
	*map_at(100) = cpu_to_le32(~0u);
	damaged(BTT_BAD_MAP, "map", 100, ~0u);
	*map_at(100) = cpu_to_le32(geo.internal_nlba | BTT_MAP_ZERO);
	damaged(BTT_BAD_MAP, "map", 100, geo.internal_nlba | BTT_MAP_ZERO);
	*map_at(100) = cpu_to_le32(99 | BTT_MAP_NORMAL);
	damaged(BTT_BAD_MAP, "map", 100, 99 | BTT_MAP_NORMAL);
	/* Initial, whatever is in the rest of the entry: that is fine. */
	*map_at(100) = cpu_to_le32(99);
	btt_detach(attach(1, 0));
}

static void test_second_arena_wrong(void)
{
	struct btt_format format = format_of(512, 2);
	struct btt_config config = config_of(2);
	struct btt_info *second;
	struct btt_fault fault;
	struct btt *btt;

	blank();
	format.arena_max = 1 << 23;
	format.arena_min = 1 << 20;
	CHECK(!btt_format(&format, &fault));
	second = (struct btt_info *)(image + (1 << 23));
	second->external_lbasize = cpu_to_le32(4096);
	btt_info_seal(second);
	memcpy(before, image, SIZE);
	CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
	CHECK(fault.arena == 1 && !strcmp(fault.field, "external_lbasize"));
	CHECK(!memcmp(before, image, SIZE));
}

static void test_info_unreadable(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;

	fresh(512, 1);
	media.is_bad = media_is_bad;
	media.clear_bad = media_clear_bad;
	bad_off = start;
	bad_len = 512;
	CHECK(btt_attach(&btt, &config, &fault) == -EIO);
	CHECK(fault.code == BTT_BAD_MEDIA && !strcmp(fault.field, "info"));
	btt_detach(attach(1, BTT_REPAIR));
	CHECK(!bad_len);
	CHECK(!memcmp(info_at(false), info_at(true), 4096));
	bad_off = start + geo.logoff;
	bad_len = 64;
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == BTT_BAD_MEDIA && !strcmp(fault.field, "flog"));
	CHECK(btt_is_readonly(btt));
	btt_detach(btt);
}

#define TEST(f) { #f, f }

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	TEST(test_fletcher),
	TEST(test_info_sum),
	TEST(test_geometry),
	TEST(test_seq),
	TEST(test_fresh_reads_zero),
	TEST(test_write_read),
	TEST(test_batches),
	TEST(test_discard),
	TEST(test_range),
	TEST(test_pieces),
	TEST(test_nowait),
	TEST(test_old_padding),
	TEST(test_redo),
	TEST(test_arenas),
	TEST(test_large),
	TEST(test_error),
	TEST(test_error_in_flog),
	TEST(test_error_in_map),
	TEST(test_flush_fails),
	TEST(test_format_twice),
	TEST(test_format_not_empty),
	TEST(test_format_arguments),
	TEST(test_repair),
	TEST(test_repair_copy),
	TEST(test_repair_wrong),
	TEST(test_wrong_info),
	TEST(test_shrunk),
	TEST(test_wrong_flags),
	TEST(test_wrong_flog),
	TEST(test_wrong_redo),
	TEST(test_wrong_map),
	TEST(test_second_arena_wrong),
	TEST(test_info_unreadable),
};

int main(void)
{
	/* Not on the stack: longjmp() leaves them alone. */
	static size_t i;
	static int bad;

	image = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	before = malloc(SIZE);
	printf("KTAP version 1\n1..%zu\n", ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (setjmp(failed)) {
			printf("not ok %zu - %s\n", i + 1, tests[i].name);
			bad = 1;
			continue;
		}
		tests[i].run();
		printf("ok %zu - %s\n", i + 1, tests[i].name);
		fflush(stdout);
	}
	return bad;
}
