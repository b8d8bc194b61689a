// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map a file or a devdax device, store to it or compare it, and say how the
 * kernel mapped it.
 *
 *	dax_map [-s] [-p] [-m] [-o OFFSET] [-l LENGTH] [-w SEED | -r SEED] FILE
 *
 *	-s	MAP_SYNC: refused if the file system would have to be told
 *	-p	MAP_PRIVATE
 *	-m	write back with msync() instead of clwb
 *	-o, -l	bytes; the length is that of the file unless given
 *	-w	store a pattern grown from SEED, and write it back
 *	-r	compare with that pattern
 *
 * Without -w and -r every page is loaded from once. Prints one line,
 * "pages=N faults=N huge=N":
 *
 *	pages	of 4 KiB that were mapped
 *	faults	page faults it took to touch each of them once
 *	huge	how many of them the page tables hold in entries of 2 MiB, read
 *		afterwards with PAGEMAP_SCAN, or -1 before Linux 6.7
 *
 * Exit: 0; 1 if the data differs, with the place; 2 if a call failed, with
 * its name and errno; 3 after a SIGBUS.
 */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/types.h>

#define PAGE	4096
#define LINE	64
#define REGIONS	64

/* From linux/fs.h of Linux 6.7; installed headers may be older. */
#ifndef PAGEMAP_SCAN
#define PAGE_IS_HUGE	0x40

struct page_region {
	__u64 start;
	__u64 end;
	__u64 categories;
};

struct pm_scan_arg {
	__u64 size;
	__u64 flags;
	__u64 start;
	__u64 end;
	__u64 walk_end;
	__u64 vec;
	__u64 vec_len;
	__u64 max_pages;
	__u64 category_inverted;
	__u64 category_mask;
	__u64 category_anyof_mask;
	__u64 return_mask;
};

#define PAGEMAP_SCAN	_IOWR('f', 16, struct pm_scan_arg)
#endif

struct options {
	bool sync;
	bool private;
	bool msync;
	bool store;
	bool compare;
	__u64 seed;
	off_t offset;
	size_t length;
	const char *file;
};

static void fail(const char *call)
{
	printf("%s: %s\n", call, strerrorname_np(errno));
	exit(2);
}

static void on_sigbus(int sig)
{
	static const char text[] = "SIGBUS\n";
	ssize_t rc = write(STDOUT_FILENO, text, sizeof(text) - 1);

	(void)sig;
	(void)rc;
	_exit(3);
}

static void usage(void)
{
	fprintf(stderr,
		"dax_map [-spm] [-o OFFSET] [-l LENGTH] [-w SEED | -r SEED] FILE\n");
	exit(2);
}

static void option(int c, struct options *opt)
{
	switch (c) {
	case 's':
		opt->sync = true;
		break;
	case 'p':
		opt->private = true;
		break;
	case 'm':
		opt->msync = true;
		break;
	case 'o':
		opt->offset = strtoull(optarg, NULL, 0);
		break;
	case 'l':
		opt->length = strtoull(optarg, NULL, 0);
		break;
	case 'w':
		opt->store = true;
		opt->seed = strtoull(optarg, NULL, 0);
		break;
	case 'r':
		opt->compare = true;
		opt->seed = strtoull(optarg, NULL, 0);
		break;
	default:
		usage();
	}
}

static void parse(int argc, char **argv, struct options *opt)
{
	int c;

	while ((c = getopt(argc, argv, "spmo:l:w:r:")) != -1)
		option(c, opt);
	if (optind + 1 != argc)
		usage();
	opt->file = argv[optind];
}

static void *map(struct options *opt)
{
	int flags = opt->private ? MAP_PRIVATE : MAP_SHARED;
	int fd = open(opt->file, O_RDWR);
	struct stat st;
	void *addr;

	if (fd < 0 || fstat(fd, &st))
		fail("open");
	if (!opt->length)
		opt->length = st.st_size - opt->offset;
	if (opt->sync)
		flags = MAP_SHARED_VALIDATE | MAP_SYNC;
	addr = mmap(NULL, opt->length, PROT_READ | PROT_WRITE, flags, fd,
		    opt->offset);
	if (addr == MAP_FAILED)
		fail("mmap");
	close(fd);
	return addr;
}

/* One access a page, so that faults can be told from accesses. */
static long touch(__u64 *word, const struct options *opt)
{
	struct rusage before, after;
	size_t i;

	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < opt->length / sizeof(*word); i += PAGE / sizeof(*word)) {
		if (opt->store)
			word[i] = 0;
		asm volatile("" : : "r" (word[i]) : "memory");
	}
	getrusage(RUSAGE_SELF, &after);
	return after.ru_minflt + after.ru_majflt - before.ru_minflt -
	       before.ru_majflt;
}

/* SplitMix64: every word of the pattern depends on its place in the file. */
static __u64 pattern(const struct options *opt, size_t i)
{
	__u64 x = opt->seed + (opt->offset / sizeof(x) + i + 1) *
				 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static bool have_clwb(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_CLWB;
}

static void write_back(char *addr, size_t length)
{
	bool clwb = have_clwb();
	size_t i;

	for (i = 0; i < length; i += LINE) {
		if (clwb)
			asm volatile("clwb %0" : "+m" (addr[i]));
		else
			_mm_clflush(addr + i);
	}
	_mm_sfence();
}

static void store(__u64 *word, const struct options *opt)
{
	size_t i;

	for (i = 0; i < opt->length / sizeof(*word); i++)
		word[i] = pattern(opt, i);
	if (!opt->msync)
		write_back((char *)word, opt->length);
	else if (msync(word, opt->length, MS_SYNC))
		fail("msync");
}

static int compare(const __u64 *word, const struct options *opt)
{
	size_t i;

	for (i = 0; i < opt->length / sizeof(*word); i++) {
		if (word[i] == pattern(opt, i))
			continue;
		printf("offset %#zx: %#llx instead of %#llx\n",
		       opt->offset + i * sizeof(*word),
		       (unsigned long long)word[i],
		       (unsigned long long)pattern(opt, i));
		return 1;
	}
	return 0;
}

static long huge_pages(void *addr, size_t length)
{
	struct page_region regions[REGIONS];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = (uintptr_t)addr,
		.end = (uintptr_t)addr + length,
		.category_mask = PAGE_IS_HUGE,
		.return_mask = PAGE_IS_HUGE,
		.vec = (uintptr_t)regions,
		.vec_len = REGIONS,
	};
	int fd = open("/proc/self/pagemap", O_RDONLY);
	long pages = 0;
	int i, n;

	while (arg.start < arg.end) {
		n = ioctl(fd, PAGEMAP_SCAN, &arg);
		if (n < 0)
			return -1;
		for (i = 0; i < n; i++)
			pages += (regions[i].end - regions[i].start) / PAGE;
		arg.start = arg.walk_end;
	}
	close(fd);
	return pages;
}

int main(int argc, char **argv)
{
	struct options opt = { 0 };
	long faults;
	int rc = 0;
	void *addr;

	signal(SIGBUS, on_sigbus);
	parse(argc, argv, &opt);
	addr = map(&opt);
	faults = touch(addr, &opt);
	if (opt.store)
		store(addr, &opt);
	if (opt.compare)
		rc = compare(addr, &opt);
	printf("pages=%zu faults=%ld huge=%ld\n", opt.length / PAGE, faults,
	       huge_pages(addr, opt.length));
	return rc;
}
