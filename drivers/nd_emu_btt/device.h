/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BTT device that this driver has: its namespace, its BTT, its disk.
 */
#ifndef _ND_EMU_BTT_DEVICE_H
#define _ND_EMU_BTT_DEVICE_H

#include <linux/device.h>

struct btt_device;

int btt_device_start(struct device *dev);
void btt_device_stop(struct btt_device *bdev);
bool btt_device_is_usable(const struct btt_device *bdev);
u64 btt_device_size(const struct btt_device *bdev);
void btt_device_flush(struct btt_device *bdev);
void btt_device_poison_changed(struct btt_device *bdev);
void btt_device_region_changed(struct btt_device *bdev);

#endif
