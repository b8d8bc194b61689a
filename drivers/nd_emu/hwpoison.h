/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_HWPOISON_H
#define ND_EMU_HWPOISON_H

struct badrange;
struct nd_emu_config;
struct range;

int nd_emu_hwpoison_check(const struct nd_emu_config *config);
int nd_emu_hwpoison_add(struct badrange *pages, const struct range *error);
void nd_emu_hwpoison_report(struct badrange *pages, const bool *stop);

#endif
