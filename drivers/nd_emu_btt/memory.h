/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of a read or write, and moving it to and from the media.
 * Private to the engine.
 */
#ifndef _ND_EMU_BTT_MEMORY_H
#define _ND_EMU_BTT_MEMORY_H

#include "arena.h"

enum btt_move {
	BTT_MOVE_IN,
	BTT_MOVE_OUT,
	BTT_MOVE_ZERO,
};

/**
 * struct btt_window - the piece of a request's memory that has an address
 * @io: the memory
 * @addr: address of @pos
 * @pos: where the piece begins, in the data or in the metadata
 * @len: its bytes, 0 where there is none
 * @end: bytes of all pieces
 *
 * A piece serves as many sectors as it has: those of a page, or all of them.
 */
struct btt_window {
	struct btt_io *io;
	u8 *addr;
	u64 pos;
	u64 len;
	u64 end;
};

static inline void btt_window_init(struct btt_window *win, struct btt_io *io,
				   bool meta, u64 end)
{
	win->io = io;
	win->addr = meta ? io->meta : io->data;
	win->pos = 0;
	win->len = io->map ? 0 : end;
	win->end = end;
}

static inline void btt_window_close(struct btt_window *win)
{
	struct btt_io *io = win->io;

	if (!io->map || !win->len)
		return;
	if (io->unmap)
		io->unmap(io, win->addr);
	win->len = 0;
}

/* Of the bytes from @pos on, how many have an address now? */
static inline u64 btt_window_open(struct btt_window *win, bool meta, u64 pos)
{
	struct btt_io *io = win->io;
	u64 n;

	btt_window_close(win);
	if (!io->map || pos >= win->end)
		return 0;
	n = io->map(io, meta, pos, win->end - pos, &win->addr);
	if (n > win->end - pos)
		return 0;
	win->pos = pos;
	win->len = n;
	return n;
}

static inline int btt_window_move(struct btt_window *win, bool meta,
				  struct btt_media *media, enum btt_move how,
				  u64 pos, u64 off, u64 len)
{
	while (len) {
		/* A position in front of the piece wraps around. */
		u64 skip = pos - win->pos, n;
		u8 *mem;

		if (skip >= win->len) {
			if (!btt_window_open(win, meta, pos))
				return -EFAULT;
			skip = 0;
		}
		mem = win->addr + skip;
		n = min(win->len - skip, len);
		if (how == BTT_MOVE_IN)
			persist_copy(media, off, mem, n);
		else if (how == BTT_MOVE_ZERO)
			memset(mem, 0, n);
		else if (persist_read(media, mem, off, n))
			return -EIO;
		pos += n;
		off += n;
		len -= n;
	}
	return 0;
}

/**
 * struct btt_memory - the memory of a request, by sectors
 * @data: where its data is
 * @count: sectors
 * @data_len: bytes of data in a sector
 * @meta_len: and of metadata
 */
struct btt_memory {
	struct btt_window data;
	u64 count;
	u32 data_len;
	u32 meta_len;
};

static inline void btt_memory_init(struct btt_memory *mem,
				   const struct btt *btt, struct btt_io *io,
				   u32 count)
{
	mem->count = count;
	mem->data_len = btt->data_len;
	mem->meta_len = btt->meta_len;
	btt_window_init(&mem->data, io, false, mem->count * mem->data_len);
}

/* Nothing has an address any more, so the task may sleep. */
static inline void btt_memory_close(struct btt_memory *mem)
{
	btt_window_close(&mem->data);
}

/* One address at a time: addresses have to be given back in reverse order. */
static inline int btt_memory_move_meta(struct btt_memory *mem,
				       struct btt_media *media,
				       enum btt_move how, u64 i, u64 off)
{
	struct btt_io *io = mem->data.io;
	struct btt_window win;
	int err;

	if (!io->map && !io->meta)
		return 0;
	btt_memory_close(mem);
	btt_window_init(&win, io, true, mem->count * mem->meta_len);
	err = btt_window_move(&win, true, media, how, i * mem->meta_len, off,
			      mem->meta_len);
	btt_window_close(&win);
	return err;
}

/**
 * btt_memory_move() - move sectors between memory and the media
 * @mem: the memory of the request
 * @media: the namespace
 * @how: to the media, from it, or zeros instead of what is there
 * @i: the first sector, counted in the request
 * @n: how many; only without metadata can it be more than one
 * @off: where they are on the media, one behind the other
 *
 * Return: 0, -EIO if the media cannot be read, -EFAULT if the memory is not
 * there.
 */
static inline int btt_memory_move(struct btt_memory *mem,
				  struct btt_media *media, enum btt_move how,
				  u64 i, u32 n, u64 off)
{
	int err = btt_window_move(&mem->data, false, media, how,
				  i * mem->data_len, off,
				  (u64)n * mem->data_len);

	if (!err && mem->meta_len)
		err = btt_memory_move_meta(mem, media, how, i,
					   off + mem->data_len);
	return err;
}

#endif
