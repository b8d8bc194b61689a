/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_STATE_H
#define ND_EMU_STATE_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "config.h"

struct nd_emu_span;
struct range;

/* NVDIMM_PASSPHRASE_LEN, which the format of the range must not depend on */
#define ND_EMU_PASSPHRASE_LEN	32

/*
 * The platform's own 16 MiB at the end of the range, offsets from their start:
 *
 *	0x000000  state block, slot 0
 *	0x001000  state block, slot 1
 *	0x002000  scratch page: is there memory at all?
 *	0x010000  flush hints, a page a DIMM
 *	0x030000  not used
 *	0xc00000  label storage area of DIMM 31, 128 KiB
 *	    ...
 *	0xfe0000  label storage area of DIMM 0, where ramdax has its own
 */
#define ND_EMU_STATE_SLOTS	2
#define ND_EMU_STATE_SCRATCH	0x002000
#define ND_EMU_STATE_HINTS	0x010000

/**
 * struct nd_emu_state_dimm - what a DIMM remembers without power
 * @serial: serial number, the bytes as the SPD has them
 * @dirty_shutdowns: times that power went while the DIMM was in use
 * @reserved: zero
 */
struct nd_emu_state_dimm {
	__be32 serial;
	__le32 dirty_shutdowns;
	u8 reserved[24];
};

/**
 * struct nd_emu_state_security - the passphrases of a DIMM
 * @user: the user's; zeroes if there is none
 * @master: the master passphrase; zeroes if there is none
 * @flags: ND_EMU_STATE_HAS_*
 * @reserved: zero
 */
struct nd_emu_state_security {
	u8 user[ND_EMU_PASSPHRASE_LEN];
	u8 master[ND_EMU_PASSPHRASE_LEN];
	u8 flags;
	u8 reserved[7];
};

#define ND_EMU_STATE_HAS_USER	BIT(0)
#define ND_EMU_STATE_HAS_MASTER	BIT(1)

/**
 * struct nd_emu_state_block - what a platform remembers without power
 * @signature: ND_EMU_STATE_SIGNATURE
 * @version: of the layout, ND_EMU_STATE_VERSION
 * @flags: ND_EMU_STATE_IN_USE
 * @sequence: of two valid slots the one with the higher number counts
 * @size: length of the range in bytes
 * @reserved: zero
 * @dimms: identities for as many DIMMs as there can ever be, so that a range
 *	that is loaded with fewer, and later with more again, finds its own
 * @security: their passphrases
 * @padding: zero
 * @checksum: fletcher64 of the block with this field as zero
 *
 *	0x000 | signature (16)                                  |
 *	0x010 | version (4) | flags (4) | sequence (8)          |
 *	0x020 | size (8)                | reserved (24)         |
 *	0x040 | dimms[32], 32 bytes each                        |
 *	0x440 | security[32], 72 bytes each                     |
 *	0xd40 | padding                                         |
 *	0xff8 | checksum (8)                                    |
 */
struct nd_emu_state_block {
	u8 signature[16];
	__le32 version;
	__le32 flags;
	__le64 sequence;
	__le64 size;
	u8 reserved[24];
	struct nd_emu_state_dimm dimms[ND_EMU_DIMMS_MAX];
	struct nd_emu_state_security security[ND_EMU_DIMMS_MAX];
	u8 padding[SZ_4K - 0xd48];
	__le64 checksum;
};

static_assert(sizeof(struct nd_emu_state_block) == SZ_4K);

#define ND_EMU_STATE_SIGNATURE	"ND_EMU platform"
#define ND_EMU_STATE_VERSION	1

/* Set while a module uses the range: found at load, power went meanwhile. */
#define ND_EMU_STATE_IN_USE	BIT(0)

/**
 * struct nd_emu_state - the state block of a platform in use
 * @slots: the mapped slots
 * @lock: protects what follows and the slots
 * @block: the newest state, as it is in one of them
 * @keeps: the memory keeps it for the next time; constant
 * @dirty: a bit for each DIMM that was there when power had gone; constant
 */
struct nd_emu_state {
	struct nd_emu_state_block *slots;
	struct mutex lock;	/* protects what follows */
	struct nd_emu_state_block block;
	bool keeps;
	unsigned long dirty;
};

int nd_emu_state_probe(const struct range *range);
int nd_emu_state_open(struct nd_emu_state *state,
		      const struct nd_emu_span *span, unsigned long dimms);
u32 nd_emu_state_count_shutdown(struct nd_emu_state *state, unsigned int index);
void nd_emu_state_set_security(struct nd_emu_state *state, unsigned int index,
			       const struct nd_emu_state_security *security);
void nd_emu_state_close(struct nd_emu_state *state);

#endif
