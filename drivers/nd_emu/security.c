// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security of a DIMM: passphrases, the lock that they open, and ways to get rid
 * of what is on the media (NVDIMM DSM Interface 3.0, functions 19 to 28).
 *
 * The kernel alone sends these functions: it takes the passphrases out of its
 * keyrings.
 */
#include <linux/build_bug.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "bus.h"
#include "cmd.h"
#include "dimm.h"
#include "dsm.h"
#include "label.h"
#include "region.h"
#include "security.h"
#include "wipe.h"

/* Wrong passphrases until power is turned off and on */
#define FAILURES_MAX		5

#define DEFAULT_DURATION	1000

static_assert(ND_EMU_PASSPHRASE_LEN == NVDIMM_PASSPHRASE_LEN);

static void end_overwrite(struct work_struct *work);

/* What power-on does. */
static void power_on(struct nd_emu_security *security)
{
	security->locked = security->saved.flags & ND_EMU_STATE_HAS_USER;
	security->frozen = false;
	security->user_failures = 0;
	security->master_failures = 0;
}

/**
 * nd_emu_security_init - a DIMM that has just got power
 * @security: zeroed
 * @bus: the bus; its state has the passphrases
 * @dimm: the DIMM, with its number
 *
 * Context: nobody else knows the DIMM yet.
 */
void nd_emu_security_init(struct nd_emu_security *security,
			  struct nd_emu_bus *bus, struct nd_emu_dimm *dimm)
{
	security->bus = bus;
	security->dimm = dimm;
	mutex_init(&security->lock);
	security->saved = bus->state.block.security[dimm->index];
	security->duration = DEFAULT_DURATION;
	INIT_DELAYED_WORK(&security->work, end_overwrite);
	power_on(security);
}

/**
 * nd_emu_security_exit - undo nd_emu_security_init()
 * @security: nobody sends commands any more
 *
 * What is being overwritten is overwritten when this returns.
 *
 * Context: may sleep. The memory and the state of the bus are still there.
 */
void nd_emu_security_exit(struct nd_emu_security *security)
{
	flush_delayed_work(&security->work);
	memzero_explicit(&security->saved, sizeof(security->saved));
}

/**
 * nd_emu_security_locked - is the DIMM locked?
 * @security: of the DIMM
 *
 * Context: may sleep.
 * Return: whether labels are to be refused.
 */
bool nd_emu_security_locked(struct nd_emu_security *security)
{
	bool locked;

	mutex_lock(&security->lock);
	locked = security->locked;
	mutex_unlock(&security->lock);
	return locked;
}

/**
 * nd_emu_security_overwriting - is the DIMM being overwritten?
 * @security: of the DIMM
 *
 * Context: may sleep.
 * Return: whether what is written now would be lost.
 */
bool nd_emu_security_overwriting(struct nd_emu_security *security)
{
	bool overwriting;

	mutex_lock(&security->lock);
	overwriting = security->overwriting;
	mutex_unlock(&security->lock);
	return overwriting;
}

/**
 * nd_emu_security_power_cycle - turn power off and on
 * @security: of a DIMM that nothing uses
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY while it is being overwritten.
 */
int nd_emu_security_power_cycle(struct nd_emu_security *security)
{
	int rc = 0;

	mutex_lock(&security->lock);
	if (security->overwriting)
		rc = -EBUSY;
	else
		power_on(security);
	mutex_unlock(&security->lock);
	return rc;
}

static void save(struct nd_emu_security *security)
{
	nd_emu_state_set_security(&security->bus->state, security->dimm->index,
				  &security->saved);
}

static void set_user(struct nd_emu_security *security, const u8 *passphrase)
{
	memcpy(security->saved.user, passphrase, ND_EMU_PASSPHRASE_LEN);
	security->saved.flags |= ND_EMU_STATE_HAS_USER;
	save(security);
}

/* Without a passphrase there is nothing to lock the DIMM with. */
static void forget_user(struct nd_emu_security *security)
{
	memset(security->saved.user, 0, ND_EMU_PASSPHRASE_LEN);
	security->saved.flags &= ~ND_EMU_STATE_HAS_USER;
	security->locked = false;
	save(security);
}

static u32 check(const u8 *passphrase, const u8 *given, u8 *failures)
{
	if (*failures >= FAILURES_MAX)
		return ND_EMU_SEC_INVALID_STATE;
	if (memcmp(passphrase, given, ND_EMU_PASSPHRASE_LEN)) {
		(*failures)++;
		return ND_EMU_SEC_WRONG_PASSPHRASE;
	}
	*failures = 0;
	return ND_EMU_STATUS_SUCCESS;
}

/* Where there is no passphrase, zeroes are the right one. */
static u32 check_user(struct nd_emu_security *security, const u8 *given)
{
	return check(security->saved.user, given, &security->user_failures);
}

static u32 check_master(struct nd_emu_security *security, const u8 *given)
{
	return check(security->saved.master, given,
		     &security->master_failures);
}

/* Does nothing change, whatever the passphrase? */
static bool is_fixed(const struct nd_emu_security *security)
{
	lockdep_assert_held(&security->lock);
	return security->frozen || security->overwriting;
}

static u32 set_passphrase(struct nd_emu_security *security,
			  const struct nd_emu_dsm_passphrases *cmd)
{
	u32 status;

	if (is_fixed(security) || security->locked)
		return ND_EMU_SEC_INVALID_STATE;
	status = check_user(security, cmd->old);
	if (!status)
		set_user(security, cmd->new);
	return status;
}

static u32 disable(struct nd_emu_security *security,
		   const struct nd_emu_dsm_passphrase *cmd)
{
	u32 status;

	if (is_fixed(security) || security->locked ||
	    !(security->saved.flags & ND_EMU_STATE_HAS_USER))
		return ND_EMU_SEC_INVALID_STATE;
	status = check_user(security, cmd->passphrase);
	if (!status)
		forget_user(security);
	return status;
}

static u32 unlock(struct nd_emu_security *security,
		  const struct nd_emu_dsm_passphrase *cmd)
{
	u32 status;

	if (is_fixed(security) || !security->locked)
		return ND_EMU_SEC_INVALID_STATE;
	status = check_user(security, cmd->passphrase);
	if (!status)
		security->locked = false;
	return status;
}

static u32 freeze(struct nd_emu_security *security)
{
	if (security->overwriting || security->locked)
		return ND_EMU_SEC_INVALID_STATE;
	security->frozen = true;
	return ND_EMU_STATUS_SUCCESS;
}

/* The passphrase goes last: what can be read is still locked. */
static u32 wipe(struct nd_emu_security *security)
{
	int rc = nd_emu_wipe_dimm(security->bus, security->dimm->index);

	if (rc)
		return rc == -EBUSY ? ND_EMU_SEC_INVALID_STATE :
				      ND_EMU_STATUS_HARDWARE;
	forget_user(security);
	return ND_EMU_STATUS_SUCCESS;
}

/*
 * libnvdimm asks as well, but does not count a region on a DIMM that had no driver
 * when the region was enabled, and knows nothing of memory that dax kmem has left.
 */
static bool is_used(struct nd_emu_security *security)
{
	return nd_emu_region_enabled_on(security->bus, security->dimm->index) ||
	       nd_emu_bus_online_span(security->bus);
}

static u32 erase(struct nd_emu_security *security,
		 const struct nd_emu_dsm_passphrase *cmd)
{
	u32 status;

	if (is_fixed(security) || is_used(security))
		return ND_EMU_SEC_INVALID_STATE;
	status = check_user(security, cmd->passphrase);
	return status ?: wipe(security);
}

static u32 set_master(struct nd_emu_security *security,
		      const struct nd_emu_dsm_passphrases *cmd)
{
	u32 status;

	if (is_fixed(security) || security->locked)
		return ND_EMU_SEC_INVALID_STATE;
	status = check_master(security, cmd->old);
	if (status)
		return status;
	memcpy(security->saved.master, cmd->new, ND_EMU_PASSPHRASE_LEN);
	security->saved.flags |= ND_EMU_STATE_HAS_MASTER;
	save(security);
	return ND_EMU_STATUS_SUCCESS;
}

static u32 master_erase(struct nd_emu_security *security,
			const struct nd_emu_dsm_passphrase *cmd)
{
	u32 status;

	if (!(security->saved.flags & ND_EMU_STATE_HAS_MASTER))
		return ND_EMU_STATUS_NOT_SUPPORTED;
	if (is_fixed(security) || is_used(security))
		return ND_EMU_SEC_INVALID_STATE;
	status = check_master(security, cmd->passphrase);
	return status ?: wipe(security);
}

/* Labels go at once: the kernel reads them again while the media is busy. */
static u32 overwrite(struct nd_emu_security *security,
		     const struct nd_emu_dsm_passphrase *cmd)
{
	u32 status;

	if (is_fixed(security) || is_used(security))
		return ND_EMU_SEC_INVALID_STATE;
	status = check_user(security, cmd->passphrase);
	if (status)
		return status;
	security->overwriting = true;
	security->locked = false;
	nd_emu_label_wipe(&security->dimm->label);
	queue_delayed_work(system_long_wq, &security->work,
			   msecs_to_jiffies(READ_ONCE(security->duration)));
	return ND_EMU_STATUS_SUCCESS;
}

/*
 * Whatever power does meanwhile, the passphrase is there until the data is not.
 */
static void end_overwrite(struct work_struct *work)
{
	struct nd_emu_security *security = container_of(to_delayed_work(work),
							struct nd_emu_security,
							work);

	mutex_lock(&security->lock);
	security->overwritten = wipe(security);
	security->overwriting = false;
	mutex_unlock(&security->lock);
}

static u32 query_overwrite(const struct nd_emu_security *security)
{
	return security->overwriting ? ND_EMU_SEC_OVERWRITING :
				       security->overwritten;
}

static struct nd_emu_security *lock(struct nd_emu_cmd_call *call)
{
	mutex_lock(&call->dimm->security.lock);
	return &call->dimm->security;
}

static int answer(struct nd_emu_cmd_call *call, u32 status)
{
	mutex_unlock(&call->dimm->security.lock);
	nd_emu_cmd_set_status(call, status);
	return 0;
}

/**
 * nd_emu_security_state - function 19, "Get Security State"
 * @call: struct nd_emu_dsm_security
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_state(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_security *cmd = call->buf;
	const struct nd_emu_security *security = lock(call);

	*cmd = (struct nd_emu_dsm_security) { };
	if (security->saved.flags & ND_EMU_STATE_HAS_USER)
		cmd->state |= ND_EMU_SEC_ENABLED;
	if (security->locked)
		cmd->state |= ND_EMU_SEC_LOCKED;
	if (security->frozen)
		cmd->state |= ND_EMU_SEC_FROZEN;
	if (security->user_failures == FAILURES_MAX)
		cmd->state |= ND_EMU_SEC_LIMIT;
	if (security->saved.flags & ND_EMU_STATE_HAS_MASTER)
		cmd->master |= ND_EMU_SEC_MASTER_ENABLED;
	if (security->master_failures == FAILURES_MAX)
		cmd->master |= ND_EMU_SEC_MASTER_LIMIT;
	return answer(call, ND_EMU_STATUS_SUCCESS);
}

/**
 * nd_emu_security_set_passphrase - function 20, "Set Passphrase"
 * @call: struct nd_emu_dsm_passphrases
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_set_passphrase(struct nd_emu_cmd_call *call)
{
	return answer(call, set_passphrase(lock(call), call->buf));
}

/**
 * nd_emu_security_disable - function 21, "Disable Passphrase"
 * @call: struct nd_emu_dsm_passphrase
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_disable(struct nd_emu_cmd_call *call)
{
	return answer(call, disable(lock(call), call->buf));
}

/**
 * nd_emu_security_unlock - function 22, "Unlock Unit"
 * @call: struct nd_emu_dsm_passphrase
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_unlock(struct nd_emu_cmd_call *call)
{
	return answer(call, unlock(lock(call), call->buf));
}

/**
 * nd_emu_security_freeze - function 23, "Freeze Lock"
 * @call: a status
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_freeze(struct nd_emu_cmd_call *call)
{
	return answer(call, freeze(lock(call)));
}

/**
 * nd_emu_security_erase - function 24, "Secure Erase NVDIMM"
 * @call: struct nd_emu_dsm_passphrase
 *
 * Context: may sleep, for as long as it takes to write over the media.
 * Return: 0.
 */
int nd_emu_security_erase(struct nd_emu_cmd_call *call)
{
	return answer(call, erase(lock(call), call->buf));
}

/**
 * nd_emu_security_overwrite - function 25, "Overwrite NVDIMM"
 * @call: struct nd_emu_dsm_passphrase
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_overwrite(struct nd_emu_cmd_call *call)
{
	return answer(call, overwrite(lock(call), call->buf));
}

/**
 * nd_emu_security_query_overwrite - function 26, "Query Overwrite NVDIMM
 * Status"
 * @call: a status
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_query_overwrite(struct nd_emu_cmd_call *call)
{
	return answer(call, query_overwrite(lock(call)));
}

/**
 * nd_emu_security_set_master - function 27, "Set Master Passphrase"
 * @call: struct nd_emu_dsm_passphrases
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_security_set_master(struct nd_emu_cmd_call *call)
{
	return answer(call, set_master(lock(call), call->buf));
}

/**
 * nd_emu_security_master_erase - function 28, "Secure Erase NVDIMM" with the
 * master passphrase
 * @call: struct nd_emu_dsm_passphrase
 *
 * Context: may sleep, for as long as it takes to write over the media.
 * Return: 0.
 */
int nd_emu_security_master_erase(struct nd_emu_cmd_call *call)
{
	return answer(call, master_erase(lock(call), call->buf));
}
