// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check of a state that a crash can leave, and how a history begins and
 * ends.
 */
#include "model_check.h"

struct model_domain live;
static struct model_domain after[4];	/* recovering from crash number n */
struct btt *btt;
struct btt_config config;
struct btt_format format;
u64 bytes;
u32 lanes = 2;
u32 nfree = 4;
u32 nlbas;
const char *current;		/* the history, for messages */
unsigned int sample;		/* 0: every state */
bool quick;			/* less of what takes long */

static const u8 uuid[16] = "btt uuid 0123456";
static const u8 parent[16] = "namespace uuid 0";

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

static u32 image_old_map(const struct model_domain *domain,
			 const struct btt_geometry *geo, u64 arena, u32 slot,
			 u32 second)
{
	u64 at = arena + geo->logoff + 64 * slot;
	u32 seq0 = image32(domain, at + 12);
	u32 seq1 = image32(domain, at + 16 * second + 12);
	/* 2 follows 1, 3 follows 2, 1 follows 3; and 1 comes after none. */
	bool last = seq1 && seq1 == seq0 % 3 + 1;

	return image32(domain, at + (last ? 16 * second : 0) + 4);
}

static u32 image_free(const struct model_domain *domain,
		      const struct btt_geometry *geo, u64 arena, u32 slot,
		      u32 second)
{
	return image_old_map(domain, geo, arena, slot, second) & 0x3fffffff;
}

/* Number of the MODEL_BLOCK where a block of an arena is. */
static u32 image_place(const struct btt_geometry *geo, u64 arena, u32 block)
{
	return (arena + geo->dataoff + (u64)geo->internal_lbasize * block) /
	       MODEL_BLOCK;
}

/* Where the block of a sector is, or 0 if its entry is in another state. */
u32 sector_place(const struct model_domain *domain, struct btt *from, u32 lba,
		 u32 state)
{
	unsigned int i = 0, second;
	const struct btt_geometry *geo;
	u64 off;

	for (;; i++) {
		geo = btt_arena_geometry(from, i, &off, &second);
		if (lba < geo->external_nlba)
			break;
		lba -= geo->external_nlba;
	}
	if (image32(domain, off + geo->mapoff + 4 * lba) >> 30 != state)
		return 0;
	return image_place(geo, off, image_block(domain, geo, off, lba));
}

void check_permutation(const struct model_domain *domain, struct btt *from)
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
void check_torn(const struct model_domain *domain, struct btt *from,
		const u8 *torn)
{
	unsigned int i, second;
	u64 off;

	for (i = 0; i < btt_arenas(from); i++) {
		const struct btt_geometry *geo =
			btt_arena_geometry(from, i, &off, &second);
		u32 lba;

		for (lba = 0; lba < geo->external_nlba; lba++) {
			u32 block = image_block(domain, geo, off, lba);

			if (!image_zero(domain, geo, off, lba) &&
			    torn[image_place(geo, off, block)])
				model_fail("torn",
					   "%s: sector %u may be mixed",
					   current, lba);
		}
	}
}

/* Of a block that is known to be bad, its owner has to say so. */
static void check_bad_arena(const struct model_domain *domain,
			    const struct btt_geometry *geo, u64 off, u32 second)
{
	u32 i, block;
	bool said;

	for (i = 0; i < geo->internal_nlba; i++) {
		u32 slot = i - geo->external_nlba;

		if (i < geo->external_nlba) {
			block = image_block(domain, geo, off, i);
			said = image32(domain, off + geo->mapoff + 4 * i) >> 30
				== 1;
		} else {
			block = image_free(domain, geo, off, slot, second);
			said = image_old_map(domain, geo, off, slot, second) &
			       1u << 30;
		}
		if (!said && domain->bad[image_place(geo, off, block)] ==
			     MODEL_BAD_TOLD)
			model_fail("bad", "%s: an error is forgotten", current);
	}
}

static void check_bad(const struct model_domain *domain, struct btt *from)
{
	unsigned int i, second;
	u64 off;

	if (!memchr(domain->bad, MODEL_BAD_TOLD, sizeof(domain->bad)))
		return;
	for (i = 0; i < btt_arenas(from); i++) {
		const struct btt_geometry *geo =
			btt_arena_geometry(from, i, &off, &second);

		check_bad_arena(domain, geo, off, second);
	}
}

static void check_version(u32 lba, u32 version)
{
	if (!oracle_allows(lba, version, now))
		model_fail("lost", "%s: sector %u is version %u after a crash",
			   current, lba, version);
}

/* All at once, or, if one of them is unreadable, each by itself. */
void check_sectors(struct btt *from)
{
	static u64 all[LBAS][SECTOR / 8];
	struct btt_io io = { .data = (u8 *)all };
	u64 one[SECTOR / 8];
	u32 lba;
	int err;

	if (!btt_read(from, 0, nlbas, &io, false)) {
		for (lba = 0; lba < nlbas; lba++)
			check_version(lba,
				      sector_version("mixed", all[lba], lba));
		return;
	}
	io.data = (u8 *)one;
	for (lba = 0; lba < nlbas; lba++) {
		err = btt_read(from, lba, 1, &io, false);
		check_version(lba, err ? GONE :
			      sector_version("mixed", one, lba));
	}
}

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

void check_again(struct model_domain *domain)
{
	static u64 first[MODEL_WORDS];

	model_domain_settle(domain);
	memcpy(first, domain->seen, bytes);
	btt_detach(check_attach(domain));
	if (memcmp(first, domain->seen, bytes))
		model_fail("again", "%s: a second recovery changes something",
			   current);
}

bool go_on;

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
	unsigned int second;
	u64 off;

	btt_arena_geometry(from, 0, &off, &second);
	if (old_padding && second != 2)
		model_fail("padding", "%s: it is not the old one", current);
	check_permutation(domain, from);
	check_torn(domain, from, torn);
	check_bad(domain, from);
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

	model_task = 0;
	model_domain_reset(domain, bytes);
	domain->depth = ++level;
	memcpy(domain->torn, torn, sizeof(domain->torn));
	memcpy(domain->bad, level > 1 ? after[level - 2].bad : live.bad,
	       sizeof(domain->bad));
	memcpy(domain->seen, image, bytes);
	model_domain_settle(domain);
	check_recovered(domain, torn);
	level--;
	model_task = task;
	model_resume(tasks);
}

unsigned int crashes = 1;	/* check one fence in so many */

void crash_now(struct model_domain *domain)
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

void setup(u64 size, u64 arena_max)
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

bool old_padding;

/* The flog as Linux before 4.15 wrote it: the second record is the third. */
static void begin_old(void)
{
	unsigned int second;
	u64 off;
	const struct btt_geometry *geo =
		btt_arena_geometry(btt, 0, &off, &second);
	u8 *group = (u8 *)live.seen + off + geo->logoff;
	struct btt_fault fault;
	u32 i;

	for (i = 0; i < geo->nfree; i++, group += 64) {
		memcpy(group + 32, group + 16, 16);
		memset(group + 16, 0, 16);
	}
	btt_detach(btt);
	if (btt_attach(&btt, &config, &fault) || fault.code)
		model_fail("format", "%s is %llx", fault.field,
			   (unsigned long long)fault.value);
}

/* An empty BTT of the given age: so many writes went through each lane. */
void begin(unsigned int age)
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
	if (old_padding)
		begin_old();
	model_domain_settle(&live);
	live.fences = 0;
	model_at_fence = crash_now;
}

/* With nothing in flight, a crash must leave what a reader sees. */
void end(void)
{
	u32 lba;

	if (busy)
		model_fail("model", "operations did not end");
	crash_now(&live);
	for (lba = 0; lba < nlbas; lba++)
		oracle_settle(lba, op_read(btt, lba, 1, false));
	crash_now(&live);
	btt_detach(btt);
	if (memcmp(live.seen, live.durable, bytes))
		model_fail("detach", "%s: not all is durable", current);
	crash_now(&live);
}
