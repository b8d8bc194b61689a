// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write stamped sectors to a device, or compare what is there.
 *
 *	btt_io [OPTION...] write|check|nowait DEVICE FIRST COUNT GENERATION...
 *	btt_io [OPTION...] errors DEVICE FIRST COUNT
 *
 *	-c SECTORS	that each call moves, 16 unless given
 *	-v BYTES	that each element of the vector has; all unless given
 *	-m BYTES	from the start of a page to that of the memory
 *
 * All of it is direct I/O. Generation 0 is zeros. There may be several times
 * FIRST COUNT GENERATION, which are done one after the other.
 *
 * errors:	print the numbers of sectors that cannot be read, each read
 *		for itself
 * nowait:	write and compare with RWF_NOWAIT; what answers EAGAIN is done
 *		again without, and any other error is one
 *
 * Exit: 0; 1 if the data differs, with the place; 2 if a call failed, with
 * its name and errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "stamp.h"

#define PAGE		4096
#define IOVECS		1024

static size_t sector_size;		/* the logical one of the device */
static size_t chunk = 16;
static size_t piece;
static size_t misaligned;
static int flags;
static unsigned long again;
static char *buf;

static void fail(const char *call, uint64_t sector)
{
	printf("%s, sector %llu: %s\n", call, (unsigned long long)sector,
	       strerrorname_np(errno));
	exit(2);
}

static void usage(void)
{
	fprintf(stderr,
		"btt_io [-c SECTORS] [-v BYTES] [-m BYTES] write|check|errors|nowait DEVICE FIRST COUNT [GENERATION]...\n");
	exit(2);
}

static ssize_t call(int fd, bool write, uint64_t sector, size_t count)
{
	static struct iovec vector[IOVECS];
	size_t len = count * sector_size, at, step = piece ? piece : len;
	off_t off = sector * sector_size;
	int n = 0;

	for (at = 0; at < len; at += step) {
		vector[n].iov_base = buf + at;
		vector[n++].iov_len = step < len - at ? step : len - at;
	}
	return write ? pwritev2(fd, vector, n, off, flags) :
		       preadv2(fd, vector, n, off, flags);
}

static void move(int fd, bool write, uint64_t sector, size_t count)
{
	ssize_t done = call(fd, write, sector, count);

	if (done < 0 && errno == EAGAIN && flags) {
		int saved = flags;

		again++;
		flags = 0;
		done = call(fd, write, sector, count);
		flags = saved;
	}
	if (done < 0)
		fail(write ? "write" : "read", sector);
	errno = EIO;
	if ((size_t)done != count * sector_size)
		fail(write ? "short write" : "short read", sector);
}

static void write_chunk(int fd, uint64_t sector, size_t n, uint64_t generation)
{
	size_t i;

	for (i = 0; i < n; i++)
		stamp_fill(buf + i * sector_size, sector_size, sector + i,
			   generation);
	move(fd, true, sector, n);
}

static void check_chunk(int fd, uint64_t sector, size_t n, uint64_t generation)
{
	uint64_t found;
	size_t i;

	/* What a read leaves alone must not look like what was written. */
	memset(buf, 0xee, n * sector_size);
	move(fd, false, sector, n);
	for (i = 0; i < n; i++) {
		enum stamp stamp = stamp_read(buf + i * sector_size,
					      sector_size, sector + i, &found);

		if (stamp != STAMP_MIXED && found == generation)
			continue;
		printf("sector %llu: %s %llu, should be %llu\n",
		       (unsigned long long)(sector + i),
		       stamp == STAMP_MIXED ? "not a stamp" : "generation",
		       (unsigned long long)found,
		       (unsigned long long)generation);
		exit(1);
	}
}

static void print_errors(int fd, uint64_t first, uint64_t count)
{
	uint64_t sector;

	for (sector = first; sector < first + count; sector++) {
		if (call(fd, false, sector, 1) == (ssize_t)sector_size)
			continue;
		if (errno != EIO)
			fail("read", sector);
		printf("%llu\n", (unsigned long long)sector);
	}
}

static bool writes(const char *what)
{
	return strcmp(what, "check") && strcmp(what, "errors");
}

static void run(int fd, const char *what, uint64_t first, uint64_t count,
		uint64_t generation)
{
	bool write = writes(what), read = strcmp(what, "write");
	uint64_t sector;

	for (sector = first; sector < first + count; sector += chunk) {
		size_t n = first + count - sector;

		if (n > chunk)
			n = chunk;
		if (write)
			write_chunk(fd, sector, n, generation);
		if (read)
			check_chunk(fd, sector, n, generation);
	}
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || *end)
		usage();
	return n;
}

static int options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:v:m:")) != -1) {
		switch (c) {
		case 'c':
			chunk = number(optarg);
			break;
		case 'v':
			piece = number(optarg);
			break;
		case 'm':
			misaligned = number(optarg);
			break;
		default:
			usage();
		}
	}
	if (!chunk || misaligned >= PAGE)
		usage();
	return optind;
}

int main(int argc, char **argv)
{
	int at = options(argc, argv), fd, size;
	const char *what = argv[at];

	if (argc - at < 4 ||
	    ((argc - at) % 3 != 2 && strcmp(what, "errors")))
		usage();
	/* One that is opened for writing is looked at by udev afterwards. */
	fd = open(argv[at + 1], (writes(what) ? O_RDWR : O_RDONLY) | O_DIRECT);
	if (fd < 0)
		fail("open", 0);
	if (ioctl(fd, BLKSSZGET, &size))
		fail("BLKSSZGET", 0);
	sector_size = size;
	if (piece && chunk * sector_size / piece >= IOVECS)
		usage();
	if (posix_memalign((void **)&buf, PAGE, chunk * sector_size + PAGE))
		return 2;
	buf += misaligned;
	if (!strcmp(what, "errors")) {
		print_errors(fd, number(argv[at + 2]), number(argv[at + 3]));
		return 0;
	}
	if (!strcmp(what, "nowait"))
		flags = RWF_NOWAIT;
	for (at += 2; at < argc; at += 3)
		run(fd, what, number(argv[at]), number(argv[at + 1]),
		    number(argv[at + 2]));
	if (again)
		printf("%lu times EAGAIN\n", again);
	return 0;
}
