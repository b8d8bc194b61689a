/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_FIRMWARE_H
#define ND_EMU_FIRMWARE_H

#include <linux/libnvdimm.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct nd_emu_cmd_call;

/**
 * enum nd_emu_firmware_stage - how far an update has come
 * @ND_EMU_FIRMWARE_NONE: no update
 * @ND_EMU_FIRMWARE_SENDING: the image is being sent
 * @ND_EMU_FIRMWARE_VERIFYING: the DIMM looks at the image
 * @ND_EMU_FIRMWARE_STAGED: the new version waits for activation
 * @ND_EMU_FIRMWARE_ACTIVATING: the new version is about to run
 */
enum nd_emu_firmware_stage {
	ND_EMU_FIRMWARE_NONE,
	ND_EMU_FIRMWARE_SENDING,
	ND_EMU_FIRMWARE_VERIFYING,
	ND_EMU_FIRMWARE_STAGED,
	ND_EMU_FIRMWARE_ACTIVATING,
};

/**
 * struct nd_emu_firmware - firmware of a DIMM
 * @stage: of the update
 * @context: number of the update
 * @received: bytes of the image
 * @due: jiffies when the DIMM has looked at it, or runs it
 * @running: version that runs
 * @staged: version that waits, or 0
 * @armed: takes part in the next activation
 * @result: of the last activation that it took part in
 *
 * Protected by the lock of struct nd_emu_activation.
 */
struct nd_emu_firmware {
	enum nd_emu_firmware_stage stage;
	u32 context;
	u32 received;
	unsigned long due;
	u64 running;
	u64 staged;
	bool armed;
	u16 result;
};

/**
 * struct nd_emu_activation - activation of new firmware on a bus
 * @lock: protects @busy, @done and the firmware of all DIMMs
 * @busy: an activation has begun
 * @done: jiffies when it is over
 * @noidle: the platform is not to hold I/O itself; any task writes it
 */
struct nd_emu_activation {
	struct mutex lock;	/* protects busy, done */
	bool busy;
	unsigned long done;
	bool noidle;
};

extern const struct nvdimm_fw_ops nd_emu_firmware_dimm_ops;
extern const struct nvdimm_bus_fw_ops nd_emu_firmware_bus_ops;

void nd_emu_firmware_init(struct nd_emu_firmware *firmware);
int nd_emu_firmware_info(struct nd_emu_cmd_call *call);
int nd_emu_firmware_start(struct nd_emu_cmd_call *call);
int nd_emu_firmware_send(struct nd_emu_cmd_call *call);
int nd_emu_firmware_finish(struct nd_emu_cmd_call *call);
int nd_emu_firmware_query(struct nd_emu_cmd_call *call);
int nd_emu_firmware_dimm_info(struct nd_emu_cmd_call *call);
int nd_emu_firmware_arm(struct nd_emu_cmd_call *call);
int nd_emu_firmware_bus_info(struct nd_emu_cmd_call *call);
int nd_emu_firmware_activate(struct nd_emu_cmd_call *call);
bool nd_emu_firmware_quiesces(void);
void nd_emu_firmware_exit(void);

#endif
