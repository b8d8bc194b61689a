/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_HEALTH_H
#define ND_EMU_HEALTH_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "dsm.h"

struct dentry;
struct nd_emu_cmd_call;
struct nd_emu_dimm;

/**
 * struct nd_emu_health_values - what can be measured
 * @media_temperature: in 1/16 degrees Celsius
 * @ctrl_temperature: in 1/16 degrees Celsius
 * @spares: percent that remain
 * @life_used: percent
 * @health: as in struct nd_emu_dsm_smart
 * @alarms: that have gone off for reasons of their own
 */
struct nd_emu_health_values {
	u16 media_temperature;
	u16 ctrl_temperature;
	u8 spares;
	u8 life_used;
	u8 health;
	u8 alarms;
};

/**
 * struct nd_emu_health - health of a DIMM
 * @lock: protects what follows; debugfs writes @real without it
 * @real: without injection
 * @injected: instead of @real, where @flags says so
 * @flags: ND_EMU_INJECT_*: what is injected
 * @limits: when alarms go off
 * @dirty: the last shutdown was a dirty one
 */
struct nd_emu_health {
	struct mutex lock;	/* protects what follows */
	struct nd_emu_health_values real;
	struct nd_emu_health_values injected;
	u32 flags;
	struct nd_emu_dsm_limits limits;
	bool dirty;
};

void nd_emu_health_init(struct nd_emu_health *health, bool dirty);
bool nd_emu_health_event(struct nd_emu_health *health);
void nd_emu_health_create_files(struct nd_emu_health *health,
				struct dentry *dir);
int nd_emu_health_smart(struct nd_emu_cmd_call *call);
int nd_emu_health_threshold(struct nd_emu_cmd_call *call);
int nd_emu_health_set_threshold(struct nd_emu_cmd_call *call);
int nd_emu_health_inject(struct nd_emu_cmd_call *call);
int nd_emu_health_enable_lss(struct nd_emu_cmd_call *call);

#endif
