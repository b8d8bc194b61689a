/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_LABEL_H
#define ND_EMU_LABEL_H

#include <linux/sizes.h>
#include <linux/types.h>

struct nd_emu_cmd_call;
struct nd_emu_span;

/* Room for the label storage area of one DIMM. */
#define ND_EMU_LABEL_SIZE	SZ_128K

/**
 * struct nd_emu_label - label storage area of one DIMM
 * @area: mapped; libnvdimm serializes access to it
 * @size: bytes
 */
struct nd_emu_label {
	void *area;
	u32 size;
};

int nd_emu_label_map(struct nd_emu_label *label,
		     const struct nd_emu_span *span, unsigned int index,
		     u32 size);
void nd_emu_label_unmap(struct nd_emu_label *label);
void nd_emu_label_wipe(struct nd_emu_label *label);
int nd_emu_label_get_size(struct nd_emu_cmd_call *call);
int nd_emu_label_get_data(struct nd_emu_cmd_call *call);
int nd_emu_label_set_data(struct nd_emu_cmd_call *call);

#endif
