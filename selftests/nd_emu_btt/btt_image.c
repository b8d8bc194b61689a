// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make and read BTT images, from what the format says (UEFI 2.11, chapter 6)
 * and nothing that a driver has: a third opinion on what the drivers write.
 *
 *	btt_image make IMAGE LBASIZE old|new COUNT GENERATION
 *		version 1.1, and COUNT stamped sectors written one by one; the
 *		log as Linux before 4.15 padded it, or as UEFI does
 *	btt_image show IMAGE
 *		one line: version, sector size, sectors, padding of the log,
 *		where the copy of the info block is, in bytes
 *	btt_image check IMAGE FIRST COUNT GENERATION...
 *		these sectors are that generation, 0 being zeros
 *	btt_image where IMAGE SECTOR...
 *		the place of its data in the namespace, in bytes
 *	btt_image free IMAGE GROUP
 *		that of the free block of a log group
 *	btt_image places IMAGE
 *		those of the info block, the map, the log and the copy of the
 *		info block
 *	btt_image whole IMAGE
 *		each block belongs to exactly one sector or log group
 *	btt_image state IMAGE SECTOR...
 *		initial, zero, error or normal
 *	btt_image entry IMAGE initial|zero|error|normal SECTOR...
 *		give the sector's map entry that state; a sector that was
 *		written loses its block by "initial", and the image is broken
 *	btt_image block IMAGE SECTOR...
 *		the number of its block, by the map alone
 *	btt_image undo IMAGE SECTOR...
 *		give the map entry back what the sector's last write replaced,
 *		as if the power had failed between the record and the entry
 *	btt_image record IMAGE GROUP lba|old|new|seq VALUE...
 *		set these fields of the group's newest record
 *
 * IMAGE is a namespace, as a file or a block device, of one arena. An update
 * that the log has and the map lacks is taken for done.
 *
 * Exit: 0; 1 if the image is wrong, with the place; 2 if it cannot be read.
 */
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stamp.h"

#define PAGE		4096ull
#define NFREE		256
#define RECORDS		4
#define ZERO		0x80000000u
#define ERROR		0x40000000u
#define NORMAL		(ZERO | ERROR)
#define BLOCK(entry)	((entry) & ~NORMAL)

static const char signature[16] = "BTT_ARENA_INFO";

/* All fields are little endian. */
struct info {
	char signature[16];
	uint8_t uuid[16];
	uint8_t parent_uuid[16];
	uint32_t flags;
	uint16_t major;
	uint16_t minor;
	uint32_t external_lbasize;
	uint32_t external_nlba;
	uint32_t internal_lbasize;
	uint32_t internal_nlba;
	uint32_t nfree;
	uint32_t infosize;
	uint64_t nextoff;
	uint64_t dataoff;
	uint64_t mapoff;
	uint64_t logoff;
	uint64_t info2off;
	char reserved[3968];
	uint64_t checksum;
};

struct record {
	uint32_t lba;
	uint32_t old_map;
	uint32_t new_map;
	uint32_t seq;
};

static struct {
	uint8_t *arena;
	uint64_t size;		/* of the namespace, from the info block on */
	struct info *info;
	uint32_t *map;
	struct record (*log)[RECORDS];
	int second;		/* the record that is not the first */
	struct record *pending;	/* those that the map lacks */
	uint32_t npending;
	uint32_t lbasize;
	uint32_t nlba;
	uint32_t nfree;
} btt;

static void wrong(const char *what, uint64_t at, uint64_t found)
{
	printf("%s %llu: %#llx\n", what, (unsigned long long)at,
	       (unsigned long long)found);
	exit(1);
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* Fletcher64 of the block with the checksum itself as zero. */
static uint64_t info_checksum(const struct info *info)
{
	uint32_t word[sizeof(*info) / sizeof(uint32_t)];
	uint32_t low = 0, high = 0;
	size_t i;

	memcpy(word, info, sizeof(word));
	memset(&word[offsetof(struct info, checksum) / sizeof(*word)], 0,
	       sizeof(info->checksum));
	for (i = 0; i < sizeof(word) / sizeof(*word); i++) {
		low += le32toh(word[i]);
		high += low;
	}
	return (uint64_t)high << 32 | low;
}

static uint64_t page_up(uint64_t n)
{
	return (n + PAGE - 1) & ~(PAGE - 1);
}

/* ---- the image ---- */

static uint8_t *map_image(const char *name, uint64_t *size)
{
	int fd = open(name, O_RDWR);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	void *image;

	if (end <= 0)
		die(name);
	image = mmap(NULL, end, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (image == MAP_FAILED)
		die("mmap");
	close(fd);
	*size = end;
	return image;
}

/* Where version @major has its info block. */
static uint64_t info_place(int major)
{
	return major == 1 ? PAGE : 0;
}

static void use_arena(uint8_t *image, uint64_t size, uint64_t place)
{
	struct info *info = (void *)(image + place);

	btt.arena = image + place;
	btt.size = size - place;
	btt.info = info;
	btt.map = (void *)(btt.arena + le64toh(info->mapoff));
	btt.log = (void *)(btt.arena + le64toh(info->logoff));
	btt.lbasize = le32toh(info->internal_lbasize);
	btt.nlba = le32toh(info->external_nlba);
	btt.nfree = le32toh(info->nfree);
}

static void find_padding(void)
{
	uint32_t i;

	btt.second = 1;
	for (i = 0; i < btt.nfree; i++)
		if (btt.log[i][2].seq)
			btt.second = 2;
}

static void find_arena(const char *name)
{
	uint64_t size;
	uint8_t *image = map_image(name, &size);
	int major;

	for (major = 2; major; major--) {
		struct info *info = (void *)(image + info_place(major));

		if (memcmp(info->signature, signature, sizeof(signature)) ||
		    le16toh(info->major) != major)
			continue;
		if (le64toh(info->checksum) != info_checksum(info))
			wrong("checksum", major, le64toh(info->checksum));
		if (info->nextoff)
			wrong("nextoff", major, le64toh(info->nextoff));
		use_arena(image, size, info_place(major));
		find_padding();
		return;
	}
	wrong("no info block", 0, 0);
}

/* ---- reading ---- */

static struct record *newest_of(uint32_t group)
{
	struct record *a = &btt.log[group][0];
	struct record *b = &btt.log[group][btt.second];
	uint32_t sa = le32toh(a->seq), sb = le32toh(b->seq);

	if (sa > 3 || sb > 3 || sa == sb)
		wrong("sequence numbers of log group", group, sa << 4 | sb);
	if (!sb || (sa && sa == sb % 3 + 1))
		return a;
	return b;
}

static struct record newest(uint32_t group)
{
	return *newest_of(group);
}

static uint32_t entry_of(uint32_t sector)
{
	return le32toh(btt.map[sector]);
}

static uint32_t block_in_map(uint32_t sector)
{
	uint32_t entry = entry_of(sector);

	return entry & NORMAL ? BLOCK(entry) : sector;
}

/*
 * Block numbers in the log may have the flags of a map entry or not. The log is
 * right where the map still has what a record replaces.
 */
static bool is_pending(struct record rec)
{
	uint32_t sector = le32toh(rec.lba), old = BLOCK(le32toh(rec.old_map));

	return sector < btt.nlba && block_in_map(sector) == old &&
	       BLOCK(le32toh(rec.new_map)) != old;
}

/* Few are, if any, and each sector would have to look at all of the log. */
static void find_pending(void)
{
	uint32_t i;

	btt.pending = calloc(btt.nfree, sizeof(*btt.pending));
	if (!btt.pending)
		die("calloc");
	for (i = 0; i < btt.nfree; i++)
		if (is_pending(newest(i)))
			btt.pending[btt.npending++] = newest(i);
}

static uint32_t block_of(uint32_t sector, bool *redone)
{
	uint32_t i;

	if (!btt.pending)
		find_pending();
	*redone = true;
	for (i = 0; i < btt.npending; i++)
		if (le32toh(btt.pending[i].lba) == sector)
			return BLOCK(le32toh(btt.pending[i].new_map));
	*redone = false;
	return block_in_map(sector);
}

static uint8_t *data_of(uint32_t block)
{
	return btt.arena + le64toh(btt.info->dataoff) +
	       (uint64_t)block * btt.lbasize;
}

static void check(uint32_t first, uint32_t count, uint64_t generation)
{
	uint32_t sector;

	for (sector = first; sector < first + count; sector++) {
		bool redone;
		uint32_t block = block_of(sector, &redone);
		uint32_t state = entry_of(sector) & NORMAL;
		uint64_t found = 0;

		if (!redone && state == ERROR)
			wrong("error flag of sector", sector, entry_of(sector));
		if ((redone || state == NORMAL) &&
		    stamp_read(data_of(block), btt.lbasize, sector, &found) ==
		    STAMP_MIXED)
			wrong("not a stamp, sector", sector, block);
		if (found != generation)
			wrong("generation of sector", sector, found);
	}
}

static void own(uint8_t *owned, uint32_t block, const char *what, uint32_t at)
{
	if (block >= le32toh(btt.info->internal_nlba) || owned[block]++)
		wrong(what, at, block);
}

static void whole(void)
{
	uint8_t *owned = calloc(le32toh(btt.info->internal_nlba), 1);
	uint32_t i;

	if (!owned)
		die("calloc");
	for (i = 0; i < btt.nlba; i++) {
		bool redone;

		own(owned, block_of(i, &redone), "block of sector", i);
	}
	for (i = 0; i < btt.nfree; i++)
		own(owned, BLOCK(le32toh(newest(i).old_map)),
		    "free block of log group", i);
}

static void show(void)
{
	int major = le16toh(btt.info->major);

	printf("version=%d.%d lbasize=%u nlba=%u padding=%s info2=%llu\n",
	       major, le16toh(btt.info->minor),
	       le32toh(btt.info->external_lbasize), btt.nlba,
	       btt.second == 1 ? "new" : "old",
	       (unsigned long long)(info_place(major) +
				    le64toh(btt.info->info2off)));
}

/* Offsets count from the info block, places from the start of the namespace. */
static void print_place(const char *name, uint64_t off)
{
	printf("%s%llu\n", name, (unsigned long long)
	       (info_place(le16toh(btt.info->major)) + off));
}

static void where(uint32_t sector)
{
	bool redone;

	print_place("", data_of(block_of(sector, &redone)) - btt.arena);
}

static void where_free(uint32_t group)
{
	print_place("", data_of(BLOCK(le32toh(newest(group).old_map))) -
		    btt.arena);
}

static void places(void)
{
	print_place("info=", 0);
	print_place("map=", le64toh(btt.info->mapoff));
	print_place("log=", le64toh(btt.info->logoff));
	print_place("info2=", le64toh(btt.info->info2off));
}

static const struct {
	const char *name;
	uint32_t flags;
} states[] = {
	{ "initial", 0 },
	{ "zero", ZERO },
	{ "error", ERROR },
	{ "normal", NORMAL },
};

#define STATES	(sizeof(states) / sizeof(*states))

static void state(uint32_t sector)
{
	size_t i;

	for (i = 0; i < STATES; i++)
		if (states[i].flags == (entry_of(sector) & NORMAL))
			puts(states[i].name);
}

static void set_entry(uint32_t sector, const char *name)
{
	uint32_t block = block_in_map(sector);
	size_t i;

	for (i = 0; i < STATES; i++) {
		if (strcmp(name, states[i].name))
			continue;
		btt.map[sector] = htole32(states[i].flags ?
					  states[i].flags | block : 0);
		return;
	}
	wrong("no such state, sector", sector, 0);
}

/* The group whose newest record gave the sector the block that it has. */
static uint32_t group_of(uint32_t sector)
{
	uint32_t i;

	for (i = 0; i < btt.nfree; i++) {
		struct record rec = newest(i);
		uint32_t new = BLOCK(le32toh(rec.new_map));

		if (le32toh(rec.lba) == sector && new == block_in_map(sector) &&
		    new != BLOCK(le32toh(rec.old_map)))
			return i;
	}
	wrong("no record of what is in the map, sector", sector,
	      block_in_map(sector));
	return 0;
}

static void undo(uint32_t sector)
{
	uint32_t old = le32toh(newest(group_of(sector)).old_map);

	btt.map[sector] = htole32(BLOCK(old) |
				  (old & NORMAL ? old & NORMAL : NORMAL));
}

static void set_record(uint32_t group, const char *field, uint32_t value)
{
	struct record *record = newest_of(group);

	if (!strcmp(field, "lba"))
		record->lba = htole32(value);
	else if (!strcmp(field, "old"))
		record->old_map = htole32(value);
	else if (!strcmp(field, "new"))
		record->new_map = htole32(value);
	else if (!strcmp(field, "seq"))
		record->seq = htole32(value);
	else
		wrong("no such field, log group", group, value);
}

/* ---- making ---- */

static void plan(struct info *info, uint64_t size, uint32_t lbasize)
{
	uint64_t log = page_up(NFREE * sizeof(*btt.log));
	uint64_t room = size - 2 * PAGE - log;
	uint32_t blocks = (room - PAGE) / (lbasize + sizeof(*btt.map));
	uint64_t map = page_up((blocks - NFREE) * sizeof(*btt.map));

	memset(info, 0, sizeof(*info));
	memcpy(info->signature, signature, sizeof(signature));
	memset(info->uuid, 0x5a, sizeof(info->uuid));
	info->major = htole16(1);
	info->minor = htole16(1);
	info->external_lbasize = htole32(lbasize);
	info->external_nlba = htole32(blocks - NFREE);
	info->internal_lbasize = htole32(lbasize);
	info->internal_nlba = htole32(blocks);
	info->nfree = htole32(NFREE);
	info->infosize = htole32(sizeof(*info));
	info->dataoff = htole64(PAGE);
	info->mapoff = htole64(PAGE + room - map);
	info->logoff = htole64(PAGE + room);
	info->info2off = htole64(PAGE + room + log);
	info->checksum = htole64(info_checksum(info));
}

static void write_sector(uint32_t sector, uint64_t generation)
{
	struct record (*group)[RECORDS] = &btt.log[sector % NFREE];
	struct record last = newest(sector % NFREE);
	struct record *next = &(*group)[0];
	uint32_t free = BLOCK(le32toh(last.old_map));

	if (next->seq == last.seq)
		next = &(*group)[btt.second];
	stamp_fill(data_of(free), btt.lbasize, sector, generation);
	next->lba = htole32(sector);
	next->old_map = htole32(block_in_map(sector));
	next->new_map = htole32(free);
	next->seq = htole32(le32toh(last.seq) % 3 + 1);
	btt.map[sector] = htole32(free | NORMAL);
}

static void make(const char *name, uint32_t lbasize, const char *padding,
		 uint32_t count, uint64_t generation)
{
	uint64_t size;
	uint8_t *image = map_image(name, &size);
	struct info *info = (void *)(image + PAGE);
	uint32_t i;

	plan(info, size - PAGE, lbasize);
	use_arena(image, size, PAGE);
	memcpy(btt.arena + le64toh(info->info2off), info, sizeof(*info));
	btt.second = strcmp(padding, "old") ? 1 : 2;
	memset(btt.map, 0, btt.nlba * sizeof(*btt.map));
	memset(btt.log, 0, NFREE * sizeof(*btt.log));
	for (i = 0; i < NFREE; i++) {
		struct record *rec = &btt.log[i][0];

		rec->lba = htole32(i);
		rec->old_map = htole32(btt.nlba + i);
		rec->new_map = rec->old_map;
		rec->seq = htole32(1);
	}
	for (i = 0; i < count; i++)
		write_sector(i, generation);
}

static uint64_t to_number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || *end)
		wrong("not a number", 0, 0);
	return n;
}

static int usage(void)
{
	fprintf(stderr, "btt_image COMMAND IMAGE ...; see the source\n");
	return 2;
}

/* Commands whose last arguments are sectors */
static bool of_sector(const char *what, const char *text)
{
	uint32_t sector = to_number(text);

	if (!strcmp(what, "where"))
		where(sector);
	else if (!strcmp(what, "state"))
		state(sector);
	else if (!strcmp(what, "block"))
		printf("%u\n", block_in_map(sector));
	else if (!strcmp(what, "undo"))
		undo(sector);
	else
		return false;
	return true;
}

static int of_sectors(const char *what, int argc, char **argv)
{
	int i;

	for (i = 3; i < argc; i++)
		if (!of_sector(what, argv[i]))
			return usage();
	return argc > 3 ? 0 : usage();
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	int i;

	if (!strcmp(what, "make") && argc == 7) {
		make(argv[2], to_number(argv[3]), argv[4], to_number(argv[5]),
		     to_number(argv[6]));
		return 0;
	}
	if (*what)
		find_arena(argv[2]);
	if (!strcmp(what, "show") && argc == 3) {
		show();
	} else if (!strcmp(what, "whole") && argc == 3) {
		whole();
	} else if (!strcmp(what, "places") && argc == 3) {
		places();
	} else if (!strcmp(what, "free") && argc == 4) {
		where_free(to_number(argv[3]));
	} else if (!strcmp(what, "check") && argc > 5 && argc % 3 == 0) {
		for (i = 3; i < argc; i += 3)
			check(to_number(argv[i]), to_number(argv[i + 1]),
			      to_number(argv[i + 2]));
	} else if (!strcmp(what, "entry") && argc > 4) {
		for (i = 4; i < argc; i++)
			set_entry(to_number(argv[i]), argv[3]);
	} else if (!strcmp(what, "record") && argc > 5 && argc % 2 == 0) {
		for (i = 4; i < argc; i += 2)
			set_record(to_number(argv[3]), argv[i],
				   to_number(argv[i + 1]));
	} else {
		return of_sectors(what, argc, argv);
	}
	return 0;
}
