// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of a bus and its DIMMs: one table, and what all commands have
 * in common.
 *
 * A command arrives in one of three ways. The generic ones have a number of
 * their own (ND_CMD_*). The others are functions of a family, numbered as in
 * the _DSM of that family: in the envelope struct nd_cmd_pkg (ND_CMD_CALL), or,
 * where a program may not send them, from libnvdimm's operations on security and
 * firmware. In all, the output follows the input. All numbers come from user space, and
 * libnvdimm has read the envelope once before we see it: what it has checked
 * may have changed meanwhile.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <uapi/linux/ndctl.h>

#include "bus.h"
#include "cmd.h"
#include "dimm.h"
#include "dsm.h"
#include "firmware.h"
#include "health.h"
#include "label.h"
#include "scrub.h"
#include "security.h"
#include "translate.h"

/* reachable with a number of its own */
#define GENERIC		BIT(0)
/* reachable as a function of the family */
#define CALL		BIT(1)
/* for DIMMs with a label storage area */
#define LABELS		BIT(2)
/* takes more input than the table says */
#define LONGER_INPUT	BIT(3)
/* reachable for the kernel's own security and firmware code only */
#define KERNEL		BIT(4)

/* families: of the bus, of a DIMM, and of the bus again */
#define NFIT		NVDIMM_BUS_FAMILY_NFIT
#define INTEL		NVDIMM_FAMILY_INTEL
#define BUS_INTEL	NVDIMM_BUS_FAMILY_INTEL

/**
 * struct cmd - a command
 * @scope: who takes it
 * @family: of the function
 * @number: ND_CMD_* and, in the families that we have, the function as well
 * @flags: see above
 * @in: bytes of input
 * @out: bytes of output, or the least of them
 * @name: for people
 * @run: carries it out; 0, or a negative errno and nothing has changed
 */
struct cmd {
	enum nd_emu_cmd_scope scope;
	u8 family;
	u8 number;
	u8 flags;
	u16 in;
	u16 out;
	const char *name;
	int (*run)(struct nd_emu_cmd_call *call);
};

static const struct cmd cmds[] = {
	{ ND_EMU_CMD_BUS, NFIT, ND_CMD_ARS_CAP, GENERIC, 16, 16,
	  "ars_cap", nd_emu_scrub_ars_cap },
	{ ND_EMU_CMD_BUS, NFIT, ND_CMD_ARS_START, GENERIC, 24, 8,
	  "ars_start", nd_emu_scrub_ars_start },
	{ ND_EMU_CMD_BUS, NFIT, ND_CMD_ARS_STATUS, GENERIC, 0, 48,
	  "ars_status", nd_emu_scrub_ars_status },
	{ ND_EMU_CMD_BUS, NFIT, ND_CMD_CLEAR_ERROR, GENERIC, 16, 16,
	  "clear_error", nd_emu_scrub_clear_error },
	{ ND_EMU_CMD_BUS, NFIT, ND_EMU_DSM_TRANSLATE_SPA, CALL, 8, 36,
	  "translate_spa", nd_emu_translate_spa },
	{ ND_EMU_CMD_BUS, NFIT, ND_EMU_DSM_INJECT_SET, CALL, 17, 4,
	  "inject_set", nd_emu_scrub_inject_set },
	{ ND_EMU_CMD_BUS, NFIT, ND_EMU_DSM_INJECT_CLEAR, CALL, 16, 4,
	  "inject_clear", nd_emu_scrub_inject_clear },
	{ ND_EMU_CMD_BUS, NFIT, ND_EMU_DSM_INJECT_GET, CALL, 0, 8,
	  "inject_get", nd_emu_scrub_inject_get },
	{ ND_EMU_CMD_DIMM, INTEL, ND_CMD_GET_CONFIG_SIZE, GENERIC | LABELS, 0, 12,
	  "get_size", nd_emu_label_get_size },
	{ ND_EMU_CMD_DIMM, INTEL, ND_CMD_GET_CONFIG_DATA, GENERIC | LABELS, 8, 4,
	  "get_data", nd_emu_label_get_data },
	{ ND_EMU_CMD_DIMM, INTEL, ND_CMD_SET_CONFIG_DATA, GENERIC | LABELS, 8, 4,
	  "set_data", nd_emu_label_set_data },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_SMART, GENERIC | CALL, 0, 132,
	  "smart", nd_emu_health_smart },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_SMART_THRESHOLD, GENERIC | CALL, 0, 12,
	  "smart_threshold", nd_emu_health_threshold },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_SMART_SET_THRESHOLD, CALL, 7, 4,
	  "smart_set_threshold", nd_emu_health_set_threshold },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_SMART_INJECT, CALL, 15, 4,
	  "smart_inject", nd_emu_health_inject },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FW_INFO, CALL, 0, 44,
	  "fw_info", nd_emu_firmware_info },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FW_START, CALL, 0, 8,
	  "fw_start", nd_emu_firmware_start },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FW_SEND, CALL | LONGER_INPUT, 12, 4,
	  "fw_send", nd_emu_firmware_send },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FW_FINISH, CALL, 8, 4,
	  "fw_finish", nd_emu_firmware_finish },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FW_QUERY, CALL, 4, 12,
	  "fw_query", nd_emu_firmware_query },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_SECURITY_STATE, KERNEL, 0, 12,
	  "security_state", nd_emu_security_state },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_SET_PASSPHRASE, KERNEL, 64, 4,
	  "set_passphrase", nd_emu_security_set_passphrase },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_DISABLE_PASSPHRASE, KERNEL, 32, 4,
	  "disable_passphrase", nd_emu_security_disable },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_UNLOCK, KERNEL, 32, 4,
	  "unlock", nd_emu_security_unlock },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FREEZE, KERNEL, 0, 4,
	  "freeze", nd_emu_security_freeze },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_ERASE, KERNEL, 32, 4,
	  "erase", nd_emu_security_erase },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_OVERWRITE, KERNEL, 32, 4,
	  "overwrite", nd_emu_security_overwrite },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_QUERY_OVERWRITE, KERNEL, 0, 4,
	  "query_overwrite", nd_emu_security_query_overwrite },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_SET_MASTER, KERNEL, 64, 4,
	  "set_master", nd_emu_security_set_master },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_MASTER_ERASE, KERNEL, 32, 4,
	  "master_erase", nd_emu_security_master_erase },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FWA_DIMMINFO, KERNEL, 0, 14,
	  "fwa_dimm_info", nd_emu_firmware_dimm_info },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_FWA_ARM, KERNEL, 1, 4,
	  "fwa_arm", nd_emu_firmware_arm },
	{ ND_EMU_CMD_BUS, BUS_INTEL, ND_EMU_DSM_FWA_BUSINFO, KERNEL, 0, 40,
	  "fwa_bus_info", nd_emu_firmware_bus_info },
	{ ND_EMU_CMD_BUS, BUS_INTEL, ND_EMU_DSM_FWA_ACTIVATE, KERNEL, 1, 4,
	  "fwa_activate", nd_emu_firmware_activate },
	{ ND_EMU_CMD_DIMM, INTEL, ND_EMU_DSM_ENABLE_LSS, CALL, 1, 4,
	  "enable_lss", nd_emu_health_enable_lss },
};

static_assert(ARRAY_SIZE(cmds) <= ND_EMU_FAULTS_MAX);

static const char *name_of(enum nd_emu_cmd_scope scope, unsigned int index)
{
	if (index >= ARRAY_SIZE(cmds) || cmds[index].scope != scope)
		return NULL;
	return cmds[index].name;
}

/**
 * nd_emu_cmd_bus_name - name of a command of the bus
 * @index: in the table; what nd_emu_fault_hit() is given
 *
 * Context: any.
 * Return: the name, or NULL if that is not a command of the bus.
 */
const char *nd_emu_cmd_bus_name(unsigned int index)
{
	return name_of(ND_EMU_CMD_BUS, index);
}

/**
 * nd_emu_cmd_dimm_name - name of a command of a DIMM
 * @index: in the table; what nd_emu_fault_hit() is given
 *
 * Context: any.
 * Return: the name, or NULL if that is not a command of a DIMM.
 */
const char *nd_emu_cmd_dimm_name(unsigned int index)
{
	return name_of(ND_EMU_CMD_DIMM, index);
}

static const struct cmd *find(enum nd_emu_cmd_scope scope, u8 how, u64 number,
			      const struct nd_emu_dimm *dimm)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		if (cmds[i].scope != scope || cmds[i].number != number ||
		    !(cmds[i].flags & how))
			continue;
		if (cmds[i].flags & LABELS && !dimm->label.area)
			continue;
		return &cmds[i];
	}
	return NULL;
}

static u32 get_status(const struct nd_emu_cmd_call *call)
{
	u32 status;

	memcpy(&status, call->status, sizeof(status));
	return status;
}

static struct nd_emu_faults *faults_of(const struct nd_emu_cmd_call *call)
{
	return call->dimm ? &call->dimm->faults : &call->bus->faults;
}

/* What is more than -EIO, for commands that have one of the flags. */
static const struct {
	u8 flags;
	u32 status;
	int error;
} errors[] = {
	/* libnvdimm has a DIMM that says so for a locked one. */
	{ LABELS, ND_EMU_LABEL_LOCKED, -EACCES },
	{ KERNEL, ND_EMU_STATUS_NOT_SUPPORTED, -EOPNOTSUPP },
	{ KERNEL, ND_EMU_SEC_WRONG_PASSPHRASE, -EINVAL },
	{ KERNEL, ND_EMU_SEC_OVERWRITING, -EBUSY },
	/* It took too long, and is done. */
	{ KERNEL, ND_EMU_FWA_TOO_LONG, 0 },
};

/* The errno that the kernel's own callers are to see. */
static int status_error(const struct cmd *cmd, u32 status)
{
	int i;

	if (!(status & ARS_STATUS_MASK))
		return 0;
	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (cmd->flags & errors[i].flags && status == errors[i].status)
			return errors[i].error;
	return -EIO;
}

static int run(const struct cmd *cmd, struct nd_emu_cmd_call *call,
	       int *cmd_rc)
{
	u32 status = ND_EMU_STATUS_SUCCESS;
	unsigned int noio;
	int rc;

	call->out_len = cmd->out;
	call->status = call->buf + call->in_len;
	/* To write to a disk of this bus may take the lock that we have. */
	noio = memalloc_noio_save();
	rc = cmd->run(call);
	memalloc_noio_restore(noio);
	if (rc)
		return rc;
	/* What is to fail fails with its output complete. */
	rc = nd_emu_fault_hit(faults_of(call), cmd - cmds, &status);
	if (status)
		nd_emu_cmd_set_status(call, status);
	*cmd_rc = status_error(cmd, get_status(call));
	return rc;
}

/* What the envelope says of sizes has to be true of the buffer. */
static int check_package(const struct nd_cmd_pkg *pkg, size_t buf_len)
{
	size_t payload;

	if (buf_len < sizeof(*pkg))
		return -EINVAL;
	payload = size_add(pkg->nd_size_in, pkg->nd_size_out);
	if (size_add(sizeof(*pkg), payload) > buf_len)
		return -EINVAL;
	if (memchr_inv(pkg->nd_reserved2, 0, sizeof(pkg->nd_reserved2)))
		return -EINVAL;
	return 0;
}

static int check_payload(const struct cmd *cmd, const struct nd_cmd_pkg *pkg)
{
	if (pkg->nd_size_in < cmd->in || pkg->nd_size_out < cmd->out)
		return -EINVAL;
	if (pkg->nd_size_in > cmd->in && !(cmd->flags & LONGER_INPUT))
		return -EINVAL;
	return 0;
}

static bool knows_family(enum nd_emu_cmd_scope scope, u64 family)
{
	return family < BITS_PER_LONG &&
	       nd_emu_cmd_family_mask(scope) & BIT(family);
}

static int run_package(struct nd_emu_cmd_call *call, struct nd_cmd_pkg *pkg,
		       int *cmd_rc)
{
	enum nd_emu_cmd_scope scope = call->dimm ? ND_EMU_CMD_DIMM :
						   ND_EMU_CMD_BUS;
	const struct cmd *cmd;
	int rc;

	rc = check_package(pkg, call->len);
	if (rc)
		return rc;
	if (!knows_family(scope, pkg->nd_family))
		return -EINVAL;
	/* No two functions of a scope have a number in common. */
	cmd = find(scope, CALL | KERNEL, pkg->nd_command, call->dimm);
	if (!cmd || cmd->family != pkg->nd_family)
		return -ENOTTY;
	if (!(cmd->flags & CALL))
		return -EOPNOTSUPP;
	rc = check_payload(cmd, pkg);
	if (rc)
		return rc;

	call->buf = pkg->nd_payload;
	call->in_len = pkg->nd_size_in;
	call->len = (size_t)pkg->nd_size_in + pkg->nd_size_out;
	rc = run(cmd, call, cmd_rc);
	if (!rc)
		pkg->nd_fw_size = call->out_len;
	return rc;
}

static int run_generic(struct nd_emu_cmd_call *call, unsigned int number,
		       int *cmd_rc)
{
	enum nd_emu_cmd_scope scope = call->dimm ? ND_EMU_CMD_DIMM :
						   ND_EMU_CMD_BUS;
	const struct cmd *cmd = find(scope, GENERIC, number, call->dimm);

	if (!cmd)
		return -ENOTTY;
	if (call->len < cmd->in + cmd->out)
		return -EINVAL;
	call->in_len = cmd->in;
	return run(cmd, call, cmd_rc);
}

/**
 * nd_emu_cmd_ctl - carry out a command
 * @bus: the bus
 * @dimm: the DIMM, or NULL for a command of the bus
 * @cmd: ND_CMD_*
 * @buf: the command's payload, in and out
 * @buf_len: bytes in @buf
 * @cmd_rc: what the firmware's status comes to, 0 or a negative errno; 0 if the
 *	command was not carried out; may be NULL
 *
 * Context: may sleep. The bus may be locked (an ioctl) or not (the kernel
 * reads labels, clears an error), so handlers have locks of their own.
 * Return: 0; -ENOTTY for a command that there is not; -EOPNOTSUPP for one that only
 * the kernel may send; -EINVAL for one that does not make sense; -ENOMEM; none of
 * them changes anything. Or what it was told to fail with after it was carried out.
 */
int nd_emu_cmd_ctl(struct nd_emu_bus *bus, struct nd_emu_dimm *dimm,
		   unsigned int cmd, void *buf, unsigned int buf_len,
		   int *cmd_rc)
{
	struct nd_emu_cmd_call call = {
		.bus = bus,
		.dimm = dimm,
		.buf = buf,
		.len = buf_len,
	};
	int status_rc = 0;
	int rc;

	if (cmd == ND_CMD_CALL)
		rc = run_package(&call, buf, &status_rc);
	else
		rc = run_generic(&call, cmd, &status_rc);
	if (cmd_rc)
		*cmd_rc = status_rc;
	return rc;
}

/**
 * nd_emu_cmd_kernel - carry out a command that no program may send
 * @bus: the bus
 * @dimm: the DIMM, or NULL for a command of the bus
 * @number: of a function that is reached in this way only
 * @buf: input and output, exactly as much as the command has
 * @len: bytes in @buf
 *
 * Context: may sleep.
 * Return: 0, or a negative errno for that and for any status but success.
 */
int nd_emu_cmd_kernel(struct nd_emu_bus *bus, struct nd_emu_dimm *dimm,
		      unsigned int number, void *buf, size_t len)
{
	enum nd_emu_cmd_scope scope = dimm ? ND_EMU_CMD_DIMM : ND_EMU_CMD_BUS;
	const struct cmd *cmd = find(scope, KERNEL, number, dimm);
	struct nd_emu_cmd_call call = {
		.bus = bus,
		.dimm = dimm,
		.buf = buf,
		.len = len,
	};
	int cmd_rc = 0, rc;

	if (WARN_ON_ONCE(!cmd || len != (size_t)cmd->in + cmd->out))
		return -EINVAL;
	call.in_len = cmd->in;
	down_read(&bus->dimms_lock);
	rc = run(cmd, &call, &cmd_rc);
	up_read(&bus->dimms_lock);
	return rc ?: cmd_rc;
}

static unsigned long numbers(enum nd_emu_cmd_scope scope, u8 flags)
{
	unsigned long mask = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		if (cmds[i].scope == scope &&
		    (cmds[i].flags & flags) == flags)
			mask |= BIT(cmds[i].number);
	return mask;
}

/**
 * nd_emu_cmd_functions - the functions that ND_CMD_CALL reaches
 * @scope: whose
 *
 * Context: any.
 * Return: a bit for each number.
 */
unsigned long nd_emu_cmd_functions(enum nd_emu_cmd_scope scope)
{
	return numbers(scope, CALL);
}

/**
 * nd_emu_cmd_mask - the commands that libnvdimm may let through
 * @scope: whose
 * @labels: has a label storage area
 *
 * Context: any.
 * Return: a bit for each ND_CMD_*.
 */
unsigned long nd_emu_cmd_mask(enum nd_emu_cmd_scope scope, bool labels)
{
	unsigned long mask = numbers(scope, GENERIC);

	if (!labels)
		mask &= ~numbers(scope, GENERIC | LABELS);
	if (nd_emu_cmd_functions(scope))
		mask |= BIT(ND_CMD_CALL);
	return mask;
}

/**
 * nd_emu_cmd_family_mask - the families that ND_CMD_CALL may name
 * @scope: whose
 *
 * Context: any.
 * Return: a bit for each NVDIMM_FAMILY_* or NVDIMM_BUS_FAMILY_*.
 */
unsigned long nd_emu_cmd_family_mask(enum nd_emu_cmd_scope scope)
{
	unsigned long mask = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		if (cmds[i].scope == scope && cmds[i].flags & (CALL | KERNEL))
			mask |= BIT(cmds[i].family);
	return mask;
}

/**
 * nd_emu_cmd_set_status - say what became of a command
 * @call: the command
 * @status: ND_EMU_STATUS_*, or a code of the command's own
 *
 * Context: any.
 */
void nd_emu_cmd_set_status(struct nd_emu_cmd_call *call, u32 status)
{
	memcpy(call->status, &status, sizeof(status));
}
