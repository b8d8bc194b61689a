// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the BTT engine is, against a bare non-temporal copy and a fence
 * of the same bytes, and against libpmemblk where it is installed. One line
 * per measure: name, ours and the peer's in ns per operation, and how many
 * times faster ours is.
 *
 * Both sides take turns; each figure is the median of all turns.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../drivers/nd_emu_btt/engine.h"

#define SIZE	(256ull << 20)
#define POOL	"/dev/shm/nd_emu_btt_bench"
#define TURNS	7
#define BYTES	(128ull << 20)		/* moved in a turn, at most */
#define OPS	100000			/* done in a turn, at most */

static u8 *bare;
static struct btt_media media;
static struct btt *btt;
static u8 buf[64 * 1024] __aligned(4096);
static u64 rng;

static u64 pick(u64 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* ---- libpmemblk, by name ---- */

static struct {
	void *(*create)(const char *path, size_t bsize, size_t size,
			mode_t mode);
	void (*close)(void *pool);
	int (*read)(void *pool, void *buf, long long block);
	int (*write)(void *pool, const void *buf, long long block);
	size_t (*nblock)(void *pool);
	void *pool;
} pmemblk;

static bool pmemblk_load(void)
{
	void *lib = dlopen("libpmemblk.so.1", RTLD_NOW);

	if (!lib)
		return false;
	*(void **)&pmemblk.create = dlsym(lib, "pmemblk_create");
	*(void **)&pmemblk.close = dlsym(lib, "pmemblk_close");
	*(void **)&pmemblk.read = dlsym(lib, "pmemblk_read");
	*(void **)&pmemblk.write = dlsym(lib, "pmemblk_write");
	*(void **)&pmemblk.nblock = dlsym(lib, "pmemblk_nblock");
	return pmemblk.create && pmemblk.close && pmemblk.read &&
	       pmemblk.write && pmemblk.nblock;
}

/* ---- one operation of each kind ---- */

static u32 sectors;		/* of an operation */
static u32 lbasize;

static void ours_write(void)
{
	struct btt_io io = { .data = buf };

	if (btt_write(btt, pick(btt_sectors(btt) - sectors), sectors, &io,
		      false))
		abort();
}

static void ours_read(void)
{
	struct btt_io io = { .data = buf };

	if (btt_read(btt, pick(btt_sectors(btt) - sectors), sectors, &io))
		abort();
}

static struct btt_media bare_media;

static void bare_write(void)
{
	u64 n = bare_media.size / lbasize - sectors;

	persist_copy(&bare_media, pick(n) * lbasize, buf,
		     sectors * lbasize);
	persist_fence(&bare_media);
}

static void pmemblk_write_op(void)
{
	u64 at = pick(pmemblk.nblock(pmemblk.pool) - sectors);
	u32 i;

	for (i = 0; i < sectors; i++)
		if (pmemblk.write(pmemblk.pool, buf + i * lbasize, at + i))
			abort();
}

static void pmemblk_read_op(void)
{
	u64 at = pick(pmemblk.nblock(pmemblk.pool) - sectors);
	u32 i;

	for (i = 0; i < sectors; i++)
		if (pmemblk.read(pmemblk.pool, buf + i * lbasize, at + i))
			abort();
}

/* ---- measuring ---- */

static double turn(void (*op)(void))
{
	u64 n = min(BYTES / (sectors * lbasize), (u64)OPS);
	double begin;
	u64 i;

	rng = 88172645463325252ull;
	begin = now();
	for (i = 0; i < n; i++)
		op();
	return (now() - begin) / n;
}

static int smaller(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

static void measure(const char *name, void (*ours)(void), void (*peer)(void))
{
	double a[TURNS], b[TURNS];
	int i;

	turn(ours);
	turn(peer);
	for (i = 0; i < TURNS; i++) {
		a[i] = turn(ours);
		b[i] = turn(peer);
	}
	qsort(a, TURNS, sizeof(*a), smaller);
	qsort(b, TURNS, sizeof(*b), smaller);
	printf("%s\t%.0f\t%.0f\t%.2f\n", name, a[TURNS / 2], b[TURNS / 2],
	       b[TURNS / 2] / a[TURNS / 2]);
	fflush(stdout);
}

static void *memory(const char *name)
{
	int fd = memfd_create(name, 0);
	void *p;

	if (fd < 0 || ftruncate(fd, SIZE))
		return NULL;
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_POPULATE, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static bool begin(u32 size)
{
	static const u8 uuid[16] = "bench";
	struct btt_format format = {
		.media = &media, .force = true,
		.id = { .uuid = uuid, .parent_uuid = uuid, .major = 2,
			.lbasize = size },
	};
	struct btt_config config = {
		.media = &media, .id = format.id, .lanes = 2,
	};
	struct btt_fault fault;
	struct btt_io io = { .data = buf };
	u64 i;

	lbasize = size;
	if (btt_format(&format, &fault) ||
	    btt_attach(&btt, &config, &fault))
		return false;
	for (i = 0; i + 64 * 1024 / size <= btt_sectors(btt);
	     i += 64 * 1024 / size)
		if (btt_write(btt, i, 64 * 1024 / size, &io, false))
			return false;
	if (!pmemblk.create)
		return true;
	unlink(POOL);
	pmemblk.pool = pmemblk.create(POOL, size, SIZE, 0600);
	if (!pmemblk.pool)
		return false;
	for (i = 0; i < pmemblk.nblock(pmemblk.pool); i++)
		if (pmemblk.write(pmemblk.pool, buf, i))
			return false;
	return true;
}

static void end(void)
{
	btt_detach(btt);
	if (pmemblk.pool)
		pmemblk.close(pmemblk.pool);
	unlink(POOL);
}

int main(void)
{
	setenv("PMEM_IS_PMEM_FORCE", "1", 1);
	media.base = memory("btt");
	media.size = SIZE;
	bare = memory("bare");
	bare_media.base = bare;
	bare_media.size = SIZE;
	if (!media.base || !bare)
		return 1;
	if (!pmemblk_load()) {
		memset(&pmemblk, 0, sizeof(pmemblk));
		printf("# no libpmemblk\n");
	}
	memset(buf, 0xa5, sizeof(buf));

	printf("# name\tours ns\tpeer ns\tratio\n");
	if (!begin(4096))
		return 1;
	sectors = 1;
	measure("write 4096 / bare copy", ours_write, bare_write);
	if (pmemblk.pool) {
		measure("write 4096 / libpmemblk", ours_write,
			pmemblk_write_op);
		measure("read 4096 / libpmemblk", ours_read, pmemblk_read_op);
	}
	sectors = 16;
	measure("write 65536 / bare copy", ours_write, bare_write);
	if (pmemblk.pool)
		measure("write 65536 / libpmemblk", ours_write,
			pmemblk_write_op);
	end();

	if (!begin(512))
		return 1;
	sectors = 1;
	measure("write 512 / bare copy", ours_write, bare_write);
	if (pmemblk.pool) {
		measure("write 512 / libpmemblk", ours_write,
			pmemblk_write_op);
		measure("read 512 / libpmemblk", ours_read, pmemblk_read_op);
	}
	end();
	return 0;
}
