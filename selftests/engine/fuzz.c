// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile media for libFuzzer: a sound, used BTT with the fields, entries and
 * bytes changed that the fuzzer wants changed, its checksums made right again
 * if it asks for that. Whatever it is, attaching, reading, writing and
 * discarding stay inside it, a refused one is not changed, and one that was
 * written to attaches again.
 *
 * On one side of the namespace, as the input chooses, is a page that nobody may
 * touch.
 *
 * The input is a head of four bytes, see struct head, and changes of eight
 * bytes, see struct change.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "../../drivers/nd_emu_btt/engine.h"

#define PAGES	14
#define BYTES	(PAGES * BTT_PAGE)
#define SHAPES	4		/* major version, one arena or two */
#define NFREE	4u

/**
 * struct head - what kind of medium it is
 * @flags: HEAD_ flags; the lowest two bits are the shape
 * @shrink: pages missing at the end, modulo 8; and SHRINK_FRONT
 * @bad: where a media error is, in units of 64 bytes
 * @bad_len: how long, in the same units; 0 for none
 */
struct head {
	u8 flags;
	u8 shrink;
	u8 bad;
	u8 bad_len;
};

#define SHRINK_FRONT	64	/* nothing in front of it, else behind it */

#define HEAD_SEAL	4	/* info blocks */
#define HEAD_SEAL_COPY	8
#define HEAD_REPAIR	16
#define HEAD_READONLY	32
#define HEAD_OLD	64	/* padding of Linux before 4.15 */
#define HEAD_NO_CLEAR	128	/* media errors cannot be cleared */

/**
 * struct change - something that is wrong
 * @kind: KIND_
 * @index: which field of an info block, map entry, or field of the flog
 * @like: how to come by the value
 * @arena: of which arena, and in the next bit whether it is the copy
 * @value: the value, or what to add to it
 */
struct change {
	u8 kind;
	u8 index;
	u8 like;
	u8 arena;
	u32 value;
};

enum change_kind {
	KIND_INFO,
	KIND_MAP,
	KIND_FLOG,
	KIND_BYTE,
	KINDS,
};

static const u8 uuid[16] = "fuzz";
static u8 sound[SHAPES][BYTES] __aligned(4096);
static u8 *space;		/* between guard pages */
static u64 bad_off, bad_len;
static bool bad_sticks;

static void require(bool fine)
{
	if (!fine)
		abort();
}

static bool media_is_bad(struct btt_media *media, u64 off, u64 len)
{
	(void)media;
	return bad_len && off < bad_off + bad_len && bad_off < off + len;
}

static int media_clear_bad(struct btt_media *media, u64 off, u64 len)
{
	(void)media;
	if (bad_sticks)
		return -EIO;
	if (off <= bad_off && off + len >= bad_off + bad_len)
		bad_len = 0;
	return 0;
}

/* ---- sound media ---- */

static u64 shape_size(u8 shape)
{
	return (shape & 2 ? 13 : 8) * BTT_PAGE;
}

static u64 shape_start(u8 shape)
{
	return shape & 1 ? BTT_PAGE : 0;
}

static struct btt_identity shape_id(u8 shape)
{
	return (struct btt_identity){
		.uuid = uuid, .parent_uuid = uuid, .major = shape & 1 ? 1 : 2,
		.lbasize = 512,
	};
}

static u64 shape_arena(u8 shape)
{
	return shape & 2 ? 6 * BTT_PAGE : shape_size(shape) - shape_start(shape);
}

static void prepare(u8 shape)
{
	struct btt_media media = {
		.base = sound[shape], .size = shape_size(shape),
	};
	struct btt_format format = {
		.media = &media, .id = shape_id(shape), .nfree = NFREE,
		.arena_min = 5 * BTT_PAGE, .arena_max = shape_arena(shape),
	};
	struct btt_config config = {
		.media = &media, .id = format.id, .lanes = 2, .lane_slots = 2,
	};
	u8 buf[2 * 512] = { 1 };
	struct btt_io io = { .data = buf };
	struct btt_fault fault;
	struct btt *btt;
	u64 n;
	u32 i;

	require(!btt_format(&format, &fault));
	require(!btt_attach(&btt, &config, &fault));
	n = btt_sectors(btt) - 2;
	for (i = 0; i < 9; i++)
		require(!btt_write(btt, i * 5 % n, 2, &io, false));
	require(!btt_discard(btt, 3, 2, false));
	require(!btt_detach(btt));
}

static void prepare_all(void)
{
	u8 *map = mmap(NULL, BYTES + 2 * BTT_PAGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u8 shape;

	require(map != MAP_FAILED);
	space = map + BTT_PAGE;
	require(!mprotect(space, BYTES, PROT_READ | PROT_WRITE));
	for (shape = 0; shape < SHAPES; shape++)
		prepare(shape);
}

/* ---- what is wrong with it ---- */

static const u32 telling[] = {
	0, 1, 2, 3, 255, 256, 512, 4096, BTT_MAP_ZERO, BTT_MAP_ERROR,
	BTT_MAP_NORMAL, BTT_MAP_BLOCK, ~0u, 0x7fffffff, 6 * 4096, 1 << 16,
};

static void change(u8 *image, u64 size, u8 shape, const struct change *c)
{
	struct btt_geometry geo;
	u64 off = shape_start(shape), room = shape_arena(shape);
	u32 have, value;

	if (c->arena & 1 && shape & 2) {
		off += room;
		room = shape_size(shape) - off;
	}
	require(btt_geometry_plan(&geo, 512, NFREE, room));
	switch (c->kind % KINDS) {
	case KIND_INFO:
		off += (c->arena & 2 ? geo.info2off : 0) +
		       offsetof(struct btt_info, flags) + c->index % 20 * 4;
		break;
	case KIND_MAP:
		off += geo.mapoff + c->index % geo.external_nlba * 4;
		break;
	case KIND_FLOG:
		off += geo.logoff + c->index % (NFREE * 16) * 4;
		break;
	default:
		off = (c->index | (u64)c->arena << 8) * 4;
	}
	if (off + 4 > size)
		return;
	memcpy(&have, image + off, 4);
	if (c->like < ARRAY_SIZE(telling))
		value = telling[c->like] + (c->value & 3) - 1;
	else if (c->like & 1)
		value = have + (int)(c->value % 64) - 32;
	else
		value = c->value;
	memcpy(image + off, &value, 4);
}

static void seal(u8 *image, u64 size, const struct head *head)
{
	u8 shape = head->flags % SHAPES;
	u64 off = shape_start(shape), end = shape_size(shape);

	for (; off + BTT_PAGE < end; off += shape_arena(shape)) {
		u64 copy = min(off + shape_arena(shape), end) - BTT_PAGE;

		if (head->flags & HEAD_SEAL && off + BTT_PAGE <= size)
			btt_info_seal((struct btt_info *)(image + off));
		if (head->flags & HEAD_SEAL_COPY && copy + BTT_PAGE <= size)
			btt_info_seal((struct btt_info *)(image + copy));
	}
}

/* As Linux before 4.15 wrote it: the second record is the third. */
static void pad_as_of_old(u8 *image, u64 size, u8 shape)
{
	struct btt_geometry geo;
	u64 off = shape_start(shape);
	u32 i;

	require(btt_geometry_plan(&geo, 512, NFREE, shape_arena(shape)));
	off += geo.logoff;
	if (off + NFREE * 64 > size)
		return;
	for (i = 0; i < NFREE; i++, off += 64) {
		memcpy(image + off + 32, image + off + 16, 16);
		memset(image + off + 16, 0, 16);
	}
}

/* ---- what is done with it ---- */

static void use(struct btt *btt)
{
	u8 buf[8 * 4096] = { 2 }, meta[8 * 128];
	struct btt_io io = { .data = buf, .meta = meta };
	u64 n = btt_sectors(btt), i;

	for (i = 0; i < n && i < 64; i++)
		btt_read(btt, i, 1, &io, false);
	btt_read(btt, n - 1, 1, &io, false);
	for (i = 0; i < 12; i++)
		btt_write(btt, i * 7 % n, min(n - i * 7 % n, (u64)3), &io,
			  false);
	btt_discard(btt, 0, n / 2, false);
	btt_write(btt, n - 1, 1, &io, false);
}

static void try(struct btt_media *media, const struct head *head)
{
	static u8 before[BYTES];
	struct btt_config config = {
		.media = media, .id = shape_id(head->flags % SHAPES),
		.lanes = 2, .lane_slots = 2,
		.flags = (head->flags & HEAD_REPAIR ? BTT_REPAIR : 0) |
			 (head->flags & HEAD_READONLY ? BTT_READONLY : 0),
	};
	struct btt_fault fault;
	struct btt *btt;

	config.id.lbasize = 0;
	memcpy(before, media->base, media->size);
	if (btt_attach(&btt, &config, &fault)) {
		require(fault.code && fault.field);
		require(!memcmp(before, media->base, media->size));
		return;
	}
	require(!fault.code || btt_is_readonly(btt));
	use(btt);
	if (fault.code || head->flags & HEAD_READONLY) {
		require(!btt_detach(btt));
		require(!memcmp(before, media->base, media->size));
		return;
	}
	require(!btt_detach(btt));
	/* What could not be put back is still lost. */
	if (!bad_sticks) {
		bad_len = 0;
		config.flags = 0;
	}
	require(!btt_attach(&btt, &config, &fault) && !fault.code);
	require(!btt_detach(btt));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct btt_media media = {
		.is_bad = media_is_bad, .clear_bad = media_clear_bad,
	};
	struct change c;
	struct head head;
	u8 shape;

	if (!space)
		prepare_all();
	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	shape = head.flags % SHAPES;
	media.size = shape_size(shape) - head.shrink % 8 * BTT_PAGE;
	/* It hurts at the ends, and it cannot be at both. */
	media.base = space;
	if (!(head.shrink & SHRINK_FRONT))
		media.base += BYTES - media.size;
	memcpy(media.base, sound[shape], media.size);
	if (head.flags & HEAD_OLD)
		pad_as_of_old(media.base, media.size, shape);
	for (data += sizeof(head), size -= sizeof(head); size >= sizeof(c);
	     data += sizeof(c), size -= sizeof(c)) {
		memcpy(&c, data, sizeof(c));
		change(media.base, media.size, shape, &c);
	}
	seal(media.base, media.size, &head);
	bad_off = head.bad * (BYTES / 256);
	bad_len = head.bad_len % 32 * 64;
	bad_sticks = head.flags & HEAD_NO_CLEAR;
	try(&media, &head);
	return 0;
}
