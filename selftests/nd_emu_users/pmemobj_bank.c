// SPDX-License-Identifier: GPL-2.0-only
/*
 * A libpmemobj program: a bank whose accounts always sum up to the same, as
 * long as transactions are all or nothing.
 *
 *	pmemobj_bank create POOL	new pool, every account has BALANCE
 *	pmemobj_bank transfer POOL	COUNT transfers, every tenth aborted
 *	pmemobj_bank die POOL		transfers; dies in the middle of one
 *	pmemobj_bank check POOL		prints the number of transfers made
 *
 * POOL may be a devdax device.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libpmem.h>
#include <libpmemobj.h>
#include <linux/types.h>

#define LAYOUT		"nd_emu bank"
#define POOL_SIZE	(32UL << 20)
#define ACCOUNTS	1000
#define BALANCE		100
#define COUNT		500

struct bank {
	__u64 transfers;
	__s64 accounts[ACCOUNTS];
};

static int is_device;

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, pmemobj_errormsg());
	exit(1);
}

/*
 * libpmemobj does not say whether it flushes or uses msync(). It flushes where
 * MAP_SYNC worked, and the kernel tells that: "sf", synchronous page faults.
 */
static int maps_synchronously(const void *addr)
{
	unsigned long at = (unsigned long)addr, start, end;
	FILE *smaps = fopen("/proc/self/smaps", "r");
	int inside = 0, found = 0;
	char line[4096];

	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start <= at && at < end;
		else if (inside && !strncmp(line, "VmFlags:", 8))
			found = !!strstr(line, " sf");
	}
	if (smaps)
		fclose(smaps);
	return found;
}

static struct bank *bank_of(struct pmemobjpool *pool)
{
	struct bank *bank;

	bank = pmemobj_direct(pmemobj_root(pool, sizeof(struct bank)));
	if (!bank)
		fail("pmemobj_root");
	if (!is_device && !maps_synchronously(bank))
		fail("the pool is not mapped with MAP_SYNC");
	return bank;
}

static struct pmemobjpool *create(const char *path)
{
	struct pmemobjpool *pool;
	struct bank *bank;
	int i;

	pool = pmemobj_create(path, LAYOUT, is_device ? 0 : POOL_SIZE, 0600);
	if (!pool)
		fail("pmemobj_create");
	bank = bank_of(pool);
	TX_BEGIN(pool) {
		pmemobj_tx_add_range_direct(bank, sizeof(*bank));
		for (i = 0; i < ACCOUNTS; i++)
			bank->accounts[i] = BALANCE;
	} TX_ONABORT {
		fail("the first transaction was aborted");
	} TX_END
	return pool;
}

static void move(__s64 *account, __s64 amount)
{
	pmemobj_tx_add_range_direct(account, sizeof(*account));
	*account += amount;
	pmem_persist(account, sizeof(*account));
}

/* What aborts or dies does so between the two halves of a transfer. */
static void transfer(struct pmemobjpool *pool, struct bank *bank, int i, int die)
{
	TX_BEGIN(pool) {
		move(&bank->accounts[i % ACCOUNTS], -(i % 70));
		if (die)
			raise(SIGKILL);
		if (i % 10 == 9)
			pmemobj_tx_abort(ECANCELED);
		move(&bank->accounts[i * 7 % ACCOUNTS], i % 70);
		pmemobj_tx_add_range_direct(&bank->transfers,
					    sizeof(bank->transfers));
		bank->transfers++;
	} TX_END
}

static void transfers(struct pmemobjpool *pool, int die_at)
{
	struct bank *bank = bank_of(pool);
	int i;

	for (i = 0; i < COUNT; i++)
		transfer(pool, bank, i, i == die_at);
}

static int check(struct pmemobjpool *pool)
{
	struct bank *bank = bank_of(pool);
	__s64 sum = 0;
	int i;

	for (i = 0; i < ACCOUNTS; i++)
		sum += bank->accounts[i];
	printf("%llu\n", bank->transfers);
	if (sum == ACCOUNTS * BALANCE)
		return 0;
	fprintf(stderr, "the accounts sum up to %lld\n", sum);
	return 1;
}

int main(int argc, char **argv)
{
	struct pmemobjpool *pool;
	struct stat st;
	int rc = 0;

	if (argc != 3) {
		fprintf(stderr,
			"pmemobj_bank create|transfer|die|check POOL\n");
		return 1;
	}
	is_device = !stat(argv[2], &st) && S_ISCHR(st.st_mode);
	if (!strcmp(argv[1], "create"))
		pool = create(argv[2]);
	else
		pool = pmemobj_open(argv[2], LAYOUT);
	if (!pool)
		fail("pmemobj_open");
	if (!strcmp(argv[1], "transfer"))
		transfers(pool, -1);
	else if (!strcmp(argv[1], "die"))
		transfers(pool, COUNT / 2 + 1);
	else if (!strcmp(argv[1], "check"))
		rc = check(pool);
	pmemobj_close(pool);
	return rc;
}
