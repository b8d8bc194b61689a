/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_DPA_H
#define ND_EMU_DPA_H

struct dentry;
struct nd_emu_dimm;

void nd_emu_dpa_create_file(struct nd_emu_dimm *dimm, struct dentry *dir);

#endif
