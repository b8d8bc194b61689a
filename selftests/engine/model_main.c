// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the crash model is asked: histories of operations, an oracle that
 * knows what each sector may hold, and a check of every state that a crash
 * can leave.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "model.h"

#define SECTOR		512
#define LBAS		64
#define WRITES		4096
#define DEPTH		2

static struct model_domain live;
static struct model_domain after[4];	/* recovering from crash number n */
static struct btt *btt;
static struct btt_config config;
static struct btt_format format;
static u64 bytes;
static u32 lanes = 2;
static u32 nfree = 4;
static u32 nlbas;
static const char *current;		/* the history, for messages */
static unsigned int sample;		/* 0: every state */
static bool quick;			/* less of what takes long */

static const u8 uuid[16] = "btt uuid 0123456";
static const u8 parent[16] = "namespace uuid 0";

/* ---- oracle ---- */

/**
 * struct write - one version of one sector
 * @version: what it holds, 0 for zeros
 * @start: when the operation began
 * @end: when it was acknowledged, or 0
 */
struct write {
	u32 version;
	u32 start;
	u32 end;
};

static struct write writes[LBAS][WRITES];
static u32 nwrites[LBAS];
static u32 now;
static u32 versions;
static u32 busy;			/* operations that have not ended */

static void oracle_reset(void)
{
	u32 lba;

	now = 1;
	versions = 0;
	busy = 0;
	for (lba = 0; lba < nlbas; lba++) {
		nwrites[lba] = 1;
		writes[lba][0] = (struct write){ 0, 0, 1 };
	}
}

static u32 oracle_begin(u32 lba, u32 version)
{
	u32 i = nwrites[lba]++;

	if (i == WRITES)
		model_fail("model", "too many writes");
	writes[lba][i] = (struct write){ version, now, 0 };
	return i;
}

/* Did a later write end before @when? Then this one is gone. */
static bool oracle_overwritten(u32 lba, const struct write *w, u32 when)
{
	u32 i;

	if (!w->end)
		return false;
	for (i = 0; i < nwrites[lba]; i++) {
		const struct write *v = &writes[lba][i];

		if (v->end && v->end <= when && v->start >= w->end)
			return true;
	}
	return false;
}

static bool oracle_allows(u32 lba, u32 version, u32 when)
{
	u32 i;

	for (i = 0; i < nwrites[lba]; i++)
		if (writes[lba][i].version == version &&
		    !oracle_overwritten(lba, &writes[lba][i], when))
			return true;
	return false;
}

/* Only what an ordered history needs: forget all but the last version. */
static void oracle_settle(u32 lba, u32 version)
{
	nwrites[lba] = 1;
	writes[lba][0] = (struct write){ version, now, ++now };
}

static void sector_fill(u64 *buf, u32 lba, u32 version)
{
	u32 i;

	for (i = 0; i < SECTOR / 8; i++)
		buf[i] = version ? (u64)version << 32 | lba << 16 | i : 0;
}

/* The version that a sector is, whole; otherwise the history is wrong. */
static u32 sector_version(const char *check, const u64 *buf, u32 lba)
{
	u32 version = buf[0] >> 32;
	u64 want[SECTOR / 8];

	sector_fill(want, lba, version);
	if (memcmp(buf, want, SECTOR))
		model_fail(check, "%s: sector %u is mixed or not its own",
			   current, lba);
	return version;
}

/* ---- operations ---- */

static void op_write(struct btt *to, u32 lba, u32 n)
{
	u64 buf[8][SECTOR / 8];
	struct btt_io io = { .data = (u8 *)buf };
	u32 i, at[8], err;

	busy++;
	now++;
	for (i = 0; i < n; i++) {
		at[i] = oracle_begin(lba + i, ++versions);
		sector_fill(buf[i], lba + i, versions);
	}
	err = btt_write(to, lba, n, &io, false);
	if (err)
		model_fail("error", "%s: write fails: %d", current, (int)err);
	now++;
	for (i = 0; i < n; i++)
		writes[lba + i][at[i]].end = now;
	busy--;
}

static void op_discard(struct btt *to, u32 lba, u32 n)
{
	u32 i, at[LBAS], err;

	busy++;
	now++;
	for (i = 0; i < n; i++)
		at[i] = oracle_begin(lba + i, 0);
	err = btt_discard(to, lba, n, false);
	if (err)
		model_fail("error", "%s: discard fails: %d", current,
			   (int)err);
	now++;
	for (i = 0; i < n; i++)
		writes[lba + i][at[i]].end = now;
	busy--;
}

static u32 op_read(struct btt *from, u32 lba)
{
	u64 buf[SECTOR / 8];
	struct btt_io io = { .data = (u8 *)buf };
	u32 begin = ++now;
	u32 version;

	if (btt_read(from, lba, 1, &io))
		model_fail("error", "%s: read fails", current);
	version = sector_version("read", buf, lba);
	if (!oracle_allows(lba, version, begin))
		model_fail("read", "%s: sector %u reads as version %u",
			   current, lba, version);
	return version;
}

/* ---- the check of a state ---- */

static u32 image32(const struct model_domain *domain, u64 off)
{
	u32 v;

	memcpy(&v, (const u8 *)domain->seen + off, 4);
	return v;
}

/* The model's own reading of the map, which owes nothing to the engine. */
static u32 image_block(const struct model_domain *domain,
		       const struct btt_geometry *geo, u64 arena, u32 lba)
{
	u32 entry = image32(domain, arena + geo->mapoff + 4 * lba);

	return entry >> 30 ? entry & 0x3fffffff : lba;
}

static bool image_zero(const struct model_domain *domain,
		       const struct btt_geometry *geo, u64 arena, u32 lba)
{
	u32 state = image32(domain, arena + geo->mapoff + 4 * lba) >> 30;

	return state == 0 || state == 2;
}

static u32 image_free(const struct model_domain *domain,
		      const struct btt_geometry *geo, u64 arena, u32 slot,
		      u32 second)
{
	u64 at = arena + geo->logoff + 64 * slot;
	u32 seq0 = image32(domain, at + 12);
	u32 seq1 = image32(domain, at + 16 * second + 12);
	/* 2 follows 1, 3 follows 2, 1 follows 3; and 1 comes after none. */
	bool last = seq1 && seq1 == seq0 % 3 + 1;

	return image32(domain, at + (last ? 16 * second : 0) + 4) &
	       0x3fffffff;
}

static void check_permutation(const struct model_domain *domain,
			      struct btt *from)
{
	unsigned int i, second;

	for (i = 0; i < btt_arenas(from); i++) {
		u64 off;
		const struct btt_geometry *geo =
			btt_arena_geometry(from, i, &off, &second);
		u64 used = 0;
		u32 j, block;

		for (j = 0; j < geo->internal_nlba; j++) {
			block = j < geo->external_nlba ?
				image_block(domain, geo, off, j) :
				image_free(domain, geo, off,
					   j - geo->external_nlba, second);
			if (block >= geo->internal_nlba ||
			    used & 1ull << block)
				model_fail("permutation",
					   "%s: block %u is out of range or has two owners",
					   current, block);
			used |= 1ull << block;
		}
	}
}

/* No sector may be one whose block can be torn. */
static void check_torn(const struct model_domain *domain, struct btt *from,
		       const u8 *torn)
{
	unsigned int i, second;
	u64 off;

	for (i = 0; i < btt_arenas(from); i++) {
		const struct btt_geometry *geo =
			btt_arena_geometry(from, i, &off, &second);
		u32 lba;

		for (lba = 0; lba < geo->external_nlba; lba++) {
			u64 at = off + geo->dataoff +
				 (u64)geo->internal_lbasize *
				 image_block(domain, geo, off, lba);

			if (!image_zero(domain, geo, off, lba) &&
			    torn[at / SECTOR])
				model_fail("torn",
					   "%s: sector %u may be mixed",
					   current, lba);
		}
	}
}

static void check_sectors(struct btt *from)
{
	u64 buf[LBAS][SECTOR / 8];
	struct btt_io io = { .data = (u8 *)buf };
	u32 lba, version;

	if (btt_read(from, 0, nlbas, &io))
		model_fail("error", "%s: read fails after a crash", current);
	for (lba = 0; lba < nlbas; lba++) {
		version = sector_version("mixed", buf[lba], lba);
		if (!oracle_allows(lba, version, now))
			model_fail("lost",
				   "%s: sector %u is version %u after a crash",
				   current, lba, version);
	}
}

static const u8 *check_torn_blocks[4];

static void check_state(const u64 *image, const u8 *torn);

/* During recovery: the next crash. */
static void check_at_fence(struct model_domain *domain)
{
	if (!domain->depth || domain->depth >= DEPTH || !domain->npending)
		return;
	model_crash_states(domain, sample, check_state);
}

static struct btt *check_attach(struct model_domain *domain)
{
	struct btt_config cfg = config;
	struct btt_fault fault;
	struct btt *from;

	cfg.media = &domain->media;
	domain->recovering = true;
	if (btt_attach(&from, &cfg, &fault) || fault.code)
		model_fail("attach", "%s: %s is %llx (index %llu)", current,
			   fault.field ?: "?", (unsigned long long)fault.value,
			   (unsigned long long)fault.index);
	check_at_fence(domain);
	domain->recovering = false;
	return from;
}

static void check_again(struct model_domain *domain)
{
	static u64 first[MODEL_WORDS];

	model_domain_settle(domain);
	memcpy(first, domain->seen, bytes);
	btt_detach(check_attach(domain));
	if (memcmp(first, domain->seen, bytes))
		model_fail("again", "%s: a second recovery changes something",
			   current);
}

static bool go_on;

/*
 * Life goes on after a recovery: writes through every slot, and crashes
 * while they last. The versions are those of the first crash's history plus
 * what is written here, which is forgotten again.
 */
static void check_go_on(struct model_domain *domain, struct btt *from)
{
	u32 lane, lba = nlbas - lanes, versions_then = versions;
	u32 now_then = now, busy_then = busy;

	/* On another CPU, which knows nothing of what recovery flushed. */
	model_task = 1;
	for (lane = 0; lane < lanes; lane++) {
		model_hint = lane;
		op_write(from, lba + lane, 1);
	}
	btt_detach(from);
	check_at_fence(domain);
	for (lane = 0; lane < lanes; lane++)
		nwrites[lba + lane]--;
	model_task = 0;
	versions = versions_then;
	now = now_then;
	busy = busy_then;
}

static void check_recovered(struct model_domain *domain, const u8 *torn)
{
	struct btt *from = check_attach(domain);

	check_permutation(domain, from);
	check_torn(domain, from, torn);
	check_sectors(from);
	if (go_on && domain->depth == 1) {
		check_go_on(domain, from);
		return;
	}
	btt_detach(from);
	check_again(domain);
}

static void check_state(const u64 *image, const u8 *torn)
{
	static unsigned int level;
	struct model_domain *domain = &after[level];
	unsigned int tasks = model_suspend();
	int task = model_task;

	if (level)
		torn = go_on ? torn : check_torn_blocks[level - 1];
	check_torn_blocks[level] = torn;
	model_task = 0;
	model_domain_reset(domain, bytes);
	domain->depth = ++level;
	memcpy(domain->seen, image, bytes);
	model_domain_settle(domain);
	check_recovered(domain, torn);
	level--;
	model_task = task;
	model_resume(tasks);
}

static unsigned int crashes = 1;	/* check one fence in so many */

static void crash_now(struct model_domain *domain)
{
	if (domain->depth) {
		check_at_fence(domain);
		return;
	}
	if (crashes > 1 && model_random() % crashes)
		return;
	model_crash_states(domain, sample, check_state);
}

/* ---- set-up ---- */

static void kinds_set(void)
{
	struct btt_geometry geo;
	u64 off = 0;
	u64 room = format.arena_max ?: bytes;

	memset(model_kind, MODEL_META, sizeof(model_kind));
	for (; off < bytes; off += room) {
		u32 i;

		if (!btt_geometry_plan(&geo, SECTOR, nfree, room))
			model_fail("model", "no such geometry");
		for (i = 0; i < BTT_PAGE / 8; i++) {
			model_kind[off / 8 + i] = MODEL_INFO;
			model_kind[(off + geo.info2off) / 8 + i] = MODEL_INFO;
		}
		for (i = geo.dataoff / 8; i < geo.mapoff / 8; i++)
			model_kind[off / 8 + i] = MODEL_DATA;
	}
}

static void setup(u64 size, u64 arena_max)
{
	bytes = size;
	config = (struct btt_config){
		.id = { .uuid = uuid, .parent_uuid = parent, .major = 2,
			.lbasize = SECTOR },
		.lanes = lanes,
		.lane_slots = max(nfree / lanes, 1u),
	};
	format = (struct btt_format){
		.id = config.id, .nfree = nfree, .arena_min = 5 * BTT_PAGE,
		.arena_max = arena_max,
	};
	kinds_set();
}

/* An empty BTT of the given age: so many writes went through each lane. */
static void begin(unsigned int age)
{
	struct btt_fault fault;
	unsigned int i;

	model_at_fence = NULL;
	model_task = 0;
	memset(live.seen, 0, bytes);
	model_domain_reset(&live, bytes);
	format.media = &live.media;
	config.media = &live.media;
	if (btt_format(&format, &fault) ||
	    btt_attach(&btt, &config, &fault))
		model_fail("format", "%s is %llx", fault.field,
			   (unsigned long long)fault.value);
	nlbas = btt_sectors(btt);
	if (nlbas > LBAS)
		model_fail("model", "too many sectors");
	oracle_reset();
	for (i = 0; i < age; i++) {
		model_hint = i % lanes;
		op_write(btt, i % 3, 1);
		oracle_settle(i % 3, versions);
	}
	model_domain_settle(&live);
	live.fences = 0;
	model_at_fence = crash_now;
}

/* With nothing in flight, a crash must leave what a reader sees. */
static void end(void)
{
	u32 lba;

	if (busy)
		model_fail("model", "operations did not end");
	crash_now(&live);
	for (lba = 0; lba < nlbas; lba++)
		oracle_settle(lba, op_read(btt, lba));
	crash_now(&live);
	btt_detach(btt);
	crash_now(&live);
}

/* ---- sequential histories ---- */

/**
 * struct op - a letter of the alphabet
 * @what: 'w' or 'd'
 * @lba: the first sector
 * @n: how many
 * @lane: which lane is hinted at
 */
struct op {
	char what;
	u32 lba;
	u32 n;
	u32 lane;
};

static const struct op alphabet[] = {
	{ 'w', 0, 1, 0 }, { 'w', 0, 1, 1 }, { 'w', 1, 1, 0 },
	{ 'w', 1, 1, 1 }, { 'w', 2, 1, 0 }, { 'w', 0, 2, 0 },
	{ 'w', 1, 2, 1 }, { 'd', 0, 1, 0 }, { 'd', 0, 3, 0 },
};

#define LETTERS ARRAY_SIZE(alphabet)

static void op_do(const struct op *op)
{
	model_hint = op->lane;
	if (op->what == 'w')
		op_write(btt, op->lba, op->n);
	else
		op_discard(btt, op->lba, op->n);
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

static void test_sequential(void)
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
static void test_go_on(void)
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

/* One slot per lane: what a lane gives away it takes up again at once. */
static void test_single_slot(void)
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

/* Two arenas, and operations across the end of the first one. */
static void test_arenas(void)
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

/* ---- interleavings ---- */

/**
 * struct duel - what each of some tasks does
 * @name: for messages
 * @tasks: how many
 * @lanes: how many lanes they share
 * @preemptions: how many to try
 * @ops: up to three operations for each; 'r' reads
 */
struct duel {
	const char *name;
	unsigned int tasks;
	unsigned int lanes;
	unsigned int preemptions;
	struct op ops[3][3];
};

static const struct duel duels[] = {
	{ "two writers, one sector", 2, 2, 3,
	  { { { 'w', 0, 1 } }, { { 'w', 0, 1 } } } },
	{ "two writers, neighbours", 2, 2, 3,
	  { { { 'w', 0, 1 } }, { { 'w', 1, 1 } } } },
	{ "two writers, one lane", 2, 1, 3,
	  { { { 'w', 0, 1 } }, { { 'w', 1, 1 } } } },
	{ "two writers twice, one sector", 2, 2, 2,
	  { { { 'w', 0, 1 }, { 'w', 0, 1 } },
	    { { 'w', 0, 1 }, { 'w', 1, 1 } } } },
	{ "overlapping batches", 2, 2, 2,
	  { { { 'w', 0, 2 } }, { { 'w', 1, 2 } } } },
	{ "writer and discard", 2, 2, 3,
	  { { { 'w', 0, 1 }, { 'w', 0, 1 } }, { { 'd', 0, 2 } } } },
	{ "discard and discard", 2, 2, 3,
	  { { { 'd', 0, 2 } }, { { 'd', 0, 1 }, { 'w', 0, 1 } } } },
	{ "reader, block reused for another sector", 2, 4, 3,
	  { { { 'w', 0, 1 }, { 'w', 1, 1 } }, { { 'r', 0, 1 } } } },
	{ "reader, block reused for the same sector", 2, 4, 3,
	  { { { 'w', 0, 1 }, { 'w', 0, 1 } }, { { 'r', 0, 1 } } } },
	{ "reader and two writers", 3, 2, 2,
	  { { { 'w', 0, 1 } }, { { 'w', 0, 1 } }, { { 'r', 0, 1 } } } },
	{ "three writers, two lanes", 3, 2, 1,
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
		else
			op_read(btt, op[i].lba);
	}
}

static void duel_reset(void)
{
	begin(4);
	if (duel->ops[duel->tasks - 1][0].what == 'r') {
		/* Something to be read, in a block of its own. */
		model_at_fence = NULL;
		model_hint = 1;
		op_write(btt, 0, 1);
		oracle_settle(0, versions);
		model_domain_settle(&live);
		model_at_fence = crash_now;
	}
}

static void test_duel(const struct duel *d)
{
	duel = d;
	current = d->name;
	lanes = d->lanes;
	setup(6 * BTT_PAGE, 0);
	model_schedules(d->tasks, duel_task,
			quick ? min(d->preemptions, 2u) : d->preemptions,
			duel_reset, end);
}

/* ---- format ---- */

static void format_state(const u64 *image, const u8 *torn)
{
	struct model_domain *domain = &after[0];
	struct btt_config cfg = config;
	struct btt_format again = format;
	struct btt_fault fault;
	struct btt *from;
	unsigned int repair;

	for (repair = 0; repair < 2; repair++) {
		model_domain_reset(domain, bytes);
		domain->depth = DEPTH;
		memcpy(domain->seen, image, bytes);
		model_domain_settle(domain);
		cfg.media = &domain->media;
		cfg.flags = repair ? BTT_REPAIR : 0;
		again.media = &domain->media;
		domain->recovering = true;
		if (btt_attach(&from, &cfg, &fault)) {
			if (memcmp(domain->seen, image, bytes))
				model_fail("format",
					   "a refused attach stores");
			if (btt_format(&again, &fault) ||
			    btt_attach(&from, &cfg, &fault))
				model_fail("format",
					   "cannot be done again: %s is %llx",
					   fault.field,
					   (unsigned long long)fault.value);
		}
		if (fault.code)
			model_fail("format", "half a BTT: %s", fault.field);
		domain->recovering = false;
		check_permutation(domain, from);
		check_torn(domain, from, torn);
		check_sectors(from);
		btt_detach(from);
		check_again(domain);
	}
}

static void format_at_fence(struct model_domain *domain)
{
	if (!domain->depth)
		model_crash_states(domain, 0, format_state);
}

static void test_format(u64 size, u64 arena_max)
{
	struct btt_fault fault;

	current = "format";
	lanes = 2;
	setup(size, arena_max);
	begin(0);
	btt_detach(btt);
	memset(live.seen, 0, bytes);
	model_domain_reset(&live, bytes);
	model_domain_settle(&live);
	model_at_fence = format_at_fence;
	if (btt_format(&format, &fault))
		model_fail("format", "fails: %s", fault.field);
	format_at_fence(&live);
	model_counts.histories++;
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
	if (memcmp(live.seen, (u8 *)live.seen + geo.info2off, BTT_PAGE))
		model_fail("repair", "not done");
	end();
	model_counts.histories++;
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
		case 1:
		case 2:
			op_read(btt, lba);
			break;
		default:
			op_write(btt, lba, n);
		}
	}
}

/* Crash now and then in the middle of it, look, and go on as if not. */
static void test_random(u64 seed, unsigned int rounds)
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
			oracle_settle(lba, op_read(btt, lba));
	}
	end();
	crashes = 1;
	sample = 0;
	model_counts.histories++;
}

/* ---- fences ---- */

static void test_fences(void)
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
	printf("# fences: write of 1 sector %lu, of a batch of 2 %lu, ", one, two);
	printf("discard %lu, discard of nothing %lu\n", zero, clean);
	if (one > 2 || two > 2 || zero > 1 || clean)
		model_fail("fences", "too many");
}

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
	printf("ok %u - %s # %llu states, %llu nested, %llu sampled, ",
	       number, name, model_counts.states, model_counts.nested,
	       model_counts.sampled);
	printf("%llu histories, %llu schedules, %.2f s\n",
	       model_counts.histories, model_counts.runs, took);
	fflush(stdout);
	all_states += model_counts.states + model_counts.nested +
		      model_counts.sampled;
	all_seconds += took;
	memset(&model_counts, 0, sizeof(model_counts));
}

static void test_format_one(void)
{
	test_format(6 * BTT_PAGE, 0);
}

static void test_format_two(void)
{
	if (quick)
		return;
	nfree = 2;	/* Or there are too many tables to be torn. */
	test_format(12 * BTT_PAGE, 6 * BTT_PAGE);
	nfree = 4;
}

static void test_repairs(void)
{
	test_repair(false);
	test_repair(true);
}

static u64 seed = 1;
static unsigned int seeds = 20;

static void test_randoms(void)
{
	unsigned int i;

	for (i = 0; i < (quick ? 2 : seeds); i++)
		test_random(seed + i, 40);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "fences per sector", test_fences },
	{ "two arenas", test_arenas },
	{ "repair of info blocks", test_repairs },
	{ "format", test_format_one },
	{ "histories of two operations, a crash, and writes", test_go_on },
	{ "histories of up to three operations", test_sequential },
	{ "histories of four operations, one slot a lane", test_single_slot },
	{ "format of two arenas", test_format_two },
	{ "random histories", test_randoms },
};

static void test_run(unsigned int number)
{
	double begin = seconds();
	unsigned int i = number - 1;
	const char *name;

	if (i < ARRAY_SIZE(tests)) {
		name = tests[i].name;
		tests[i].run();
	} else {
		i -= ARRAY_SIZE(tests);
		name = duels[i].name;
		test_duel(&duels[i]);
	}
	passed(number, name, seconds() - begin);
}

static int bad_usage(const char *name)
{
	fprintf(stderr, "usage: %s [-q] [-s seed] [-n seeds] [test...]\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	const unsigned int all = ARRAY_SIZE(duels) + ARRAY_SIZE(tests);
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
