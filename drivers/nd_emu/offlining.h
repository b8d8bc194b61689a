/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_OFFLINING_H
#define ND_EMU_OFFLINING_H

#include <linux/range.h>
#include <linux/types.h>

int nd_emu_patience_begin(void);
u64 nd_emu_patience_end(void);
int nd_emu_offline_and_remove(const struct range *range, u64 *stuck);

#endif
