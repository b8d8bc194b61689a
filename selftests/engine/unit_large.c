// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine: namespaces that need a second arena.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "unit.h"

/* A sparse file: of its 513 GiB, only what is touched exists. */
static u8 *map_file(u64 size)
{
	int fd = memfd_create("namespace", MFD_CLOEXEC);
	u8 *base;

	CHECK(fd >= 0 && !ftruncate(fd, size));
	base = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_NORESERVE, fd, 0);
	close(fd);
	CHECK(base != MAP_FAILED);
	return base;
}

/* Where the map says, more than 4 GiB away: without the engine's help. */
static bool lies(const struct btt *btt, u32 lba, u32 tag)
{
	const struct btt_geometry *geo;
	unsigned int second;
	u8 expected[4096];
	u64 block, off;

	geo = btt_arena_geometry(btt, 0, &off, &second);
	block = le32_to_cpu(*(__le32 *)(media.base + off + geo->mapoff +
					4ull * lba)) & BTT_MAP_BLOCK;
	fill(expected, sizeof(expected), tag);
	return !memcmp(media.base + off + geo->dataoff +
		       block * geo->internal_lbasize, expected,
		       sizeof(expected));
}

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
	media.base = map_file(size);
	CHECK(!btt_format(&format, &fault));
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(btt_arenas(btt) == 2);
	edge = btt_arena_geometry(btt, 0, &off, &second)->external_nlba;
	CHECK(!put(btt, edge - 1, 1) && !put(btt, edge, 2));
	CHECK(!put(btt, btt_sectors(btt) - 1, 3));
	CHECK(lies(btt, edge - 1, 1));
	btt_detach(btt);
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(holds(btt, edge - 1, 1) && holds(btt, edge, 2));
	CHECK(holds(btt, btt_sectors(btt) - 1, 3));
	btt_detach(btt);
	munmap(media.base, size);
}

const struct unit unit_large[] = {
	UNIT(test_large),
	{ }
};
