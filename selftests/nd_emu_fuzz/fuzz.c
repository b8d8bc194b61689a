// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz [-s SEED] [-n CALLS] [-c OPERATIONS] [-t SECONDS] [-j N] [-b BASE]
 *
 * CALLS commands of buses and DIMMs by N workers, and OPERATIONS in configfs by
 * N others, at the same time, for SECONDS at the most. A call counts when a
 * device was there to take it. Buses are carved, or in the 256 MiB at BASE.
 *
 * Every worker has a stream of random numbers of its own, made of the seed: the
 * same seed is the same calls, but for what depends on what earlier ones
 * returned. Which worker runs when is the scheduler's business.
 *
 * Prints what was called, how often, and what came back. Exit status 1 if there
 * is an operation of which no success or no refusal was seen, if a call did not
 * come back, or if there were too few: then nothing has been shown. What the
 * kernel thinks of it is in its log.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

/* With fewer than these, chance may have left out some. */
#define ALL_CALLS	200000
#define ALL_OPERATIONS	40000

struct options {
	uint64_t seed;
	unsigned long calls;
	unsigned long operations;
	unsigned long seconds;
	unsigned int workers;
};

unsigned long base;

static unsigned long number_of(const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 0);

	if (end == text || *end)
		errx(2, "'%s': must be a number", text);
	return number;
}

static void set_option(struct options *options, int option, const char *text)
{
	unsigned long number = number_of(text);

	switch (option) {
	case 's':
		options->seed = number;
		break;
	case 'n':
		options->calls = number;
		break;
	case 'c':
		options->operations = number;
		break;
	case 't':
		options->seconds = number;
		break;
	case 'j':
		options->workers = number;
		break;
	case 'b':
		base = number;
		break;
	}
}

static void parse(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options) {
		.seed = time(NULL), .calls = 9000, .operations = 1000,
		.seconds = 600, .workers = 3 };
	while ((option = getopt(argc, argv, "s:n:c:t:j:b:")) != -1) {
		if (option == '?')
			errx(2, "see the beginning of fuzz.c for the options");
		set_option(options, option, optarg);
	}
	if (!options->workers || options->workers > WORKERS_MAX / 2)
		errx(2, "-j: must be 1..%d", WORKERS_MAX / 2);
}

static int judge(const struct options *options, double seconds)
{
	unsigned long calls = workers_total(false);
	unsigned long in_configfs = workers_total(true);
	int failed = tally_judge(options->calls < ALL_CALLS ||
				 options->operations < ALL_OPERATIONS);

	printf("seed %lu: %lu calls and %lu operations in configfs in %.1f s, %.0f a second\n",
	       options->seed, calls, in_configfs, seconds,
	       (calls + in_configfs) / seconds);
	if (calls < options->calls || in_configfs < options->operations) {
		printf("only: there was no time for %lu and %lu\n",
		       options->calls, options->operations);
		failed++;
	}
	return failed;
}

static void init(const struct options *options)
{
	shared_init(options->workers);
	tally_init();
	workers_init();
	cmd_init();
	files_init();
	configfs_init();
	printf("seed %lu\n", options->seed);
	fflush(stdout);
	seed_chance(options->seed, 0);
	if (configfs_build_home())
		errx(1, "the first bus cannot be built");
	devices_scan();
	if (cmd_check_table())
		errx(1, "the table of commands is not that of the module");
}

int main(int argc, char **argv)
{
	struct options options;
	double begun, seconds;
	bool hangs;
	int failed;

	parse(&options, argc, argv);
	init(&options);
	begun = now();
	workers_start(options.calls, false, options.workers, options.seed);
	workers_start(options.operations, true, options.workers, options.seed);
	hangs = !workers_watch(options.seconds);
	seconds = now() - begun;
	workers_end();
	workers_print_broken();
	failed = judge(&options, seconds);
	fflush(stdout);
	/* What hangs may hold any lock. */
	if (!hangs)
		configfs_clean_up();
	return failed || hangs;
}
