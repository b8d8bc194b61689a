// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold_page: have a page that could be moved (and so comes from ZONE_MOVABLE
 * where there is one), but for a pipe that refers to it. Prints its physical
 * address, and keeps it until killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE		4096UL
#define BIT(n)		(1ULL << (n))

/* Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT	BIT(63)
#define PAGEMAP_PFN	(BIT(55) - 1)

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t physical_address(const char *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry;

	if (fd < 0 || pread(fd, &entry, sizeof(entry),
			    (uintptr_t)addr / PAGE * sizeof(entry)) !=
		      sizeof(entry) || !(entry & PAGEMAP_PRESENT))
		die("/proc/self/pagemap");
	close(fd);
	return (entry & PAGEMAP_PFN) * PAGE;
}

int main(void)
{
	struct iovec page = { .iov_len = PAGE };
	int fds[2];

	page.iov_base = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page.iov_base == MAP_FAILED)
		die("mmap");
	memset(page.iov_base, 1, PAGE);
	if (pipe(fds) || vmsplice(fds[1], &page, 1, 0) != (ssize_t)PAGE)
		die("vmsplice");
	printf("%#llx\n",
	       (unsigned long long)physical_address(page.iov_base));
	fflush(stdout);
	for (;;)
		pause();
}
