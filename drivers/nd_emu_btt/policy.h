/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which BTT devices are ours: a decision by the bus they are on alone.
 */
#ifndef _ND_EMU_BTT_POLICY_H
#define _ND_EMU_BTT_POLICY_H

#include <linux/device.h>

int btt_policy_init(void);
bool btt_policy_takes(struct device *dev);

#endif
