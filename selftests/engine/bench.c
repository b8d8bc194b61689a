// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the BTT engine is: against a bare non-temporal copy and a fence of
 * the same bytes, against libpmemblk where it is installed, and on two
 * processors against one.
 *
 * usage: bench [FILE]
 *
 * One line per measure: its name, ours and the peer's in ns per operation,
 * how many times faster ours is, and how many times it should be. FILE gets
 * the first four of these appended.
 *
 * Both sides take turns, over the same positions; each figure is the median
 * of all turns. All memory is of one kind, shared memory in small pages; bare
 * copies go to and from the blocks of the BTT, as one piece of memory may be
 * slower than another.
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
#define TURNS	15
#define BYTES	(64ull << 20)		/* moved in a turn, at most */
#define OPS	50000			/* done in a turn, at most */
#define THREADS	2

static struct btt_media media;
static struct btt_media bare;
static struct btt *btt;
static const __le32 *bare_map;	/* that of the BTT */
static u8 buf[THREADS][64 * 1024] __aligned(4096);
static FILE *summary;

/* ---- where ---- */

static u32 sectors;		/* of an operation */
static u32 lbasize;
static bool in_order;
static u32 position[THREADS][OPS];

static u64 random_below(u64 n)
{
	static u64 rng = 88172645463325252ull;

	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
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

/* Computed beforehand, to measure what is there and not the choice. */
static void positions(void)
{
	u64 n = min(btt_sectors(btt), bare.size / lbasize - 8);
	u32 thread, i;

	/* libpmemblk needs more room for its own. */
	if (pmemblk.pool)
		n = min(n, (u64)pmemblk.nblock(pmemblk.pool));
	n -= sectors;

	for (thread = 0; thread < THREADS; thread++)
		for (i = 0; i < OPS; i++)
			position[thread][i] = in_order ?
				(u64)i * sectors % n : random_below(n);
}

/* ---- one operation of each kind ---- */

typedef void (*op_fn)(u32 thread, u32 at);

static void ours_write(u32 thread, u32 at)
{
	struct btt_io io = { .data = buf[thread] };

	if (btt_write(btt, at, sectors, &io, false))
		abort();
}

static void ours_read(u32 thread, u32 at)
{
	struct btt_io io = { .data = buf[thread] };

	if (btt_read(btt, at, sectors, &io, false))
		abort();
}

static void bare_write(u32 thread, u32 at)
{
	persist_copy(&bare, (u64)at * lbasize, buf[thread],
		     sectors * lbasize);
	persist_fence(&bare);
}

/* The least that a write can be with two ordering points. */
static void bare_write_two(u32 thread, u32 at)
{
	bare_write(thread, at);
	persist_copy_line(&bare, bare.size - 4096 + at % 64 * 64, buf[thread]);
	persist_fence(&bare);
}

static void bare_read(u32 thread, u32 at)
{
	persist_read(&bare, buf[thread], (u64)at * lbasize,
		     sectors * lbasize);
}

/* The least that a read can be that is told where the data is. */
static void bare_read_by_map(u32 thread, u32 at)
{
	bare_read(thread, le32_to_cpu(READ_ONCE(bare_map[at])) &
			  BTT_MAP_BLOCK);
}

static void pmemblk_write(u32 thread, u32 at)
{
	u32 i;

	for (i = 0; i < sectors; i++)
		if (pmemblk.write(pmemblk.pool, buf[thread] + i * lbasize,
				  at + i))
			abort();
}

static void pmemblk_read(u32 thread, u32 at)
{
	u32 i;

	for (i = 0; i < sectors; i++)
		if (pmemblk.read(pmemblk.pool, buf[thread] + i * lbasize,
				 at + i))
			abort();
}

/* ---- measuring ---- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/**
 * struct turn - what one thread does in a turn
 * @op: again and again
 * @thread: its number
 * @n: how often
 */
struct turn {
	op_fn op;
	u32 thread;
	u32 n;
};

static void *turn_thread(void *arg)
{
	const struct turn *t = arg;
	u32 i;

	for (i = 0; i < t->n; i++)
		t->op(t->thread, position[t->thread][i]);
	return NULL;
}

/* ns per operation, of all threads together */
static double turn(op_fn op, u32 threads)
{
	u32 n = min(BYTES / (sectors * lbasize), (u64)OPS);
	struct turn t[THREADS];
	pthread_t id[THREADS];
	double begin = now();
	u32 i;

	for (i = 0; i < threads; i++)
		t[i] = (struct turn){ op, i, n };
	for (i = 1; i < threads; i++)
		if (pthread_create(&id[i], NULL, turn_thread, &t[i]))
			abort();
	turn_thread(&t[0]);
	for (i = 1; i < threads; i++)
		pthread_join(id[i], NULL);
	return (now() - begin) / n / threads;
}

static int smaller(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

static double median(double *figures)
{
	qsort(figures, TURNS, sizeof(*figures), smaller);
	return figures[TURNS / 2];
}

/**
 * struct measure - one line of the result
 * @name: of the measure
 * @lbasize: bytes of a sector
 * @sectors: of an operation
 * @in_order: not at random positions
 * @ours: to be measured, by @threads
 * @threads: how many
 * @peer: and by one thread, what to compare it with
 * @target: how many times faster it should be, in hundredths; 0 where the
 *	peer only shows what there is to be had
 */
struct measure {
	const char *name;
	u32 lbasize;
	u32 sectors;
	bool in_order;
	op_fn ours;
	u32 threads;
	op_fn peer;
	u32 target;
};

static void measure(const struct measure *m)
{
	double ours[TURNS], peer[TURNS], a, b;
	int i;

	sectors = m->sectors;
	in_order = m->in_order;
	positions();
	turn(m->ours, m->threads);
	turn(m->peer, 1);
	for (i = 0; i < TURNS; i++) {
		ours[i] = turn(m->ours, m->threads);
		peer[i] = turn(m->peer, 1);
	}
	a = median(ours);
	b = median(peer);
	printf("%-40s %7.0f %7.0f %6.2f", m->name, a, b, b / a);
	if (m->target)
		printf("  (%u.%02u)", m->target / 100, m->target % 100);
	printf("\n");
	fflush(stdout);
	if (summary)
		fprintf(summary, "engine: %s\t%.0f\t%.0f\t%.2f\n", m->name, a,
			b, b / a);
}

static const struct measure measures[] = {
	{ "write 4 KiB / libpmemblk", 4096, 1, false,
	  ours_write, 1, pmemblk_write, 150 },
	{ "write 64 KiB / libpmemblk", 4096, 16, false,
	  ours_write, 1, pmemblk_write, 300 },
	{ "read 4 KiB / libpmemblk", 4096, 1, false,
	  ours_read, 1, pmemblk_read, 110 },
	{ "read 4 KiB in order / libpmemblk", 4096, 1, true,
	  ours_read, 1, pmemblk_read, 110 },
	{ "write 4 KiB / bare copy", 4096, 1, false,
	  ours_write, 1, bare_write, 80 },
	{ "write 4 KiB / bare copy, two fences", 4096, 1, false,
	  ours_write, 1, bare_write_two, 0 },
	{ "read 4 KiB / bare copy", 4096, 1, false,
	  ours_read, 1, bare_read, 0 },
	{ "read 4 KiB / bare copy by a map", 4096, 1, false,
	  ours_read, 1, bare_read_by_map, 0 },
	{ "libpmemblk read 4 KiB / bare copy", 4096, 1, false,
	  pmemblk_read, 1, bare_read, 0 },
	{ "write 64 KiB / bare copy", 4096, 16, false,
	  ours_write, 1, bare_write, 90 },
	{ "write 64 KiB / bare copy, two fences", 4096, 16, false,
	  ours_write, 1, bare_write_two, 0 },
	{ "write 4 KiB, two threads / one", 4096, 1, false,
	  ours_write, 2, ours_write, 180 },
	{ "bare copy 4 KiB, two threads / one", 4096, 1, false,
	  bare_write, 2, bare_write, 0 },
	{ "read 4 KiB, two threads / one", 4096, 1, false,
	  ours_read, 2, ours_read, 180 },
	{ "bare read 4 KiB, two threads / one", 4096, 1, false,
	  bare_read, 2, bare_read, 0 },
	{ "write 512 B / libpmemblk", 512, 1, false,
	  ours_write, 1, pmemblk_write, 200 },
	{ "read 512 B / libpmemblk", 512, 1, false,
	  ours_read, 1, pmemblk_read, 250 },
	{ "read 512 B in order / libpmemblk", 512, 1, true,
	  ours_read, 1, pmemblk_read, 250 },
	{ "read 512 B / bare copy", 512, 1, false,
	  ours_read, 1, bare_read, 0 },
	{ "read 512 B / bare copy by a map", 512, 1, false,
	  ours_read, 1, bare_read_by_map, 0 },
	{ "bare copy 512 B by a map / libpmemblk", 512, 1, false,
	  bare_read_by_map, 1, pmemblk_read, 0 },
	{ "libpmemblk read 512 B / bare copy", 512, 1, false,
	  pmemblk_read, 1, bare_read, 0 },
	{ "write 512 B, two threads / one", 512, 1, false,
	  ours_write, 2, ours_write, 180 },
	{ "read 512 B, two threads / one", 512, 1, false,
	  ours_read, 2, ours_read, 180 },
};

/* ---- set-up ---- */

static u8 *memory(const char *name)
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

static bool begin_ours(void)
{
	static const u8 uuid[16] = "bench";
	struct btt_format format = {
		.media = &media, .force = true,
		.id = { .uuid = uuid, .parent_uuid = uuid, .major = 2,
			.lbasize = lbasize },
	};
	struct btt_config config = {
		.media = &media, .id = format.id, .lanes = THREADS,
	};
	u32 n = sizeof(buf[0]) / lbasize;
	struct btt_io io = { .data = buf[0] };
	const struct btt_geometry *geo;
	struct btt_fault fault;
	unsigned int second;
	u64 i, off;

	if (btt_format(&format, &fault) ||
	    btt_attach(&btt, &config, &fault))
		return false;
	for (i = 0; i + n <= btt_sectors(btt); i += n)
		if (btt_write(btt, i, n, &io, false))
			return false;
	geo = btt_arena_geometry(btt, 0, &off, &second);
	bare.base = media.base + off + geo->dataoff;
	bare.size = (u64)geo->internal_nlba * lbasize;
	bare_map = (const __le32 *)(media.base + off + geo->mapoff);
	return true;
}

static bool begin_pmemblk(void)
{
	u64 i;

	if (!pmemblk.create)
		return true;
	unlink(POOL);
	pmemblk.pool = pmemblk.create(POOL, lbasize, SIZE, 0600);
	if (!pmemblk.pool)
		return false;
	for (i = 0; i < pmemblk.nblock(pmemblk.pool); i++)
		if (pmemblk.write(pmemblk.pool, buf[0], i))
			return false;
	return true;
}

static void end(void)
{
	if (btt)
		btt_detach(btt);
	if (pmemblk.pool)
		pmemblk.close(pmemblk.pool);
	btt = NULL;
	pmemblk.pool = NULL;
	unlink(POOL);
}

static bool begin(u32 size)
{
	if (lbasize == size)
		return true;
	end();
	lbasize = size;
	return begin_ours() && begin_pmemblk();
}

static bool of_pmemblk(const struct measure *m)
{
	return m->peer == pmemblk_write || m->peer == pmemblk_read ||
	       m->ours == pmemblk_read;
}

static bool wanted(const struct measure *m, const char *word)
{
	return !word || strstr(m->name, word);
}

int main(int argc, char **argv)
{
	const char *word = getenv("BENCH");
	size_t i;

	setenv("PMEM_IS_PMEM_FORCE", "1", 1);
	if (argc > 1) {
		summary = fopen(argv[1], "a");
		if (!summary) {
			perror(argv[1]);
			return 1;
		}
	}
	media = (struct btt_media){ .base = memory("btt"), .size = SIZE };
	if (!media.base) {
		perror("memory");
		return 1;
	}
	if (!pmemblk_load()) {
		memset(&pmemblk, 0, sizeof(pmemblk));
		printf("# no libpmemblk: not compared with it\n");
	}
	memset(buf, 0xa5, sizeof(buf));
	printf("# %-38s %7s %7s %6s  (wanted)\n", "", "ours ns", "peer ns",
	       "ratio");
	for (i = 0; i < ARRAY_SIZE(measures); i++) {
		const struct measure *m = &measures[i];

		if (!wanted(m, word))
			continue;
		if (!begin(m->lbasize)) {
			fprintf(stderr, "bench: cannot set up\n");
			end();
			return 1;
		}
		if (pmemblk.pool || !of_pmemblk(m))
			measure(m);
	}
	end();
	return 0;
}
