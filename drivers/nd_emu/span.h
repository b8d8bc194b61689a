/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_SPAN_H
#define ND_EMU_SPAN_H

#include "media.h"

/**
 * struct nd_emu_span - the part of a medium that a bus has
 * @media: the medium; NULL if there is none
 * @range: physical addresses, both inclusive
 * @resource: entry in the resource tree, for a part of a shared medium
 */
struct nd_emu_span {
	struct nd_emu_media *media;
	struct range range;
	struct resource resource;
};

int nd_emu_span_get(struct nd_emu_span *span,
		    const struct nd_emu_media_request *request);
void nd_emu_span_put(struct nd_emu_span *span);
bool nd_emu_span_is_online(const struct nd_emu_span *span);
int nd_emu_span_forbid(void);
void nd_emu_span_allow(void);

/**
 * nd_emu_span_platform - where the platform's own share begins
 * @span: the first one of a bus
 *
 * Return: a physical address in bytes.
 */
static inline u64 nd_emu_span_platform(const struct nd_emu_span *span)
{
	return span->range.end + 1 - ND_EMU_MEDIA_PLATFORM;
}

#endif
