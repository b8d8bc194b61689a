// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes to a disk until somebody pulls the plug, and what must be there
 * afterwards.
 *
 *	btt_plug write DISK LOG RUN
 *		stamped sectors, by pwrite() and by io_uring, never two writes
 *		of a sector at once. What the disk has acknowledged goes to
 *		LOG, which the power failure must not reach. RUN is higher
 *		each time.
 *	btt_plug check DISK LOG...
 *		each sector is whole, and not older than any log has it
 *
 * With -s SIZE in front of it all, what is written as one sector is of SIZE
 * bytes, and not what the disk has.
 *
 * Exit: 0; 1 if a sector is lost or mixed, with its number; 2 if a call
 * failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "stamp.h"

#define PAGE		4096
#define SECTORS		4096u	/* of the disk, that is all of them */
#define MOST		16u	/* in one write */
#define DEPTH		16u	/* of the ring */
#define SHARE		(SECTORS / (DEPTH + 1))
#define BATCH		16

struct ack {
	uint64_t generation;
	uint32_t first;
	uint32_t count;
};

static int disk;
static uint32_t sector_size;

static void die(const char *what, int err)
{
	fprintf(stderr, "btt_plug: %s: %s\n", what, strerror(err));
	exit(2);
}

static void open_disk(const char *name)
{
	int size;

	disk = open(name, O_RDWR | O_DIRECT | O_DSYNC);
	if (disk < 0 || ioctl(disk, BLKSSZGET, &size))
		die(name, errno);
	if (!sector_size)
		sector_size = size;
}

static void *buffer(void)
{
	void *buf;

	if (posix_memalign(&buf, PAGE, MOST * sector_size))
		die("memory", ENOMEM);
	return buf;
}

/* ---- acknowledgements ---- */

static int log_fd;
static struct ack acks[BATCH];
static int nacks;
static pthread_mutex_t ack_lock = PTHREAD_MUTEX_INITIALIZER;

/* That some are kept back for a moment only asks less of the disk. */
static void acknowledge(const struct ack *ack)
{
	pthread_mutex_lock(&ack_lock);
	acks[nacks++] = *ack;
	if (nacks == BATCH) {
		if (write(log_fd, acks, sizeof(acks)) != sizeof(acks))
			die("log", errno);
		nacks = 0;
	}
	pthread_mutex_unlock(&ack_lock);
}

/* ---- writing ---- */

static uint64_t last_generation;

/* Writers have a share of the sectors each, so that none waits for another. */
static void next_write(struct ack *ack, char *buf, uint32_t share)
{
	uint64_t random;
	uint32_t i;

	ack->generation = __atomic_add_fetch(&last_generation, 1,
					     __ATOMIC_RELAXED);
	random = stamp_word(share, ack->generation);
	ack->count = 1 + random % MOST;
	ack->first = share * SHARE + (random >> 32) % (SHARE - ack->count + 1);
	for (i = 0; i < ack->count; i++)
		stamp_fill(buf + i * sector_size, sector_size, ack->first + i,
			   ack->generation);
}

static void *write_one_by_one(void *unused)
{
	char *buf = buffer();
	struct ack ack;

	for (;;) {
		ssize_t len;

		next_write(&ack, buf, DEPTH);
		len = pwrite(disk, buf, ack.count * sector_size,
			     (off_t)ack.first * sector_size);
		if (len != (ssize_t)(ack.count * sector_size))
			die("pwrite", len < 0 ? errno : EIO);
		acknowledge(&ack);
	}
	return unused;
}

static void submit(struct io_uring *ring, struct ack *ack, char *buf,
		   uint32_t share)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (!sqe)
		die("io_uring_get_sqe", EBUSY);
	next_write(ack, buf, share);
	io_uring_prep_write(sqe, disk, buf, ack->count * sector_size,
			    (off_t)ack->first * sector_size);
	io_uring_sqe_set_data(sqe, ack);
}

static void write_by_ring(void)
{
	static struct ack in_flight[DEPTH];
	struct io_uring ring;
	char *buf[DEPTH];
	uint32_t i;
	int err = io_uring_queue_init(DEPTH, &ring, 0);

	if (err)
		die("io_uring_queue_init", -err);
	for (i = 0; i < DEPTH; i++) {
		buf[i] = buffer();
		submit(&ring, &in_flight[i], buf[i], i);
	}
	for (;;) {
		struct io_uring_cqe *cqe;
		struct ack *ack;

		err = io_uring_submit_and_wait(&ring, 1);
		if (err < 0)
			die("io_uring_submit_and_wait", -err);
		while (!io_uring_peek_cqe(&ring, &cqe)) {
			ack = io_uring_cqe_get_data(cqe);
			if (cqe->res != (int)(ack->count * sector_size))
				die("io_uring write",
				    cqe->res < 0 ? -cqe->res : EIO);
			io_uring_cqe_seen(&ring, cqe);
			acknowledge(ack);
			i = ack - in_flight;
			submit(&ring, ack, buf[i], i);
		}
	}
}

static void write_until_killed(const char *name, const char *log, uint64_t run)
{
	pthread_t thread;

	open_disk(name);
	log_fd = open(log, O_WRONLY);
	if (log_fd < 0)
		die(log, errno);
	last_generation = run << 32;
	if (pthread_create(&thread, NULL, write_one_by_one, NULL))
		die("pthread_create", EAGAIN);
	write_by_ring();
}

/* ---- checking ---- */

static uint64_t acknowledged[SECTORS];

static uint64_t read_log(const char *name)
{
	FILE *file = fopen(name, "r");
	struct ack ack;
	uint64_t n;

	if (!file)
		die(name, errno);
	/* The last one may have been cut off. */
	for (n = 0; fread(&ack, sizeof(ack), 1, file) == 1; n++) {
		uint32_t i;

		if (ack.count > MOST || ack.first > SECTORS - ack.count)
			die("no log", EINVAL);
		for (i = ack.first; i < ack.first + ack.count; i++)
			if (acknowledged[i] < ack.generation)
				acknowledged[i] = ack.generation;
	}
	fclose(file);
	return n;
}

/* Return: whether that is what may be there. */
static bool check_sector(const char *data, uint32_t sector, uint64_t *newer)
{
	uint64_t found, least = acknowledged[sector];
	enum stamp stamp = stamp_read(data, sector_size, sector, &found);

	if (stamp == STAMP_MIXED)
		printf("sector %u is mixed\n", sector);
	else if (found < least)
		printf("sector %u is lost: is %#llx, acknowledged was %#llx\n",
		       sector, (unsigned long long)found,
		       (unsigned long long)least);
	*newer += found > least;
	return stamp != STAMP_MIXED && found >= least;
}

static int check(const char *name, char **logs)
{
	uint64_t writes = 0, newer = 0, bad = 0;
	uint32_t sector, i;
	char *buf;

	while (*logs)
		writes += read_log(*logs++);
	open_disk(name);
	buf = buffer();
	for (sector = 0; sector < SECTORS; sector += MOST) {
		ssize_t len = pread(disk, buf, MOST * sector_size,
				    (off_t)sector * sector_size);

		if (len != (ssize_t)(MOST * sector_size))
			die("pread", len < 0 ? errno : EIO);
		for (i = 0; i < MOST; i++)
			bad += !check_sector(buf + i * sector_size, sector + i,
					     &newer);
	}
	printf("%llu writes acknowledged, %llu sectors newer than that, %llu bad\n",
	       (unsigned long long)writes, (unsigned long long)newer,
	       (unsigned long long)bad);
	return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		sector_size = strtoul(argv[2], NULL, 0);
		argc -= 2;
		argv += 2;
	}
	if (argc == 5 && !strcmp(argv[1], "write"))
		write_until_killed(argv[2], argv[3],
				   strtoull(argv[4], NULL, 0));
	if (argc >= 4 && !strcmp(argv[1], "check"))
		return check(argv[2], argv + 3);
	fprintf(stderr,
		"btt_plug [-s SIZE] write DISK LOG RUN | check DISK LOG...\n");
	return 2;
}
