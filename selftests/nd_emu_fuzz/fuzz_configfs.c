// SPDX-License-Identifier: GPL-2.0-only
/*
 * configfs: directories of a few names come and go, and their files are written
 * with what is right and what is wrong, by all workers at once. From time to
 * time a bus is built as it should be, or taken down. One bus, "home", is always
 * there again, so that the commands have something to go to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define DIMMS		6
#define REGIONS		3
#define PATH_SIZE	512

/**
 * struct file - a file of configfs
 * @name: of it
 * @good: values that it takes, separated by '|'; not always, of some
 * @bad: values that it does not take
 */
struct file {
	const char *name;
	const char *good;
	const char *bad;
};

#define BYTE	"0|1|0x7f|255", "256|-1|x||0x100000000"
#define WORD	"0|1|0x8000|65535", "65536|-1|x||0x1ffff"
#define DWORD	"0|1|0x7fffffff|4294967295|77", "4294967296|-1|x|"

static const struct file bus_files[] = {
	{ "provider", "nd_emu|a.b-c_d|x", "|a b|a/b|01234567890123456789012345678901" },
	{ "device", "nd_emu.f0|nd_emu.f1|fuzz", "|a b|a/b|%s%n" },
	{ "size", "0|32M|48M|64M", "1|15M|128T|-1|99999999999999999999|x" },
	{ "base", "0|0x100000000", "1|0x110000001|x|-1" },
	{ "node", "-1|0", "1023|-2|x|99999999999" },
};

static const struct file dimm_files[] = {
	{ "handle", DWORD },
	{ "phys_id", WORD },
	{ "serial", DWORD },
	{ "vendor", WORD },
	{ "device", WORD },
	{ "rev_id", WORD },
	{ "subsystem_vendor", WORD },
	{ "subsystem_device", WORD },
	{ "subsystem_rev_id", WORD },
	{ "manufacturing_location", BYTE },
	{ "manufacturing_date", WORD },
	{ "format", "1|0x201|65535", "0|65536|x|-1" },
	{ "format1", WORD },
	{ "label_size", "0|16K|64K|128K", "1|8K|144K|-1|x|" },
	{ "dirty_shutdown", DWORD },
	{ "flush_hints", "0|1|64", "65|-1|x|4294967296" },
	{ "flags", "|not_armed|map_fail smart_notify|save_fail flush_fail",
	  "bad|not_armed,map_fail|1" },
};

static const struct file region_files[] = {
	{ "type", "pmem|pmem|volatile", "|x|PMEM|pmem volatile" },
	{ "size", "0|16M|32M", "1|15M|128T|-1|x" },
	{ "mappings",
	  "|d0 0 16M 0|d0 0 8M 0, d1 0 8M 1|d1 16M 16M 0|d0 0 8M 0, d0 0 8M 1",
	  "d0|d0 0|d0 1 16M 0|d0 0 1 0|d0 0 16M 32|d0 0 16M 0 0 0|,x,|d0 -1" },
	{ "interleave", "256|4K|16M", "0|255|3000|32M|x" },
	{ "range_index", "0|1|65535", "65536|-1|x" },
	{ "align", "16M|1G|64M", "0|8M|2G|48M|x" },
	{ "domain", "cpu_cache|memory_controller|none", "|x|cpu_cache none" },
	{ "node", "-1|0", "1023|-2|x" },
	{ "pagemap", "0|1|y|n", "2|x|" },
};

static unsigned int bus_tallies[ARRAY_SIZE(bus_files)];
static unsigned int dimm_tallies[ARRAY_SIZE(dimm_files)];
static unsigned int region_tallies[ARRAY_SIZE(region_files)];
static unsigned int mkdir_tallies[3], rmdir_tallies[3];
static unsigned int live_tallies[2], plug_tallies[2], show_tally, fail_tally;

static void add_tallies(unsigned int *tallies, const struct file *files,
			unsigned int count, const char *where)
{
	unsigned int i;
	char name[40];

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s %s", where, files[i].name);
		tallies[i] = tally_add("configfs", name, NEED_BOTH);
	}
}

void configfs_init(void)
{
	add_tallies(bus_tallies, bus_files, ARRAY_SIZE(bus_files), "bus");
	add_tallies(dimm_tallies, dimm_files, ARRAY_SIZE(dimm_files), "dimm");
	add_tallies(region_tallies, region_files, ARRAY_SIZE(region_files),
		    "region");
	mkdir_tallies[0] = tally_add("configfs", "mkdir bus", NEED_BOTH);
	mkdir_tallies[1] = tally_add("configfs", "mkdir dimm", NEED_BOTH);
	mkdir_tallies[2] = tally_add("configfs", "mkdir region", NEED_BOTH);
	rmdir_tallies[0] = tally_add("configfs", "rmdir bus", NEED_BOTH);
	rmdir_tallies[1] = tally_add("configfs", "rmdir dimm", NEED_BOTH);
	rmdir_tallies[2] = tally_add("configfs", "rmdir region", NEED_BOTH);
	live_tallies[0] = tally_add("configfs", "bus down", NEED_BOTH);
	live_tallies[1] = tally_add("configfs", "bus live", NEED_BOTH);
	plug_tallies[0] = tally_add("configfs", "dimm pulled", NEED_BOTH);
	plug_tallies[1] = tally_add("configfs", "dimm plugged", NEED_BOTH);
	show_tally = tally_add("configfs", "show", NEED_SUCCESS);
	fail_tally = tally_add("configfs", "live is to fail", NEED_SUCCESS);
}

/* --- single operations --- */

static void path_of(char *path, const char *bus, const char *rest)
{
	snprintf(path, PATH_SIZE, CONFIGFS "/%.300s%s%.120s", bus,
		 *rest ? "/" : "", rest);
}

static void make(unsigned int kind, const char *bus, const char *rest)
{
	char path[PATH_SIZE];

	path_of(path, bus, rest);
	doing("mkdir");
	tally(mkdir_tallies[kind], mkdir(path, 0755) ? errno : 0, false);
}

static void drop(unsigned int kind, const char *bus, const char *rest)
{
	char path[PATH_SIZE];
	int error;

	path_of(path, bus, rest);
	doing("rmdir");
	if (kind == 0)
		buses_change();
	error = rmdir(path) ? errno : 0;
	if (kind == 0)
		buses_done();
	tally(rmdir_tallies[kind], error, false);
}

static int store(unsigned int tally_of, const char *bus, const char *rest,
		 const char *text)
{
	char path[PATH_SIZE];
	int error;

	path_of(path, bus, rest);
	doing("store");
	error = write_text(path, text);
	tally(tally_of, error, false);
	return error;
}

static int set_live(const char *bus, bool on)
{
	char path[PATH_SIZE];
	int error;

	path_of(path, bus, "live");
	doing(on ? "bus live" : "bus down");
	/* It goes as well when it has come and something fails. */
	buses_change();
	error = write_text(path, on ? "1" : "0");
	buses_done();
	tally(live_tallies[on], error, false);
	return error;
}

/* --- names --- */

static const char *some_bus_name(void)
{
	static const char * const names[] = { "f0", "f1", "f2", "f3" };

	return names[below(SLOTS)];
}

/* BUS/dimms/NAME or BUS/regions/NAME, and a file in it */
static const char *below_bus(bool region, const char *file)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%c%u%s%s",
		 region ? "regions" : "dimms", region ? 'r' : 'd',
		 (unsigned int)below(region ? REGIONS : DIMMS),
		 *file ? "/" : "", file);
	return path;
}

/* No device could have it. */
static const char *bad_name(void)
{
	static char name[256];
	size_t length = 1 + below(255), i;

	if (one_in(2))
		length = 32;
	for (i = 0; i < length; i++)
		name[i] = one_in(4) ? 1 + below(46) : 'a';
	name[length] = '\0';
	return name;
}

/* One of the words that '|' separates */
static const char *some_word(const char *words)
{
	static char word[160];
	unsigned int count = 1;
	const char *at;

	for (at = words; *at; at++)
		count += *at == '|';
	count = below(count);
	for (at = words; count; at++)
		count -= *at == '|';
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, "|"), at);
	return word;
}

static void store_garbage(unsigned int tally_of, const char *bus,
			  const char *rest)
{
	char path[PATH_SIZE], text[4200];
	size_t length = one_in(2) ? below(64) : below(sizeof(text));

	random_bytes(text, length);
	path_of(path, bus, rest);
	tally(tally_of, write_file(path, text, length), false);
}

static void store_one(void)
{
	unsigned int kind = below(3), i;
	const char *bus = some_bus_name(), *rest;
	const struct file *file;
	unsigned int tally_of;

	if (kind == 0) {
		i = below(ARRAY_SIZE(bus_files));
		file = &bus_files[i];
		tally_of = bus_tallies[i];
		rest = file->name;
	} else if (kind == 1) {
		i = below(ARRAY_SIZE(dimm_files));
		file = &dimm_files[i];
		tally_of = dimm_tallies[i];
		rest = below_bus(false, file->name);
	} else {
		i = below(ARRAY_SIZE(region_files));
		file = &region_files[i];
		tally_of = region_tallies[i];
		rest = below_bus(true, file->name);
	}
	doing(file->name);
	if (one_in(20))
		store_garbage(tally_of, bus, rest);
	else
		store(tally_of, bus, rest,
		      some_word(one_in(4) ? file->bad : file->good));
}

static void show_one(void)
{
	static const char * const names[] = {
		"features", "f0/live", "f1/dev_name", "f2/size",
		"f0/dimms/d0/handle", "f0/regions/r0/mappings",
		"f1/dimms/d1/live", "f1/regions/r0/dev_name", "home/live",
		"home/regions/r0/mappings", "home/dimms/d0/flags",
		"home/dimms/d0/dev_name", "home/no/such",
	};
	char path[PATH_SIZE], text[4096];

	path_of(path, names[below(ARRAY_SIZE(names))], "");
	doing("show");
	tally(show_tally, read_text(path, text, sizeof(text)), false);
}

/* --- buses as they should be --- */

static void unbind_region(const char *name)
{
	buses_change();
	write_text(DRIVERS "/nd_region/unbind", name);
	buses_done();
}

static void release_regions(const char *bus)
{
	char path[PATH_SIZE], rest[64], name[32];
	unsigned int i;

	for (i = 0; i < REGIONS; i++) {
		snprintf(rest, sizeof(rest), "regions/r%u/dev_name", i);
		path_of(path, bus, rest);
		if (!read_text(path, name, sizeof(name)) && *name)
			unbind_region(name);
	}
}

/* The fuzzer's own values first, whatever was written before. */
static void prepare(const char *bus, unsigned long start, unsigned long size)
{
	char text[32];

	snprintf(text, sizeof(text), "%#lx", start);
	store(bus_tallies[3], bus, "base", text);
	snprintf(text, sizeof(text), "%lu", size);
	store(bus_tallies[2], bus, "size", start ? text : "0");
	snprintf(text, sizeof(text), "nd_emu.%s", bus);
	store(bus_tallies[1], bus, "device", text);
}

static void remove_dirs(const char *bus)
{
	unsigned int i;
	char rest[32];

	for (i = 0; i < REGIONS; i++) {
		snprintf(rest, sizeof(rest), "regions/r%u", i);
		drop(2, bus, rest);
	}
	for (i = 0; i < DIMMS; i++) {
		snprintf(rest, sizeof(rest), "dimms/d%u", i);
		drop(1, bus, rest);
	}
}

static void take_down(const char *bus)
{
	if (one_in(2))
		set_live(bus, false);
	release_regions(bus);
	set_live(bus, false);
	if (one_in(2)) {
		remove_dirs(bus);
		drop(0, bus, "");
	}
}

/* From nothing: what others do to it meanwhile may spoil it. */
static void build(void)
{
	unsigned int slot = below(SLOTS);
	char bus[4], rest[32];
	unsigned long start = 0;
	unsigned int i, dimms = below(4);

	snprintf(bus, sizeof(bus), "f%u", slot);
	release_regions(bus);
	set_live(bus, false);
	remove_dirs(bus);
	make(0, bus, "");
	if (base)
		start = base + HOME_SIZE + slot * SLOT_SIZE;
	prepare(bus, start, SLOT_SIZE);
	for (i = 0; i < dimms; i++) {
		snprintf(rest, sizeof(rest), "dimms/d%u", i);
		make(1, bus, rest);
	}
	for (i = 0; i < 1 + below(2); i++) {
		snprintf(rest, sizeof(rest), "regions/r%u", i);
		make(2, bus, rest);
		snprintf(rest, sizeof(rest), "regions/r%u/size", i);
		store(region_tallies[1], bus, rest, "16M");
	}
	set_live(bus, true);
}

static void plug_one(void)
{
	char path[PATH_SIZE];
	bool on = one_in(2);

	path_of(path, one_in(3) ? "home" : some_bus_name(),
		below_bus(false, "live"));
	doing("plug");
	tally(plug_tallies[on], write_text(path, on ? "1" : "0"), false);
}

/* Its commands are on their way while it goes. */
static void home_again(void)
{
	if (one_in(2))
		set_live("home", false);
	release_regions("home");
	set_live("home", false);
	/* A rule may make it fail once. */
	if (set_live("home", true))
		set_live("home", true);
}

static void live_one(void)
{
	static const char * const rules[] = {
		"live errno=12 times=1", "live status=1 times=1", "live off",
	};

	switch (below(8)) {
	case 0:
		tally(fail_tally,
		      write_text(DEBUGFS "/fail",
				 rules[below(ARRAY_SIZE(rules))]), false);
		break;
	case 1:
		home_again();
		break;
	case 2:
		take_down(some_bus_name());
		break;
	case 3:
		set_live(some_bus_name(), true);
		break;
	case 4:
		set_live(some_bus_name(), false);
		break;
	default:
		build();
	}
}

/* The fourth DIMM of home has no labels, and on the first two is a region. */
int configfs_build_home(void)
{
	static const char * const files[][2] = {
		{ "dimms/d3/label_size", "0" },
		{ "dimms/d0/flush_hints", "2" },
		{ "regions/r0/size", "16M" },
		{ "regions/r0/mappings", "d0 0 8M 0, d1 0 8M 1" },
		{ "regions/r1/size", "16M" },
		{ "regions/r1/mappings", "d2 0 16M 0" },
	};
	char rest[32], path[PATH_SIZE];
	unsigned int i;

	make(0, "home", "");
	for (i = 0; i < 4; i++) {
		snprintf(rest, sizeof(rest), "dimms/d%u", i);
		make(1, "home", rest);
	}
	make(2, "home", "regions/r0");
	make(2, "home", "regions/r1");
	prepare("home", base, HOME_SIZE);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		path_of(path, "home", files[i][0]);
		if (write_text(path, files[i][1]))
			return -1;
	}
	return set_live("home", true);
}

bool configfs_step(void)
{
	unsigned int what = below(4096);

	if (what < 12)
		live_one();
	else if (what < 40)
		plug_one();
	else if (what < 120)
		make(below(3), some_bus_name(), bad_name());
	else if (what < 260)
		make(0, some_bus_name(), "");
	else if (what < 600)
		make(1, some_bus_name(), below_bus(false, ""));
	else if (what < 900)
		make(2, some_bus_name(), below_bus(true, ""));
	else if (what < 920)
		drop(0, some_bus_name(), "");
	else if (what < 1100)
		drop(1, some_bus_name(), below_bus(false, ""));
	else if (what < 1250)
		drop(2, some_bus_name(), below_bus(true, ""));
	else if (what < 1600)
		show_one();
	else
		store_one();
	return true;
}

void configfs_clean_up(void)
{
	unsigned int i;
	char bus[8];

	for (i = 0; i <= SLOTS; i++) {
		snprintf(bus, sizeof(bus), i < SLOTS ? "f%u" : "home", i);
		release_regions(bus);
		set_live(bus, false);
		remove_dirs(bus);
		drop(0, bus, "");
	}
}
