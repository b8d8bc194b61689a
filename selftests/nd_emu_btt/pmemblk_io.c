// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stamped sectors through libpmemblk, the BTT of PMDK.
 *
 *	pmemblk_io write|check POOL LBASIZE FIRST COUNT GENERATION...
 *
 * Exit: 0; 1 if the data differs, with the place; 2 if a call failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <libpmemblk.h>

#include "stamp.h"

static uint64_t sector[4096 / sizeof(uint64_t)];
static PMEMblkpool *pool;
static size_t lbasize;

static int fail(uint64_t i)
{
	printf("sector %llu: %s\n", (unsigned long long)i, pmemblk_errormsg());
	return 2;
}

static int run(bool write, uint64_t first, uint64_t count, uint64_t generation)
{
	uint64_t found, i;

	for (i = first; i < first + count; i++) {
		stamp_fill(sector, lbasize, i, generation);
		if (write && pmemblk_write(pool, sector, i))
			return fail(i);
		if (write)
			continue;
		if (pmemblk_read(pool, sector, i))
			return fail(i);
		if (stamp_read(sector, lbasize, i, &found) == STAMP_MIXED ||
		    found != generation) {
			printf("sector %llu: generation %llu\n",
			       (unsigned long long)i,
			       (unsigned long long)found);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	int i, status = 0;

	if (argc < 7 || argc % 3 != 1)
		return 2;
	lbasize = strtoul(argv[3], NULL, 0);
	pool = lbasize <= sizeof(sector) ? pmemblk_open(argv[2], lbasize) : NULL;
	if (!pool) {
		printf("%s: %s\n", argv[2], pmemblk_errormsg());
		return 2;
	}
	for (i = 4; i < argc && !status; i += 3)
		status = run(!strcmp(argv[1], "write"),
			     strtoull(argv[i], NULL, 0),
			     strtoull(argv[i + 1], NULL, 0),
			     strtoull(argv[i + 2], NULL, 0));
	pmemblk_close(pool);
	return status;
}
