/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_ONLINING_H
#define ND_EMU_ONLINING_H

#include <linux/range.h>

int nd_emu_online(const struct range *range, const unsigned long *movable);
int nd_emu_check_ejectable(const struct range *range, u64 *block);

#endif
