// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile media for libFuzzer: a sound, used BTT with the bytes that the
 * fuzzer wants changed, its checksums made right again if it asks for that.
 * Whatever it is, attaching, reading, writing and discarding stay inside it,
 * a refused one is not changed, and one that was written to attaches again.
 */
#include "../../drivers/nd_emu_btt/engine.h"

#define BYTES	(9 * 4096)

static const u8 uuid[16] = "fuzz";
static u8 sound[BYTES] __aligned(4096);
static u8 *image;
static struct btt_media media;
static struct btt_config config = {
	.media = &media,
	.id = { .uuid = uuid, .parent_uuid = uuid, .major = 2 },
	.lanes = 2,
	.lane_slots = 2,
};

static void require(bool fine)
{
	if (!fine)
		abort();
}

/* A BTT with some history. */
static void prepare(void)
{
	struct btt_format format = {
		.media = &media, .id = config.id, .nfree = 4,
		.arena_min = 5 * 4096,
	};
	struct btt_fault fault;
	u8 buf[2 * 512] = { 1 };
	struct btt_io io = { .data = buf };
	struct btt *btt;
	u32 i;

	image = aligned_alloc(4096, BYTES);
	memset(image, 0, BYTES);
	media.base = image;
	media.size = BYTES;
	format.id.lbasize = 512;
	require(!btt_format(&format, &fault));
	require(!btt_attach(&btt, &config, &fault));
	for (i = 0; i < 9; i++)
		require(!btt_write(btt, i * 5 % 12, 2, &io, false));
	require(!btt_discard(btt, 3, 2, false));
	require(!btt_detach(btt));
	memcpy(sound, image, BYTES);
}

/* Four bytes each: where, in words of two, and what to add there. */
static void change(const u8 *data, size_t size)
{
	for (; size >= 4; size -= 4, data += 4) {
		u32 at = (data[0] | data[1] << 8) * 2 % BYTES;

		image[at] += data[2];
		image[at + 1] += data[3];
	}
}

static void use(struct btt *btt)
{
	u8 buf[8 * 4096] = { 2 }, meta[8 * 128];
	struct btt_io io = { .data = buf, .meta = meta };
	u64 n = btt_sectors(btt), i;

	for (i = 0; i < n && i < 64; i++)
		btt_read(btt, i, 1, &io);
	btt_read(btt, n - 1, 1, &io);
	for (i = 0; i < 12; i++)
		btt_write(btt, i * 7 % n, min(n - i * 7 % n, (u64)3), &io,
			  false);
	btt_discard(btt, 0, n / 2, false);
	btt_write(btt, n - 1, 1, &io, false);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 before[BYTES];
	struct btt_fault fault;
	struct btt *btt;
	u8 flags;

	if (!image)
		prepare();
	if (!size)
		return 0;
	flags = *data;
	memcpy(image, sound, BYTES);
	change(data + 1, size - 1);
	if (flags & 1)
		btt_info_seal((struct btt_info *)image);
	if (flags & 2)
		btt_info_seal((struct btt_info *)(image + BYTES - 4096));
	memcpy(before, image, BYTES);
	config.flags = flags & 4 ? BTT_REPAIR : 0;
	if (btt_attach(&btt, &config, &fault)) {
		require(fault.code && fault.field);
		require(!memcmp(before, image, BYTES));
		return 0;
	}
	require(!fault.code == !btt_is_readonly(btt));
	use(btt);
	if (fault.code) {
		require(!btt_detach(btt));
		require(!memcmp(before, image, BYTES));
		return 0;
	}
	require(!btt_detach(btt));
	config.flags = 0;
	require(!btt_attach(&btt, &config, &fault) && !fault.code);
	require(!btt_detach(btt));
	return 0;
}
