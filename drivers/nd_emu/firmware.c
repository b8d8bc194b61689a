// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware of the DIMMs: update of one (NVDIMM DSM Interface 3.0, functions 12
 * to 16), and activation on all that are armed for it, without a reset
 * (functions 29 and 30, and 1 and 2 of the bus).
 *
 * The image is counted and forgotten: every one that is not empty is good.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "bus.h"
#include "cmd.h"
#include "dimm.h"
#include "dsm.h"
#include "firmware.h"

#define STORAGE_SIZE		SZ_1M
#define SEND_MAX		0xffec
#define QUERY_INTERVAL_US	(250 * USEC_PER_MSEC)
#define QUERY_MAX_US		(3 * USEC_PER_SEC)
#define FIS_VERSION		0x0105

#define VERSION_OLD		0x000000000001ULL
#define VERSION_NEW		0xffffffffabcdULL

#define VERIFY_MS		1000
#define ACTIVATE_MS		3000

/* What the platform can hold its breath for, and what each DIMM takes */
#define QUIESCE_MAX_US		(3 * USEC_PER_SEC)
#define QUIESCE_DIMM_US		USEC_PER_SEC

/**
 * nd_emu_firmware_init - the firmware that a DIMM comes with
 * @firmware: zeroed
 *
 * Context: any.
 */
void nd_emu_firmware_init(struct nd_emu_firmware *firmware)
{
	firmware->running = VERSION_OLD;
}

static void verify(struct nd_emu_firmware *firmware)
{
	if (firmware->received) {
		firmware->stage = ND_EMU_FIRMWARE_STAGED;
		firmware->staged = VERSION_NEW;
	} else {
		firmware->stage = ND_EMU_FIRMWARE_NONE;
	}
}

static void run(struct nd_emu_firmware *firmware)
{
	firmware->stage = ND_EMU_FIRMWARE_NONE;
	firmware->running = firmware->staged;
	firmware->staged = 0;
}

/* What time alone has changed. */
static void advance(struct nd_emu_firmware *firmware)
{
	if (time_before(jiffies, firmware->due))
		return;
	if (firmware->stage == ND_EMU_FIRMWARE_VERIFYING)
		verify(firmware);
	else if (firmware->stage == ND_EMU_FIRMWARE_ACTIVATING)
		run(firmware);
}

static struct nd_emu_firmware *lock(struct nd_emu_cmd_call *call)
{
	mutex_lock(&call->bus->activation.lock);
	advance(&call->dimm->firmware);
	return &call->dimm->firmware;
}

static void unlock(struct nd_emu_cmd_call *call)
{
	mutex_unlock(&call->bus->activation.lock);
}

/**
 * nd_emu_firmware_info - function 12, "Get Firmware Info"
 * @call: struct nd_emu_dsm_fw_info
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_firmware_info(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_fw_info *info = call->buf;
	struct nd_emu_firmware *firmware = lock(call);

	*info = (struct nd_emu_dsm_fw_info) {
		.storage_size = STORAGE_SIZE,
		.max_send_len = SEND_MAX,
		.query_interval = QUERY_INTERVAL_US,
		.max_query_time = QUERY_MAX_US,
		.fis_version = FIS_VERSION,
		.run_version = firmware->running,
		.updated_version = firmware->staged,
	};
	unlock(call);
	return 0;
}

/**
 * nd_emu_firmware_start - function 13, "Start Firmware Update"
 * @call: struct nd_emu_dsm_fw_start
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_firmware_start(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_fw_start *start = call->buf;
	struct nd_emu_firmware *firmware = lock(call);

	start->context = 0;
	if (firmware->stage != ND_EMU_FIRMWARE_NONE) {
		start->status = ND_EMU_FW_IN_PROGRESS;
	} else {
		firmware->stage = ND_EMU_FIRMWARE_SENDING;
		firmware->received = 0;
		start->context = ++firmware->context;
		start->status = ND_EMU_STATUS_SUCCESS;
	}
	unlock(call);
	return 0;
}

static u32 receive(struct nd_emu_firmware *firmware,
		   const struct nd_emu_dsm_fw_send *send)
{
	if (firmware->stage != ND_EMU_FIRMWARE_SENDING)
		return ND_EMU_FW_SEQUENCE;
	if (send->context != firmware->context)
		return ND_EMU_FW_BAD_CONTEXT;
	if (send->length > SEND_MAX || send->offset > STORAGE_SIZE ||
	    send->length > STORAGE_SIZE - send->offset)
		return ND_EMU_STATUS_INVALID;
	firmware->received += send->length;
	return ND_EMU_STATUS_SUCCESS;
}

/**
 * nd_emu_firmware_send - function 14, "Send Firmware Update Data"
 * @call: struct nd_emu_dsm_fw_send and the data
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL if there is not as much data as it says.
 */
int nd_emu_firmware_send(struct nd_emu_cmd_call *call)
{
	const struct nd_emu_dsm_fw_send *send = call->buf;

	if (send->length != call->in_len - sizeof(*send))
		return -EINVAL;
	nd_emu_cmd_set_status(call, receive(lock(call), send));
	unlock(call);
	return 0;
}

static u32 finish(struct nd_emu_firmware *firmware,
		  const struct nd_emu_dsm_fw_finish *finish)
{
	if (finish->control > ND_EMU_FW_ABORT)
		return ND_EMU_STATUS_INVALID;
	if (firmware->stage == ND_EMU_FIRMWARE_STAGED)
		return ND_EMU_FW_DONE_ALREADY;
	if (finish->context != firmware->context ||
	    firmware->stage != ND_EMU_FIRMWARE_SENDING)
		return ND_EMU_FW_BAD_CONTEXT;
	if (finish->control == ND_EMU_FW_ABORT) {
		firmware->stage = ND_EMU_FIRMWARE_NONE;
		return ND_EMU_FW_ABORTED;
	}
	firmware->stage = ND_EMU_FIRMWARE_VERIFYING;
	firmware->due = jiffies + msecs_to_jiffies(VERIFY_MS);
	return ND_EMU_STATUS_SUCCESS;
}

/**
 * nd_emu_firmware_finish - function 15, "Finish Firmware Update"
 * @call: struct nd_emu_dsm_fw_finish
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_firmware_finish(struct nd_emu_cmd_call *call)
{
	nd_emu_cmd_set_status(call, finish(lock(call), call->buf));
	unlock(call);
	return 0;
}

static u32 query(const struct nd_emu_firmware *firmware,
		 const struct nd_emu_dsm_fw_query *query)
{
	if (query->context != firmware->context)
		return ND_EMU_FW_BAD_CONTEXT;
	switch (firmware->stage) {
	case ND_EMU_FIRMWARE_SENDING:
		return ND_EMU_FW_SEQUENCE;
	case ND_EMU_FIRMWARE_VERIFYING:
		return ND_EMU_FW_VERIFYING;
	case ND_EMU_FIRMWARE_STAGED:
		return ND_EMU_STATUS_SUCCESS;
	default:
		return firmware->received ? ND_EMU_STATUS_SUCCESS :
					    ND_EMU_FW_BAD_IMAGE;
	}
}

/**
 * nd_emu_firmware_query - function 16, "Query Finish Firmware Update Status"
 * @call: struct nd_emu_dsm_fw_query
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_firmware_query(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_fw_query *cmd = call->buf;
	struct nd_emu_firmware *firmware = lock(call);

	cmd->status = query(firmware, cmd);
	cmd->version = cmd->status ? 0 : firmware->staged;
	unlock(call);
	return 0;
}

static unsigned int count_armed(const struct nd_emu_bus *bus)
{
	unsigned int i, armed = 0;

	lockdep_assert_held_read(&bus->dimms_lock);
	for (i = 0; i < ND_EMU_DIMMS_MAX; i++)
		armed += bus->dimms[i] && bus->dimms[i]->firmware.armed;
	return armed;
}

static u8 bus_state(struct nd_emu_bus *bus)
{
	struct nd_emu_activation *activation = &bus->activation;

	if (activation->busy && !time_before(jiffies, activation->done))
		activation->busy = false;
	if (count_armed(bus))
		return ND_EMU_FWA_ARMED;
	return activation->busy ? ND_EMU_FWA_BUSY : ND_EMU_FWA_IDLE;
}

/**
 * nd_emu_firmware_dimm_info - function 29, "Get Firmware Activate Diminfo"
 * @call: struct nd_emu_dsm_fwa_dimm_info
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_firmware_dimm_info(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_fwa_dimm_info *info = call->buf;
	const struct nd_emu_firmware *firmware = lock(call);
	u8 state = bus_state(call->bus);

	if (state == ND_EMU_FWA_ARMED && !firmware->armed)
		state = ND_EMU_FWA_IDLE;
	*info = (struct nd_emu_dsm_fwa_dimm_info) { .state = state };
	if (state == ND_EMU_FWA_IDLE)
		info->result = firmware->result;
	unlock(call);
	return 0;
}

/**
 * nd_emu_firmware_arm - function 30, "Firmware Activate Arm"
 * @call: struct nd_emu_dsm_fwa_arm
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_firmware_arm(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_fwa_arm *arm = call->buf;
	struct nd_emu_firmware *firmware = lock(call);

	firmware->armed = arm->arm;
	unlock(call);
	arm->status = ND_EMU_STATUS_SUCCESS;
	return 0;
}

static void bus_info(struct nd_emu_bus *bus,
		     struct nd_emu_dsm_fwa_bus_info *info)
{
	u64 time = count_armed(bus) * QUIESCE_DIMM_US;

	*info = (struct nd_emu_dsm_fwa_bus_info) {
		.state = bus_state(bus),
		.capability = ND_EMU_FWA_CAN_FW_QUIESCE |
			      ND_EMU_FWA_CAN_OS_QUIESCE |
			      ND_EMU_FWA_CAN_RESET,
		.activate_time = time,
		.cpu_quiesce_time = time,
		.io_quiesce_time = time,
		.max_quiesce_time = QUIESCE_MAX_US,
	};
}

/**
 * nd_emu_firmware_bus_info - function 1 of the bus, "Get Firmware Activate Businfo"
 * @call: struct nd_emu_dsm_fwa_bus_info
 *
 * Context: may sleep.
 * Return: 0.
 */
int nd_emu_firmware_bus_info(struct nd_emu_cmd_call *call)
{
	mutex_lock(&call->bus->activation.lock);
	bus_info(call->bus, call->buf);
	mutex_unlock(&call->bus->activation.lock);
	return 0;
}

/* The old version is the one that runs until the activation is over. */
static void activate_dimm(struct nd_emu_firmware *firmware, unsigned long done)
{
	advance(firmware);
	firmware->armed = false;
	firmware->result = ND_EMU_FWA_NOT_STAGED;
	if (firmware->stage != ND_EMU_FIRMWARE_STAGED)
		return;
	firmware->stage = ND_EMU_FIRMWARE_ACTIVATING;
	firmware->due = done;
	firmware->result = ND_EMU_FWA_SUCCESS;
}

static u32 activate(struct nd_emu_bus *bus)
{
	struct nd_emu_dsm_fwa_bus_info info;
	unsigned int i;

	bus_info(bus, &info);
	if (info.state == ND_EMU_FWA_IDLE)
		return ND_EMU_FWA_NOT_ARMED;
	if (info.state == ND_EMU_FWA_BUSY)
		return ND_EMU_FWA_STILL_BUSY;
	bus->activation.busy = true;
	bus->activation.done = jiffies + msecs_to_jiffies(ACTIVATE_MS);
	for (i = 0; i < ND_EMU_DIMMS_MAX; i++) {
		struct nd_emu_dimm *dimm = bus->dimms[i];

		if (!dimm)
			continue;
		if (dimm->firmware.armed)
			activate_dimm(&dimm->firmware,
				      bus->activation.done);
		else
			dimm->firmware.result = ND_EMU_FWA_NONE;
	}
	return info.activate_time > info.max_quiesce_time ?
	       ND_EMU_FWA_TOO_LONG : ND_EMU_STATUS_SUCCESS;
}

/**
 * nd_emu_firmware_activate - function 2 of the bus, "Activate Firmware"
 * @call: struct nd_emu_dsm_fwa_activate
 *
 * More DIMMs than the platform has time for are activated all the same, and
 * the status says that it took too long.
 *
 * Context: may sleep; user space may be frozen.
 * Return: 0.
 */
int nd_emu_firmware_activate(struct nd_emu_cmd_call *call)
{
	struct nd_emu_dsm_fwa_activate *cmd = call->buf;

	mutex_lock(&call->bus->activation.lock);
	cmd->status = activate(call->bus);
	mutex_unlock(&call->bus->activation.lock);
	return 0;
}

static int dimm_info(struct nvdimm *nvdimm,
		     struct nd_emu_dsm_fwa_dimm_info *info)
{
	return nd_emu_cmd_kernel(nd_emu_bus_of(nvdimm),
				 nvdimm_provider_data(nvdimm),
				 ND_EMU_DSM_FWA_DIMMINFO, info, sizeof(*info));
}

static enum nvdimm_fwa_state dimm_activate_state(struct nvdimm *nvdimm)
{
	static const enum nvdimm_fwa_state states[] = {
		[ND_EMU_FWA_IDLE] = NVDIMM_FWA_IDLE,
		[ND_EMU_FWA_ARMED] = NVDIMM_FWA_ARMED,
		[ND_EMU_FWA_BUSY] = NVDIMM_FWA_BUSY,
	};
	struct nd_emu_dsm_fwa_dimm_info info;

	if (dimm_info(nvdimm, &info))
		return NVDIMM_FWA_INVALID;
	return states[info.state];
}

static enum nvdimm_fwa_result dimm_activate_result(struct nvdimm *nvdimm)
{
	static const enum nvdimm_fwa_result results[] = {
		[ND_EMU_FWA_NONE] = NVDIMM_FWA_RESULT_NONE,
		[ND_EMU_FWA_NOT_STAGED] = NVDIMM_FWA_RESULT_NOTSTAGED,
		[ND_EMU_FWA_SUCCESS] = NVDIMM_FWA_RESULT_SUCCESS,
	};
	struct nd_emu_dsm_fwa_dimm_info info;

	if (dimm_info(nvdimm, &info))
		return NVDIMM_FWA_RESULT_INVALID;
	return results[info.result];
}

static enum nvdimm_fwa_state
ask_state(struct nvdimm_bus_descriptor *desc)
{
	struct nd_emu_dsm_fwa_bus_info info;

	if (nd_emu_cmd_kernel(nd_emu_bus_of_desc(desc), NULL,
			      ND_EMU_DSM_FWA_BUSINFO, &info, sizeof(info)))
		return NVDIMM_FWA_INVALID;
	if (info.state == ND_EMU_FWA_IDLE)
		return NVDIMM_FWA_IDLE;
	if (info.state == ND_EMU_FWA_BUSY)
		return NVDIMM_FWA_BUSY;
	return info.activate_time > info.max_quiesce_time ?
	       NVDIMM_FWA_ARM_OVERFLOW : NVDIMM_FWA_ARMED;
}

/* Who was told that there is something to activate, with a reference, or NULL */
static struct pid *activator;

static void set_activator(struct pid *pid)
{
	put_pid(xchg(&activator, pid));
}

/* Was it this task? Not any more. */
static bool forget_activator(void)
{
	struct pid *pid = task_pid(current);

	if (cmpxchg(&activator, pid, NULL) != pid)
		return false;
	put_pid(pid);
	return true;
}

/**
 * nd_emu_firmware_exit - nobody activates any more
 *
 * Context: no bus is live.
 */
void nd_emu_firmware_exit(void)
{
	set_activator(NULL);
}

static enum nvdimm_fwa_state
bus_activate_state(struct nvdimm_bus_descriptor *desc)
{
	enum nvdimm_fwa_state state = ask_state(desc);

	if (state == NVDIMM_FWA_ARMED || state == NVDIMM_FWA_ARM_OVERFLOW)
		set_activator(get_pid(task_pid(current)));
	else
		forget_activator();
	return state;
}

/**
 * nd_emu_firmware_quiesces - does this task hold the system still to activate?
 *
 * When firmware is to be activated with the system held still, the kernel does
 * what it does first for a hibernation, and tells everybody that it is one. There
 * is a sign: the task has just asked for the state of the bus. Whoever has only
 * looked at the state of DIMMs that are armed, and does hibernate next, is taken
 * for one that activates.
 *
 * Context: any.
 * Return: true, once after each question; or false.
 */
bool nd_emu_firmware_quiesces(void)
{
	return forget_activator();
}

static int dimm_arm(struct nvdimm *nvdimm, enum nvdimm_fwa_trigger trigger)
{
	struct nd_emu_bus *bus = nd_emu_bus_of(nvdimm);
	struct nd_emu_dsm_fwa_arm arm = {
		.arm = trigger == NVDIMM_FWA_ARM,
	};

	if (ask_state(&bus->desc) == NVDIMM_FWA_BUSY)
		return -EBUSY;
	return nd_emu_cmd_kernel(bus, nvdimm_provider_data(nvdimm),
				 ND_EMU_DSM_FWA_ARM, &arm, sizeof(arm));
}

/* What libnvdimm asks a DIMM for; it holds the bus lock. */
const struct nvdimm_fw_ops nd_emu_firmware_dimm_ops = {
	.activate_state = dimm_activate_state,
	.activate_result = dimm_activate_result,
	.arm = dimm_arm,
};

static enum nvdimm_fwa_capability
bus_capability(struct nvdimm_bus_descriptor *desc)
{
	return NVDIMM_FWA_CAP_QUIESCE;
}

static int bus_activate(struct nvdimm_bus_descriptor *desc)
{
	struct nd_emu_bus *bus = nd_emu_bus_of_desc(desc);
	struct nd_emu_dsm_fwa_activate cmd = {
		.io_state = READ_ONCE(bus->activation.noidle) ?
			    ND_EMU_FWA_IO_AS_IS : ND_EMU_FWA_IO_IDLE,
	};

	forget_activator();
	return nd_emu_cmd_kernel(bus, NULL, ND_EMU_DSM_FWA_ACTIVATE, &cmd,
				 sizeof(cmd));
}

/* What libnvdimm asks the bus for. */
const struct nvdimm_bus_fw_ops nd_emu_firmware_bus_ops = {
	.activate_state = bus_activate_state,
	.capability = bus_capability,
	.activate = bus_activate,
};
