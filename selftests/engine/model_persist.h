/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The persistence primitives as the model sees them: events.
 */
#ifndef _ENGINE_MODEL_PERSIST_H
#define _ENGINE_MODEL_PERSIST_H

void persist_copy(struct btt_media *media, u64 off, const void *src,
		  size_t len);
void persist_copy_line(struct btt_media *media, u64 off, const void *src);
void persist_word(struct btt_media *media, u64 off, __le64 word);
void persist_entry(struct btt_media *media, u64 off, __le32 entry);
void persist_flush(struct btt_media *media, u64 off);
int persist_fence(struct btt_media *media);
int persist_read(struct btt_media *media, void *dst, u64 off, size_t len);
__le32 persist_get32(struct btt_media *media, u64 off);
__le64 persist_get64(struct btt_media *media, u64 off);

#define persist_prefetch(media, off)	((void)(media), (void)(off))

#endif
