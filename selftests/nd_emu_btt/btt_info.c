// SPDX-License-Identifier: GPL-2.0-only
/*
 * btt_info FILE FIELD VALUE OFFSET...: set a field of the info blocks at each
 * OFFSET, and make the checksum right again; "checksum" itself is just set.
 *
 * What is wrong then is that field, not the block.
 */
#include <endian.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INFO_SIZE	4096
#define CHECKSUM	(INFO_SIZE - 8)

static const struct field {
	const char *name;
	size_t off;
	size_t len;
} fields[] = {
	{ "uuid", 16, 8 },
	{ "parent_uuid", 32, 8 },
	{ "flags", 48, 4 },
	{ "major", 52, 2 },
	{ "minor", 54, 2 },
	{ "external_lbasize", 56, 4 },
	{ "external_nlba", 60, 4 },
	{ "internal_lbasize", 64, 4 },
	{ "internal_nlba", 68, 4 },
	{ "nfree", 72, 4 },
	{ "infosize", 76, 4 },
	{ "nextoff", 80, 8 },
	{ "dataoff", 88, 8 },
	{ "mapoff", 96, 8 },
	{ "logoff", 104, 8 },
	{ "info2off", 112, 8 },
	{ "checksum", CHECKSUM, 8 },
	{ NULL, 0, 0 },
};

static const struct field *find(const char *name)
{
	const struct field *field;

	for (field = fields; field->name; field++)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

static uint64_t fletcher64(const uint8_t *info)
{
	uint32_t sum = 0, sums = 0;
	size_t i;

	for (i = 0; i < INFO_SIZE; i += 4) {
		uint32_t word;

		memcpy(&word, info + i, 4);
		sum += le32toh(word);
		sums += sum;
	}
	return (uint64_t)sums << 32 | sum;
}

static void edit(uint8_t *info, const struct field *field, uint64_t value)
{
	uint64_t le = htole64(value);

	memcpy(info + field->off, &le, field->len);
	if (field->off == CHECKSUM)
		return;
	memset(info + CHECKSUM, 0, 8);
	le = htole64(fletcher64(info));
	memcpy(info + CHECKSUM, &le, 8);
}

int main(int argc, char **argv)
{
	const struct field *field = argc > 4 ? find(argv[2]) : NULL;
	uint8_t info[INFO_SIZE];
	int fd, i;

	if (!field) {
		fprintf(stderr, "usage: btt_info FILE FIELD VALUE OFFSET...\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR);
	for (i = 4; i < argc; i++) {
		off_t off = strtoull(argv[i], NULL, 0);

		if (fd < 0 || pread(fd, info, INFO_SIZE, off) != INFO_SIZE)
			break;
		edit(info, field, strtoull(argv[3], NULL, 0));
		if (pwrite(fd, info, INFO_SIZE, off) != INFO_SIZE || fsync(fd))
			break;
	}
	if (i < argc) {
		perror(argv[1]);
		return 1;
	}
	return close(fd);
}
