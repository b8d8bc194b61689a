// SPDX-License-Identifier: GPL-2.0-only
/*
 * ndcmd DEVICE ioctl NUMBER LENGTH [HEX]
 * ndcmd DEVICE call FAMILY FUNCTION IN OUT [HEX [RESERVED]]
 * ndcmd DEVICE calls FAMILY FUNCTION IN OUT
 * ndcmd DEVICE ask
 *
 * Any command of a bus or a DIMM, sensible or not. HEX is the beginning of the
 * input, the rest is zero. Prints the buffer after the command in hexadecimal:
 * LENGTH bytes, or nd_fw_size and OUT bytes of output. Exit status 1 and the
 * error's text if the command fails. "calls" is a call for each line of its
 * standard input, which has HEX, until one fails. "ask" asks a DIMM for the size of its label
 * area, over and over, until it is gone.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/ndctl.h>

/* Room for any length: a bad one shall fail for that, not for our memory. */
#define BUFFER_SIZE	(9UL << 30)

static void *buffer(void)
{
	void *buf = mmap(NULL, BUFFER_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (buf == MAP_FAILED)
		err(2, "mmap");
	return buf;
}

static void from_hex(unsigned char *to, const char *hex)
{
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		*to++ = byte;
}

static void print_hex(const unsigned char *from, size_t length)
{
	while (length--)
		printf("%02x", *from++);
	putchar('\n');
}

static int run(int fd, unsigned long number, void *buf)
{
	if (ioctl(fd, _IOWR(ND_IOCTL, number, struct nd_cmd_pkg), buf))
		err(1, "command %lu", number);
	return 0;
}

static int generic(int fd, int argc, char **argv)
{
	unsigned char *buf = buffer();

	if (argc > 2)
		from_hex(buf, argv[2]);
	run(fd, strtoul(argv[0], NULL, 0), buf);
	print_hex(buf, strtoul(argv[1], NULL, 0));
	return 0;
}

static int call(int fd, int argc, char **argv)
{
	struct nd_cmd_pkg *pkg = buffer();

	pkg->nd_family = strtoull(argv[0], NULL, 0);
	pkg->nd_command = strtoull(argv[1], NULL, 0);
	pkg->nd_size_in = strtoul(argv[2], NULL, 0);
	pkg->nd_size_out = strtoul(argv[3], NULL, 0);
	if (argc > 4)
		from_hex(pkg->nd_payload, argv[4]);
	if (argc > 5)
		pkg->nd_reserved2[8] = strtoul(argv[5], NULL, 0);
	run(fd, ND_CMD_CALL, pkg);
	printf("%u ", pkg->nd_fw_size);
	print_hex(pkg->nd_payload + pkg->nd_size_in, pkg->nd_size_out);
	munmap(pkg, BUFFER_SIZE);
	return 0;
}

static int calls(int fd, char **argv)
{
	char *arguments[5] = { };
	size_t size = 0;

	memcpy(arguments, argv, 4 * sizeof(*argv));
	while (getline(&arguments[4], &size, stdin) > 0)
		call(fd, 5, arguments);
	return 0;
}

static int ask(int fd)
{
	struct nd_cmd_get_config_size cmd = { };
	unsigned long count = 0;

	while (!ioctl(fd, ND_IOCTL_GET_CONFIG_SIZE, &cmd))
		if (!count++) {
			printf("begun\n");
			fflush(stdout);
		}
	printf("%lu\n", count);
	if (errno != ENXIO && errno != ENODEV)
		err(1, "get_size");
	return !count;
}

int main(int argc, char **argv)
{
	int fd;

	if (argc < 3)
		errx(2, "usage: ndcmd DEVICE ioctl|call|calls|ask ARGUMENT...");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(2, "%s", argv[1]);
	if (!strcmp(argv[2], "ask"))
		return ask(fd);
	if (argc < 5)
		errx(2, "no number and length");
	if (!strcmp(argv[2], "ioctl"))
		return generic(fd, argc - 3, argv + 3);
	if (argc < 7)
		errx(2, "no family, function and sizes");
	if (!strcmp(argv[2], "calls"))
		return calls(fd, argv + 3);
	return call(fd, argc - 3, argv + 3);
}
