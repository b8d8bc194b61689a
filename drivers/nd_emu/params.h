/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_PARAMS_H
#define ND_EMU_PARAMS_H

struct nd_emu_config;

int nd_emu_params_parse(struct nd_emu_config *config);
void nd_emu_params_free(struct nd_emu_config *config);

#endif
