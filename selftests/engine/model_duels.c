// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the crash model is asked about tasks that meet.
 */
#include "model_check.h"

/* ---- interleavings ---- */

/**
 * struct duel - what each of some tasks does
 * @name: for messages
 * @tasks: how many
 * @lanes: how many lanes they share
 * @preemptions: how many to try
 * @pages: of the namespace: 6 for one map line, 7 for two
 * @ops: up to three operations for each; 'e' makes a media error and finds it;
 *	'r' and, into memory in pieces, 'p', by the last one, read
 * @stays: the error cannot be cleared
 */
struct duel {
	const char *name;
	unsigned int tasks;
	unsigned int lanes;
	unsigned int preemptions;
	unsigned int pages;
	struct op ops[3][3];
	bool stays;
};

/* The first ones take little: see early_duels. */
static const struct duel duel_list[] = {
	{ "two writers, one lane, two map lines", 2, 1, 2, 7,
	  { { { 'w', 0, 1 } }, { { 'w', 16, 1 } } } },
	{ "media error and discard", 2, 2, 2, 6,
	  { { { 'e', 0, 1 } }, { { 'd', 0, 1 }, { 'w', 0, 1 } } } },
	{ "media error and writer", 2, 2, 2, 6,
	  { { { 'e', 0, 1 } }, { { 'w', 0, 1 }, { 'w', 1, 1 } } } },
	{ "two writers, one lane", 2, 1, 3, 6,
	  { { { 'w', 0, 1 } }, { { 'w', 1, 1 } } } },
	{ "discard and two writers", 3, 2, 1, 6,
	  { { { 'w', 0, 1 } }, { { 'w', 1, 1 } }, { { 'd', 0, 2 } } } },
	{ "reader of two in two map lines", 2, 4, 2, 7,
	  { { { 'w', 16, 1 }, { 'w', 17, 1 } }, { { 'r', 15, 2 } } } },
	{ "reader, media error cleared by a discard", 2, 4, 3, 6,
	  { { { 'e', 0, 1 }, { 'd', 0, 1 } }, { { 'r', 0, 1 } } } },
	{ "media error that stays and writer", 2, 2, 2, 6,
	  { { { 'e', 0, 1 } }, { { 'w', 0, 1 }, { 'w', 1, 1 } } }, true },
	{ "media error that stays and writer, one slot a lane", 2, 4, 2, 6,
	  { { { 'e', 0, 1 }, { 'w', 0, 2 } },
	    { { 'w', 1, 1 }, { 'w', 0, 2 } } }, true },
	{ "two writers, one sector", 2, 2, 3, 6,
	  { { { 'w', 0, 1 } }, { { 'w', 0, 1 } } } },
	{ "two writers, neighbours", 2, 2, 3, 6,
	  { { { 'w', 0, 1 } }, { { 'w', 1, 1 } } } },
	{ "two writers twice, one sector", 2, 2, 2, 6,
	  { { { 'w', 0, 1 }, { 'w', 0, 1 } },
	    { { 'w', 0, 1 }, { 'w', 1, 1 } } } },
	{ "overlapping batches", 2, 2, 2, 6,
	  { { { 'w', 0, 2 } }, { { 'w', 1, 2 } } } },
	{ "writer and discard", 2, 2, 3, 6,
	  { { { 'w', 0, 1 }, { 'w', 0, 1 } }, { { 'd', 0, 2 } } } },
	{ "discard and discard", 2, 2, 3, 6,
	  { { { 'd', 0, 2 } }, { { 'd', 0, 1 }, { 'w', 0, 1 } } } },
	{ "batches across two map lines", 2, 2, 2, 7,
	  { { { 'w', 15, 2 } }, { { 'w', 14, 4 } } } },
	{ "batch and discard across two map lines", 2, 2, 2, 7,
	  { { { 'w', 15, 2 }, { 'w', 16, 1 } }, { { 'd', 14, 4 } } } },
	{ "reader, block reused for another sector", 2, 4, 3, 6,
	  { { { 'w', 0, 1 }, { 'w', 1, 1 } }, { { 'r', 0, 1 } } } },
	{ "reader, block reused for the same sector", 2, 4, 3, 6,
	  { { { 'w', 0, 1 }, { 'w', 0, 1 } }, { { 'r', 0, 1 } } } },
	{ "reader in pieces, block reused for another sector", 2, 4, 3, 6,
	  { { { 'w', 0, 1 }, { 'w', 1, 1 } }, { { 'p', 0, 1 } } } },
	{ "reader in pieces, block reused for the same sector", 2, 4, 3, 6,
	  { { { 'w', 0, 1 }, { 'w', 0, 1 } }, { { 'p', 0, 1 } } } },
	{ "reader and two writers", 3, 2, 2, 6,
	  { { { 'w', 0, 1 } }, { { 'w', 0, 1 } }, { { 'r', 0, 1 } } } },
	{ "reader of two, both written", 2, 4, 2, 6,
	  { { { 'w', 0, 2 }, { 'w', 1, 1 } }, { { 'r', 0, 2 } } } },
	{ "three writers, two lanes", 3, 2, 1, 6,
	  { { { 'w', 0, 1 } }, { { 'w', 1, 1 } }, { { 'w', 0, 1 } } } },
};

static const struct duel *duel;

static void duel_task(unsigned int who)
{
	const struct op *op = duel->ops[who];
	unsigned int i;

	for (i = 0; i < 3 && op[i].what; i++) {
		if (op[i].what == 'w')
			op_write(btt, op[i].lba, op[i].n);
		else if (op[i].what == 'd')
			op_discard(btt, op[i].lba, op[i].n);
		else if (op[i].what == 'e')
			op_break(btt, op[i].lba);
		else
			op_read(btt, op[i].lba, op[i].n, op[i].what == 'p');
	}
}

static void duel_reset(void)
{
	const struct op *op = duel->ops[duel->tasks - 1];
	u32 i;

	begin(4);
	if (op->what == 'r' || op->what == 'p') {
		/* Something to be read, in blocks of its own. */
		model_at_fence = NULL;
		model_hint = 1;
		op_write(btt, op->lba, op->n);
		for (i = 0; i < op->n; i++)
			oracle_settle(op->lba + i, versions + i + 1 - op->n);
		model_domain_settle(&live);
		model_at_fence = crash_now;
	}
}

const unsigned int duels = ARRAY_SIZE(duel_list);
const unsigned int early_duels = 7;

const char *duel_name(unsigned int which)
{
	return duel_list[which].name;
}

void duel_run(unsigned int which)
{
	duel = &duel_list[which];
	current = duel->name;
	lanes = duel->lanes;
	setup(duel->pages * BTT_PAGE, 0);
	model_stays = duel->stays;
	model_schedules(duel->tasks, duel_task, duel->preemptions, duel_reset,
			end);
	model_stays = false;
}
