// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interleave-set cookies: a namespace label carries one, so that labels are
 * not believed when DIMMs were exchanged or put into other slots (UEFI 2.11,
 * 13.19.5, "SetCookie").
 *
 * The cookie is the fletcher64 sum of one record for each DIMM, in the order
 * of the DIMMs in the set. Three variants are in use:
 *
 *	cookie1		labels 1.1: a record of place and serial number
 *	cookie2		labels 1.2: a record with manufacturer and date as well
 *	altcookie	as cookie1, but sorted by the bytes of the place as
 *			memcmp() sees them, as Linux before 4.14 did
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/libnvdimm.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "interleave.h"

struct record1 {
	__le64 place;
	__be32 serial;
	__le32 reserved;
};

static_assert(sizeof(struct record1) == 16);

struct record2 {
	__le64 place;
	__be32 serial;
	__be16 vendor;
	__be16 manufactured;
	u8 location;
	u8 reserved[31];
};

static_assert(sizeof(struct record2) == 48);

static int compare_bytes(const void *a, const void *b)
{
	const struct record1 *ra = a, *rb = b;

	return memcmp(&ra->place, &rb->place, sizeof(ra->place));
}

static u64 sum_records1(const struct nd_emu_interleave_dimm *dimms,
			unsigned int count, bool by_bytes)
{
	struct record1 *records = kcalloc(count, sizeof(*records), GFP_KERNEL);
	unsigned int i;
	u64 sum;

	if (!records)
		return 0;
	for (i = 0; i < count; i++) {
		records[i].place = cpu_to_le64(dimms[i].offset);
		records[i].serial = dimms[i].identity->serial;
	}
	if (by_bytes)
		sort(records, count, sizeof(*records), compare_bytes, NULL);
	sum = nd_fletcher64(records, count * sizeof(*records), false);
	kfree(records);
	return sum;
}

static u64 sum_records2(const struct nd_emu_interleave_dimm *dimms,
			unsigned int count)
{
	struct record2 *records = kcalloc(count, sizeof(*records), GFP_KERNEL);
	unsigned int i;
	u64 sum;

	if (!records)
		return 0;
	for (i = 0; i < count; i++) {
		const struct nd_emu_identity *identity = dimms[i].identity;

		records[i].place = cpu_to_le64(dimms[i].offset);
		records[i].serial = identity->serial;
		records[i].vendor = identity->vendor;
		records[i].manufactured = identity->manufactured;
		records[i].location = identity->location;
	}
	sum = nd_fletcher64(records, count * sizeof(*records), false);
	kfree(records);
	return sum;
}

/**
 * nd_emu_interleave_place - where a byte of a region is
 * @offset: of the byte in the region
 * @size: of the region, in bytes
 * @count: DIMMs in the set
 * @line: bytes on one DIMM before the next one's turn
 *
 * Context: any.
 * Return: the place.
 */
struct nd_emu_place nd_emu_interleave_place(u64 offset, u64 size,
					    unsigned int count, u32 line)
{
	struct nd_emu_place place;
	u32 index, in_line;
	u64 number;

	if (count == 1)
		return (struct nd_emu_place) {
			.dpa = offset,
			.length = size - offset,
		};
	in_line = offset % line;
	number = div_u64_rem(div_u64(offset, line), count, &index);
	place.index = index;
	place.dpa = number * line + in_line;
	place.length = line - in_line;
	return place;
}

/**
 * nd_emu_interleave_offset - the inverse of nd_emu_interleave_place()
 * @dpa: bytes from the start of a DIMM's share
 * @index: number of that DIMM in the set
 * @count: DIMMs in the set
 * @line: bytes on one DIMM before the next one's turn
 *
 * Context: any.
 * Return: where in the region, in bytes.
 */
u64 nd_emu_interleave_offset(u64 dpa, unsigned int index, unsigned int count,
			     u32 line)
{
	u32 in_line;
	u64 number = div_u64_rem(dpa, line, &in_line);

	return (number * count + index) * line + in_line;
}

/**
 * nd_emu_interleave_cookies - the cookies of an interleave set
 * @set: its three cookies are filled in
 * @dimms: the DIMMs in the order of the set
 * @count: how many; 1 or more
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_interleave_cookies(struct nd_interleave_set *set,
			      const struct nd_emu_interleave_dimm *dimms,
			      unsigned int count)
{
	set->cookie1 = sum_records1(dimms, count, false);
	set->cookie2 = sum_records2(dimms, count);
	set->altcookie = sum_records1(dimms, count, true);

	/* libnvdimm takes a cookie of 0 for none, and so do the sums above. */
	if (!set->cookie1 || !set->cookie2 || !set->altcookie)
		return -ENOMEM;
	return 0;
}

/**
 * nd_emu_interleave_ramdax - the cookies that the kernel's ramdax gives
 * @set: its three cookies are filled in
 *
 * ramdax drives one DIMM without an identity and uses a constant. A range of
 * one DIMM whose labels are to be read by both has to carry the same.
 *
 * Context: any.
 */
void nd_emu_interleave_ramdax(struct nd_interleave_set *set)
{
	set->cookie1 = 0xcafebeefcafebeef;
	set->cookie2 = set->cookie1;
	set->altcookie = set->cookie1;
}
