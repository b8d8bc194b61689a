// SPDX-License-Identifier: GPL-2.0-only
/*
 * Health of a DIMM: what its SMART commands say, what can be injected, and the
 * event when an alarm goes off (NVDIMM DSM Interface 3.0, functions 1, 2, 10,
 * 17 and 18).
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/libnvdimm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "bus.h"
#include "cmd.h"
#include "dimm.h"
#include "health.h"
#include "state.h"

#define CELSIUS(degrees)	((degrees) * 16)
#define PERCENT_MAX		100

#define ALARMS		(ND_EMU_ALARM_SPARES | ND_EMU_ALARM_MEDIA_TEMP | \
			 ND_EMU_ALARM_CTRL_TEMP)

static const struct nd_emu_health_values new_dimm = {
	.media_temperature = CELSIUS(23),
	.ctrl_temperature = CELSIUS(25),
	.spares = 100,
};

static const struct nd_emu_dsm_limits default_limits = {
	.armed = ND_EMU_ALARM_SPARES | ND_EMU_ALARM_MEDIA_TEMP,
	.spares = 5,
	.media_temperature = CELSIUS(40),
	.ctrl_temperature = CELSIUS(30),
};

/**
 * nd_emu_health_init - a DIMM like new
 * @health: initialized
 * @dirty: its last shutdown was a dirty one
 *
 * Context: any.
 */
void nd_emu_health_init(struct nd_emu_health *health, bool dirty)
{
	mutex_init(&health->lock);
	health->real = new_dimm;
	health->limits = default_limits;
	health->dirty = dirty;
}

/* The armed alarms whose limit is reached. */
static u8 alarms_off(const struct nd_emu_health_values *now,
		     const struct nd_emu_dsm_limits *limits)
{
	u8 alarms = 0;

	if (now->spares <= limits->spares)
		alarms |= ND_EMU_ALARM_SPARES;
	if (now->media_temperature >= limits->media_temperature)
		alarms |= ND_EMU_ALARM_MEDIA_TEMP;
	if (now->ctrl_temperature >= limits->ctrl_temperature)
		alarms |= ND_EMU_ALARM_CTRL_TEMP;
	return alarms & limits->armed;
}

/* What the DIMM claims, but for alarms. */
static struct nd_emu_health_values measure(const struct nd_emu_health *health)
{
	struct nd_emu_health_values now = health->real;

	if (health->flags & ND_EMU_INJECT_MEDIA_TEMP)
		now.media_temperature = health->injected.media_temperature;
	if (health->flags & ND_EMU_INJECT_SPARES)
		now.spares = health->injected.spares;
	if (health->flags & ND_EMU_INJECT_FATAL)
		now.health = ND_EMU_HEALTH_FATAL;
	return now;
}

/* An alarm that goes off is one, even if the DIMM has claimed it all the time. */
static bool has_event(const struct nd_emu_health *health)
{
	struct nd_emu_health_values now = measure(health);

	return alarms_off(&now, &health->limits) ||
	       now.health & (ND_EMU_HEALTH_CRITICAL | ND_EMU_HEALTH_FATAL);
}

/**
 * nd_emu_health_event - is there something that the DIMM wants to be asked of?
 * @health: of the DIMM
 *
 * Context: may sleep.
 * Return: true if an alarm has gone off, or the DIMM is about to fail.
 */
bool nd_emu_health_event(struct nd_emu_health *health)
{
	bool event;

	mutex_lock(&health->lock);
	event = has_event(health);
	mutex_unlock(&health->lock);
	return event;
}

/* Whoever polls nfit/flags is woken; libndctl calls that a health event. */
static void notify(struct nd_emu_dimm *dimm)
{
	struct nvdimm *nvdimm = READ_ONCE(dimm->nvdimm);

	/* The DIMM may be used before __nvdimm_create() has returned it. */
	if (nvdimm)
		sysfs_notify(nvdimm_kobj(nvdimm), "nfit", "flags");
}

/* A command has changed it, which may be an event; to be told without the lock. */
static int unlock_changed(struct nd_emu_cmd_call *call)
{
	struct nd_emu_health *health = &call->dimm->health;
	bool event = has_event(health) || health->dirty;

	mutex_unlock(&health->lock);
	if (event)
		notify(call->dimm);
	nd_emu_cmd_set_status(call, ND_EMU_STATUS_SUCCESS);
	return 0;
}

/**
 * nd_emu_health_smart - function 1, "Get SMART and Health Info"
 * @call: struct nd_emu_dsm_smart
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_health_smart(struct nd_emu_cmd_call *call)
{
	struct nd_emu_health *health = &call->dimm->health;
	struct nd_emu_dsm_smart *smart = call->buf;
	struct nd_emu_health_values now;
	bool dirty;

	mutex_lock(&health->lock);
	now = measure(health);
	now.alarms |= alarms_off(&now, &health->limits);
	dirty = health->dirty;
	mutex_unlock(&health->lock);

	*smart = (struct nd_emu_dsm_smart) {
		.valid = ND_EMU_SMART_HEALTH | ND_EMU_SMART_SPARES |
			 ND_EMU_SMART_LIFE_USED | ND_EMU_SMART_MEDIA_TEMP |
			 ND_EMU_SMART_CTRL_TEMP | ND_EMU_SMART_SHUTDOWN_COUNT |
			 ND_EMU_SMART_ALARMS | ND_EMU_SMART_SHUTDOWN_STATE,
		.health = now.health,
		.spares = now.spares,
		.life_used = now.life_used,
		.alarms = now.alarms,
		.media_temperature = now.media_temperature,
		.ctrl_temperature = now.ctrl_temperature,
		.shutdown_count = READ_ONCE(call->dimm->dirty_shutdowns),
		.shutdown_state = dirty,
	};
	return 0;
}

/**
 * nd_emu_health_threshold - function 2, "Get SMART Threshold"
 * @call: struct nd_emu_dsm_threshold
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_health_threshold(struct nd_emu_cmd_call *call)
{
	struct nd_emu_health *health = &call->dimm->health;
	struct nd_emu_dsm_threshold *threshold = call->buf;

	mutex_lock(&health->lock);
	*threshold = (struct nd_emu_dsm_threshold) {
		.limits = health->limits,
	};
	mutex_unlock(&health->lock);
	return 0;
}

/**
 * nd_emu_health_set_threshold - function 17, "Set SMART Threshold"
 * @call: struct nd_emu_dsm_set_threshold
 *
 * An alarm that goes off by that is an event.
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_health_set_threshold(struct nd_emu_cmd_call *call)
{
	struct nd_emu_health *health = &call->dimm->health;
	const struct nd_emu_dsm_set_threshold *set = call->buf;

	if (set->limits.armed & ~ALARMS || set->limits.spares > PERCENT_MAX) {
		nd_emu_cmd_set_status(call, ND_EMU_STATUS_INVALID);
		return 0;
	}
	mutex_lock(&health->lock);
	health->limits = set->limits;
	return unlock_changed(call);
}

static void switch_on(struct nd_emu_health *health, u32 flag, bool on)
{
	if (on)
		health->flags |= flag;
	else
		health->flags &= ~flag;
}

/* An unsafe shutdown is counted when it is injected, and survives us. */
static void inject_shutdown(struct nd_emu_cmd_call *call, bool on)
{
	struct nd_emu_dimm *dimm = call->dimm;

	dimm->health.dirty = on;
	if (on)
		WRITE_ONCE(dimm->dirty_shutdowns,
			   dimm->config->dirty_shutdown +
			   nd_emu_state_count_shutdown(&call->bus->state,
						       dimm->index));
}

static void inject(struct nd_emu_cmd_call *call)
{
	struct nd_emu_health *health = &call->dimm->health;
	const struct nd_emu_dsm_inject *what = call->buf;

	if (what->flags & ND_EMU_INJECT_MEDIA_TEMP) {
		health->injected.media_temperature = what->media_temperature;
		switch_on(health, ND_EMU_INJECT_MEDIA_TEMP,
			  what->media_temp_enable);
	}
	if (what->flags & ND_EMU_INJECT_SPARES) {
		health->injected.spares = what->spares;
		switch_on(health, ND_EMU_INJECT_SPARES, what->spares_enable);
	}
	if (what->flags & ND_EMU_INJECT_FATAL)
		switch_on(health, ND_EMU_INJECT_FATAL, what->fatal_enable);
	if (what->flags & ND_EMU_INJECT_SHUTDOWN)
		inject_shutdown(call, what->shutdown_enable);
}

/**
 * nd_emu_health_inject - function 18, "Inject Error"
 * @call: struct nd_emu_dsm_inject
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_health_inject(struct nd_emu_cmd_call *call)
{
	struct nd_emu_health *health = &call->dimm->health;
	const struct nd_emu_dsm_inject *what = call->buf;

	if (what->flags & ~(u64)ND_EMU_INJECT_ALL ||
	    (what->flags & ND_EMU_INJECT_SPARES && what->spares_enable &&
	     what->spares > PERCENT_MAX)) {
		nd_emu_cmd_set_status(call, ND_EMU_STATUS_INVALID);
		return 0;
	}
	mutex_lock(&health->lock);
	inject(call);
	return unlock_changed(call);
}

/**
 * nd_emu_health_enable_lss - function 10, "Enable Latch System Shutdown Status"
 * @call: struct nd_emu_dsm_enable_lss
 *
 * The platform has enabled the latch before anybody could ask for it: the use
 * of a DIMM begins when it goes live.
 *
 * Context: any.
 * Return: 0.
 */
int nd_emu_health_enable_lss(struct nd_emu_cmd_call *call)
{
	const struct nd_emu_dsm_enable_lss *lss = call->buf;

	nd_emu_cmd_set_status(call, lss->enable == 1 ? ND_EMU_STATUS_SUCCESS :
						       ND_EMU_STATUS_INVALID);
	return 0;
}

/**
 * nd_emu_health_create_files - what the DIMM measures, for testing purposes
 * @health: of the DIMM; has to stay until the directory is removed
 * @dir: its directory in debugfs
 *
 * Context: may sleep.
 */
void nd_emu_health_create_files(struct nd_emu_health *health,
				struct dentry *dir)
{
	struct nd_emu_health_values *real = &health->real;

	debugfs_create_u16("media_temperature", 0600, dir,
			   &real->media_temperature);
	debugfs_create_u16("ctrl_temperature", 0600, dir,
			   &real->ctrl_temperature);
	debugfs_create_u8("spares", 0600, dir, &real->spares);
	debugfs_create_u8("life_used", 0600, dir, &real->life_used);
	debugfs_create_u8("health", 0600, dir, &real->health);
	debugfs_create_u8("alarms", 0600, dir, &real->alarms);
}
