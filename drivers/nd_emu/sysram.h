/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_SYSRAM_H
#define ND_EMU_SYSRAM_H

#include <linux/range.h>

int nd_emu_sysram_split(const struct range *range, struct range *whole);
void nd_emu_sysram_join(const struct range *range, const struct range *whole);

#endif
