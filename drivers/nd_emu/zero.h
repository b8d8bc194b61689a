/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_ZERO_H
#define ND_EMU_ZERO_H

#include <linux/types.h>

void nd_emu_zero(void *addr, size_t length);

#endif
