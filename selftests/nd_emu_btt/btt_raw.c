// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contents of a namespace, whatever they are.
 *
 *	btt_raw sum DEVICE
 *		print a sum of all of it
 *	btt_raw save DEVICE FILE OFFSET...
 *		what is at these places, up to 16 KiB each, goes to FILE
 *	btt_raw restore DEVICE FILE OFFSET...
 *		and back
 *	btt_raw compare DEVICE FILE OFFSET...
 *		is it the same?
 *
 * The device is read and written past the page cache: on a kernel that checks
 * itself, each page of that takes longer than its data.
 *
 * Exit: 0; 1 if it is not the same, with the place; 2 if a call failed.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE	4096
#define PLACE	(16 << 10)
#define CHUNK	(1 << 20)

static _Alignas(PAGE) uint64_t buf[CHUNK / sizeof(uint64_t)];
static uint64_t kept[PLACE / sizeof(uint64_t)];

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static int print_sum(int dev)
{
	uint64_t low = 0, high = 0;
	ssize_t len, i;

	while ((len = read(dev, buf, CHUNK)) > 0) {
		for (i = 0; i < len / (ssize_t)sizeof(*buf); i++) {
			low += buf[i];
			high += low;
		}
	}
	if (len < 0)
		fail("read");
	printf("%016llx%016llx\n", (unsigned long long)high,
	       (unsigned long long)low);
	return 0;
}

static void all_of(ssize_t done, size_t len, const char *what)
{
	if (done != (ssize_t)len)
		fail(what);
}

static void at_place(const char *what, int dev, int file, off_t off)
{
	off_t left = lseek(dev, 0, SEEK_END) - off;
	size_t len = left < PLACE ? left : PLACE;

	if (!strcmp(what, "restore")) {
		all_of(read(file, buf, len), len, "read the file");
		all_of(pwrite(dev, buf, len, off), len, "write");
		return;
	}
	all_of(pread(dev, buf, len, off), len, "read");
	if (!strcmp(what, "save")) {
		all_of(write(file, buf, len), len, "write the file");
		return;
	}
	all_of(read(file, kept, len), len, "read the file");
	if (memcmp(buf, kept, len)) {
		printf("not the same at %llu\n", (unsigned long long)off);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	bool save = !strcmp(what, "save"), restore = !strcmp(what, "restore");
	int dev, file, i;

	if (strcmp(what, "sum") &&
	    (argc < 5 || (!save && !restore && strcmp(what, "compare")))) {
		fprintf(stderr, "btt_raw COMMAND DEVICE ...; see the source\n");
		return 2;
	}
	dev = open(argv[2], (restore ? O_RDWR : O_RDONLY) | O_DIRECT);
	if (dev < 0)
		fail(argv[2]);
	if (!strcmp(what, "sum"))
		return print_sum(dev);
	file = open(argv[3], save ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY,
		    0600);
	if (file < 0)
		fail(argv[3]);
	for (i = 4; i < argc; i++)
		at_place(what, dev, file, strtoull(argv[i], NULL, 0));
	return 0;
}
