/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_FAULT_H
#define ND_EMU_FAULT_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct dentry;

/* Operations of one object that can be made to fail, at most. */
#define ND_EMU_FAULTS_MAX	48

/* A fault that stays. */
#define ND_EMU_FAULT_ALWAYS	U32_MAX

/**
 * struct nd_emu_fault - how an operation is to fail
 * @rc: negative errno to return, or 0
 * @status: firmware status to report, or 0
 * @skip: calls that succeed first
 * @times: calls that fail after those, or ND_EMU_FAULT_ALWAYS
 * @delay: ms that each of them takes longer
 * @hits: calls that failed or took longer
 */
struct nd_emu_fault {
	int rc;
	u32 status;
	u32 skip;
	u32 times;
	u32 delay;
	u32 hits;
};

/**
 * struct nd_emu_faults - the faults of one object
 * @name: name of the operation with that number; NULL if there is none
 * @lock: protects @armed
 * @armed: a fault for each operation; all zero: it works
 */
struct nd_emu_faults {
	const char *(*name)(unsigned int operation);
	spinlock_t lock;	/* protects @armed */
	struct nd_emu_fault armed[ND_EMU_FAULTS_MAX];
};

void nd_emu_fault_init(struct nd_emu_faults *faults,
		       const char *(*name)(unsigned int operation));
int nd_emu_fault_hit(struct nd_emu_faults *faults, unsigned int operation,
		     u32 *status);
int nd_emu_fault_hit_atomic(struct nd_emu_faults *faults,
			    unsigned int operation);
void nd_emu_fault_create_file(struct nd_emu_faults *faults,
			      struct dentry *dir);

#endif
