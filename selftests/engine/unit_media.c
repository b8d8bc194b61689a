// SPDX-License-Identifier: GPL-2.0-only
/*
 * Media for the unit tests: sound, failing, and how to look into them.
 */
#include <sys/mman.h>

#include "unit.h"

u8 *image;
u8 *before;
struct btt_media media;
struct btt_geometry geo;
u64 start;

static const u8 uuid[16] = "btt uuid 0123456";
static const u8 parent[16] = "namespace uuid 0";

/* ---- media that can fail ---- */

u64 bad_off, bad_len;
bool bad_unknown;
unsigned int flushes, flush_fails_at;

bool media_is_bad(struct btt_media *m, u64 off, u64 len)
{
	(void)m;
	return bad_len && off < bad_off + bad_len && bad_off < off + len;
}

bool user_read_fails(u64 off, size_t len)
{
	return bad_unknown && media_is_bad(&media, off, len);
}

int media_clear_bad(struct btt_media *m, u64 off, u64 len)
{
	if (off > bad_off || off + len < bad_off + bad_len)
		return 0;
	memset(m->base + bad_off, 0, bad_len);
	bad_len = 0;
	return 0;
}

int media_cannot_clear(struct btt_media *m, u64 off, u64 len)
{
	(void)m;
	(void)off;
	(void)len;
	return -EIO;
}

int media_flush(struct btt_media *m)
{
	(void)m;
	return ++flushes == flush_fails_at ? -EIO : 0;
}

/* ---- set-up ---- */

struct btt_format format_of(u32 lbasize, u16 major)
{
	return (struct btt_format){
		.media = &media,
		.id = { .uuid = uuid, .parent_uuid = parent,
			.major = major, .lbasize = lbasize },
	};
}

struct btt_config config_of(u16 major)
{
	return (struct btt_config){
		.media = &media,
		.id = { .uuid = uuid, .parent_uuid = parent,
			.major = major },
		.lanes = 4,
	};
}

void blank(void)
{
	bad_len = 0;
	bad_unknown = false;
	flushes = 0;
	flush_fails_at = 0;
	memset(image, 0, SIZE);
	media = (struct btt_media){ .base = image, .size = SIZE };
}

void fresh(u32 lbasize, u16 major)
{
	struct btt_format format = format_of(lbasize, major);
	struct btt_fault fault;

	blank();
	start = major == 1 ? 4096 : 0;
	CHECK(!btt_format(&format, &fault));
	CHECK(btt_geometry_plan(&geo, lbasize, BTT_NFREE, SIZE - start));
}

struct btt *attach(u16 major, unsigned int flags)
{
	struct btt_config config = config_of(major);
	struct btt_fault fault;
	struct btt *btt;

	config.flags = flags;
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == BTT_OK);
	return btt;
}

void fill(u8 *buf, u32 len, u32 tag)
{
	u32 i;

	for (i = 0; i < len; i++)
		buf[i] = (tag * 2654435761u >> (i % 4 * 8)) + i;
}

int put(struct btt *btt, u64 sector, u32 tag)
{
	u8 buf[4096], meta[128];
	struct btt_io io = { .data = buf, .meta = meta };

	fill(buf, sizeof(buf), tag);
	fill(meta, sizeof(meta), ~tag);
	return btt_write(btt, sector, 1, &io, false);
}

bool holds(struct btt *btt, u64 sector, u32 tag)
{
	u8 buf[4096], meta[128], want[4096], want_meta[128];
	struct btt_io io = { .data = buf, .meta = meta };

	fill(want, sizeof(want), tag);
	fill(want_meta, sizeof(want_meta), ~tag);
	return !btt_read(btt, sector, 1, &io, false) &&
	       !memcmp(buf, want, btt_sector_size(btt)) &&
	       !memcmp(meta, want_meta, btt_meta_size(btt));
}

bool is_zero(struct btt *btt, u64 sector)
{
	u8 buf[4096], meta[128];
	struct btt_io io = { .data = buf, .meta = meta };
	u32 i;

	memset(buf, 1, sizeof(buf));
	memset(meta, 1, sizeof(meta));
	if (btt_read(btt, sector, 1, &io, false))
		return false;
	for (i = 0; i < btt_sector_size(btt); i++)
		if (buf[i])
			return false;
	for (i = 0; i < btt_meta_size(btt); i++)
		if (meta[i])
			return false;
	return true;
}

__le32 *map_at(u32 lba)
{
	return (__le32 *)(image + start + geo.mapoff) + lba;
}

struct btt_flog *flog_at(u32 slot, u32 index)
{
	return (struct btt_flog *)(image + start + geo.logoff) + 4 * slot +
	       index;
}

struct btt_info *info_at(bool copy)
{
	return (struct btt_info *)(image + start +
				   (copy ? geo.info2off : 0));
}

/* A record as Linux writes it, whose map update is missing. */
void unfinished(u32 lba, u32 flags)
{
	struct btt_flog *first = flog_at(3, 0), *second = flog_at(3, 1);
	u32 block = le32_to_cpu(first->old_map) & BTT_MAP_BLOCK;

	*map_at(lba) = cpu_to_le32(lba | BTT_MAP_NORMAL);
	second->lba = cpu_to_le32(lba);
	second->old_map = cpu_to_le32(lba | flags);
	second->new_map = cpu_to_le32(block | flags);
	second->seq = cpu_to_le32(2);
}

bool media_make(void)
{
	image = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	before = malloc(SIZE);
	return image != MAP_FAILED && before;
}
