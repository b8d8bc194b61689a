// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers, writers and discards on a few hot sectors, for ThreadSanitizer
 * and for chance: no read is a mixture, none goes back in time, none is zeros
 * where nobody discards, and what is left is a sound BTT.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../drivers/nd_emu_btt/engine.h"

#define BYTES	(64 * 4096)
#define HOT	20		/* sectors: two map lines */
#define KEPT	4		/* the last ones, which nobody discards */
#define THREADS	6
#define WRITERS	3

static u8 image[BYTES] __aligned(4096);
static struct btt_media media = { .base = image, .size = BYTES };
static struct btt *btt;
static bool stop;
static unsigned long reads, writes;
static u32 acked[HOT][WRITERS];	/* newest count that each has told of */

static void fill(u64 *buf, u64 tag)
{
	u32 i;

	for (i = 0; i < 64; i++)
		buf[i] = tag * (i + 1);
}

static void die(const char *what, u64 value)
{
	printf("not ok 1 - %s %#llx\n", what, (unsigned long long)value);
	exit(1);
}

/* A tag is its writer's number and a count; zeros are a discard's. */
static void write_some(u32 who, u64 count)
{
	u64 buf[4][64];
	struct btt_io io = { .data = (u8 *)buf };
	u32 n = 1 + count % 4, i, lba;

	if (count % 16 == 7) {
		if (btt_discard(btt, count * 7 % (HOT - KEPT - n + 1), n, false))
			die("discard fails at", count);
		return;
	}
	lba = count * 5 % (HOT - n + 1);
	for (i = 0; i < n; i++)
		fill(buf[i], (u64)(who + 1) << 32 | count);
	if (btt_write(btt, lba, n, &io, false))
		die("write fails at", count);
	for (i = 0; i < n; i++)
		__atomic_store_n(&acked[lba + i][who], count,
				 __ATOMIC_RELEASE);
}

static void check_zeros(u32 lba, const u32 *floor, const u64 *newest)
{
	u32 writer;

	for (writer = 0; lba >= HOT - KEPT && writer < WRITERS; writer++)
		if (floor[writer] || newest[writer])
			die("zeros that nobody has written", lba);
}

static void check_sector(const u64 *buf, u32 lba, const u32 *floor, u64 *newest)
{
	u64 want[64], tag = buf[0];
	u32 writer = tag >> 32;

	fill(want, tag);
	if (memcmp(buf, want, sizeof(want)))
		die("mixed sector", lba);
	if (writer > WRITERS)
		die("sector of nobody", tag);
	if (!writer) {
		check_zeros(lba, floor, newest);
		return;
	}
	if (floor[writer - 1] > (u32)tag)
		die("sector older than what was acknowledged", lba);
	/* A writer's later version was seen here: its earlier is gone. */
	if (newest[writer - 1] > (u32)tag)
		die("sector goes back in time", lba);
	newest[writer - 1] = (u32)tag;
}

static void read_some(u64 *newest, u64 count)
{
	u64 buf[4][64];
	struct btt_io io = { .data = (u8 *)buf };
	u32 n = 1 + count / HOT % 4, lba = count % (HOT - n + 1), i, writer;
	u32 floor[4][WRITERS];

	for (i = 0; i < n; i++)
		for (writer = 0; writer < WRITERS; writer++)
			floor[i][writer] =
				__atomic_load_n(&acked[lba + i][writer],
						__ATOMIC_ACQUIRE);
	if (btt_read(btt, lba, n, &io, false))
		die("read fails at", count);
	for (i = 0; i < n; i++)
		check_sector(buf[i], lba + i, floor[i],
			     &newest[(lba + i) * WRITERS]);
}

static void *thread(void *arg)
{
	static u64 newest[THREADS][HOT * WRITERS];
	u32 who = (uintptr_t)arg;
	u64 count;

	for (count = 1; !READ_ONCE(stop); count++) {
		if (who < WRITERS)
			write_some(who, count);
		else
			read_some(newest[who], count);
	}
	__atomic_add_fetch(who < WRITERS ? &writes : &reads, count,
			   __ATOMIC_RELAXED);
	return NULL;
}

int main(int argc, char **argv)
{
	static const u8 uuid[16] = "stress";
	struct btt_format format = {
		.media = &media, .nfree = 8, .arena_min = BYTES,
		.id = { .uuid = uuid, .parent_uuid = uuid, .major = 2,
			.lbasize = 512 },
	};
	struct btt_config config = {
		.media = &media, .id = format.id, .lanes = 2, .lane_slots = 4,
	};
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 5;
	pthread_t threads[THREADS];
	struct btt_fault fault;
	uintptr_t i;

	printf("KTAP version 1\n1..1\n");
	if (btt_format(&format, &fault) || btt_attach(&btt, &config, &fault))
		die(fault.field, fault.value);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, thread, (void *)i);
	nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
	WRITE_ONCE(stop, true);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	btt_detach(btt);
	if (btt_attach(&btt, &config, &fault) || fault.code)
		die(fault.field, fault.value);
	btt_detach(btt);
	printf("ok 1 - stress # %lu reads, %lu writes in %u s\n", reads,
	       writes, seconds);
	return 0;
}
