// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is counted: for each operation, how often it succeeded and was refused.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define OPERATIONS_MAX	160
#define ERRORS_MAX	600
/* So many of the calls, one in this number, have to be successful. */
#define SUCCESS_SHARE	10
/* What was tried as often as this is judged in a short run as well. */
#define OFTEN		400

/**
 * struct operation - what is counted
 * @group: kind of operation
 * @name: for people
 * @need: what has to be seen of it
 */
struct operation {
	const char *group;
	char name[40];
	enum need need;
};

/**
 * struct count - how often, and with what result
 * @ok: the call succeeded
 * @refused: it failed, or the firmware's status was not success
 */
struct count {
	unsigned long ok;
	unsigned long refused;
};

static struct tallies {
	struct count counts[OPERATIONS_MAX];
	unsigned long errors[ERRORS_MAX];
} *tallies;

static struct operation operations[OPERATIONS_MAX];
static unsigned int operation_count;

void tally_init(void)
{
	tallies = share(sizeof(*tallies));
}

unsigned int tally_add(const char *group, const char *name, enum need need)
{
	struct operation *operation = &operations[operation_count];

	if (operation_count == OPERATIONS_MAX)
		errx(2, "too many operations");
	operation->group = group;
	operation->need = need;
	snprintf(operation->name, sizeof(operation->name), "%s", name);
	return operation_count++;
}

static void increment(unsigned long *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

void tally(unsigned int operation, int error, bool refused)
{
	struct count *count = &tallies->counts[operation];

	increment(error || refused ? &count->refused : &count->ok);
	increment(&tallies->errors[error < ERRORS_MAX ? error :
				  ERRORS_MAX - 1]);
}

static void print_errors(void)
{
	unsigned int i;

	printf("errors:");
	for (i = 0; i < ERRORS_MAX; i++) {
		const char *name = i ? strerrorname_np(i) : "none";

		if (!tallies->errors[i])
			continue;
		if (name)
			printf(" %s %lu", name, tallies->errors[i]);
		else
			printf(" %u %lu", i, tallies->errors[i]);
	}
	printf("\n");
}

static bool is_missing(enum need need, const struct count *count, bool few)
{
	if (few && count->ok + count->refused < OFTEN)
		return false;
	return (need && !count->ok) || (need == NEED_BOTH && !count->refused);
}

/* Prints all, and counts those of which not enough was seen. */
static int print_operations(bool few)
{
	int missing = 0;
	unsigned int i;

	for (i = 0; i < operation_count; i++) {
		const struct operation *operation = &operations[i];
		const struct count *count = &tallies->counts[i];
		bool bad = is_missing(operation->need, count, few);

		printf("%-9s %-28s %8lu ok %8lu refused%s\n",
		       operation->group, operation->name, count->ok,
		       count->refused, bad ? "  <- not enough" : "");
		missing += bad;
	}
	return missing;
}

static bool enough_successes(void)
{
	unsigned long ok = 0, refused = 0;
	unsigned int i;

	for (i = 0; i < operation_count; i++) {
		ok += tallies->counts[i].ok;
		refused += tallies->counts[i].refused;
	}
	printf("%lu of %lu succeeded\n", ok, ok + refused);
	return ok >= (ok + refused) / SUCCESS_SHARE;
}

/* How much of what has to be seen was not; chance leaves out some of a few. */
int tally_judge(bool few)
{
	int missing = print_operations(few);

	print_errors();
	return !enough_successes() + missing;
}
