// SPDX-License-Identifier: GPL-2.0-only
/*
 * cookie 1|2|old ID... - the interleave-set cookie of DIMMs, in their order
 *
 * 1 and 2 are those of labels 1.1 and 1.2; old is that of labels 1.1 made by
 * kernels before 4.14, which sorted the records by bytes.
 *
 * ID is what nmemN/nfit/id says: VVVV-LL-YYWW-SSSSSSSS. The sum and the records
 * are written down here once more, after the UEFI specification (13.19) and
 * drivers/acpi/nfit, so that they can be compared.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

/* The set places this much on a DIMM before it goes on to the next. */
#define GRANULARITY	4096

#define RECORD1_SIZE	16
#define RECORD2_SIZE	48

static void put(__u8 *at, __u64 value, int bytes)
{
	while (bytes--) {
		*at++ = value;
		value >>= 8;
	}
}

/* Bytes as the SPD has them, most significant digit of the text first. */
static void put_text(__u8 *at, unsigned int value, int bytes)
{
	while (bytes--) {
		at[bytes] = value;
		value >>= 8;
	}
}

static void fill_record(__u8 *record, int version, __u64 place,
			const char *id)
{
	unsigned int vendor, location, made, serial;

	if (sscanf(id, "%4x-%2x-%4x-%8x", &vendor, &location, &made,
		   &serial) != 4)
		errx(1, "'%s' is not the id of a DIMM", id);
	put(record, place, 8);
	put_text(record + 8, serial, 4);
	if (version == 1)
		return;
	put_text(record + 12, vendor, 2);
	put_text(record + 14, made, 2);
	record[16] = location;
}

static __u64 fletcher64(const __u8 *data, size_t size)
{
	__u32 low = 0;
	__u64 high = 0;
	size_t i;

	for (i = 0; i < size; i += 4) {
		low += data[i] | data[i + 1] << 8 | data[i + 2] << 16 |
		       (__u32)data[i + 3] << 24;
		high += low;
	}
	return high << 32 | low;
}

static int compare_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 8);
}

int main(int argc, char **argv)
{
	bool old = argc > 2 && !strcmp(argv[1], "old");
	int version = old ? 1 : argc > 2 ? atoi(argv[1]) : 0;
	size_t size = version == 1 ? RECORD1_SIZE : RECORD2_SIZE;
	__u8 *records;
	int i, count = argc - 2;

	if (version != 1 && version != 2)
		errx(1, "usage: cookie 1|2|old ID...");
	records = calloc(count, size);
	if (!records)
		err(1, NULL);
	for (i = 0; i < count; i++)
		fill_record(records + i * size, version,
			    (__u64)i * GRANULARITY, argv[i + 2]);
	if (old)
		qsort(records, count, size, compare_bytes);
	printf("%#llx\n", fletcher64(records, count * size));
	return 0;
}
