/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which BTT devices may be made a BTT of.
 */
#ifndef _ND_EMU_BTT_SEED_H
#define _ND_EMU_BTT_SEED_H

#include <linux/types.h>

struct device;

void btt_seed_look(struct device *dev);
bool btt_seed_is(struct device *dev);
void btt_seed_forget(struct device *dev);
void btt_seed_forget_all(void);

#endif
