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
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define OPERATIONS_MAX	160
#define ERRORS_MAX	600
#define CONTEXTS	32
/* A call that takes longer than this does not come back. */
#define HANG_SECONDS	120
#define REPORT_SECONDS	30
/* So many of the calls, one in this number, have to be successful. */
#define SUCCESS_SHARE	10
/* With fewer than this, chance may have left out some. */
#define ALL_SEEN	20000

struct options {
	uint64_t seed;
	unsigned long calls;
	unsigned long operations;
	unsigned long seconds;
	unsigned int workers;
};

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

/**
 * struct worker - what the watchdog sees of a worker
 * @calls: that have reached something
 * @tries: others as well
 * @limit: calls to make
 * @configfs: makes operations, and no calls
 * @done: has made them all
 * @doing: what is on its way
 */
struct worker {
	unsigned long calls;
	unsigned long tries;
	unsigned long limit;
	bool configfs;
	bool done;
	const char *doing;
	pid_t pid;
};

static struct shared {
	struct worker workers[WORKERS_MAX];
	struct count counts[OPERATIONS_MAX];
	unsigned long errors[ERRORS_MAX];
	uint32_t contexts[CONTEXTS];
	char broken[256];
	bool stop;
	pthread_rwlock_t buses;
} *shared;

static struct operation operations[OPERATIONS_MAX];
static unsigned int operation_count, worker_count, callers, self;
static unsigned char *buffers;
static uint64_t state;
unsigned long base;

/* --- chance --- */

static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
	return value ^ value >> 31;
}

uint64_t rnd(void)
{
	state += 0x9e3779b97f4a7c15UL;
	return mix(state);
}

uint64_t below(uint64_t limit)
{
	return rnd() % limit;
}

bool one_in(unsigned int n)
{
	return !below(n);
}

/* A number next to one at which something is likely to change */
uint64_t boundary(void)
{
	uint64_t value = 1UL << below(64);

	switch (below(6)) {
	case 0:
		return below(256);
	case 1:
		return -below(256);
	case 2:
		return value - 1;
	case 3:
		return value - 1 - below(64);
	default:
		return value + below(64);
	}
}

void random_bytes(void *to, size_t length)
{
	unsigned char *at = to;
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		if (i % 8 == 0)
			value = rnd();
		at[i] = value >> i % 8 * 8;
	}
}

/* --- what is shared --- */

unsigned char *buffer_of(unsigned int worker)
{
	return buffers + worker * (BUFFER_SIZE + getpagesize());
}

unsigned char *my_buffer(void)
{
	return buffer_of(self);
}

unsigned int neighbour(void)
{
	return below(callers);
}

uint32_t *firmware_context(unsigned int dimm)
{
	return &shared->contexts[dimm % CONTEXTS];
}

/*
 * While a bus goes, no command may be on its way: the kernel takes the lock of
 * the bus device, and waits for the command, which waits for the lock (6.12,
 * drivers/nvdimm/bus.c, nd_bus_remove() and __nd_ioctl()). The same goes for a
 * region, whose bad blocks clear_error does not lock.
 */
static void init_lock(void)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_rwlockattr_setkind_np(&attr,
				      PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	if (pthread_rwlock_init(&shared->buses, &attr))
		errx(2, "no lock");
}

void buses_stay(void)
{
	pthread_rwlock_rdlock(&shared->buses);
}

void buses_change(void)
{
	pthread_rwlock_wrlock(&shared->buses);
}

void buses_done(void)
{
	pthread_rwlock_unlock(&shared->buses);
}

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED |
			MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		err(2, "mmap");
	return at;
}

/* Behind each buffer there is nothing. */
static void map_all(void)
{
	unsigned int i;

	shared = map(sizeof(*shared));
	init_lock();
	buffers = map(WORKERS_MAX * (BUFFER_SIZE + getpagesize()));
	for (i = 0; i < WORKERS_MAX; i++)
		mprotect(buffer_of(i) + BUFFER_SIZE, getpagesize(), PROT_NONE);
}

/* --- what is counted --- */

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
	struct count *count = &shared->counts[operation];

	increment(error || refused ? &count->refused : &count->ok);
	increment(&shared->errors[error < ERRORS_MAX ? error :
				  ERRORS_MAX - 1]);
}

void doing(const char *operation)
{
	shared->workers[self].doing = operation;
}

/* Something was seen that must not be; the first of it is kept. */
void broken(const char *format, ...)
{
	va_list args;

	if (__atomic_exchange_n(&shared->stop, true, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(shared->broken, sizeof(shared->broken), format, args);
	va_end(args);
}

static unsigned long total(bool configfs)
{
	unsigned long calls = 0;
	unsigned int i;

	for (i = 0; i < worker_count; i++)
		if (shared->workers[i].configfs == configfs)
			calls += shared->workers[i].calls;
	return calls;
}

static void print_errors(void)
{
	unsigned int i;

	printf("errors:");
	for (i = 0; i < ERRORS_MAX; i++) {
		const char *name = i ? strerrorname_np(i) : "none";

		if (!shared->errors[i])
			continue;
		if (name)
			printf(" %s %lu", name, shared->errors[i]);
		else
			printf(" %u %lu", i, shared->errors[i]);
	}
	printf("\n");
}

/* Prints all, and counts those of which not enough was seen. */
static int print_operations(const struct options *options)
{
	bool few = options->calls < ALL_SEEN || options->operations < ALL_SEEN;
	int missing = 0;
	unsigned int i;

	for (i = 0; i < operation_count; i++) {
		const struct operation *operation = &operations[i];
		const struct count *count = &shared->counts[i];
		bool bad = (operation->need && !count->ok) ||
			   (operation->need == NEED_BOTH && !count->refused);

		printf("%-9s %-28s %8lu ok %8lu refused%s\n",
		       operation->group, operation->name, count->ok,
		       count->refused, bad ? "  <- not enough" : "");
		missing += bad && !few;
	}
	return missing;
}

static bool enough_successes(void)
{
	unsigned long ok = 0, refused = 0;
	unsigned int i;

	for (i = 0; i < operation_count; i++) {
		ok += shared->counts[i].ok;
		refused += shared->counts[i].refused;
	}
	printf("%lu of %lu succeeded\n", ok, ok + refused);
	return ok >= (ok + refused) / SUCCESS_SHARE;
}

/* --- workers --- */

static bool call_step(void)
{
	return one_in(40) ? files_step() : cmd_step();
}

static void work(unsigned int number, uint64_t seed)
{
	struct worker *worker = &shared->workers[number];

	self = number;
	state = mix(seed + mix(number + 1));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (worker->calls < worker->limit && !shared->stop) {
		worker->tries++;
		if (worker->configfs ? configfs_step() : call_step())
			worker->calls++;
	}
	worker->done = true;
	_exit(0);
}

static void start(unsigned long calls, bool configfs, unsigned int count,
		  uint64_t seed)
{
	unsigned int i;
	pid_t pid;

	for (i = 0; i < count && calls; i++) {
		struct worker *worker = &shared->workers[worker_count];

		worker->limit = calls / count + (i < calls % count);
		worker->configfs = configfs;
		worker->doing = "start";
		pid = fork();
		if (pid < 0)
			err(2, "fork");
		if (!pid)
			work(worker_count, seed);
		worker->pid = pid;
		worker_count++;
	}
}

/* --- watchdog --- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void print_stack(pid_t pid)
{
	char path[32], text[2048];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	got = read(fd, text, sizeof(text));
	if (got > 0)
		printf("%.*s", (int)got, text);
	close(fd);
}

static bool is_hung(unsigned int number, double time)
{
	static unsigned long tries[WORKERS_MAX];
	static double since[WORKERS_MAX];
	struct worker *worker = &shared->workers[number];

	if (worker->tries != tries[number] || !since[number]) {
		tries[number] = worker->tries;
		since[number] = time;
	}
	if (worker->done || time - since[number] < HANG_SECONDS)
		return false;
	printf("worker %u, call %lu, %s: does not come back\n", number,
	       worker->tries, worker->doing);
	print_stack(worker->pid);
	return true;
}

static bool all_done(void)
{
	unsigned int i;

	for (i = 0; i < worker_count; i++)
		if (!shared->workers[i].done)
			return false;
	return true;
}

static void report(double seconds)
{
	printf("%.0f s: %lu calls, %lu in configfs\n", seconds, total(false),
	       total(true));
	fflush(stdout);
}

/* False if there is a call that does not come back, or a worker that died. */
static bool watch(double limit)
{
	double begun = now(), reported = begun;
	unsigned int i;

	while (!all_done()) {
		usleep(100000);
		for (i = 0; i < worker_count; i++)
			if (is_hung(i, now()))
				return false;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		for (i = 0; i < worker_count; i++)
			if (!shared->workers[i].done &&
			    kill(shared->workers[i].pid, 0))
				broken("worker %u has died in %s", i,
				       shared->workers[i].doing);
		if (shared->broken[0])
			return false;
		if (now() - begun > limit)
			shared->stop = true;
		if (now() - reported > REPORT_SECONDS) {
			reported = now();
			report(reported - begun);
		}
	}
	return true;
}

/* One that hangs does not end, whatever it is sent. */
static void end_workers(void)
{
	unsigned int i;

	for (i = 0; i < worker_count; i++)
		if (!shared->workers[i].done)
			kill(shared->workers[i].pid, SIGKILL);
}

/* --- main --- */

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
	unsigned long calls = total(false), in_configfs = total(true);
	int failed = print_operations(options);

	print_errors();
	failed += !enough_successes();
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

int main(int argc, char **argv)
{
	struct options options;
	double begun, seconds;
	bool hangs;
	int failed;

	parse(&options, argc, argv);
	map_all();
	cmd_init();
	files_init();
	configfs_init();
	printf("seed %lu\n", options.seed);
	fflush(stdout);
	state = mix(options.seed);
	if (configfs_build_home())
		errx(1, "the first bus cannot be built");
	devices_scan();
	if (cmd_check_table())
		errx(1, "the table of commands is not that of the module");

	begun = now();
	callers = options.workers;
	start(options.calls, false, options.workers, options.seed);
	start(options.operations, true, options.workers, options.seed);
	hangs = !watch(options.seconds);
	seconds = now() - begun;
	end_workers();
	printf("%s%s", shared->broken, *shared->broken ? "\n" : "");
	failed = judge(&options, seconds);
	fflush(stdout);
	/* What hangs may hold any lock. */
	if (!hangs)
		configfs_clean_up();
	return failed || hangs;
}
