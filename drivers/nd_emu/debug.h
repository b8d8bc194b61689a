/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_DEBUG_H
#define ND_EMU_DEBUG_H

struct nd_emu_bus;
struct nd_emu_dimm;

void nd_emu_debug_init(void);
void nd_emu_debug_create_file(void);
void nd_emu_debug_exit(void);
int nd_emu_debug_go_live(void);
void nd_emu_debug_add(struct nd_emu_bus *bus);
void nd_emu_debug_add_dimm(struct nd_emu_bus *bus, struct nd_emu_dimm *dimm);
void nd_emu_debug_remove_dimm(struct nd_emu_dimm *dimm);
void nd_emu_debug_remove(struct nd_emu_bus *bus);

#endif
