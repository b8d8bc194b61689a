// SPDX-License-Identifier: GPL-2.0-only
/*
 * A libpmem program: a journal of records, each appended by a persistent copy
 * and then counted by an eight-byte store that is made persistent after it.
 *
 *	pmem_journal append FILE COUNT
 *	pmem_journal check FILE COUNT
 *
 * FILE may be a devdax device. Fails if libpmem does not take the mapping for
 * persistent memory, because it would use msync() then.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libpmem.h>
#include <linux/types.h>

#define JOURNAL_SIZE	(32UL << 20)

struct record {
	__u64 number;
	char text[4096 - sizeof(__u64)];
};

struct journal {
	__u64 count;
	char padding[4096 - sizeof(__u64)];
	struct record records[];
};

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, pmem_errormsg());
	exit(1);
}

static struct journal *journal_open(const char *path, size_t *length)
{
	struct journal *journal;
	struct stat st;
	int is_pmem;

	if (!stat(path, &st) && S_ISCHR(st.st_mode))
		journal = pmem_map_file(path, 0, 0, 0, length, &is_pmem);
	else
		journal = pmem_map_file(path, JOURNAL_SIZE, PMEM_FILE_CREATE,
					0600, length, &is_pmem);
	if (!journal)
		fail("pmem_map_file");
	if (!is_pmem || !pmem_is_pmem(journal, *length))
		fail("not persistent memory");
	if (pmem_has_auto_flush() < 0)
		fail("pmem_has_auto_flush");
	return journal;
}

static void record_fill(struct record *record, __u64 number)
{
	memset(record, 'a' + number % 26, sizeof(*record));
	record->number = number;
}

static void append(struct journal *journal, __u64 count)
{
	struct record record;

	pmem_memset_persist(&journal->count, 0, sizeof(journal->count));
	while (journal->count < count) {
		record_fill(&record, journal->count);
		pmem_memcpy_persist(&journal->records[journal->count], &record,
				    sizeof(record));
		journal->count++;
		pmem_persist(&journal->count, sizeof(journal->count));
	}
}

static int check(const struct journal *journal, __u64 count)
{
	struct record record;
	__u64 i;

	if (journal->count != count) {
		printf("%llu records instead of %llu\n", journal->count, count);
		return 1;
	}
	for (i = 0; i < count; i++) {
		record_fill(&record, i);
		if (!memcmp(&journal->records[i], &record, sizeof(record)))
			continue;
		printf("record %llu differs\n", i);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct journal *journal;
	size_t length;
	__u64 count;

	if (argc != 4) {
		fprintf(stderr, "pmem_journal append|check FILE COUNT\n");
		return 1;
	}
	journal = journal_open(argv[2], &length);
	count = strtoull(argv[3], NULL, 0);
	if (sizeof(*journal) + count * sizeof(struct record) > length) {
		fprintf(stderr, "%s is too small\n", argv[2]);
		return 1;
	}
	if (!strcmp(argv[1], "check"))
		return check(journal, count);
	append(journal, count);
	pmem_unmap(journal, length);
	return 0;
}
