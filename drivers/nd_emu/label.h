/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_LABEL_H
#define ND_EMU_LABEL_H

#include <linux/sizes.h>

struct nd_emu_cmd_call;
struct nd_emu_media;

#define ND_EMU_LABEL_SIZE	SZ_128K

/**
 * struct nd_emu_label - label storage area of one DIMM
 * @area: mapped, ND_EMU_LABEL_SIZE bytes; libnvdimm serializes access to it
 */
struct nd_emu_label {
	void *area;
};

int nd_emu_label_map(struct nd_emu_label *label,
		     const struct nd_emu_media *media, unsigned int index);
void nd_emu_label_unmap(struct nd_emu_label *label);
int nd_emu_label_get_size(struct nd_emu_cmd_call *call);
int nd_emu_label_get_data(struct nd_emu_cmd_call *call);
int nd_emu_label_set_data(struct nd_emu_cmd_call *call);

#endif
