// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_load FILE PARAMETERS NTH: load a module, and let the NTH allocation of
 * the load fail (Documentation/fault-injection/fault-injection.rst, fail-nth).
 *
 * Prints one word: "failed" (the allocation failed, and the load with it),
 * "survived" (the load did without), "over" (there are fewer allocations, and
 * the module is loaded), or "refused" and the number of allocations there were
 * (the load failed by itself).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail_nth_open(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);

	if (fd < 0) {
		perror("/proc/thread-self/fail-nth");
		exit(4);
	}
	return fd;
}

/* Nothing may be allocated between this and the load but by the load. */
static int load_failing(int fail_nth, const char *nth, int module,
			const char *parameters)
{
	if (write(fail_nth, nth, strlen(nth)) < 0) {
		perror("fail-nth");
		exit(1);
	}
	return syscall(SYS_finit_module, module, parameters, 0);
}

/* What is left of the count: 0 if the allocation has failed. */
static int count_left(int fail_nth)
{
	char left[16] = "";

	if (pread(fail_nth, left, sizeof(left) - 1, 0) < 0 ||
	    pwrite(fail_nth, "0", 1, 0) < 0) {
		perror("fail-nth");
		exit(1);
	}
	return atoi(left);
}

int main(int argc, char **argv)
{
	int fail_nth, module, rc, left;

	if (argc != 4 || atoi(argv[3]) <= 0) {
		fprintf(stderr, "usage: fail_load FILE PARAMETERS NTH\n");
		return 1;
	}
	module = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (module < 0) {
		perror(argv[1]);
		return 1;
	}
	fail_nth = fail_nth_open();
	rc = load_failing(fail_nth, argv[3], module, argv[2]);
	left = count_left(fail_nth);

	if (!left)
		puts(rc ? "failed" : "survived");
	else if (rc)
		printf("refused %d\n", atoi(argv[3]) - left);
	else
		puts("over");
	return 0;
}
