/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_ERRORS_H
#define ND_EMU_ERRORS_H

#include <linux/types.h>

struct badrange;
struct range;

bool nd_emu_errors_next(struct badrange *errors, struct range *rest,
			struct range *found);
bool nd_emu_errors_has(struct badrange *errors, const struct range *error);
int nd_emu_errors_add(struct badrange *errors, const struct range *error);
void nd_emu_errors_forget(struct badrange *errors, u64 base, u64 length);
void nd_emu_errors_free(struct badrange *errors);

#endif
