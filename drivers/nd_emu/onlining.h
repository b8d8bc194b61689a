/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_ONLINING_H
#define ND_EMU_ONLINING_H

#include <linux/range.h>

int nd_emu_online(const struct range *range, const unsigned long *movable);

#endif
