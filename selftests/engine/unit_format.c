// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTT engine: format destroys nothing, and of two info blocks
 * one is enough.
 */
#include "unit.h"

/* ---- format ---- */

static void test_format_twice(void)
{
	struct btt_format format = format_of(512, 2);
	struct btt_fault fault;
	struct btt *btt;

	fresh(512, 2);
	memcpy(before, image, SIZE);
	CHECK(!btt_format(&format, &fault));
	CHECK(!memcmp(before, image, SIZE));
	btt = attach(2, 0);
	CHECK(!put(btt, 5, 1));
	btt_detach(btt);
	memcpy(before, image, SIZE);
	CHECK(btt_format(&format, &fault) == -EEXIST);
	CHECK(fault.code == BTT_NOT_EMPTY);
	CHECK(!memcmp(before, image, SIZE));
	format.force = true;
	CHECK(!btt_format(&format, &fault));
	btt = attach(2, 0);
	CHECK(is_zero(btt, 5));
	btt_detach(btt);
}

static void test_format_not_empty(void)
{
	static const char *const names[] = { "info", "map", "flog", "info" };
	struct btt_format format = format_of(512, 1);
	struct btt_fault fault;
	size_t i;

	fresh(512, 1);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const u64 at[] = { start + 4088, start + geo.mapoff + 8,
				   start + geo.logoff + 40,
				   start + geo.info2off };

		blank();
		image[at[i]] = 1;
		memcpy(before, image, SIZE);
		CHECK(btt_format(&format, &fault) == -EEXIST);
		CHECK(fault.code == BTT_NOT_EMPTY && fault.value);
		CHECK(!strcmp(fault.field, names[i]));
		CHECK(!memcmp(before, image, SIZE));
	}
	/* The first page and the data are not format's. */
	blank();
	image[0] = 1;
	image[start + geo.dataoff] = 1;
	CHECK(!btt_format(&format, &fault));
}

static void test_format_arguments(void)
{
	struct btt_format format = format_of(513, 2);
	struct btt_fault fault;

	blank();
	CHECK(btt_format(&format, &fault) == -EINVAL);
	CHECK(!strcmp(fault.field, "external_lbasize"));
	format.id.lbasize = 512;
	media.size = (16 << 20) - 1;
	CHECK(btt_format(&format, &fault) == -ENOSPC);
	CHECK(fault.code == BTT_BAD_SIZE);
	media.size = 0;
	CHECK(btt_format(&format, &fault) == -ENOSPC);
}

/* ---- info block copies ---- */

static void test_repair(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;

	fresh(512, 1);
	memset(info_at(false), 0, 512);
	memcpy(before, image, SIZE);
	CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
	CHECK(fault.code == BTT_BAD_SIGNATURE);
	btt = attach(1, BTT_REPAIR | BTT_READONLY);
	btt_detach(btt);
	CHECK(!memcmp(before, image, SIZE));
	btt = attach(1, BTT_REPAIR);
	btt_detach(btt);
	CHECK(!memcmp(info_at(false), info_at(true), 4096));
	btt_detach(attach(1, 0));
}

static void test_repair_copy(void)
{
	fresh(512, 1);
	memset(info_at(true), 0xff, 4096);
	btt_detach(attach(1, 0));
	CHECK(!memcmp(info_at(false), info_at(true), 4096));
}

/* A copy that cannot be written is no reason to refuse what is sound. */
static void test_copy_unwritable(void)
{
	struct btt *btt;

	fresh(512, 1);
	unfinished(77, 0);
	media.is_bad = media_is_bad;
	media.clear_bad = media_cannot_clear;
	bad_off = start + geo.info2off;
	bad_len = 64;
	memset(info_at(true), 0xff, 64);
	btt = attach(1, 0);
	CHECK(!btt_is_readonly(btt));
	CHECK(le32_to_cpu(*map_at(77)) != (77 | BTT_MAP_NORMAL));
	CHECK(!put(btt, 77, 6) && holds(btt, 77, 6));
	btt_detach(btt);
}

/* A copy that is not right in every field is no copy. */
static void test_repair_wrong(void)
{
	struct btt_config config = config_of(1);
	struct btt_fault fault;
	struct btt *btt;
	int i;

	for (i = 0; i < 4; i++) {
		fresh(512, 1);
		memset(info_at(false), 0, 512);
		switch (i) {
		case 0:
			info_at(true)->nfree = 0;
			btt_info_seal(info_at(true));
			break;
		case 1:
			info_at(true)->uuid[0] ^= 1;
			btt_info_seal(info_at(true));
			break;
		case 2:
			info_at(true)->reserved[77] ^= 1;
			break;
		case 3:
			info_at(true)->info2off =
				cpu_to_le64(geo.info2off - 4096);
			btt_info_seal(info_at(true));
			break;
		}
		memcpy(before, image, SIZE);
		config.flags = BTT_REPAIR;
		CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
		CHECK(fault.code == BTT_BAD_SIGNATURE);
		CHECK(!memcmp(before, image, SIZE));
	}
}

/* A copy that says it belongs somewhere else is of another BTT. */
static void test_repair_moved(void)
{
	struct btt_config config = config_of(1);
	struct btt_format format = format_of(512, 1);
	struct btt_fault fault;
	struct btt *btt;

	blank();
	start = 4096;
	format.arena_min = 1u << 20;
	media.size = SIZE - 65536;
	CHECK(!btt_format(&format, &fault));
	CHECK(btt_geometry_plan(&geo, 512, BTT_NFREE, media.size - start));
	memcpy(image + SIZE - 4096, info_at(true), 4096);
	memset(info_at(false), 0, 512);
	media.size = SIZE;
	memcpy(before, image, SIZE);
	config.flags = BTT_REPAIR;
	CHECK(btt_attach(&btt, &config, &fault) == -EINVAL);
	CHECK(fault.code == BTT_BAD_SIGNATURE);
	CHECK(!memcmp(before, image, SIZE));
}

const struct unit unit_format[] = {
	UNIT(test_format_twice),
	UNIT(test_format_not_empty),
	UNIT(test_format_arguments),
	UNIT(test_repair),
	UNIT(test_repair_copy),
	UNIT(test_copy_unwritable),
	UNIT(test_repair_wrong),
	UNIT(test_repair_moved),
	{ }
};
