// SPDX-License-Identifier: GPL-2.0-only
/*
 * mapsync FILE: store into persistent memory the way its programs do.
 *
 * With MAP_SYNC the file system promises that once a page of FILE has been
 * written to, flushing the CPU's caches is all that is left to do: no fsync().
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <fcntl.h>
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE		(2UL << 20)
#define CACHE_LINE	64

static const char text[] = "stored by the CPU, flushed by clwb, durable\n";

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int have_clwb(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_CLWB);
}

__attribute__((target("clwb")))
static void flush(void *start, size_t len)
{
	char *line;

	for (line = start; line < (char *)start + len; line += CACHE_LINE)
		_mm_clwb(line);
	_mm_sfence();
}

static char *map_file(const char *path)
{
	char *map;
	int fd = open(path, O_RDWR | O_CREAT, 0644);

	if (fd < 0)
		die(path);
	if (posix_fallocate(fd, 0, SIZE))
		die("posix_fallocate");
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
	if (map == MAP_FAILED)
		die("mmap with MAP_SYNC");
	close(fd);
	return map;
}

int main(int argc, char **argv)
{
	char *map;

	if (argc != 2) {
		fprintf(stderr, "usage: mapsync FILE\n");
		return 1;
	}
	if (!have_clwb()) {
		fprintf(stderr, "this CPU has no clwb\n");
		return 1;
	}
	map = map_file(argv[1]);
	memcpy(map, text, sizeof(text) - 1);
	flush(map, sizeof(text));
	if (memcmp(map, text, sizeof(text) - 1)) {
		fprintf(stderr, "read something else back\n");
		return 1;
	}
	printf("mapped %lu KiB at %p with MAP_SYNC, stored and flushed %zu bytes\n",
	       SIZE >> 10, (void *)map, sizeof(text) - 1);
	return 0;
}
