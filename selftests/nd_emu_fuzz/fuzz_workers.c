// SPDX-License-Identifier: GPL-2.0-only
/*
 * The workers and their watchdog.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

/* A call that takes longer than this does not come back. */
#define HANG_SECONDS	120
#define REPORT_SECONDS	30

/**
 * struct worker - what the watchdog sees of a worker
 * @calls: that have reached something
 * @tries: others as well
 * @limit: calls to make
 * @configfs: makes operations, and no calls
 * @done: has made them all
 * @doing: what is on its way
 * @pid: the process
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
	char broken[256];
	bool stop;
} *shared;

static unsigned int worker_count, self;

void workers_init(void)
{
	shared = share(sizeof(*shared));
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

unsigned long workers_total(bool configfs)
{
	unsigned long calls = 0;
	unsigned int i;

	for (i = 0; i < worker_count; i++)
		if (shared->workers[i].configfs == configfs)
			calls += shared->workers[i].calls;
	return calls;
}

static bool call_step(void)
{
	return one_in(40) ? files_step() : cmd_step();
}

static void work(unsigned int number, uint64_t seed)
{
	struct worker *worker = &shared->workers[number];

	self = number;
	shared_work(number);
	seed_chance(seed, number + 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (worker->calls < worker->limit && !shared->stop) {
		worker->tries++;
		if (worker->configfs ? configfs_step() : call_step())
			worker->calls++;
	}
	worker->done = true;
	_exit(0);
}

void workers_start(unsigned long calls, bool configfs, unsigned int count,
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

double now(void)
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
	printf("%.0f s: %lu calls, %lu in configfs\n", seconds,
	       workers_total(false), workers_total(true));
	fflush(stdout);
}

/* False if there is a call that does not come back, or a worker that died. */
bool workers_watch(double limit)
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
void workers_end(void)
{
	unsigned int i;

	for (i = 0; i < worker_count; i++)
		if (!shared->workers[i].done)
			kill(shared->workers[i].pid, SIGKILL);
}

void workers_print_broken(void)
{
	if (*shared->broken)
		printf("%s\n", shared->broken);
}
