// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine: damaged media are named and left alone.
 */
#include "unit.h"

/* ---- hostile media ---- */

/**
 * struct wrong - a way to be wrong
 * @off: of the field in the info block
 * @bytes: of the field
 * @value: what to put there
 * @code: what attach must find
 * @field: and what it must name
 * @torn: leave the checksum wrong
 */
struct wrong {
	u32 off;
	u32 bytes;
	u64 value;
	enum btt_fault_code code;
	const char *field;
	bool torn;
};

#define AT(f) offsetof(struct btt_info, f)

static const struct wrong wrongs[] = {
	{ AT(signature[0]), 1, 'b', BTT_BAD_SIGNATURE, "signature" },
	{ AT(signature[15]), 1, 1, BTT_BAD_SIGNATURE, "signature" },
	{ AT(reserved[0]), 1, 1, BTT_BAD_CHECKSUM, "checksum", true },
	{ AT(reserved[3967]), 1, 1, BTT_BAD_CHECKSUM, "checksum", true },
	{ AT(checksum), 8, 0, BTT_BAD_CHECKSUM, "checksum", true },
	{ AT(uuid[3]), 1, 7, BTT_BAD_IDENTITY, "uuid" },
	{ AT(parent_uuid[15]), 1, 7, BTT_BAD_IDENTITY, "parent_uuid" },
	{ AT(major), 2, 0, BTT_BAD_VERSION, "major" },
	{ AT(major), 2, 2, BTT_BAD_VERSION, "major" },
	{ AT(major), 2, 0xffff, BTT_BAD_VERSION, "major" },
	{ AT(minor), 2, 0, BTT_BAD_VERSION, "minor" },
	{ AT(minor), 2, 2, BTT_BAD_VERSION, "minor" },
	{ AT(infosize), 4, 0, BTT_BAD_GEOMETRY, "infosize" },
	{ AT(infosize), 4, 8192, BTT_BAD_GEOMETRY, "infosize" },
	{ AT(external_lbasize), 4, 0, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(external_lbasize), 4, 1, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(external_lbasize), 4, 1024, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(external_lbasize), 4, ~0u, BTT_BAD_GEOMETRY, "external_lbasize" },
	{ AT(internal_lbasize), 4, 0, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, 511, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, 513, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, ~0u, BTT_BAD_GEOMETRY, "internal_lbasize" },
	{ AT(internal_lbasize), 4, 576, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(nfree), 4, 0, BTT_BAD_GEOMETRY, "nfree" },
	{ AT(nfree), 4, 255, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(nfree), 4, ~0u, BTT_BAD_GEOMETRY, "nfree" },
	{ AT(external_nlba), 4, 0, BTT_BAD_GEOMETRY, "external_nlba" },
	{ AT(external_nlba), 4, ~0u, BTT_BAD_GEOMETRY, "external_nlba" },
	{ AT(external_nlba), 4, 1, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(internal_nlba), 4, 0, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(internal_nlba), 4, ~0u, BTT_BAD_GEOMETRY, "internal_nlba" },
	{ AT(dataoff), 8, 0, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(dataoff), 8, 4095, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(dataoff), 8, 1ull << 63, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(dataoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "dataoff" },
	{ AT(mapoff), 8, 0, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(mapoff), 8, 4096, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(mapoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(mapoff), 8, ~0ull, BTT_BAD_GEOMETRY, "mapoff" },
	{ AT(logoff), 8, 0, BTT_BAD_GEOMETRY, "logoff" },
	{ AT(logoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "logoff" },
	{ AT(logoff), 8, SIZE, BTT_BAD_GEOMETRY, "logoff" },
	{ AT(info2off), 8, 0, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(info2off), 8, SIZE, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(info2off), 8, SIZE - 4096, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(info2off), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "info2off" },
	{ AT(nextoff), 8, 1, BTT_BAD_GEOMETRY, "nextoff" },
	{ AT(nextoff), 8, 4096, BTT_BAD_GEOMETRY, "nextoff" },
	{ AT(nextoff), 8, SIZE, BTT_BAD_GEOMETRY, "nextoff" },
	{ AT(nextoff), 8, ~0ull & ~4095ull, BTT_BAD_GEOMETRY, "nextoff" },
};

/* What the info block says in the field of that name. */
static u64 info_field(const char *name)
{
	static const struct {
		const char *name;
		u32 off, bytes;
	} fields[] = {
#define FIELD(f, bytes) { #f, AT(f), bytes }
		FIELD(checksum, 8), FIELD(major, 2), FIELD(minor, 2),
		FIELD(infosize, 4), FIELD(external_lbasize, 4),
		FIELD(internal_lbasize, 4), FIELD(nfree, 4),
		FIELD(external_nlba, 4), FIELD(internal_nlba, 4),
		FIELD(dataoff, 8), FIELD(mapoff, 8), FIELD(logoff, 8),
		FIELD(info2off, 8), FIELD(nextoff, 8),
		FIELD(signature, 16), FIELD(uuid, 16),
		FIELD(parent_uuid, 16),
#undef FIELD
	};
	const u8 *info = (const u8 *)info_at(false);
	u64 value = 0;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].name, name))
			break;
	CHECK(i < ARRAY_SIZE(fields));
	if (fields[i].bytes == 16)	/* The head of it, as it reads. */
		for (j = 0; j < 8; j++)
			value = value << 8 | info[fields[i].off + j];
	else
		memcpy(&value, info + fields[i].off, fields[i].bytes);
	return le64_to_cpu(value);
}

static void test_wrong_info(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		__le64 value = cpu_to_le64(w->value);

		fresh(512, 1);
		memcpy((u8 *)info_at(false) + w->off, &value, w->bytes);
		if (!w->torn)
			btt_info_seal(info_at(false));
		memcpy(before, image, SIZE);
		CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
		CHECK(fault.code == w->code);
		CHECK(!strcmp(fault.field, w->field));
		CHECK(fault.value == info_field(w->field));
		CHECK(!memcmp(before, image, SIZE));
	}
}

static void test_shrunk(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;
	u64 size;

	fresh(512, 1);
	for (size = 0; size < SIZE; size += size < 32768 ? 512 : 1 << 20) {
		media.size = size;
		CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
		CHECK(fault.code == BTT_BAD_SIZE ||
		      fault.code == BTT_BAD_GEOMETRY);
	}
	media.size = SIZE - 1;
	CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
	CHECK(!strcmp(fault.field, "info2off"));
}

/* Damage that leaves an attached, read-only BTT. */
static void damaged(enum btt_fault_code code, const char *field, u64 index,
		    u64 value)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	u8 buf[512];
	struct btt_io io = { .data = buf };
	struct btt *btt;
	u64 i;

	memcpy(before, image, SIZE);
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == code);
	CHECK(!strcmp(fault.field, field));
	CHECK(fault.index == index && fault.value == value);
	CHECK(btt_is_readonly(btt));
	CHECK(put(btt, 1, 1) == -EROFS);
	for (i = 0; i < 300; i++)
		btt_read(btt, i, 1, &io, false);
	CHECK(!btt_detach(btt));
	CHECK(!memcmp(before, image, SIZE));
}

static void test_wrong_flags(void)
{
	fresh(512, 1);
	info_at(false)->flags = cpu_to_le32(BTT_INFO_ERROR);
	btt_info_seal(info_at(false));
	damaged(BTT_BAD_FLAGS, "flags", 0, BTT_INFO_ERROR);
}

static void test_wrong_flog(void)
{
	u32 n, free;

	fresh(512, 1);
	free = geo.external_nlba + 9;
	flog_at(9, 0)->seq = 0;
	damaged(BTT_BAD_FLOG, "flog seq", 9, 0);
	flog_at(9, 0)->seq = cpu_to_le32(4);
	damaged(BTT_BAD_FLOG, "flog seq", 9, 4);
	flog_at(9, 0)->seq = cpu_to_le32(1);
	flog_at(9, 1)->seq = cpu_to_le32(1);
	damaged(BTT_BAD_FLOG, "flog seq", 9, 1ull << 32 | 1);
	flog_at(9, 1)->seq = 0;

	n = geo.internal_nlba;
	flog_at(9, 0)->old_map = cpu_to_le32(n);
	damaged(BTT_BAD_FLOG, "flog old_map", 9, n);
	flog_at(9, 0)->old_map = cpu_to_le32(free);
	flog_at(9, 0)->new_map = cpu_to_le32(n);
	damaged(BTT_BAD_FLOG, "flog new_map", 9, n);
	flog_at(9, 0)->new_map = cpu_to_le32(7);
	flog_at(9, 0)->lba = cpu_to_le32(geo.external_nlba);
	damaged(BTT_BAD_FLOG, "flog lba", 9, geo.external_nlba);
	flog_at(9, 0)->new_map = cpu_to_le32(free);
	flog_at(9, 0)->lba = cpu_to_le32(9);

	flog_at(9, 3)->lba = cpu_to_le32(1);
	damaged(BTT_BAD_FLOG, "padding", 9, 1);
	flog_at(9, 3)->lba = 0;
	flog_at(5, 1)->lba = cpu_to_le32(1);
	flog_at(9, 2)->seq = cpu_to_le32(1);
	damaged(BTT_BAD_FLOG, "padding", 9, 1);
	memset(flog_at(5, 1), 0, 16);
	memset(flog_at(9, 2), 0, 16);

	/* Two groups with one free block. */
	flog_at(9, 0)->old_map = cpu_to_le32(free - 1);
	flog_at(9, 0)->new_map = cpu_to_le32(free - 1);
	damaged(BTT_BAD_FLOG, "flog old_map", 9, free - 1);
	/* A free block that a sector has. */
	flog_at(9, 0)->old_map = cpu_to_le32(0);
	flog_at(9, 0)->new_map = cpu_to_le32(0);
	damaged(BTT_BAD_FLOG, "flog old_map", 9, 0);
}

static void test_wrong_redo(void)
{
	fresh(512, 1);
	unfinished(7, 0);
	/* The new block is another sector's. */
	flog_at(3, 1)->new_map = cpu_to_le32(8);
	damaged(BTT_BAD_FLOG, "flog new_map", 3, 8);
}

static void test_wrong_map(void)
{
	u32 n;

	fresh(512, 1);
	n = geo.internal_nlba | BTT_MAP_NORMAL;
	*map_at(100) = cpu_to_le32(n);
	damaged(BTT_BAD_MAP, "map", 100, n);
	*map_at(100) = cpu_to_le32(~0u);
	damaged(BTT_BAD_MAP, "map", 100, ~0u);
	*map_at(100) = cpu_to_le32(geo.internal_nlba | BTT_MAP_ZERO);
	damaged(BTT_BAD_MAP, "map", 100, geo.internal_nlba | BTT_MAP_ZERO);
	*map_at(100) = cpu_to_le32(99 | BTT_MAP_NORMAL);
	damaged(BTT_BAD_MAP, "map", 100, 99 | BTT_MAP_NORMAL);
	/* Initial, whatever is in the rest of the entry: that is fine. */
	*map_at(100) = cpu_to_le32(99);
	btt_detach(attach(1, 0));
}

static void test_second_arena_wrong(void)
{
	struct btt_format format = format_of(512, 2);
	struct btt_config config = config_of(2);
	struct btt_info *second;
	struct btt_fault fault;
	struct btt *btt;

	blank();
	format.arena_max = 1 << 23;
	format.arena_min = 1 << 20;
	CHECK(!btt_format(&format, &fault));
	second = (struct btt_info *)(image + (1 << 23));
	second->external_lbasize = cpu_to_le32(4096);
	btt_info_seal(second);
	memcpy(before, image, SIZE);
	CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
	CHECK(fault.arena == 1 && !strcmp(fault.field, "external_lbasize"));
	CHECK(!memcmp(before, image, SIZE));
}

static void test_info_unreadable(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;

	fresh(512, 1);
	media.is_bad = media_is_bad;
	media.clear_bad = media_clear_bad;
	bad_off = start;
	bad_len = 512;
	CHECK(btt_attach(&btt, &config, &fault) == -EIO);
	CHECK(fault.code == BTT_BAD_MEDIA && !strcmp(fault.field, "info"));
	btt_detach(attach(1, BTT_REPAIR));
	CHECK(!bad_len);
	CHECK(!memcmp(info_at(false), info_at(true), 4096));
	bad_off = start + geo.logoff;
	bad_len = 64;
	CHECK(!btt_attach(&btt, &config, &fault));
	CHECK(fault.code == BTT_BAD_MEDIA && !strcmp(fault.field, "flog"));
	CHECK(btt_is_readonly(btt));
	btt_detach(btt);
}

const struct unit unit_hostile[] = {
	UNIT(test_wrong_info),
	UNIT(test_shrunk),
	UNIT(test_wrong_flags),
	UNIT(test_wrong_flog),
	UNIT(test_wrong_redo),
	UNIT(test_wrong_map),
	UNIT(test_second_arena_wrong),
	UNIT(test_info_unreadable),
	{ }
};
