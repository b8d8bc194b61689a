// SPDX-License-Identifier: GPL-2.0-only
/*
 * badlabels KIND SEED {DEVICE AREA}...
 *
 * Writes the label area that is in the file AREA to the DIMM, spoilt. KIND:
 *
 *	none	not at all
 *	random	nothing of it is left, or the signatures of the indexes
 *	bits	some bits of indexes and labels are flipped
 *	index	some numbers of the indexes are others, the checksums right
 *	free	some bits of the free bitmap are flipped, the checksums right
 *	label	some numbers of the labels are others, the checksums right
 *	copy	a label is there twice, the checksums right
 *
 * The same seed is the same labels. If it is odd, what happens to the second
 * DIMM is what happens to the first one: such sets get further.
 *
 * Two things are left out, because Linux warns of them (6.12,
 * drivers/nvdimm/namespace_devs.c): a sector size that is neither 512 nor 4096,
 * in pmem_sector_size(), and two labels of one DIMM that differ in nothing but
 * position and cookie, in create_namespace_pmem().
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/ndctl.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define AREA_SIZE	(128 << 10)
/* That is where namespaces are, if there are few. */
#define LABELS		8

/* UEFI 2.11, 13.19.3: index block and label */
struct index_block {
	uint8_t sig[16];
	uint8_t flags[3];
	uint8_t label_size;
	uint32_t seq;
	uint64_t my_offset;
	uint64_t my_size;
	uint64_t other_offset;
	uint64_t label_offset;
	uint32_t slots;
	uint16_t major;
	uint16_t minor;
	uint64_t checksum;
	uint8_t free[];
};

struct label {
	uint8_t uuid[16];
	uint8_t name[64];
	uint32_t flags;
	uint16_t labels;
	uint16_t position;
	uint64_t cookie;
	uint64_t lba_size;
	uint64_t dpa;
	uint64_t raw_size;
	uint32_t slot;
	uint8_t align;
	uint8_t reserved[3];
	uint8_t type[16];
	uint8_t abstraction[16];
	uint8_t reserved2[88];
	uint64_t checksum;
};

struct field {
	size_t at;
	size_t size;
};

/* Of a structure at address 0 */
#define FIELD(member)	{ (size_t)&(member), sizeof(member) }
#define INDEX		((struct index_block *)0)
#define LABEL		((struct label *)0)

static const struct field index_fields[] = {
	FIELD(INDEX->flags),
	FIELD(INDEX->label_size),
	FIELD(INDEX->seq),
	FIELD(INDEX->my_offset),
	FIELD(INDEX->my_size),
	FIELD(INDEX->other_offset),
	FIELD(INDEX->label_offset),
	FIELD(INDEX->slots),
	FIELD(INDEX->major),
	FIELD(INDEX->minor),
};

static const struct field label_fields[] = {
	FIELD(LABEL->uuid),
	FIELD(LABEL->name),
	FIELD(LABEL->flags),
	FIELD(LABEL->labels),
	FIELD(LABEL->position),
	FIELD(LABEL->cookie),
	FIELD(LABEL->dpa),
	FIELD(LABEL->raw_size),
	FIELD(LABEL->slot),
	FIELD(LABEL->align),
	FIELD(LABEL->type),
	FIELD(LABEL->abstraction),
	FIELD(LABEL->reserved2),
};

static struct {
	struct nd_cmd_set_config_hdr header;
	uint8_t area[AREA_SIZE];
	uint32_t status;
} request;

static uint64_t state;
/* As the labels that are right have them: those of version 1.1 are the first
 * half of those of 1.2, without a checksum
 */
static uint32_t index_size, label_size, slots;

static uint64_t rnd(void)
{
	uint64_t value = state += 0x9e3779b97f4a7c15UL;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
	return value ^ value >> 31;
}

static uint64_t below(uint64_t limit)
{
	return rnd() % limit;
}

static struct index_block *index_at(unsigned int i)
{
	return (void *)(request.area + i * index_size);
}

static struct label *label_at(unsigned int slot)
{
	return (void *)(request.area + 2 * index_size + slot * label_size);
}

static uint64_t fletcher64(const void *from, size_t size)
{
	const uint32_t *word = from;
	uint32_t low = 0;
	uint64_t high = 0;

	for (size /= sizeof(*word); size; size--) {
		low += *word++;
		high += low;
	}
	return high << 32 | low;
}

static void sign_index(struct index_block *block)
{
	block->checksum = 0;
	block->checksum = fletcher64(block, index_size);
}

static void sign_indexes(void)
{
	sign_index(index_at(0));
	sign_index(index_at(1));
}

static void sign_label(struct label *label)
{
	if (label_size < sizeof(*label))
		return;
	label->checksum = 0;
	label->checksum = fletcher64(label, sizeof(*label));
}

/* A number next to what it was, or at a limit, or any */
static uint64_t other_number(uint64_t value)
{
	switch (below(6)) {
	case 0:
		return value + 1 - 2 * below(2);
	case 1:
		return value ^ 1UL << below(64);
	case 2:
		return -below(3);
	case 3:
		return (1UL << below(64)) - below(2);
	case 4:
		return below(256) << 20;
	default:
		return rnd();
	}
}

static void spoil_field(void *of, const struct field *field)
{
	uint64_t value = 0;
	size_t size = field->size < 8 ? field->size : 8;
	uint8_t *at = (uint8_t *)of + field->at +
		      (field->size - size ? below(field->size - size) : 0);

	memcpy(&value, at, size);
	value = other_number(value);
	memcpy(at, &value, size);
}

static void spoil_random(void)
{
	unsigned int i;

	for (i = below(2) * sizeof(index_at(0)->sig); i < AREA_SIZE; i++)
		request.area[i] = rnd();
}

/* Is that byte of the area one of a label's sector size? */
static bool is_lba_size(size_t at)
{
	if (at < 2 * index_size)
		return false;
	at = (at - 2 * index_size) % label_size;
	return at >= offsetof(struct label, lba_size) &&
	       at < offsetof(struct label, lba_size) + sizeof(uint64_t);
}

static void spoil_bits(void)
{
	unsigned int times = 1 + below(16);
	size_t at;

	while (times--) {
		at = below(2 * index_size + LABELS * label_size);
		if (!is_lba_size(at))
			request.area[at] ^= 1 << below(8);
	}
}

/* Of both indexes, mostly, or the other one would be taken. */
static void spoil_index(void)
{
	unsigned int i, times = 1 + below(2);
	bool both = below(4);

	while (times--) {
		const struct field *field =
			&index_fields[below(ARRAY_SIZE(index_fields))];

		for (i = below(2); i < 2; i++)
			spoil_field(index_at(i), field);
		if (both)
			spoil_field(index_at(0), field);
	}
	sign_indexes();
}

static void spoil_free(void)
{
	unsigned int times = 1 + below(8), at;

	while (times--) {
		at = below(4) ? below(LABELS) : below(slots);
		index_at(0)->free[at / 8] ^= 1 << at % 8;
		index_at(1)->free[at / 8] ^= 1 << at % 8;
	}
	sign_indexes();
}

static const struct field *any_label_field(void)
{
	const struct field *field;

	do {
		field = &label_fields[below(ARRAY_SIZE(label_fields))];
	} while (field->at >= label_size);
	return field;
}

static void spoil_label(void)
{
	unsigned int times = 1 + below(3);

	while (times--) {
		struct label *label = label_at(below(LABELS));

		spoil_field(label, any_label_field());
		sign_label(label);
	}
}

/* At the same address, or elsewhere, or as a namespace of its own */
static void spoil_copy(void)
{
	unsigned int from = below(LABELS), to = below(slots);
	struct label *copy = label_at(to);

	memcpy(copy, label_at(from), label_size);
	copy->slot = to;
	if (below(2))
		copy->dpa = below(256) << 20;
	if (below(2))
		copy->uuid[0]++;
	sign_label(copy);
	index_at(0)->free[to / 8] &= ~(1 << to % 8);
	index_at(1)->free[to / 8] &= ~(1 << to % 8);
	sign_indexes();
}

static void spoil_nothing(void)
{
}

static const struct kind {
	const char *name;
	void (*spoil)(void);
} kinds[] = {
	{ "none", spoil_nothing },
	{ "random", spoil_random },
	{ "bits", spoil_bits },
	{ "index", spoil_index },
	{ "free", spoil_free },
	{ "label", spoil_label },
	{ "copy", spoil_copy },
};

static const struct kind *kind_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	errx(2, "no kind '%s'", name);
}

static void load(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, request.area, AREA_SIZE) != AREA_SIZE)
		err(2, "%s", path);
	close(fd);
	index_size = index_at(0)->my_size;
	label_size = 128 << index_at(0)->label_size;
	slots = index_at(0)->slots;
	if (index_size < 256 || label_size > sizeof(struct label) ||
	    2 * index_size + slots * label_size > AREA_SIZE)
		errx(2, "%s: no labels to begin with", path);
}

static void store(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		err(2, "%s", path);
	request.header.in_length = AREA_SIZE;
	if (ioctl(fd, ND_IOCTL_SET_CONFIG_DATA, &request))
		err(1, "%s", path);
	if (request.status)
		errx(1, "%s: status %u", path, request.status);
	close(fd);
}

int main(int argc, char **argv)
{
	const struct kind *kind;
	uint64_t seed;
	int i;

	if (argc < 5 || argc % 2 == 0)
		errx(2, "usage: badlabels KIND SEED {DEVICE AREA}...");
	kind = kind_of(argv[1]);
	seed = strtoull(argv[2], NULL, 0);
	state = seed;
	for (i = 3; i < argc; i += 2) {
		if (seed % 2)
			state = seed;
		load(argv[i + 1]);
		kind->spoil();
		store(argv[i]);
	}
	return 0;
}
