// SPDX-License-Identifier: GPL-2.0-only
/*
 * sigbus FILE OFFSET - map a page of FILE, read the byte at OFFSET
 *
 * Prints si_code and the offset of the address of the SIGBUS that this gets,
 * or "none".
 */
#include <err.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf back;
static int code;
static void *addr;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	code = info->si_code;
	addr = info->si_addr;
	siglongjmp(back, 1);
}

/* A read that no compiler leaves out */
static void look(const char *at)
{
	char byte = *at;

	__asm__ __volatile__("" : : "r" (byte) : "memory");
}

static int report(const char *map, long start)
{
	printf("%d %ld\n", code, start + ((const char *)addr - map));
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = {
		.sa_sigaction = on_sigbus,
		.sa_flags = SA_SIGINFO,
	};
	long page = sysconf(_SC_PAGESIZE);
	char *map;
	long offset;
	int fd;

	if (argc < 3)
		errx(2, "usage: sigbus FILE OFFSET");
	offset = strtol(argv[2], NULL, 0);
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(2, "%s", argv[1]);
	map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   offset / page * page);
	if (map == MAP_FAILED)
		err(2, "mmap");
	if (sigaction(SIGBUS, &action, NULL))
		err(2, "sigaction");
	if (sigsetjmp(back, 1))
		return report(map, offset / page * page);

	look(map + offset % page);
	puts("none");
	return 0;
}
