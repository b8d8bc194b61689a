/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/debug/btt/bttX.Y/arenaN/, with the names of the kernel's driver.
 */
#ifndef _ND_EMU_BTT_DEBUGFS_H
#define _ND_EMU_BTT_DEBUGFS_H

#include <linux/device.h>

#include "engine.h"

void btt_debugfs_add(struct device *dev, const struct btt *btt, u16 major);
void btt_debugfs_del(struct device *dev);

#endif
