/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_INTERLEAVE_H
#define ND_EMU_INTERLEAVE_H

#include <linux/types.h>

struct nd_interleave_set;

/**
 * struct nd_emu_identity - what an SPD says of a DIMM, bytes as it has them
 * @vendor: JEDEC manufacturer id
 * @device: device id
 * @revision: revision id
 * @manufactured: year and week, BCD
 * @location: manufacturing location
 * @serial: serial number
 */
struct nd_emu_identity {
	__be16 vendor;
	__be16 device;
	__be16 revision;
	__be16 manufactured;
	u8 location;
	__be32 serial;
};

/**
 * struct nd_emu_place - where a byte of a region is
 * @index: number of the DIMM in the set
 * @dpa: bytes from the start of the DIMM's share
 * @length: bytes from there on that follow each other on the same DIMM
 */
struct nd_emu_place {
	unsigned int index;
	u64 dpa;
	u64 length;
};

struct nd_emu_place nd_emu_interleave_place(u64 offset, u64 size,
					    unsigned int count, u32 line);
u64 nd_emu_interleave_offset(u64 dpa, unsigned int index, unsigned int count,
			     u32 line);

/**
 * struct nd_emu_interleave_dimm - a DIMM of an interleave set
 * @identity: the DIMM
 * @offset: of its first line, in bytes from the start of the region
 */
struct nd_emu_interleave_dimm {
	const struct nd_emu_identity *identity;
	u64 offset;
};

int nd_emu_interleave_cookies(struct nd_interleave_set *set,
			      const struct nd_emu_interleave_dimm *dimms,
			      unsigned int count);
void nd_emu_interleave_ramdax(struct nd_interleave_set *set);

#endif
