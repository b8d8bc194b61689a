/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_WIPE_H
#define ND_EMU_WIPE_H

struct nd_emu_bus;

int nd_emu_wipe_dimm(struct nd_emu_bus *bus, unsigned int index);

#endif
