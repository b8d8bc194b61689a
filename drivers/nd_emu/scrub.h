/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_SCRUB_H
#define ND_EMU_SCRUB_H

#include <linux/libnvdimm.h>
#include <linux/mutex.h>
#include <linux/range.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct dentry;
struct nd_emu_bus;
struct nd_emu_cmd_call;

/**
 * struct nd_emu_scrub - media errors of a bus, and looking for them
 * @bus: the bus
 * @lock: protects what follows; held without I/O of the kernel's own memory
 *	management, since clearing an error is part of a write
 * @media: errors that are there
 * @known: those of them that a scrub has found
 * @failing: pages that are to fail; of the work alone
 * @running: a scrub is under way
 * @again: another one is to follow it
 * @stopped: the bus is not there yet, or going away
 * @range: what the scrub looks at
 * @is_short: it reports what is known, and does not look at the media
 * @asked: the range of the last ARS_START; @asked_type is 0 if there was none
 * @asked_type: its type
 * @count: scrubs that are complete
 * @duration: ms that one takes; debugfs writes it
 * @work: the end of the scrub
 */
struct nd_emu_scrub {
	struct nd_emu_bus *bus;
	struct mutex lock;	/* protects what follows */
	struct badrange media;
	struct badrange known;
	struct badrange failing;
	bool running;
	bool again;
	bool stopped;
	struct range range;
	bool is_short;
	struct range asked;
	u16 asked_type;
	unsigned int count;
	u32 duration;
	struct delayed_work work;
};

void nd_emu_scrub_init(struct nd_emu_scrub *scrub, struct nd_emu_bus *bus);
void nd_emu_scrub_allow(struct nd_emu_scrub *scrub);
void nd_emu_scrub_stop(struct nd_emu_scrub *scrub);
void nd_emu_scrub_exit(struct nd_emu_scrub *scrub);
int nd_emu_scrub_start(struct nd_emu_scrub *scrub);
unsigned int nd_emu_scrub_count(struct nd_emu_scrub *scrub, bool *running);
void nd_emu_scrub_create_files(struct nd_emu_scrub *scrub,
			       struct dentry *dir);
int nd_emu_scrub_ars_cap(struct nd_emu_cmd_call *call);
int nd_emu_scrub_ars_start(struct nd_emu_cmd_call *call);
int nd_emu_scrub_ars_status(struct nd_emu_cmd_call *call);
int nd_emu_scrub_clear_error(struct nd_emu_cmd_call *call);
int nd_emu_scrub_inject_set(struct nd_emu_cmd_call *call);
int nd_emu_scrub_inject_clear(struct nd_emu_cmd_call *call);
int nd_emu_scrub_inject_get(struct nd_emu_cmd_call *call);

#endif
