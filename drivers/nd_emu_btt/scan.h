/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What attach finds out before it writes anything. Private to attach.
 */
#ifndef _ND_EMU_BTT_SCAN_H
#define _ND_EMU_BTT_SCAN_H

#include "arena.h"

/**
 * struct btt_scan - what attach knows before it has written anything
 * @btt: being built
 * @config: what the caller wants
 * @id: what the next info block must say
 * @fault: the first thing found wrong
 * @info: buffer for an info block
 * @copy: buffer for its copy
 * @uuid: of the first arena; the others must have the same
 * @restore_info: the info block just read was the copy
 */
struct btt_scan {
	struct btt *btt;
	const struct btt_config *config;
	struct btt_identity id;
	struct btt_fault *fault;
	struct btt_info *info;
	struct btt_info *copy;
	u8 uuid[BTT_UUID_LEN];
	bool restore_info;
};

int btt_scan_arenas(struct btt_scan *scan);

#endif
