// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all workers see: memory for their calls, and a lock that keeps the buses.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define CONTEXTS	32

static struct shared {
	uint32_t contexts[CONTEXTS];
	pthread_rwlock_t buses;
} *shared;

static unsigned char *buffers;
static unsigned int self, callers;

unsigned char *buffer_of(unsigned int worker)
{
	return buffers + worker * (BUFFER_SIZE + getpagesize());
}

void shared_work(unsigned int worker)
{
	self = worker;
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

void *share(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED |
			MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		err(2, "mmap");
	return at;
}

/* Behind each buffer there is nothing. */
void shared_init(unsigned int count)
{
	unsigned int i;

	callers = count;
	shared = share(sizeof(*shared));
	init_lock();
	buffers = share(WORKERS_MAX * (BUFFER_SIZE + getpagesize()));
	for (i = 0; i < WORKERS_MAX; i++)
		mprotect(buffer_of(i) + BUFFER_SIZE, getpagesize(), PROT_NONE);
}
