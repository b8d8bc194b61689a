/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_HIBERNATION_H
#define ND_EMU_HIBERNATION_H

int nd_emu_hibernation_init(void);
void nd_emu_hibernation_exit(void);

#endif
