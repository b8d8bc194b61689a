/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_LAYOUT_H
#define ND_EMU_LAYOUT_H

#include <linux/types.h>

struct nd_emu_bus;

u64 nd_emu_layout_unit(unsigned int dimms);
u64 nd_emu_layout_capacity(u64 size, unsigned int dimms);
int nd_emu_layout_plan(struct nd_emu_bus *bus);
void nd_emu_layout_place(struct nd_emu_bus *bus);

#endif
