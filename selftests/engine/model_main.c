// SPDX-License-Identifier: GPL-2.0-only
/*
 * The crash model: which histories there are, cheapest first, and counts.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "model_check.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static unsigned long long all_states;
static double all_seconds;

static void passed(unsigned int number, const char *name, double took)
{
	unsigned long long states = model_counts.states +
				    model_counts.nested +
				    model_counts.sampled;

	printf("ok %u - %s # %llu crash states", number, name, states);
	if (states)
		printf(" (%llu first, %llu nested, %llu sampled), %.0f a second",
		       model_counts.states, model_counts.nested,
		       model_counts.sampled, states / took);
	printf(", %llu histories, %llu schedules\n", model_counts.histories,
	       model_counts.runs);
	fflush(stdout);
	all_states += states;
	all_seconds += took;
	memset(&model_counts, 0, sizeof(model_counts));
}

static u64 seed = 1;
static unsigned int seeds = 20;

static void test_randoms(void)
{
	unsigned int i;

	for (i = 0; i < (quick ? 2 : seeds); i++)
		test_random(seed + i, 40);
}

/**
 * struct test - one of them
 * @name: its title
 * @run: what it does
 */
struct test {
	const char *name;
	void (*run)(void);
};

/* What costs least comes first: a mutation is found there or later. */
static const struct test first[] = {
	{ "fences per sector", test_fences },
	{ "two arenas", test_arenas },
	{ "format", test_format_one },
	{ "format over another BTT", test_format_forced },
	{ "repair of info blocks", test_repairs },
}, then[] = {
	{ "histories of two operations, old padding", test_old_padding },
	{ "histories of two operations, a crash, and writes", test_go_on },
	{ "histories with errors that cannot be cleared", test_stays },
}, last[] = {
	{ "histories of up to three operations", test_sequential },
	{ "histories of four operations, one slot a lane", test_single_slot },
	{ "random histories", test_randoms },
	{ "format of two arenas", test_format_two },
};

static unsigned int tests(void)
{
	return ARRAY_SIZE(first) + ARRAY_SIZE(then) + duels + ARRAY_SIZE(last);
}

/* Of @n tests the one that *@i is, or else it comes behind them. */
static const struct test *test_among(const struct test *list, unsigned int n,
				     unsigned int *i)
{
	if (*i < n)
		return &list[*i];
	*i -= n;
	return NULL;
}

static bool test_is_duel(unsigned int begin, unsigned int end, unsigned int *i)
{
	if (*i < end - begin) {
		*i += begin;
		return true;
	}
	*i -= end - begin;
	return false;
}

/* Test number @i, or NULL: then @i is that of a duel. */
static const struct test *test_find(unsigned int *i)
{
	const struct test *test;

	test = test_among(first, ARRAY_SIZE(first), i);
	if (test || test_is_duel(0, early_duels, i))
		return test;
	test = test_among(then, ARRAY_SIZE(then), i);
	if (test || test_is_duel(early_duels, duels, i))
		return test;
	return test_among(last, ARRAY_SIZE(last), i);
}

static void test_run(unsigned int number)
{
	double begin = seconds();
	unsigned int i = number - 1;
	const struct test *test = test_find(&i);

	if (test)
		test->run();
	else
		duel_run(i);
	passed(number, test ? test->name : duel_name(i), seconds() - begin);
}

static int bad_usage(const char *name)
{
	fprintf(stderr, "usage: %s [-q] [-s seed] [-n seeds] [test...]\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	const unsigned int all = tests();
	unsigned int number;
	bool all_at_once;
	int opt;

	while ((opt = getopt(argc, argv, "qs:n:")) != -1) {
		if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (opt == 'q')
			quick = true;
		else if (opt == 'n')
			seeds = strtoul(optarg, NULL, 0);
		else
			return bad_usage(argv[0]);
	}
	all_at_once = optind == argc;
	printf("KTAP version 1\n1..%u\n", optind < argc ? argc - optind : all);
	for (; optind < argc; optind++) {
		number = strtoul(argv[optind], NULL, 0);
		if (number - 1 >= all)
			return bad_usage(argv[0]);
		test_run(number);
	}
	for (number = 1; all_at_once && number <= all; number++)
		test_run(number);
	printf("# %llu crash states in %.2f s of one core, %.0f a second\n",
	       all_states, all_seconds, all_states / all_seconds);
	return 0;
}
