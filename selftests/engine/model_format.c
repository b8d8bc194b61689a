// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the crash model is asked about format and the repair of info blocks.
 */
#include "model_check.h"

/* ---- format ---- */

static struct model_domain formatted;	/* more or less, when it crashed */
static struct btt_config old;		/* what it is made over */
static bool done;			/* it has returned */

static bool format_attach(const u64 *image, unsigned int flags,
			  struct btt **from)
{
	struct btt_config cfg = config;
	struct btt_fault fault;

	model_domain_reset(&formatted, bytes);
	formatted.depth = DEPTH;
	memcpy(formatted.seen, image, bytes);
	model_domain_settle(&formatted);
	cfg.media = &formatted.media;
	cfg.flags = flags;
	formatted.recovering = true;
	if (btt_attach(from, &cfg, &fault)) {
		if (memcmp(formatted.seen, image, bytes))
			model_fail("format", "a refused attach stores");
		return false;
	}
	if (fault.code)
		model_fail("format", "half a BTT: %s", fault.field);
	return true;
}

static void format_again(struct btt **from)
{
	struct btt_config cfg = config;
	struct btt_format again = format;
	struct btt_fault fault;

	again.media = &formatted.media;
	cfg.media = &formatted.media;
	if (btt_format(&again, &fault) || btt_attach(from, &cfg, &fault) ||
	    fault.code)
		model_fail("format", "cannot be done again: %s is %llx",
			   fault.field, (unsigned long long)fault.value);
}

static void check_empty(struct btt *from)
{
	static const u64 zeros[SECTOR / 8];
	u64 buf[SECTOR / 8], lba;
	struct btt_io io = { .data = (u8 *)buf };

	for (lba = 0; lba < btt_sectors(from); lba++)
		if (btt_read(from, lba, 1, &io, false) ||
		    memcmp(buf, zeros, sizeof(zeros)))
			model_fail("format", "sector %llu is not empty",
				   (unsigned long long)lba);
}

static void format_check(struct btt *from, const u8 *torn,
			 void (*contents)(struct btt *from))
{
	formatted.recovering = false;
	check_permutation(&formatted, from);
	check_torn(&formatted, from, torn);
	contents(from);
	btt_detach(from);
	check_again(&formatted);
}

/* Is it what was there before, with all that was in it? */
static bool format_is_old(const u64 *image, const u8 *torn)
{
	struct btt_config new = config;
	struct btt *from;
	bool is_old;

	if (!format.force)
		return false;
	config = old;
	is_old = format_attach(image, 0, &from);
	if (is_old)
		format_check(from, torn, check_sectors);
	config = new;
	return is_old;
}

/*
 * It is the whole new BTT. Before format returns, it may also be the whole old
 * one, or none, and then format has nothing against it.
 */
static void format_state(const u64 *image, const u8 *torn)
{
	bool found, repaired;
	struct btt *from;

	found = format_attach(image, 0, &from);
	if (found)
		format_check(from, torn, check_empty);
	else if (done)
		model_fail("format", "is not there when it is done");
	repaired = format_attach(image, BTT_REPAIR, &from);
	if (found && !repaired)
		model_fail("format", "repair refuses what is whole");
	if (repaired)
		format_check(from, torn, check_empty);
	if (found || format_is_old(image, torn))
		return;
	if (repaired)
		format_attach(image, 0, &from);
	format_again(&from);
	format_check(from, torn, check_empty);
}

static void format_at_fence(struct model_domain *domain)
{
	if (!domain->depth)
		model_crash_states(domain, 0, format_state);
}

static void format_run(void)
{
	struct btt_fault fault;

	model_domain_reset(&live, bytes);
	model_domain_settle(&live);
	done = false;
	model_at_fence = format_at_fence;
	if (btt_format(&format, &fault))
		model_fail("format", "fails: %s", fault.field);
	done = true;
	format_at_fence(&live);
	model_counts.histories++;
}

static void test_format(u64 size, u64 arena_max)
{
	current = "format";
	lanes = 2;
	setup(size, arena_max);
	begin(0);
	btt_detach(btt);
	memset(live.seen, 0, bytes);
	format_run();
}

/* What is nobody's data before and after is no data. */
static void kinds_merge(const u8 *then)
{
	unsigned int i;

	for (i = 0; i < MODEL_WORDS; i++)
		if (model_kind[i] == MODEL_DATA)
			model_kind[i] = then[i];
}

/* As the driver does it: over a BTT of another uuid, which has been in use. */
static void test_format_over(u64 size, u64 old_arena_max)
{
	static const u8 uuid[16] = "btt uuid another";
	static u8 kinds[MODEL_WORDS];
	u32 lba;

	current = "format over another BTT";
	nfree = 2;	/* Or there are too many tables to be torn. */
	lanes = 2;
	setup(size, old_arena_max);
	begin(4);
	lba = nlbas - 1;
	model_at_fence = NULL;
	for (model_hint = 0; model_hint < lanes; model_hint++)
		op_write(btt, lba, 1);
	oracle_settle(lba, versions);
	btt_detach(btt);
	old = config;
	memcpy(kinds, model_kind, sizeof(kinds));

	setup(size, 0);
	kinds_merge(kinds);
	config.id.uuid = uuid;
	config.media = &live.media;
	format.id = config.id;
	format.media = &live.media;
	format.force = true;
	format_run();
	nfree = 4;
}

/* An info block torn while it is put back: the other one is still there. */
static void test_repair(bool lose_copy)
{
	struct btt_geometry geo;
	struct btt_fault fault;

	current = lose_copy ? "repair of the copy" : "repair";
	lanes = 2;
	setup(6 * BTT_PAGE, 0);
	begin(3);
	btt_detach(btt);
	btt_geometry_plan(&geo, SECTOR, nfree, bytes);
	memset((u8 *)live.seen + (lose_copy ? geo.info2off : 0), 0x5a, 100);
	model_domain_settle(&live);
	config.flags = BTT_REPAIR;
	model_at_fence = crash_now;
	if (btt_attach(&btt, &config, &fault) || fault.code)
		model_fail("repair", "refused: %s", fault.field);
	if (memcmp(live.durable, (u8 *)live.durable + geo.info2off, BTT_PAGE))
		model_fail("repair", "not done, or not durable");
	end();
	model_counts.histories++;
}

void test_format_one(void)
{
	test_format(6 * BTT_PAGE, 0);
}

void test_format_two(void)
{
	if (quick)
		return;
	nfree = 2;	/* Or there are too many tables to be torn. */
	test_format(12 * BTT_PAGE, 6 * BTT_PAGE);
	nfree = 4;
}

void test_format_forced(void)
{
	test_format_over(6 * BTT_PAGE, 0);
	test_format_over(12 * BTT_PAGE, 6 * BTT_PAGE);
}

void test_repairs(void)
{
	test_repair(false);
	test_repair(true);
}
