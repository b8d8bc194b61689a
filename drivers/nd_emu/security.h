/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_SECURITY_H
#define ND_EMU_SECURITY_H

#include <linux/libnvdimm.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "state.h"

struct dentry;
struct nd_emu_bus;
struct nd_emu_cmd_call;
struct nd_emu_dimm;
struct task_struct;

/**
 * struct nd_emu_security - who may get at the data of a DIMM
 * @bus: the bus it is on
 * @dimm: the DIMM
 * @lock: protects what follows, @duration apart
 * @saved: what power cannot take away
 * @locked: data and labels cannot be got at until the passphrase is given
 * @frozen: nothing changes any more
 * @user_failures: wrong passphrases in a row
 * @master_failures: and wrong master passphrases
 * @overwriting: all that is on the media is being overwritten
 * @overwritten: status of doing so the last time
 * @cycling: the task that goes through libnvdimm to turn power off and on
 * @duration: ms that overwriting takes; debugfs writes it
 * @work: the end of overwriting
 *
 * All but @saved is as it is after power-on: that is what a power cycle means.
 */
struct nd_emu_security {
	struct nd_emu_bus *bus;
	struct nd_emu_dimm *dimm;
	struct mutex lock;	/* protects what follows */
	struct nd_emu_state_security saved;
	bool locked;
	bool frozen;
	u8 user_failures;
	u8 master_failures;
	bool overwriting;
	u32 overwritten;
	struct task_struct *cycling;
	u32 duration;
	struct delayed_work work;
};

extern const struct nvdimm_security_ops nd_emu_security_ops;

void nd_emu_security_init(struct nd_emu_security *security,
			  struct nd_emu_bus *bus, struct nd_emu_dimm *dimm);
void nd_emu_security_exit(struct nd_emu_security *security);
int nd_emu_security_power_cycle(struct nd_emu_security *security);
bool nd_emu_security_locked(struct nd_emu_security *security);
bool nd_emu_security_overwriting(struct nd_emu_security *security);
void nd_emu_security_create_files(struct nd_emu_security *security,
				  struct dentry *dir);
int nd_emu_security_state(struct nd_emu_cmd_call *call);
int nd_emu_security_set_passphrase(struct nd_emu_cmd_call *call);
int nd_emu_security_disable(struct nd_emu_cmd_call *call);
int nd_emu_security_unlock(struct nd_emu_cmd_call *call);
int nd_emu_security_freeze(struct nd_emu_cmd_call *call);
int nd_emu_security_erase(struct nd_emu_cmd_call *call);
int nd_emu_security_overwrite(struct nd_emu_cmd_call *call);
int nd_emu_security_query_overwrite(struct nd_emu_cmd_call *call);
int nd_emu_security_set_master(struct nd_emu_cmd_call *call);
int nd_emu_security_master_erase(struct nd_emu_cmd_call *call);

#endif
