// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each sector may hold: operations of the engine, and an oracle that
 * knows which of them began and ended.
 */
#include "model_check.h"

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
u32 nwrites[LBAS];
u32 now;
u32 versions;
u32 busy;			/* operations that have not ended */

void oracle_reset(void)
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

bool oracle_allows(u32 lba, u32 version, u32 when)
{
	u32 i;

	for (i = 0; i < nwrites[lba]; i++)
		if (writes[lba][i].version == version &&
		    !oracle_overwritten(lba, &writes[lba][i], when))
			return true;
	return false;
}

/* Only what an ordered history needs: forget all but the last version. */
void oracle_settle(u32 lba, u32 version)
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
u32 sector_version(const char *check, const u64 *buf, u32 lba)
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

void op_write(struct btt *to, u32 lba, u32 n)
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

void op_discard(struct btt *to, u32 lba, u32 n)
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

/* Memory that the engine has to ask for, a sector at a time */
struct pieces {
	struct btt_io io;
	u64 buf[8][SECTOR / 8];
};

static size_t piece_map(struct btt_io *io, bool meta, u64 pos, size_t len,
			u8 **addr)
{
	(void)meta;
	*addr = (u8 *)((struct pieces *)io)->buf + pos;
	return len < SECTOR ? len : SECTOR;
}

/* The version of the first of them. */
u32 op_read(struct btt *from, u32 lba, u32 n, bool in_pieces)
{
	struct pieces pieces;
	u32 begin = ++now;
	u32 version = 0, i;

	pieces.io = (struct btt_io){
		.data = in_pieces ? NULL : (u8 *)pieces.buf,
		.map = in_pieces ? piece_map : NULL,
	};
	if (btt_read(from, lba, n, &pieces.io, false)) {
		if (n > 1 || !oracle_allows(lba, GONE, begin))
			model_fail("error", "%s: read fails", current);
		return GONE;
	}
	for (i = n; i--;) {
		version = sector_version("read", pieces.buf[i], lba + i);
		if (!oracle_allows(lba + i, version, begin))
			model_fail("read", "%s: sector %u reads as version %u",
				   current, lba + i, version);
	}
	return version;
}

/* The write of what is in a block. */
static struct write *oracle_find(u32 lba, u32 block)
{
	u32 version = sector_version("read", live.seen +
				     block * (MODEL_BLOCK / 8), lba);
	u32 i;

	for (i = nwrites[lba]; i--;)
		if (writes[lba][i].version == version)
			return &writes[lba][i];
	model_fail("read", "%s: sector %u holds version %u", current, lba,
		   version);
}

/*
 * The block where a sector is cannot be read any more. Once a reader was told,
 * that is as good as a write of its own. (Unless there was a writer meanwhile:
 * then what the reader found may be another block.) If a writer or a discard was
 * faster, a crash may still bring back what was in the block, and it is
 * unreadable.
 */
void op_break(struct btt *to, u32 lba)
{
	u32 block = sector_place(&live, to, lba, 3);
	const struct write *lost;
	u32 at, version, start;

	if (!block) {
		op_read(to, lba, 1, false);
		return;
	}
	lost = oracle_find(lba, block);
	busy++;
	start = ++now;
	at = oracle_begin(lba, GONE);
	live.bad[block] = MODEL_BAD;
	version = op_read(to, lba, 1, false);
	if (version == GONE && live.bad[block] == MODEL_BAD &&
	    (now == start + 1 || sector_place(&live, to, lba, 1) == block))
		live.bad[block] = MODEL_BAD_TOLD;
	if (version == GONE)
		writes[lba][at].end = ++now;
	else
		writes[lba][at] = (struct write){ GONE, lost->start,
						  lost->end };
	busy--;
}
