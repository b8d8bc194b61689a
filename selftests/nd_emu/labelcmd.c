// SPDX-License-Identifier: GPL-2.0-only
/*
 * labelcmd DEVICE size                      - print size and largest transfer
 * labelcmd DEVICE get OFFSET LENGTH         - read labels to standard output
 * labelcmd DEVICE set OFFSET LENGTH [BYTE]  - fill labels with BYTE
 * labelcmd DEVICE replace OLD NEW           - 64-bit numbers in the labels
 *
 * The label commands of a DIMM as the kernel takes them, with any number in
 * them, sensible or not. Exit status 1 and the error's text if one fails.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/ndctl.h>

/* Labels of all versions are aligned to 8 bytes, and so are their numbers. */
#define AREA_SIZE	(128 << 10)

/* Room for any length: a bad one shall fail for that, not for our memory. */
#define BUFFER_SIZE	(5UL << 30)

/* More than the kernel accepts in one command. */
#define FILL_SIZE	(8UL << 20)

static int command(int fd, unsigned long request, void *cmd, const char *name)
{
	if (ioctl(fd, request, cmd))
		err(1, "%s", name);
	return 0;
}

static void *buffer(void)
{
	void *buf = mmap(NULL, BUFFER_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (buf == MAP_FAILED)
		err(2, "mmap");
	return buf;
}

static int get_size(int fd)
{
	struct nd_cmd_get_config_size cmd = { };

	command(fd, ND_IOCTL_GET_CONFIG_SIZE, &cmd, "size");
	if (cmd.status)
		errx(1, "size: status %u", cmd.status);
	printf("%u %u\n", cmd.config_size, cmd.max_xfer);
	return 0;
}

static int get_data(int fd, __u32 offset, __u32 length)
{
	struct nd_cmd_get_config_data_hdr *cmd = buffer();

	cmd->in_offset = offset;
	cmd->in_length = length;
	command(fd, ND_IOCTL_GET_CONFIG_DATA, cmd, "get");
	if (cmd->status)
		errx(1, "get: status %u", cmd->status);
	return fwrite(cmd->out_buf, 1, length, stdout) != length;
}

static int set_data(int fd, __u32 offset, __u32 length, int byte)
{
	struct nd_cmd_set_config_hdr *cmd = buffer();
	__u32 status;

	cmd->in_offset = offset;
	cmd->in_length = length;
	memset(cmd->in_buf, byte, FILL_SIZE - sizeof(*cmd));
	command(fd, ND_IOCTL_SET_CONFIG_DATA, cmd, "set");
	memcpy(&status, cmd->in_buf + length, sizeof(status));
	if (status)
		errx(1, "set: status %u", status);
	return 0;
}

/* Fails if there is nothing to replace. */
static int replace_label(int fd, __u64 old, __u64 new)
{
	struct nd_cmd_get_config_data_hdr *get = buffer();
	struct nd_cmd_set_config_hdr *set = buffer();
	int count = 0;
	size_t at;

	get->in_length = AREA_SIZE;
	command(fd, ND_IOCTL_GET_CONFIG_DATA, get, "get");
	set->in_length = AREA_SIZE;
	memcpy(set->in_buf, get->out_buf, AREA_SIZE);
	for (at = 0; at < AREA_SIZE; at += sizeof(old)) {
		if (memcmp(set->in_buf + at, &old, sizeof(old)))
			continue;
		memcpy(set->in_buf + at, &new, sizeof(new));
		count++;
	}
	if (!count)
		errx(1, "%#llx is not in the labels", old);
	return command(fd, ND_IOCTL_SET_CONFIG_DATA, set, "set");
}

int main(int argc, char **argv)
{
	__u32 offset, length;
	int fd;

	if (argc < 3)
		errx(2, "usage: labelcmd DEVICE size|get|set|replace [A B]");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(2, "%s", argv[1]);
	if (!strcmp(argv[2], "size"))
		return get_size(fd);
	if (argc < 5)
		errx(2, "no offset and length");
	if (!strcmp(argv[2], "replace"))
		return replace_label(fd, strtoull(argv[3], NULL, 0),
				     strtoull(argv[4], NULL, 0));
	offset = strtoul(argv[3], NULL, 0);
	length = strtoul(argv[4], NULL, 0);
	if (!strcmp(argv[2], "get"))
		return get_data(fd, offset, length);
	return set_data(fd, offset, length, argc > 5 ? atoi(argv[5]) : 0xaa);
}
