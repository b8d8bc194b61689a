// SPDX-License-Identifier: GPL-2.0-only
/*
 * Label storage area of a DIMM (UEFI 2.11, 13.19) and the three commands that
 * reach it (ACPI 6.5, 6.5.10: _LSI, _LSR, _LSW).
 *
 * What the area holds is libnvdimm's business. All numbers in a command come
 * from user space: that the buffer has the header is checked first, then the
 * offset, the length, and last that it has the data; nothing is added up that
 * could wrap.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <uapi/linux/ndctl.h>

#include <asm/barrier.h>

#include "cmd.h"
#include "dimm.h"
#include "label.h"
#include "security.h"
#include "span.h"
#include "zero.h"

/* What one command moves at the most; libnvdimm splits larger requests. */
#define LABEL_MAX_XFER	SZ_4K

/**
 * nd_emu_label_map - make the label storage area of a DIMM accessible
 * @label: filled in
 * @span: the memory that holds it
 * @index: number of the DIMM; the room for that of DIMM 0 ends where the
 *	memory ends
 * @size: bytes, ND_EMU_LABEL_SIZE or less
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_label_map(struct nd_emu_label *label,
		     const struct nd_emu_span *span, unsigned int index,
		     u32 size)
{
	u64 start = span->range.end + 1 -
		    (index + 1) * (u64)ND_EMU_LABEL_SIZE;

	label->size = size;
	label->area = memremap(start, size, MEMREMAP_WB);
	return label->area ? 0 : -ENOMEM;
}

/**
 * nd_emu_label_unmap - undo nd_emu_label_map()
 * @label: the area; nothing if it was never mapped
 *
 * Context: may sleep.
 */
void nd_emu_label_unmap(struct nd_emu_label *label)
{
	if (label->area)
		memunmap(label->area);
	label->area = NULL;
}

/**
 * nd_emu_label_get_size - ND_CMD_GET_CONFIG_SIZE
 * @call: struct nd_cmd_get_config_size
 *
 * Context: any.
 * Return: 0.
 */
int nd_emu_label_get_size(struct nd_emu_cmd_call *call)
{
	struct nd_cmd_get_config_size *cmd = call->buf;

	*cmd = (struct nd_cmd_get_config_size) {
		.config_size = call->dimm->label.size,
		.max_xfer = LABEL_MAX_XFER,
	};
	return 0;
}

/* @length bytes at @offset: some, within the area, and within the buffer? */
static int check_transfer(const struct nd_emu_label *label, u32 offset,
			  u32 length, size_t header, unsigned int buf_len)
{
	if (offset >= label->size)
		return -EINVAL;
	if (!length || length > label->size - offset)
		return -EINVAL;
	return size_add(header, length) <= buf_len ? 0 : -EINVAL;
}

static bool refuse_locked(struct nd_emu_cmd_call *call)
{
	if (!nd_emu_security_locked(&call->dimm->security))
		return false;
	nd_emu_cmd_set_status(call, ND_EMU_LABEL_LOCKED);
	return true;
}

/**
 * nd_emu_label_get_data - ND_CMD_GET_CONFIG_DATA
 * @call: struct nd_cmd_get_config_data_hdr and room for the data
 *
 * Context: may sleep; takes the lock of the security.
 * Return: 0, or -EINVAL if the request is empty, reaches beyond the area or
 * does not fit into the buffer.
 */
int nd_emu_label_get_data(struct nd_emu_cmd_call *call)
{
	struct nd_cmd_get_config_data_hdr *cmd = call->buf;
	int rc;

	rc = check_transfer(&call->dimm->label, cmd->in_offset, cmd->in_length,
			    sizeof(*cmd), call->len);
	if (rc)
		return rc;
	if (refuse_locked(call)) {
		memset(cmd->out_buf, 0, cmd->in_length);
		return 0;
	}
	memcpy(cmd->out_buf, call->dimm->label.area + cmd->in_offset, cmd->in_length);
	cmd->status = 0;
	return 0;
}

/**
 * nd_emu_label_set_data - ND_CMD_SET_CONFIG_DATA
 * @call: struct nd_cmd_set_config_hdr, the data, and the 32-bit status
 *
 * The data is durable when the command returns.
 *
 * Context: may sleep; takes the lock of the security.
 * Return: 0, or -EINVAL if the request is empty, reaches beyond the area or
 * does not fit into the buffer.
 */
int nd_emu_label_set_data(struct nd_emu_cmd_call *call)
{
	struct nd_cmd_set_config_hdr *cmd = call->buf;
	int rc;

	rc = check_transfer(&call->dimm->label, cmd->in_offset, cmd->in_length,
			    sizeof(*cmd), call->len - sizeof(u32));
	if (rc)
		return rc;
	/* The status follows the data, wherever that ends. */
	call->status = cmd->in_buf + cmd->in_length;
	if (refuse_locked(call))
		return 0;
	if (nd_emu_security_overwriting(&call->dimm->security)) {
		nd_emu_cmd_set_status(call, ND_EMU_LABEL_FAILURE);
		return 0;
	}
	memcpy_flushcache(call->dimm->label.area + cmd->in_offset,
			  cmd->in_buf, cmd->in_length);
	pmem_wmb();
	nd_emu_cmd_set_status(call, ND_EMU_STATUS_SUCCESS);
	return 0;
}

/**
 * nd_emu_label_wipe - no labels any more
 * @label: the area; nothing happens if it was never mapped
 *
 * Context: may sleep.
 */
void nd_emu_label_wipe(struct nd_emu_label *label)
{
	if (!label->area)
		return;
	nd_emu_zero(label->area, label->size);
	pmem_wmb();
}
