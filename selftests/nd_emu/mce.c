// SPDX-License-Identifier: GPL-2.0-only
/*
 * mce early|late FILE OFFSET - map a page of FILE, touch it, wait for a SIGBUS
 *
 * "early" asks the kernel for a signal when the page fails, and not only when it
 * is touched.
 *
 * Prints "mapped" when it waits, and then si_code and the offset of the address
 * of the signal. Exit status 1 after a minute without one.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static char *map_page(const char *path, long offset, long size)
{
	int fd = open(path, O_RDWR);
	char *map;

	if (fd < 0)
		err(1, "%s", path);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (map == MAP_FAILED)
		err(1, "mmap %s", path);
	close(fd);
	/* Mapped for writing: what the kernel has to take away. */
	*map = 1;
	return map;
}

int main(int argc, char **argv)
{
	const struct timespec minute = { .tv_sec = 60 };
	long page = sysconf(_SC_PAGESIZE);
	siginfo_t info;
	sigset_t set;
	long offset;
	char *map;

	if (argc != 4)
		errx(1, "usage: mce early|late FILE OFFSET");
	if (prctl(PR_MCE_KILL, PR_MCE_KILL_SET, strcmp(argv[1], "early") ?
		  PR_MCE_KILL_LATE : PR_MCE_KILL_EARLY, 0, 0))
		err(1, "prctl");
	sigemptyset(&set);
	sigaddset(&set, SIGBUS);
	sigprocmask(SIG_BLOCK, &set, NULL);
	offset = strtol(argv[3], NULL, 0);
	map = map_page(argv[2], offset, page);
	puts("mapped");
	fflush(stdout);
	if (sigtimedwait(&set, &info, &minute) != SIGBUS)
		errx(1, "no SIGBUS");
	printf("%d %ld\n", info.si_code, offset + ((char *)info.si_addr - map));
	return 0;
}
