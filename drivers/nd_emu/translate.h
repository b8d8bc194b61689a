/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_TRANSLATE_H
#define ND_EMU_TRANSLATE_H

#include <linux/types.h>

struct nd_emu_bus;
struct nd_emu_cmd_call;
struct nd_emu_region;

struct nd_emu_region *nd_emu_translate_region(struct nd_emu_bus *bus,
					      u64 base, u64 length);
int nd_emu_translate_spa(struct nd_emu_cmd_call *call);

#endif
