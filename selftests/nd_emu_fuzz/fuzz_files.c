// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel offers next to the commands: files in sysfs that end in one,
 * rules that make a command fail, regions and DIMMs that lose their driver and
 * get it back, and reads and writes of the disks.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

static const char * const on_off[] = { "1", "0", "2", "x", "" };
static const char * const arm[] = { "arm", "arm", "disarm", "live", "" };
static const char * const activate[] = { "live", "live", "quiesce", "arm" };
static const char * const milliseconds[] = { "0", "1", "5", "20" };
static const char * const security[] = {
	"freeze", "disable 0", "update 0 0", "erase 0", "overwrite 0",
	"master_update 0 0", "master_erase 0", "disable 4294967295", "x",
};

enum owner {
	OF_BUS,
	OF_DIMM,
	OF_REGION,
	OF_BUS_DEBUG,
};

/**
 * struct file - one that is written
 * @owner: whose it is, which says in which directory
 * @name: below that
 * @values: one of them is written
 * @count: of @values
 * @need: what has to be seen; not all buses have all of them
 */
struct file {
	enum owner owner;
	const char *name;
	const char * const *values;
	unsigned int count;
	enum need need;
};

static const struct file files[] = {
	{ OF_BUS, "nfit/scrub", on_off, ARRAY_SIZE(on_off), NEED_BOTH },
	{ OF_BUS, "firmware/activate", activate, ARRAY_SIZE(activate), NEED_NOTHING },
	{ OF_DIMM, "firmware/activate", arm, ARRAY_SIZE(arm), NEED_BOTH },
	{ OF_DIMM, "security", security, ARRAY_SIZE(security), NEED_NOTHING },
	{ OF_REGION, "deep_flush", on_off, ARRAY_SIZE(on_off), NEED_NOTHING },
	{ OF_BUS_DEBUG, "scrub_ms", milliseconds, ARRAY_SIZE(milliseconds), NEED_NOTHING },
};

static const char * const bus_rules[] = {
	"ars_cap", "ars_start", "ars_status", "clear_error", "translate_spa",
	"inject_set", "inject_clear", "inject_get", "fwa_bus_info",
	"fwa_activate", "get_size", "",
};

static const char * const dimm_rules[] = {
	"get_size", "get_data", "set_data", "smart", "smart_threshold",
	"smart_set_threshold", "smart_inject", "fw_info", "fw_start",
	"fw_send", "fw_finish", "fw_query", "fwa_dimm_info", "fwa_arm",
	"enable_lss", "ars_cap", "x y z",
};

static const char * const read_names[] = {
	"ndbus%u/nfit/scrub", "nmem%u/nfit/flags", "nmem%u/nfit/id",
	"nmem%u/nfit/dirty_shutdown", "nmem%u/firmware/activate",
	"nmem%u/firmware/result", "nmem%u/security", "region%u/badblocks",
	"region%u/nfit/range_index", "region%u/persistence_domain",
	"ndbus%u/firmware/activate", "ndbus%u/nd_emu/capacity",
};

static unsigned int file_tallies[ARRAY_SIZE(files)];
static unsigned int read_tally, rule_tally, bind_tally, disk_tally;

void files_init(void)
{
	static const char * const owners[] = {
		"bus", "DIMM", "region", "bus debug",
	};
	unsigned int i;
	char name[40];

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(name, sizeof(name), "%s %s", owners[files[i].owner],
			 files[i].name);
		file_tallies[i] = tally_add("file", name, files[i].need);
	}
	read_tally = tally_add("file", "read", NEED_SUCCESS);
	rule_tally = tally_add("file", "fail", NEED_BOTH);
	bind_tally = tally_add("driver", "bind, unbind", NEED_BOTH);
	disk_tally = tally_add("disk", "read, write", NEED_SUCCESS);
}

static bool directory(enum owner owner, char *path, size_t size)
{
	const struct region *region = some_region();
	const struct device *dimm = some_dimm(), *bus = some_bus();

	if (!bus || !dimm || !region)
		return false;
	switch (owner) {
	case OF_BUS:
		snprintf(path, size, DEVICES "/ndbus%u", bus->number);
		break;
	case OF_DIMM:
		snprintf(path, size, DEVICES "/nmem%u", dimm->number);
		break;
	case OF_REGION:
		snprintf(path, size, DEVICES "/%s", region->name);
		break;
	case OF_BUS_DEBUG:
		snprintf(path, size, DEBUGFS "/ndbus%u", bus->number);
		break;
	}
	return true;
}

/* Counted unless what it was for had gone: true if so. */
static bool counted(unsigned int operation, int error)
{
	if (error == ENOENT || error == ENODEV)
		return false;
	tally(operation, error, false);
	return true;
}

static bool write_one(void)
{
	unsigned int index = below(ARRAY_SIZE(files));
	const struct file *file = &files[index];
	char path[192], dir[96];

	if (!directory(file->owner, dir, sizeof(dir)))
		return false;
	snprintf(path, sizeof(path), "%s/%s", dir, file->name);
	doing(file->name);
	return counted(file_tallies[index],
		       write_text(path, file->values[below(file->count)]));
}

static bool read_one(void)
{
	const char *name = read_names[below(ARRAY_SIZE(read_names))];
	char path[192], format[96], text[64];

	snprintf(format, sizeof(format), DEVICES "/%s", name);
	/* The format is one of the constants above. */
	snprintf(path, sizeof(path), format, (unsigned int)below(4));
	doing(name);
	return counted(read_tally, read_text(path, text, sizeof(text)));
}

/* A rule ends by itself: otherwise nothing would ever succeed again. */
static bool set_rule(void)
{
	const struct device *dimm = some_dimm();
	bool of_dimm = one_in(2);
	char path[96], text[96];
	const char *name;

	if (!dimm)
		return false;
	name = of_dimm ? dimm_rules[below(ARRAY_SIZE(dimm_rules))] :
			 bus_rules[below(ARRAY_SIZE(bus_rules))];
	if (of_dimm)
		snprintf(path, sizeof(path), DEBUGFS "/%s/nmem%u/fail",
			 dimm->bus, dimm->number);
	else
		snprintf(path, sizeof(path), DEBUGFS "/%s/fail", dimm->bus);
	snprintf(text, sizeof(text),
		 "%s %s=%lu skip=%lu times=%lu delay=%lu", name,
		 one_in(2) ? "errno" : "status",
		 one_in(4) ? boundary() : 1 + below(130), below(8),
		 1 + below(8), one_in(4) ? below(4) : 0);
	doing("fail");
	return counted(rule_tally, write_text(path, text));
}

static bool bind_one(void)
{
	const struct region *region = some_region();
	const struct device *dimm = some_dimm();
	bool is_region = !one_in(8);
	char path[96], name[24];
	int error;

	if (!region || !dimm)
		return false;
	snprintf(path, sizeof(path), DRIVERS "/%s/%s",
		 is_region ? "nd_region" : "nvdimm",
		 one_in(2) ? "bind" : "unbind");
	if (is_region)
		snprintf(name, sizeof(name), "%s", region->name);
	else
		snprintf(name, sizeof(name), "nmem%u", dimm->number);
	doing("bind, unbind");
	buses_change();
	error = write_text(path, name);
	buses_done();
	tally(bind_tally, error, false);
	return true;
}

/* The disk of a region, or -1 */
static int open_disk(const struct region *region)
{
	char path[300];
	struct dirent *entry;
	int fd = -1;
	DIR *dir;

	dir = opendir("/sys/block");
	if (!dir)
		return -1;
	while (fd < 0 && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "pmem", 4) ||
		    (unsigned int)atoi(entry->d_name + 4) !=
		    (unsigned int)atoi(region->name + 6))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	}
	closedir(dir);
	return fd;
}

static bool disk_one(void)
{
	const struct region *region = some_region();
	unsigned char *data = my_buffer() + BUFFER_SIZE / 2;
	size_t length = (1 + below(16)) * 512;
	ssize_t done;
	off_t at;
	int fd;

	if (!region)
		return false;
	doing("disk");
	fd = open_disk(region);
	if (fd < 0)
		return false;
	at = below(region->size >> 9) * 512;
	done = one_in(2) ? pread(fd, data, length, at) :
			   pwrite(fd, data, length, at);
	tally(disk_tally, done < 0 ? errno : 0, false);
	close(fd);
	return true;
}

bool files_step(void)
{
	switch (below(16)) {
	case 0:
		/* It takes as long as thousands of others. */
		return one_in(4) ? bind_one() : disk_one();
	case 1:
	case 2:
		return disk_one();
	case 3 ... 6:
		return set_rule();
	case 7 ... 9:
		return read_one();
	default:
		return write_one();
	}
}
