/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_SHADOW_H
#define ND_EMU_SHADOW_H

#include <linux/range.h>

int nd_emu_shadow_unmap(const struct range *range, int node);

#endif
