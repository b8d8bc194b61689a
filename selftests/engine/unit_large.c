// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine: namespaces that need a second arena.
 */
#include <sys/mman.h>

#include "unit.h"

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
	if (media.base == MAP_FAILED)
		SKIP("no address space for 513 GiB");
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

const struct unit unit_large[] = {
	UNIT(test_large),
	{ }
};
