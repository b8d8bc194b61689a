// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a BTT where there is none.
 *
 * One walk over all that a format writes, done twice: first to see that each
 * word is either zero or what it is going to be, then to write it. So format
 * destroys nothing, and one that was cut short can be done again.
 */
#include "engine.h"

/**
 * struct btt_walk - the walk
 * @format: what was asked for
 * @fault: what stands in the way
 * @store: write, rather than look
 */
struct btt_walk {
	const struct btt_format *format;
	struct btt_fault *fault;
	bool store;
};

static bool btt_walk_word(struct btt_walk *walk, const char *field, u64 off,
			  __le64 want)
{
	struct btt_media *media = walk->format->media;
	__le64 have = persist_get64(media, off);

	if (have == want)
		return true;
	if (walk->store)
		persist_word(media, off, want);
	else if (have)
		return btt_fault_set(walk->fault, BTT_NOT_EMPTY, field,
				     le64_to_cpu(have));
	return true;
}

static bool btt_walk_zeros(struct btt_walk *walk, const char *field, u64 off,
			   u64 end)
{
	for (; off < end; off += sizeof(__le64)) {
		if (!btt_walk_word(walk, field, off, 0))
			return false;
		if (off % (1u << 20) == 0)
			btt_relax();
	}
	return true;
}

/* Group number @slot says that the block behind the last sector is free. */
static bool btt_walk_flog(struct btt_walk *walk, u64 off, u32 slot, u32 block)
{
	u64 end = off + sizeof(struct btt_flog_group);

	return btt_walk_word(walk, "flog", off, btt_flog_half(slot, block)) &&
	       btt_walk_word(walk, "flog", off + 8, btt_flog_half(block, 1)) &&
	       btt_walk_zeros(walk, "flog", off + 16, end);
}

static bool btt_walk_tables(struct btt_walk *walk, u64 arena,
			    const struct btt_geometry *geo)
{
	u64 off = arena + geo->logoff;
	u32 i;

	if (!btt_walk_zeros(walk, "map", arena + geo->mapoff, off))
		return false;
	for (i = 0; i < geo->nfree; i++, off += sizeof(struct btt_flog_group))
		if (!btt_walk_flog(walk, off, i, geo->external_nlba + i))
			return false;
	return btt_walk_zeros(walk, "flog", off, arena + geo->info2off);
}

static bool btt_walk_info(struct btt_walk *walk, u64 off,
			  const struct btt_info *info)
{
	const __le64 *word = (const __le64 *)info;
	size_t i;

	for (i = 0; i < sizeof(*info) / sizeof(*word); i++)
		if (!btt_walk_word(walk, "info", off + i * sizeof(*word),
				   word[i]))
			return false;
	return true;
}

/* The arena that begins at @off; false if there is no room for one. */
static bool btt_format_plan(const struct btt_format *format, u64 off,
			    struct btt_geometry *geo)
{
	u64 max = format->arena_max ?: BTT_ARENA_MAX;
	u64 min_size = format->arena_min ?: BTT_ARENA_MIN;
	u64 room = format->media->size - off;
	u64 size = min(room, max);

	if (size < min_size ||
	    !btt_geometry_plan(geo, format->id.lbasize,
			       format->nfree ?: BTT_NFREE, size))
		return false;
	if (room - size >= min_size)
		geo->nextoff = size;
	return true;
}

/* Metadata that cannot be read is not empty, and not to be trusted. */
static bool btt_format_usable(struct btt_walk *walk, u64 off,
			      const struct btt_geometry *geo)
{
	struct btt_media *media = walk->format->media;
	u64 meta = off + geo->mapoff;
	u64 len = geo->info2off + BTT_PAGE - geo->mapoff;

	if (!persist_readable(media, off, BTT_PAGE) &&
	    (!walk->format->force || !media->clear_bad ||
	     media->clear_bad(media, off, BTT_PAGE)))
		return btt_fault_set(walk->fault, BTT_BAD_MEDIA, "info", off);
	if (!persist_readable(media, meta, len) &&
	    (!walk->format->force || !media->clear_bad ||
	     media->clear_bad(media, meta, len)))
		return btt_fault_set(walk->fault, BTT_BAD_MEDIA, "map", meta);
	return true;
}

/* What of an arena is walked in one go, with a fence behind it. */
enum btt_format_part {
	BTT_PART_TABLES,
	BTT_PART_COPY,
	BTT_PART_INFO,
};

static bool btt_walk_part(struct btt_walk *walk, enum btt_format_part part,
			  struct btt_info *info, u64 off,
			  const struct btt_geometry *geo)
{
	if (part == BTT_PART_TABLES)
		return btt_format_usable(walk, off, geo) &&
		       btt_walk_tables(walk, off, geo);
	btt_info_fill(info, &walk->format->id, geo);
	if (part == BTT_PART_COPY)
		off += geo->info2off;
	return btt_walk_info(walk, off, info);
}

/* @part of every arena from @off on; with @one only of the first. */
static int btt_walk_arenas(struct btt_walk *walk, struct btt_info *info,
			   enum btt_format_part part, u64 off, bool one)
{
	struct btt_geometry geo;

	for (walk->fault->arena = 0;; walk->fault->arena++) {
		if (!btt_format_plan(walk->format, off, &geo)) {
			btt_fault_set(walk->fault, BTT_BAD_SIZE, "size",
				      walk->format->media->size);
			return -ENOSPC;
		}
		if (!btt_walk_part(walk, part, info, off, &geo))
			return walk->fault->code == BTT_BAD_MEDIA ? -EIO :
								    -EEXIST;
		if (!geo.nextoff || one)
			return 0;
		off += geo.nextoff;
	}
}

static int btt_format_look(struct btt_walk *walk, struct btt_info *info,
			   u64 off)
{
	int err;

	walk->store = false;
	err = btt_walk_arenas(walk, info, BTT_PART_TABLES, off, false);
	if (!err)
		err = btt_walk_arenas(walk, info, BTT_PART_COPY, off, false);
	if (!err)
		err = btt_walk_arenas(walk, info, BTT_PART_INFO, off, false);
	return err;
}

/*
 * The order in which a format becomes real. A BTT is found through the first
 * info block of the first arena, or through that block's copy, so these two
 * come last, when all that they lead to is durable.
 */
static int btt_format_store(struct btt_walk *walk, struct btt_info *info,
			    u64 off)
{
	struct btt_media *media = walk->format->media;
	struct btt_geometry geo;
	int err;

	walk->store = true;
	if (walk->format->force) {
		btt_walk_zeros(walk, "info", off, off + BTT_PAGE);
		err = persist_fence(media);
		if (err)
			return err;
	}
	btt_format_plan(walk->format, off, &geo);
	err = btt_walk_arenas(walk, info, BTT_PART_TABLES, off, false);
	if (!err && geo.nextoff)
		err = btt_walk_arenas(walk, info, BTT_PART_COPY,
				      off + geo.nextoff, false);
	if (!err && geo.nextoff)
		err = btt_walk_arenas(walk, info, BTT_PART_INFO,
				      off + geo.nextoff, false);
	if (!err)
		err = persist_fence(media);
	if (!err)
		err = btt_walk_arenas(walk, info, BTT_PART_COPY, off, true);
	if (!err)
		err = btt_walk_arenas(walk, info, BTT_PART_INFO, off, true);
	if (!err)
		err = persist_fence(media);
	return err;
}

/**
 * btt_format() - make a BTT
 * @format: where, and what
 * @fault: set when it cannot be done
 *
 * Unless forced it writes only if every word it is going to write is zero or
 * already as it should be.
 *
 * Context: may sleep; nobody else uses the namespace.
 * Return: 0, -EINVAL for a sector size that is none, -ENOSPC, -EEXIST if
 * there is something already, -EIO, -ENOMEM.
 */
int btt_format(const struct btt_format *format, struct btt_fault *fault)
{
	struct btt_walk walk = { .format = format, .fault = fault };
	u64 off = format->id.major == 1 ? BTT_PAGE : 0;
	struct btt_info *info;
	int err = 0;

	memset(fault, 0, sizeof(*fault));
	if (!btt_lbasize_ok(format->id.lbasize)) {
		btt_fault_set(fault, BTT_BAD_GEOMETRY, "external_lbasize",
			      format->id.lbasize);
		return -EINVAL;
	}
	if (format->media->size < off + BTT_PAGE) {
		btt_fault_set(fault, BTT_BAD_SIZE, "size",
			      format->media->size);
		return -ENOSPC;
	}
	info = btt_zalloc(1, sizeof(*info));
	if (!info)
		return -ENOMEM;
	if (!format->force)
		err = btt_format_look(&walk, info, off);
	if (!err)
		err = btt_format_store(&walk, info, off);
	btt_free(info);
	return err;
}
