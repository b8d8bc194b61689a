/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_CMD_H
#define ND_EMU_CMD_H

#include <linux/types.h>

struct nd_emu_bus;
struct nd_emu_dimm;

/*
 * What the firmware says of a command, in its status field: the codes that
 * all families share (NVDIMM DSM Interface 3.0, 1.3 "Status"; ACPI 6.5, 9.20.7).
 */
#define ND_EMU_STATUS_SUCCESS		0
#define ND_EMU_STATUS_NOT_SUPPORTED	1
#define ND_EMU_STATUS_NO_DEVICE		2
#define ND_EMU_STATUS_INVALID		3
#define ND_EMU_STATUS_HARDWARE		4
#define ND_EMU_STATUS_RETRY		5

/* Of the label commands (ACPI 6.5, 6.5.10) */
#define ND_EMU_LABEL_FAILURE		1
#define ND_EMU_LABEL_LOCKED		3

/**
 * enum nd_emu_cmd_scope - who takes a command
 * @ND_EMU_CMD_BUS: the root device of the bus
 * @ND_EMU_CMD_DIMM: a DIMM
 */
enum nd_emu_cmd_scope {
	ND_EMU_CMD_BUS,
	ND_EMU_CMD_DIMM,
};

/**
 * struct nd_emu_cmd_call - one command on its way
 * @bus: the bus
 * @dimm: the DIMM, or NULL for a command of the bus
 * @buf: input, and directly behind it room for the output
 * @in_len: bytes of input; what the table says, or more if it may be longer
 * @len: bytes in @buf; room for as much output as the table says, or more
 * @out_len: bytes of output; set before the handler runs, which may change it
 * @status: where in @buf the firmware's status goes, 32 bits; set as well
 */
struct nd_emu_cmd_call {
	struct nd_emu_bus *bus;
	struct nd_emu_dimm *dimm;
	void *buf;
	size_t in_len;
	size_t len;
	size_t out_len;
	void *status;
};

int nd_emu_cmd_ctl(struct nd_emu_bus *bus, struct nd_emu_dimm *dimm,
		   unsigned int cmd, void *buf, unsigned int buf_len,
		   int *cmd_rc);
int nd_emu_cmd_kernel(struct nd_emu_bus *bus, struct nd_emu_dimm *dimm,
		      unsigned int number, void *buf, size_t len);
unsigned long nd_emu_cmd_mask(enum nd_emu_cmd_scope scope, bool labels);
unsigned long nd_emu_cmd_family_mask(enum nd_emu_cmd_scope scope);
unsigned long nd_emu_cmd_functions(enum nd_emu_cmd_scope scope);
const char *nd_emu_cmd_bus_name(unsigned int index);
const char *nd_emu_cmd_dimm_name(unsigned int index);
void nd_emu_cmd_set_status(struct nd_emu_cmd_call *call, u32 status);

#endif
