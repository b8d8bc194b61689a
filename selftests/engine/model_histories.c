// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the crash model is asked about one writer: short histories, all of
 * them, and long ones by chance.
 */
#include <stdio.h>

#include "model_check.h"

/* ---- sequential histories ---- */

static const struct op alphabet[] = {
	{ 'w', 0, 1, 0 }, { 'w', 0, 1, 1 }, { 'w', 1, 1, 0 },
	{ 'w', 1, 1, 1 }, { 'w', 2, 1, 0 }, { 'w', 0, 2, 0 },
	{ 'w', 1, 2, 1 }, { 'd', 0, 1, 0 }, { 'd', 0, 3, 0 },
	{ 'e', 0, 1, 0 },
};

#define LETTERS ARRAY_SIZE(alphabet)

static void op_do(const struct op *op)
{
	model_hint = op->lane;
	if (op->what == 'w')
		op_write(btt, op->lba, op->n);
	else if (op->what == 'd')
		op_discard(btt, op->lba, op->n);
	else
		op_break(btt, op->lba);
}

/* CPUs take turns, so that a lane is handed from one to the other. */
static void history_run(const u8 *letters, unsigned int len, unsigned int age)
{
	static char name[128];
	unsigned int i, n = 0;

	for (i = 0; i < len; i++) {
		const struct op *op = &alphabet[letters[i]];

		n += snprintf(name + n, sizeof(name) - n, "%c%u+%u/%u ",
			      op->what, op->lba, op->n, op->lane);
	}
	snprintf(name + n, sizeof(name) - n, "age %u", age);
	current = name;
	begin(age);
	for (i = 0; i < len; i++) {
		model_task = i % 2;
		op_do(&alphabet[letters[i]]);
	}
	end();
	model_counts.histories++;
}

void test_sequential(void)
{
	unsigned int len, age, i;

	lanes = 2;
	setup(6 * BTT_PAGE, 0);
	for (len = 1; len <= (quick ? 2 : 3); len++) {
		u8 letters[3] = { 0 };

		do {
			for (age = 0; age < 7; age += 2)
				history_run(letters, len, age);
			for (i = 0; i < len; i++) {
				letters[i] = (letters[i] + 1) % LETTERS;
				if (letters[i])
					break;
			}
		} while (i < len);
	}
}

/* Every crash is followed by a recovery, writes, and another crash. */
void test_go_on(void)
{
	unsigned int age, i;
	u8 letters[2];

	lanes = 2;
	/* Two map lines: the writes that go on must not flush the first. */
	setup(7 * BTT_PAGE, 0);
	go_on = true;
	for (age = 0; age < 4; age++)
		for (i = 0; i < LETTERS * LETTERS; i++) {
			letters[0] = i % LETTERS;
			letters[1] = i / LETTERS;
			history_run(letters, 2, age);
		}
	go_on = false;
}

/* Two operations on a flog of Linux before 4.15. */
void test_old_padding(void)
{
	unsigned int age, i;
	u8 letters[2];

	lanes = 2;
	setup(6 * BTT_PAGE, 0);
	old_padding = true;
	for (age = 1; age < 7; age++)
		for (i = 0; i < LETTERS * LETTERS; i++) {
			letters[0] = i % LETTERS;
			letters[1] = i / LETTERS;
			history_run(letters, 2, age);
		}
	old_padding = false;
}

/* One slot per lane: what a lane gives away it takes up again at once. */
void test_single_slot(void)
{
	unsigned int age, i;
	u8 letters[4];

	lanes = 4;
	setup(6 * BTT_PAGE, 0);
	for (age = 0; age < (quick ? 1 : 4); age++)
		for (i = 0; i < 5 * 5 * 5 * 5; i++) {
			letters[0] = i % 5;
			letters[1] = i / 5 % 5;
			letters[2] = i / 25 % 5;
			letters[3] = i / 125;
			history_run(letters, 4, age);
		}
}

/*
 * Each error takes a slot away, and four are there: the writes have to do with the
 * others, also with those of the other lane.
 */
void test_stays(void)
{
	static const u8 some[] = { 0, 1, 2, 3, 5, 6, LETTERS - 1 };
	const unsigned int n = ARRAY_SIZE(some);
	unsigned int age, i;
	u8 letters[4] = { 0, LETTERS - 1 };

	model_stays = true;
	for (lanes = 2; lanes <= 4; lanes += 2) {
		setup(6 * BTT_PAGE, 0);
		for (i = 0; i < 4 * n * n; i++) {
			age = i % 4;
			letters[2] = some[i / 4 % n];
			letters[3] = some[i / 4 / n];
			history_run(letters, 4, age);
		}
	}
	model_stays = false;
}

/* Two arenas, and operations across the end of the first one. */
void test_arenas(void)
{
	u32 edge, lba;

	lanes = 2;
	setup(12 * BTT_PAGE, 6 * BTT_PAGE);
	current = "across arenas";
	begin(0);
	edge = nlbas / 2;
	end();
	for (lba = edge - 2; lba <= edge; lba++) {
		begin(2);
		model_hint = 0;
		op_write(btt, lba, 2);
		op_discard(btt, lba, 2);
		op_write(btt, lba, 1);
		model_task = 1;
		op_write(btt, lba, 2);
		end();
		model_counts.histories++;
	}
}

/* ---- long random histories ---- */

static u32 random_steps;

static void random_task(unsigned int who)
{
	u32 i;

	(void)who;
	for (i = 0; i < random_steps; i++) {
		u32 lba = model_random() % nlbas;
		u32 n = 1 + model_random() % min(4u, nlbas - lba);

		switch (model_random() % 8) {
		case 0:
			op_discard(btt, lba, n);
			break;
		case 3:
			op_break(btt, lba);
			break;
		case 1:
		case 2:
			op_read(btt, lba, 1, lba & 1);
			break;
		default:
			op_write(btt, lba, n);
		}
	}
}

/* Crash now and then in the middle of it, look, and go on as if not. */
void test_random(u64 seed, unsigned int rounds)
{
	static char name[64];
	unsigned int i;
	u32 lba;

	snprintf(name, sizeof(name), "random, seed %llu",
		 (unsigned long long)seed);
	current = name;
	model_seed(seed);
	lanes = 1 + model_random() % 3;
	setup((seed & 1) ? 12 * BTT_PAGE : 8 * BTT_PAGE,
	      (seed & 1) ? 6 * BTT_PAGE : 0);
	begin(0);
	crashes = 8;
	sample = 4;
	random_steps = 8;
	for (i = 0; i < rounds; i++) {
		model_random_schedule(1 + model_random() % MODEL_TASKS,
				      random_task);
		crash_now(&live);
		for (lba = 0; lba < nlbas; lba++)
			oracle_settle(lba, op_read(btt, lba, 1, false));
	}
	end();
	crashes = 1;
	sample = 0;
	model_counts.histories++;
}

/* ---- fences ---- */

void test_fences(void)
{
	unsigned long one, two, zero, clean;

	current = "fences";
	lanes = 2;
	setup(6 * BTT_PAGE, 0);
	begin(2);
	model_at_fence = NULL;
	live.fences = 0;
	op_write(btt, 0, 1);
	one = live.fences;
	op_write(btt, 0, 2);
	two = live.fences - one;
	op_discard(btt, 0, 3);
	zero = live.fences - one - two;
	op_discard(btt, 5, 3);
	clean = live.fences - one - two - zero;
	btt_detach(btt);
	printf("# fences: write of 1 sector %lu, of a batch of 2 %lu, ", one,
	       two);
	printf("discard %lu, discard of nothing %lu\n", zero, clean);
	if (one > 2 || two > 2 || zero > 1 || clean)
		model_fail("fences", "too many");
}
