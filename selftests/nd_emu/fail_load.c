// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_load FILE PARAMETERS STEP [SKIP]: load a module again and again, and let
 * the first allocation of the load fail, or the one that SKIP others come before,
 * then the one STEP further on, and so on until there is none left to fail
 * (Documentation/fault-injection, fail-nth).
 *
 * After a load that has failed nothing may be there that was not before: no
 * device on the nd bus, no change in /proc/iomem, no memory less (a block that is
 * offline is missing in MemTotal). One that did without the allocation is unloaded
 * again. Ends with a line of counts; exit status 1, and a line that says which
 * allocation it was, if something went wrong.
 *
 * All of it in one program: on the kernels that have fault injection, starting
 * one takes longer than the load.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NAME		"nd_emu"
#define DEVICES		"/sys/bus/nd/devices"
#define UNBIND		"/sys/bus/nd/drivers/nd_region/unbind"
/* udev may look at a device for so long */
#define UNLOAD_SECONDS	30
/* More than this is a sweep that does not come to its end. */
#define LIMIT		20000

static int fail_nth, module;
static const char *parameters;

static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" (%s)\n", strerror(errno));
	exit(1);
}

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		die("%s", path);
	return fd;
}

static int count_devices(void)
{
	DIR *dir = opendir(DEVICES);
	int count = 0;

	if (!dir)
		die(DEVICES);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void read_iomem(char *text, size_t size)
{
	int fd = open_or_die("/proc/iomem", O_RDONLY);
	size_t len = 0;
	ssize_t got;

	memset(text, 0, size);
	while ((got = read(fd, text + len, size - 1 - len)) > 0)
		len += got;
	if (got < 0)
		die("/proc/iomem");
	close(fd);
}

static long memory_total(void)
{
	char text[64] = "";
	int fd = open_or_die("/proc/meminfo", O_RDONLY);
	long kib;

	if (read(fd, text, sizeof(text) - 1) < 0 ||
	    sscanf(text, "MemTotal: %ld", &kib) != 1)
		die("/proc/meminfo");
	close(fd);
	return kib;
}

static void unbind_regions(void)
{
	DIR *dir = opendir(DEVICES);
	int fd = open_or_die(UNBIND, O_WRONLY);
	struct dirent *entry;

	if (!dir)
		die(DEVICES);
	/* One that never was bound cannot be unbound. */
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "region", 6) &&
		    write(fd, entry->d_name, strlen(entry->d_name)) < 0 &&
		    errno != ENODEV)
			die("unbinding %s", entry->d_name);
	closedir(dir);
	close(fd);
}

static void unload(int nth)
{
	time_t end = time(NULL) + UNLOAD_SECONDS;

	do {
		unbind_regions();
		if (!syscall(SYS_delete_module, NAME, O_NONBLOCK))
			return;
		usleep(10000);
	} while (time(NULL) < end);
	die("allocation %d: the module stays loaded", nth);
}

/* Nothing may be allocated between this and the load but by the load. */
static int load_failing(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	if (write(fail_nth, text, len) != len)
		die("fail-nth");
	return syscall(SYS_finit_module, module, parameters, 0);
}

/* What is left of the count: 0 if the allocation has failed. */
static int count_left(void)
{
	char left[16] = "";

	if (pread(fail_nth, left, sizeof(left) - 1, 0) < 0 ||
	    pwrite(fail_nth, "0", 1, 0) < 0)
		die("fail-nth");
	return atoi(left);
}

/*
 * The module loader allocates before the module does: that is not ours to test. A load
 * that is refused at once has only these, give or take one, and the module's copy of
 * the text that it refuses.
 */
static int loader_allocations(void)
{
	const char *wanted = parameters;
	int rc, left;

	parameters = "size=0";
	rc = load_failing(LIMIT);
	left = count_left();
	if (!rc || errno != EINVAL)
		die("size=0 is not refused");
	parameters = wanted;
	return LIMIT - left;
}

static void sweep(int step, int skip)
{
	static char before[65536], now[65536];
	int first = loader_allocations() - 1 + skip;
	int devices = count_devices();
	int nth, failed = 0, survived = 0;
	long memory = memory_total();
	bool over = false;

	read_iomem(before, sizeof(before));
	for (nth = first; !over && nth < LIMIT; nth += step) {
		int rc = load_failing(nth), error = errno;

		over = count_left();
		errno = error;
		if (!rc) {
			survived += !over;
			unload(nth);
		} else if (over) {
			die("allocation %d: the load was refused", nth);
		} else {
			failed++;
		}
		if (count_devices() != devices)
			die("allocation %d: devices are left", nth);
		read_iomem(now, sizeof(now));
		if (strcmp(before, now))
			die("allocation %d: /proc/iomem has changed", nth);
		if (memory_total() < memory)
			die("allocation %d: memory is missing", nth);
	}
	if (!over || !(failed + survived))
		die("no end after %d allocations, %d failed", nth, failed);
	printf("of %d allocations, %d failed the load, %d did not\n",
	       nth - step - first, failed, survived);
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc > 5 || atoi(argv[3]) <= 0) {
		fprintf(stderr,
			"usage: fail_load FILE PARAMETERS STEP [SKIP]\n");
		return 1;
	}
	module = open_or_die(argv[1], O_RDONLY);
	parameters = argv[2];
	fail_nth = open_or_die("/proc/thread-self/fail-nth", O_RDWR);
	sweep(atoi(argv[3]), argc > 4 ? atoi(argv[4]) : 0);
	return 0;
}
