// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stamped sectors through libpmemblk, the BTT of PMDK.
 *
 *	pmemblk_io write|check POOL LBASIZE FIRST COUNT GENERATION
 *
 * Exit: 0; 1 if the data differs, with the place; 2 if a call failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <libpmemblk.h>

#include "stamp.h"

int main(int argc, char **argv)
{
	uint64_t first, count, generation, found, i;
	static uint64_t sector[4096 / sizeof(uint64_t)];
	PMEMblkpool *pool;
	size_t lbasize;
	bool write;

	if (argc != 7)
		return 2;
	write = !strcmp(argv[1], "write");
	lbasize = strtoul(argv[3], NULL, 0);
	first = strtoull(argv[4], NULL, 0);
	count = strtoull(argv[5], NULL, 0);
	generation = strtoull(argv[6], NULL, 0);
	pool = lbasize <= sizeof(sector) ? pmemblk_open(argv[2], lbasize) : NULL;
	if (!pool) {
		printf("%s: %s\n", argv[2], pmemblk_errormsg());
		return 2;
	}
	for (i = first; i < first + count; i++) {
		stamp_fill(sector, lbasize, i, generation);
		if (write && pmemblk_write(pool, sector, i))
			break;
		if (write)
			continue;
		if (pmemblk_read(pool, sector, i))
			break;
		if (stamp_read(sector, lbasize, i, &found) == STAMP_MIXED ||
		    found != generation) {
			printf("sector %llu: generation %llu\n",
			       (unsigned long long)i,
			       (unsigned long long)found);
			return 1;
		}
	}
	if (i < first + count)
		printf("sector %llu: %s\n", (unsigned long long)i,
		       pmemblk_errormsg());
	pmemblk_close(pool);
	return i < first + count ? 2 : 0;
}
