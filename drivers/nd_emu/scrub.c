// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address range scrub (ACPI 6.5, 9.20.7.2 to 9.20.7.7), and what it finds: media
 * errors that somebody has injected (9.20.7.9 to 9.20.7.11).
 *
 * There is one scrub at a time. Whoever wants one while it runs is told so
 * (ARS_START, nfit/scrub), or gets another one directly behind it (injection
 * with notification); any number of the latter are one.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/nd.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/sysfs.h>
#include <uapi/linux/ndctl.h>

#include "bus.h"
#include "cmd.h"
#include "dsm.h"
#include "errors.h"
#include "hwpoison.h"
#include "scrub.h"
#include "translate.h"

/* Bytes that one CLEAR_ERROR clears at the least; a power of 2 */
#define CLEAR_UNIT		256

/* Bytes that ARS_STATUS returns at the most */
#define ARS_OUT_MAX		SZ_4K

#define DEFAULT_DURATION	100

static const struct range everything = { .start = 0, .end = U64_MAX };

static unsigned int lock(struct nd_emu_scrub *scrub)
{
	unsigned int noio = memalloc_noio_save();

	mutex_lock(&scrub->lock);
	return noio;
}

static void unlock(struct nd_emu_scrub *scrub, unsigned int noio)
{
	mutex_unlock(&scrub->lock);
	memalloc_noio_restore(noio);
}

static void forget_errors(struct nd_emu_scrub *scrub, u64 base, u64 length)
{
	nd_emu_errors_forget(&scrub->media, base, length);
	nd_emu_errors_forget(&scrub->known, base, length);
}

static void begin(struct nd_emu_scrub *scrub, const struct range *range,
		  bool is_short)
{
	u32 ms = is_short ? 0 : READ_ONCE(scrub->duration);

	lockdep_assert_held(&scrub->lock);
	if (scrub->stopped)
		return;
	scrub->running = true;
	scrub->range = *range;
	scrub->is_short = is_short;
	queue_delayed_work(system_long_wq, &scrub->work, msecs_to_jiffies(ms));
}

static int discover(struct nd_emu_scrub *scrub, const struct range *error)
{
	int rc = 0;

	if (nd_emu_errors_has(&scrub->known, error))
		return 0;
	if (scrub->bus->config->hwpoison)
		rc = nd_emu_hwpoison_add(&scrub->failing, error);
	return rc ?: nd_emu_errors_add(&scrub->known, error);
}

/* What is found is known from now on, to libnvdimm as well. */
static void publish(struct nd_emu_scrub *scrub)
{
	struct range rest = scrub->range, error;
	int rc = 0;

	if (!scrub->is_short)
		while (nd_emu_errors_next(&scrub->media, &rest, &error))
			rc = discover(scrub, &error) ?: rc;

	/* Whole: libnvdimm cuts short what begins at the same address. */
	rest = everything;
	while (nd_emu_errors_next(&scrub->known, &rest, &error))
		rc = nvdimm_bus_add_badrange(scrub->bus->nvdimm_bus,
					     error.start,
					     range_len(&error)) ?: rc;
	/* Out of memory: look again, what is missing is still in the media. */
	if (rc)
		scrub->again = true;
}

static void end(struct nd_emu_scrub *scrub)
{
	lockdep_assert_held(&scrub->lock);
	scrub->running = false;
	scrub->count++;
	if (!scrub->again)
		return;
	scrub->again = false;
	begin(scrub, &everything, false);
}

/*
 * Whoever sees that the count has risen expects the errors to be in the bad
 * blocks, so those come first.
 */
static void scrub_work(struct work_struct *work)
{
	struct nd_emu_scrub *scrub = container_of(to_delayed_work(work),
						  struct nd_emu_scrub, work);
	struct nd_emu_bus *bus = scrub->bus;
	unsigned int noio;

	noio = lock(scrub);
	publish(scrub);
	unlock(scrub, noio);

	/* A region that comes later looks at the bad ranges by itself. */
	nd_emu_region_notify_all(bus, NVDIMM_REVALIDATE_POISON);
	nd_emu_hwpoison_report(&scrub->failing, &scrub->stopped);

	noio = lock(scrub);
	end(scrub);
	unlock(scrub, noio);
	sysfs_notify(&to_nvdimm_bus_dev(bus->nvdimm_bus)->kobj, "nfit",
		     "scrub");
}

/**
 * nd_emu_scrub_init - a bus without media errors
 * @scrub: zeroed
 * @bus: the bus; no scrub before nd_emu_scrub_allow()
 *
 * Context: any.
 */
void nd_emu_scrub_init(struct nd_emu_scrub *scrub, struct nd_emu_bus *bus)
{
	scrub->bus = bus;
	mutex_init(&scrub->lock);
	badrange_init(&scrub->media);
	badrange_init(&scrub->known);
	badrange_init(&scrub->failing);
	scrub->duration = DEFAULT_DURATION;
	scrub->stopped = true;
	INIT_DELAYED_WORK(&scrub->work, scrub_work);
}

/**
 * nd_emu_scrub_allow - there can be a scrub from now on
 * @scrub: its bus is there
 *
 * Context: may sleep.
 */
void nd_emu_scrub_allow(struct nd_emu_scrub *scrub)
{
	unsigned int noio = lock(scrub);

	scrub->stopped = false;
	unlock(scrub, noio);
}

/**
 * nd_emu_scrub_stop - no scrub from now on
 * @scrub: its bus is still there
 *
 * Context: may sleep.
 */
void nd_emu_scrub_stop(struct nd_emu_scrub *scrub)
{
	unsigned int noio = lock(scrub);

	scrub->stopped = true;
	unlock(scrub, noio);
	cancel_delayed_work_sync(&scrub->work);
}

/**
 * nd_emu_scrub_exit - undo nd_emu_scrub_init()
 * @scrub: stopped, or never started
 *
 * Context: may sleep.
 */
void nd_emu_scrub_exit(struct nd_emu_scrub *scrub)
{
	nd_emu_errors_free(&scrub->media);
	nd_emu_errors_free(&scrub->known);
	nd_emu_errors_free(&scrub->failing);
}

/**
 * nd_emu_scrub_start - a long scrub of all regions
 * @scrub: of the bus
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY if one is running, or the bus is not there yet or going
 * away.
 */
int nd_emu_scrub_start(struct nd_emu_scrub *scrub)
{
	unsigned int noio = lock(scrub);
	int rc = scrub->running || scrub->stopped ? -EBUSY : 0;

	if (!rc)
		begin(scrub, &everything, false);
	unlock(scrub, noio);
	return rc;
}

/**
 * nd_emu_scrub_count - how many scrubs are complete
 * @scrub: of the bus
 * @running: set to whether one is running
 *
 * Context: may sleep.
 * Return: that number.
 */
unsigned int nd_emu_scrub_count(struct nd_emu_scrub *scrub, bool *running)
{
	unsigned int noio = lock(scrub);
	unsigned int count = scrub->count;

	*running = scrub->running;
	unlock(scrub, noio);
	return count;
}

/**
 * nd_emu_scrub_create_files - how long a scrub takes, for testing purposes
 * @scrub: of the bus; has to stay until the directory is removed
 * @dir: the directory of the bus in debugfs
 *
 * Context: may sleep.
 */
void nd_emu_scrub_create_files(struct nd_emu_scrub *scrub, struct dentry *dir)
{
	debugfs_create_u32("scrub_ms", 0600, dir, &scrub->duration);
}

/**
 * nd_emu_scrub_ars_cap - ND_CMD_ARS_CAP (ACPI 6.5, 9.20.7.4)
 * @call: struct nd_cmd_ars_cap
 *
 * Context: any.
 * Return: 0.
 */
int nd_emu_scrub_ars_cap(struct nd_emu_cmd_call *call)
{
	struct nd_cmd_ars_cap *cap = call->buf;

	if (!nd_emu_translate_region(call->bus, cap->address, cap->length)) {
		cap->max_ars_out = 0;
		cap->clear_err_unit = 0;
		cap->flags = 0;
		cap->reserved = 0;
		cap->status = ND_EMU_BUS_NOT_SUPPORTED;
		return 0;
	}
	cap->max_ars_out = ARS_OUT_MAX;
	cap->clear_err_unit = CLEAR_UNIT;
	cap->flags = 0;
	cap->reserved = 0;
	cap->status = (ND_ARS_PERSISTENT | ND_ARS_VOLATILE) <<
		      ARS_EXT_STATUS_SHIFT;
	return 0;
}

static u32 ars_start(struct nd_emu_scrub *scrub,
		     const struct nd_cmd_ars_start *start)
{
	struct range range = {
		.start = start->address,
		.end = start->address + start->length - 1,
	};

	if (scrub->running)
		return ND_EMU_BUS_ARS_IN_PROGRESS;
	scrub->asked = range;
	scrub->asked_type = start->type;
	begin(scrub, &range, start->flags & ND_ARS_RETURN_PREV_DATA);
	return ND_EMU_STATUS_SUCCESS;
}

/**
 * nd_emu_scrub_ars_start - ND_CMD_ARS_START (ACPI 6.5, 9.20.7.5)
 * @call: struct nd_cmd_ars_start
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_scrub_ars_start(struct nd_emu_cmd_call *call)
{
	struct nd_emu_scrub *scrub = &call->bus->scrub;
	struct nd_cmd_ars_start *start = call->buf;
	unsigned int noio;

	start->scrub_time = 0;
	if (!nd_emu_translate_region(call->bus, start->address,
				     start->length) ||
	    !start->type ||
	    start->type & ~(ND_ARS_VOLATILE | ND_ARS_PERSISTENT)) {
		start->status = ND_EMU_BUS_INVALID;
		return 0;
	}
	noio = lock(scrub);
	start->status = ars_start(scrub, start);
	unlock(scrub, noio);
	if (!(start->flags & ND_ARS_RETURN_PREV_DATA))
		start->scrub_time = DIV_ROUND_UP(READ_ONCE(scrub->duration),
						 MSEC_PER_SEC);
	return 0;
}

/* All errors that there is room for; where to go on is said of the rest. */
static void put_records(struct nd_emu_scrub *scrub,
			struct nd_cmd_ars_status *status, u32 room)
{
	struct range rest = scrub->asked, error;

	while (nd_emu_errors_next(&scrub->known, &rest, &error)) {
		if (status->num_records == room) {
			status->status = ND_EMU_ARS_STOPPED;
			status->flags = ND_EMU_ARS_OVERFLOW;
			status->restart_address = error.start;
			status->restart_length = scrub->asked.end + 1 -
						 error.start;
			return;
		}
		status->records[status->num_records++] =
			(struct nd_ars_record) {
				.err_address = error.start,
				.length = range_len(&error),
			};
	}
}

/**
 * nd_emu_scrub_ars_status - ND_CMD_ARS_STATUS (ACPI 6.5, 9.20.7.6)
 * @call: struct nd_cmd_ars_status and room for records
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_scrub_ars_status(struct nd_emu_cmd_call *call)
{
	struct nd_emu_scrub *scrub = &call->bus->scrub;
	struct nd_cmd_ars_status *status = call->buf;
	size_t len = min_t(size_t, call->len, ARS_OUT_MAX);
	unsigned int noio;

	memset(status, 0, len);
	noio = lock(scrub);
	if (scrub->running) {
		status->status = ND_EMU_ARS_BUSY;
	} else if (!scrub->asked_type) {
		status->status = ND_EMU_ARS_NONE;
	} else {
		status->address = scrub->asked.start;
		status->length = range_len(&scrub->asked);
		status->type = scrub->asked_type;
		put_records(scrub, status, (len - sizeof(*status)) /
					   sizeof(status->records[0]));
	}
	unlock(scrub, noio);
	status->out_length = struct_size(status, records, status->num_records);
	return 0;
}

/**
 * nd_emu_scrub_clear_error - ND_CMD_CLEAR_ERROR (ACPI 6.5, 9.20.7.7)
 * @call: struct nd_cmd_clear_error
 *
 * libnvdimm calls this before it writes to bad blocks. When a program has sent
 * it, libnvdimm takes what was cleared out of the bad blocks of the region, and
 * does not look whether they are there: a region that is disabled has none, but
 * still a pointer to those that it had.
 *
 * Context: may sleep; no I/O.
 * Return: 0.
 */
int nd_emu_scrub_clear_error(struct nd_emu_cmd_call *call)
{
	struct nd_emu_scrub *scrub = &call->bus->scrub;
	struct nd_cmd_clear_error *clear = call->buf;
	const struct nd_emu_region *region;
	unsigned int noio;

	clear->cleared = 0;
	region = nd_emu_translate_region(call->bus, clear->address,
					 clear->length);
	if (!region || !nd_emu_region_enabled(call->bus, region) ||
	    !IS_ALIGNED(clear->address | clear->length, CLEAR_UNIT)) {
		clear->status = ND_EMU_BUS_INVALID;
		return 0;
	}
	noio = lock(scrub);
	forget_errors(scrub, clear->address, clear->length);
	unlock(scrub, noio);
	clear->cleared = clear->length;
	clear->status = ND_EMU_STATUS_SUCCESS;
	return 0;
}

static int inject_error(struct nd_emu_scrub *scrub, const struct range *error,
			bool notify)
{
	unsigned int noio = lock(scrub);
	int rc = nd_emu_errors_add(&scrub->media, error);

	if (!rc && notify) {
		if (scrub->running)
			scrub->again = true;
		else
			begin(scrub, &everything, false);
	}
	unlock(scrub, noio);
	return rc;
}

/**
 * nd_emu_scrub_inject_set - function 7, "ARS Error Inject" (ACPI 6.5, 9.20.7.9)
 * @call: struct nd_emu_dsm_inject_set
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_scrub_inject_set(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_inject_set *set = call->buf;
	struct range error;

	if (!nd_emu_translate_region(call->bus, set->base, set->length) ||
	    set->options & ~ND_EMU_INJECT_NOTIFY) {
		set->status = ND_EMU_BUS_INVALID;
		return 0;
	}
	error.start = set->base;
	error.end = set->base + set->length - 1;
	set->status = ND_EMU_STATUS_SUCCESS;
	return inject_error(&call->bus->scrub, &error,
			    set->options & ND_EMU_INJECT_NOTIFY);
}

/**
 * nd_emu_scrub_inject_clear - function 8, "ARS Error Inject Clear"
 * (ACPI 6.5, 9.20.7.10)
 * @call: struct nd_emu_dsm_inject_clear
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_scrub_inject_clear(struct nd_emu_cmd_call *call)
{
	struct nd_emu_scrub *scrub = &call->bus->scrub;
	struct nd_emu_dsm_inject_clear *clear = call->buf;
	unsigned int noio;

	if (!nd_emu_translate_region(call->bus, clear->base, clear->length)) {
		clear->status = ND_EMU_BUS_INVALID;
		return 0;
	}
	noio = lock(scrub);
	forget_errors(scrub, clear->base, clear->length);
	unlock(scrub, noio);
	clear->status = ND_EMU_STATUS_SUCCESS;
	return 0;
}

/**
 * nd_emu_scrub_inject_get - function 9, "ARS Error Inject Status Query"
 * (ACPI 6.5, 9.20.7.11)
 * @call: struct nd_emu_dsm_inject_get and room for records
 *
 * Records for which there is no room are left out.
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_scrub_inject_get(struct nd_emu_cmd_call *call)
{
	struct nd_emu_scrub *scrub = &call->bus->scrub;
	struct nd_emu_dsm_inject_get *get = call->buf;
	size_t len = min_t(size_t, call->len, ARS_OUT_MAX);
	u32 room = (len - sizeof(*get)) / sizeof(get->records[0]);
	struct range rest = everything, error;
	unsigned int noio;

	memset(get, 0, len);
	noio = lock(scrub);
	while (nd_emu_errors_next(&scrub->media, &rest, &error)) {
		if (get->count == room)
			break;
		get->records[get->count].base = error.start;
		get->records[get->count++].length = range_len(&error);
	}
	unlock(scrub, noio);
	call->out_len = struct_size(get, records, get->count);
	return 0;
}
