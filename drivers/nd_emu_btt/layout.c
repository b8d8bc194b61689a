// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BTT on-media format: sums, checks and arithmetic on single structures.
 */
#include "layout.h"

/* Blocks are aligned to a cache line, so no line belongs to two of them. */
#define BTT_BLOCK_ALIGN		64u

/**
 * btt_fault_set() - note what is wrong
 * @fault: to be filled; the arena and index stay as they are
 * @code: in one word
 * @field: the field, by its name
 * @value: and what it holds
 *
 * Context: any.
 * Return: false, so that a check can end in it.
 */
bool btt_fault_set(struct btt_fault *fault, enum btt_fault_code code,
		   const char *field, u64 value)
{
	fault->code = code;
	fault->field = field;
	fault->value = value;
	return false;
}

/**
 * btt_fletcher64() - the checksum of the format
 * @buf: whole little-endian 32-bit words
 * @len: bytes
 *
 * Context: any.
 * Return: the sum of sums in the upper half, the sum in the lower.
 */
u64 btt_fletcher64(const void *buf, size_t len)
{
	const __le32 *word = buf;
	const __le32 *end = word + len / sizeof(*word);
	u32 sum = 0, sums = 0;

	while (word < end) {
		sum += le32_to_cpu(*word++);
		sums += sum;
	}
	return (u64)sums << 32 | sum;
}

/* The checksum covers its own field as zero: sum what comes before it. */
static u64 btt_info_sum(const struct btt_info *info)
{
	u64 sum = btt_fletcher64(info, offsetof(struct btt_info, checksum));
	u32 lo = sum, hi = sum >> 32;

	/* Two zero words add the plain sum to the sum of sums, twice. */
	return (u64)(u32)(hi + 2 * lo) << 32 | lo;
}

/**
 * btt_info_seal() - make the checksum right
 * @info: complete but for the checksum
 *
 * Context: any.
 */
void btt_info_seal(struct btt_info *info)
{
	info->checksum = cpu_to_le64(btt_info_sum(info));
}

static bool btt_uuid_is_null(const u8 *uuid)
{
	static const u8 null[BTT_UUID_LEN];

	return !memcmp(uuid, null, BTT_UUID_LEN);
}

/* The first bytes of a uuid, enough to tell two of them apart in a message. */
static u64 btt_uuid_head(const u8 *uuid)
{
	u64 head = 0;
	int i;

	for (i = 0; i < 8; i++)
		head = head << 8 | uuid[i];
	return head;
}

static bool btt_info_check_identity(const struct btt_info *info,
				    const struct btt_identity *id,
				    struct btt_fault *fault)
{
	u64 sum = le64_to_cpu(info->checksum);
	u16 major = le16_to_cpu(info->major);
	u16 minor = le16_to_cpu(info->minor);

	if (memcmp(info->signature, BTT_SIG, BTT_SIG_LEN))
		return btt_fault_set(fault, BTT_BAD_SIGNATURE, "signature",
				     btt_uuid_head(info->signature));
	if (sum != btt_info_sum(info))
		return btt_fault_set(fault, BTT_BAD_CHECKSUM, "checksum", sum);
	if (major != id->major)
		return btt_fault_set(fault, BTT_BAD_VERSION, "major", major);
	if (minor != (major == 1 ? 1 : 0))
		return btt_fault_set(fault, BTT_BAD_VERSION, "minor", minor);
	if (id->uuid && memcmp(info->uuid, id->uuid, BTT_UUID_LEN))
		return btt_fault_set(fault, BTT_BAD_IDENTITY, "uuid",
				     btt_uuid_head(info->uuid));
	if (id->parent_uuid && !btt_uuid_is_null(info->parent_uuid) &&
	    memcmp(info->parent_uuid, id->parent_uuid, BTT_UUID_LEN))
		return btt_fault_set(fault, BTT_BAD_IDENTITY, "parent_uuid",
				     btt_uuid_head(info->parent_uuid));
	return true;
}

/* Sizes and counts; every product of two of them then fits in 64 bits. */
static bool btt_geometry_check_counts(const struct btt_geometry *geo,
				      u32 lbasize, struct btt_fault *fault)
{
	const enum btt_fault_code code = BTT_BAD_GEOMETRY;

	if (!btt_lbasize_ok(geo->external_lbasize) ||
	    (lbasize && geo->external_lbasize != lbasize))
		return btt_fault_set(fault, code, "external_lbasize",
				     geo->external_lbasize);
	if (geo->internal_lbasize < geo->external_lbasize ||
	    geo->internal_lbasize > 2 * geo->external_lbasize ||
	    geo->internal_lbasize % BTT_BLOCK_ALIGN)
		return btt_fault_set(fault, code, "internal_lbasize",
				     geo->internal_lbasize);
	if (!geo->nfree || geo->nfree > BTT_MAP_BLOCK)
		return btt_fault_set(fault, code, "nfree", geo->nfree);
	if (!geo->external_nlba || geo->external_nlba > BTT_MAP_BLOCK)
		return btt_fault_set(fault, code, "external_nlba",
				     geo->external_nlba);
	if (geo->internal_nlba != geo->external_nlba + geo->nfree ||
	    geo->internal_nlba > BTT_MAP_BLOCK + 1)
		return btt_fault_set(fault, code, "internal_nlba",
				     geo->internal_nlba);
	return true;
}

/* True where @off is aligned and [@from, @from + @bytes) ends before it. */
static bool btt_area_fits(u64 from, u64 bytes, u64 off)
{
	return off % BTT_PAGE == 0 && off >= from && off - from >= bytes;
}

/* Areas in their order, none overlapping the next, all inside @room. */
static bool btt_geometry_check_areas(const struct btt_geometry *geo, u64 room,
				     struct btt_fault *fault)
{
	const enum btt_fault_code code = BTT_BAD_GEOMETRY;
	u64 data = (u64)geo->internal_nlba * geo->internal_lbasize;
	u64 map = (u64)geo->external_nlba * sizeof(__le32);
	u64 flog = (u64)geo->nfree * sizeof(struct btt_flog_group);

	if (!btt_area_fits(0, BTT_PAGE, geo->dataoff) || geo->dataoff > room)
		return btt_fault_set(fault, code, "dataoff", geo->dataoff);
	if (!btt_area_fits(geo->dataoff, data, geo->mapoff) ||
	    geo->mapoff > room)
		return btt_fault_set(fault, code, "mapoff", geo->mapoff);
	if (!btt_area_fits(geo->mapoff, map, geo->logoff) ||
	    geo->logoff > room)
		return btt_fault_set(fault, code, "logoff", geo->logoff);
	if (!btt_area_fits(geo->logoff, flog, geo->info2off) ||
	    geo->info2off > room || room - geo->info2off < BTT_PAGE)
		return btt_fault_set(fault, code, "info2off", geo->info2off);
	if (geo->nextoff &&
	    (!btt_area_fits(geo->info2off, BTT_PAGE, geo->nextoff) ||
	     geo->nextoff >= room))
		return btt_fault_set(fault, code, "nextoff", geo->nextoff);
	return true;
}

/**
 * btt_info_check() - is this an info block that can be trusted?
 * @info: a copy of it, not the media itself
 * @id: what it must say
 * @room: bytes from the start of the arena to the end of the namespace
 * @geo: where things are, when the answer is yes
 * @fault: which field is wrong, when it is no
 *
 * Context: any.
 * Return: true if every field is right by itself and against the others.
 */
bool btt_info_check(const struct btt_info *info, const struct btt_identity *id,
		    u64 room, struct btt_geometry *geo,
		    struct btt_fault *fault)
{
	u32 infosize = le32_to_cpu(info->infosize);

	if (!btt_info_check_identity(info, id, fault))
		return false;
	if (infosize != sizeof(*info))
		return btt_fault_set(fault, BTT_BAD_GEOMETRY, "infosize",
				     infosize);

	geo->external_lbasize = le32_to_cpu(info->external_lbasize);
	geo->external_nlba = le32_to_cpu(info->external_nlba);
	geo->internal_lbasize = le32_to_cpu(info->internal_lbasize);
	geo->internal_nlba = le32_to_cpu(info->internal_nlba);
	geo->nfree = le32_to_cpu(info->nfree);
	geo->flags = le32_to_cpu(info->flags);
	geo->nextoff = le64_to_cpu(info->nextoff);
	geo->dataoff = le64_to_cpu(info->dataoff);
	geo->mapoff = le64_to_cpu(info->mapoff);
	geo->logoff = le64_to_cpu(info->logoff);
	geo->info2off = le64_to_cpu(info->info2off);
	geo->size = geo->nextoff ? geo->nextoff : geo->info2off + BTT_PAGE;

	return btt_geometry_check_counts(geo, id->lbasize, fault) &&
	       btt_geometry_check_areas(geo, room, fault);
}

/**
 * btt_info_fill() - write down a geometry
 * @info: all of it is set, checksum included
 * @id: must name both uuids
 * @geo: must be one that btt_geometry_plan() made
 *
 * Context: any.
 */
void btt_info_fill(struct btt_info *info, const struct btt_identity *id,
		   const struct btt_geometry *geo)
{
	memset(info, 0, sizeof(*info));
	memcpy(info->signature, BTT_SIG, BTT_SIG_LEN);
	memcpy(info->uuid, id->uuid, BTT_UUID_LEN);
	memcpy(info->parent_uuid, id->parent_uuid, BTT_UUID_LEN);
	info->major = cpu_to_le16(id->major);
	info->minor = cpu_to_le16(id->major == 1 ? 1 : 0);
	info->external_lbasize = cpu_to_le32(geo->external_lbasize);
	info->external_nlba = cpu_to_le32(geo->external_nlba);
	info->internal_lbasize = cpu_to_le32(geo->internal_lbasize);
	info->internal_nlba = cpu_to_le32(geo->internal_nlba);
	info->nfree = cpu_to_le32(geo->nfree);
	info->infosize = cpu_to_le32(sizeof(*info));
	info->nextoff = cpu_to_le64(geo->nextoff);
	info->dataoff = cpu_to_le64(geo->dataoff);
	info->mapoff = cpu_to_le64(geo->mapoff);
	info->logoff = cpu_to_le64(geo->logoff);
	info->info2off = cpu_to_le64(geo->info2off);
	btt_info_seal(info);
}

/**
 * btt_lbasize_ok() - a sector size that a BTT can have?
 * @lbasize: bytes, with per-sector metadata
 *
 * Context: any.
 * Return: true for 512 and 4096 and the metadata sizes Linux knows.
 */
bool btt_lbasize_ok(u32 lbasize)
{
	static const u16 known[] = { 512, 520, 528, 4096, 4104, 4160, 4224 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i] == lbasize)
			return true;
	return false;
}

/**
 * btt_geometry_plan() - lay out an arena as Linux does
 * @geo: the result; nextoff is left 0 for the caller
 * @lbasize: bytes of a sector
 * @nfree: free blocks
 * @size: bytes that the arena may take
 *
 * Data and map share what is left after both info blocks, the flog and a
 * page that pays for rounding the map up.
 *
 * Context: any.
 * Return: false if @size does not hold a single sector.
 */
bool btt_geometry_plan(struct btt_geometry *geo, u32 lbasize, u32 nfree,
		       u64 size)
{
	u64 flog = round_up((u64)nfree * sizeof(struct btt_flog_group),
			    (u64)BTT_PAGE);
	u64 room = round_down(size, (u64)BTT_PAGE);
	u64 blocks, map;

	if (room < flog + 3 * BTT_PAGE)
		return false;
	room -= flog + 2 * BTT_PAGE;

	memset(geo, 0, sizeof(*geo));
	geo->external_lbasize = lbasize;
	geo->internal_lbasize = round_up(lbasize, BTT_BLOCK_ALIGN);
	geo->nfree = nfree;
	blocks = div_u64(room - BTT_PAGE,
			 geo->internal_lbasize + sizeof(__le32));
	if (blocks <= nfree || blocks > BTT_MAP_BLOCK)
		return false;
	geo->internal_nlba = blocks;
	geo->external_nlba = blocks - nfree;
	map = round_up((u64)geo->external_nlba * sizeof(__le32),
		       (u64)BTT_PAGE);

	geo->dataoff = BTT_PAGE;
	geo->mapoff = geo->dataoff + room - map;
	geo->logoff = geo->mapoff + map;
	geo->info2off = geo->logoff + flog;
	geo->size = size;
	return true;
}

/**
 * btt_flog_newest() - which of two records counts?
 * @seq0: sequence number of the first
 * @seq1: of the second
 *
 * A group as format leaves it has 1 and 0: nothing was written to it yet.
 *
 * Context: any.
 * Return: 0 or 1, or -EINVAL for numbers that no writer can have left.
 */
int btt_flog_newest(u32 seq0, u32 seq1)
{
	if (seq0 > 3 || seq1 > 3 || seq0 == seq1)
		return -EINVAL;
	if (!seq0 || !seq1)
		return seq0 + seq1 == 1 ? seq1 : -EINVAL;
	return seq1 == btt_flog_next_seq(seq0);
}
