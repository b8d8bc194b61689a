// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine, natively.
 */
#include "unit.h"

jmp_buf unit_end;
unsigned int alloc_fails_at;

bool user_alloc_fails(void)
{
	return alloc_fails_at && !--alloc_fails_at;
}

static const struct unit *const lists[] = {
	unit_sound,
	unit_errors,
	unit_format,
	unit_hostile,
	unit_large,		/* takes longest */
};

/* Allocations of the engine that are not freed yet */
static long allocated;

void user_allocated(int more)
{
	__atomic_add_fetch(&allocated, more, __ATOMIC_RELAXED);
}

/* What one has lost is not the fault of the next. */
static void check_allocated(void)
{
	long lost = allocated;

	allocated = 0;
	CHECK(!lost);
}

static bool unit_run(const struct unit *unit, unsigned int number)
{
	switch (setjmp(unit_end)) {
	case 0:
		unit->run();
		check_allocated();
		printf("ok %u - %s\n", number, unit->name);
		break;
	case UNIT_SKIPPED:
		printf("ok %u - %s # SKIP\n", number, unit->name);
		break;
	default:
		printf("not ok %u - %s\n", number, unit->name);
		return false;
	}
	fflush(stdout);
	return true;
}

int main(void)
{
	const struct unit *unit;
	unsigned int n = 0;
	bool good = true;
	size_t i;

	if (!media_make())
		return 1;
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (unit = lists[i]; unit->name; unit++)
			n++;
	printf("KTAP version 1\n1..%u\n", n);
	n = 0;
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (unit = lists[i]; unit->name; unit++)
			good &= unit_run(unit, ++n);
	return !good;
}
