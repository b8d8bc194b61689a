// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands: one that makes sense, made from the table, and then most of the
 * time spoilt in one way or another.
 *
 * Two kinds of call are left out, because the kernel trips over them before
 * the module has seen them (6.12, drivers/nvdimm/bus.c, __nd_ioctl()): the sum
 * of nd_size_in and the envelope wraps, and then vmalloc() of nothing warns, or
 * nd_pmem_forget_poison_check() reads behind a buffer that is too short.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/ndctl.h>

#include "fuzz.h"

#define AREA_SIZE	(128U << 10)
/* Some pages. Longer than this is allowed, and slow: the kernel maps a buffer. */
#define LARGE		(16U << 10)
#define SIZE_IN_MAX	0xffff0000U

/**
 * struct command - one that the module has (drivers/nd_emu/cmd.c)
 * @name: its name
 * @of_dimm: of a DIMM, otherwise of the bus
 * @call: in the envelope, otherwise with a number of its own
 * @number: of the command or the function
 * @in: bytes of input
 * @out: bytes of output, or the least of them
 * @fill: makes the input, and returns how much longer than @in it is
 */
struct command {
	const char *name;
	bool of_dimm;
	bool call;
	unsigned int number;
	unsigned int in;
	unsigned int out;
	unsigned int (*fill)(unsigned char *in);
};

static void put(unsigned char **to, uint64_t value, size_t bytes)
{
	memcpy(*to, &value, bytes);
	*to += bytes;
}

static uint64_t some_address(void)
{
	const struct region *region = some_region();

	if (!region || one_in(20))
		return boundary();
	switch (below(8)) {
	case 0:
		return region->start;
	case 1:
		return region->start + region->size;
	case 2:
		return region->start + region->size - 256;
	case 3:
		return region->start - 1;
	case 4:
		return region->start + below(region->size);
	default:
		return region->start + below(region->size >> 8) * 256;
	}
}

static uint64_t some_length(void)
{
	switch (below(8)) {
	case 0:
		return boundary();
	case 1:
		return below(1 << 20);
	case 2:
		return below(16 << 20) & ~255UL;
	default:
		return (1 + below(16)) * 256;
	}
}

static unsigned int fill_range(unsigned char *in)
{
	put(&in, some_address(), 8);
	put(&in, some_length(), 8);
	return 0;
}

/* All that was ever injected is taken back from time to time. */
static unsigned int fill_forget(unsigned char *in)
{
	const struct region *region = some_region();

	if (!region || !one_in(4))
		return fill_range(in);
	put(&in, region->start, 8);
	put(&in, region->size, 8);
	return 0;
}

static unsigned int fill_ars_start(unsigned char *in)
{
	fill_range(in);
	in += 16;
	put(&in, one_in(8) ? rnd() : 1 + below(3), 2);
	put(&in, one_in(8) ? rnd() : below(4), 1);
	return 0;
}

static unsigned int fill_ars_status(unsigned char *in)
{
	uint32_t length = one_in(4) ? boundary() :
			  48 + below(one_in(8) ? 4096 : 256);

	/* status and out_length, which says how long the output may be */
	memset(in, 0, 4);
	memcpy(in + 4, &length, sizeof(length));
	return 0;
}

static unsigned int fill_spa(unsigned char *in)
{
	put(&in, some_address(), 8);
	return 0;
}

static unsigned int fill_inject_set(unsigned char *in)
{
	fill_range(in);
	in[16] = one_in(8) ? rnd() : below(2);
	return 0;
}

/* Offset and length within the area, or beyond it, or wrapping around. */
static unsigned int fill_label(unsigned char *in)
{
	uint32_t offset = below(AREA_SIZE), length = 1 + below(256);

	if (one_in(8))
		offset = one_in(2) ? AREA_SIZE - below(300) : boundary();
	if (one_in(16))
		length = !one_in(8) ? 4096 : below(AREA_SIZE + 1);
	if (one_in(16))
		length = one_in(2) ? -offset : boundary();
	put(&in, offset, 4);
	put(&in, length, 4);
	return length;
}

static unsigned int fill_label_data(unsigned char *in)
{
	unsigned int length = fill_label(in);

	random_bytes(in + 8, length < 256 ? length : 256);
	return length;
}

static unsigned int fill_threshold(unsigned char *in)
{
	put(&in, one_in(8) ? rnd() : below(8), 2);
	put(&in, one_in(8) ? rnd() : below(101), 1);
	put(&in, rnd(), 4);
	return 0;
}

static unsigned int fill_smart_inject(unsigned char *in)
{
	random_bytes(in, 15);
	put(&in, one_in(8) ? rnd() : below(16), 8);
	if (!one_in(4))
		in[4] = below(101);
	return 0;
}

static unsigned int fill_lss(unsigned char *in)
{
	*in = one_in(2) ? 1 : rnd();
	return 0;
}

static unsigned int current_dimm;

static uint32_t some_context(void)
{
	return one_in(8) ? boundary() : *firmware_context(current_dimm);
}

static unsigned int fill_fw_send(unsigned char *in)
{
	unsigned int length = one_in(128) ? below(0x10400) : below(128);

	put(&in, some_context(), 4);
	put(&in, one_in(8) ? boundary() : below(1 << 20), 4);
	put(&in, one_in(16) ? boundary() : length, 4);
	random_bytes(in, length < 128 ? length : 128);
	return length;
}

static unsigned int fill_fw_finish(unsigned char *in)
{
	put(&in, one_in(8) ? rnd() : one_in(4), 4);
	put(&in, some_context(), 4);
	return 0;
}

static unsigned int fill_fw_query(unsigned char *in)
{
	put(&in, some_context(), 4);
	return 0;
}

static const struct command commands[] = {
	{ "ars_cap", false, false, ND_CMD_ARS_CAP, 16, 16, fill_range },
	{ "ars_start", false, false, ND_CMD_ARS_START, 24, 8, fill_ars_start },
	{ "ars_status", false, false, ND_CMD_ARS_STATUS, 0, 48,
	  fill_ars_status },
	{ "clear_error", false, false, ND_CMD_CLEAR_ERROR, 16, 16,
	  fill_forget },
	{ "translate_spa", false, true, 5, 8, 36, fill_spa },
	{ "inject_set", false, true, 7, 17, 4, fill_inject_set },
	{ "inject_clear", false, true, 8, 16, 4, fill_forget },
	{ "inject_get", false, true, 9, 0, 8, NULL },
	{ "get_size", true, false, ND_CMD_GET_CONFIG_SIZE, 0, 12, NULL },
	{ "get_data", true, false, ND_CMD_GET_CONFIG_DATA, 8, 4, fill_label },
	{ "set_data", true, false, ND_CMD_SET_CONFIG_DATA, 8, 4,
	  fill_label_data },
	{ "smart", true, false, ND_CMD_SMART, 0, 132, NULL },
	{ "smart_threshold", true, false, ND_CMD_SMART_THRESHOLD, 0, 12, NULL },
	{ "call smart", true, true, 1, 0, 132, NULL },
	{ "call smart_threshold", true, true, 2, 0, 12, NULL },
	{ "enable_lss", true, true, 10, 1, 4, fill_lss },
	{ "fw_info", true, true, 12, 0, 44, NULL },
	{ "fw_start", true, true, 13, 0, 8, NULL },
	{ "fw_send", true, true, 14, 12, 4, fill_fw_send },
	{ "fw_finish", true, true, 15, 8, 4, fill_fw_finish },
	{ "fw_query", true, true, 16, 4, 12, fill_fw_query },
	{ "smart_set_threshold", true, true, 17, 7, 4, fill_threshold },
	{ "smart_inject", true, true, 18, 15, 4, fill_smart_inject },
};

#define FW_START	13

static unsigned int tallies[ARRAY_SIZE(commands)], other_tally;

void cmd_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		tallies[i] = tally_add("command", commands[i].name, NEED_BOTH);
	other_tally = tally_add("command", "(any number)", NEED_NOTHING);
}

static const struct command *find(bool of_dimm, bool call, unsigned int number)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].of_dimm == of_dimm &&
		    commands[i].call == call && commands[i].number == number)
			return &commands[i];
	}
	return NULL;
}

/* A function that the module offers and that the table does not have */
static int check_functions(const char *path, bool of_dimm)
{
	unsigned long mask;
	unsigned int i;
	char text[32];

	if (read_text(path, text, sizeof(text)))
		return -1;
	mask = strtoul(text, NULL, 0);
	for (i = 0; i < 64; i++) {
		if (!(mask >> i & 1) || find(of_dimm, true, i))
			continue;
		printf("%s: function %u is not in the table\n", path, i);
		return -1;
	}
	return 0;
}

int cmd_check_table(void)
{
	const struct device *bus = some_bus(), *dimm = some_dimm();
	char path[128];

	if (!bus || !dimm)
		return -1;
	snprintf(path, sizeof(path), DEVICES "/ndbus%u/nfit/dsm_mask",
		 bus->number);
	if (check_functions(path, false))
		return -1;
	snprintf(path, sizeof(path), DEVICES "/nmem%u/nfit/dsm_mask",
		 dimm->number);
	return check_functions(path, true);
}

/* --- one call --- */

/**
 * struct call - what is about to be sent
 * @command: NULL for any number
 * @request: of ioctl()
 * @length: bytes that the kernel will look at, as far as we know
 */
struct call {
	const struct command *command;
	unsigned long request;
	size_t length;
};

static uint32_t some_size(uint32_t size)
{
	if (one_in(4))
		return boundary();
	if (one_in(64))
		return below(4 << 20);
	return size + below(33) - 16;
}

static void make_package(struct call *call, struct nd_cmd_pkg *pkg)
{
	const struct command *command = call->command;
	unsigned int more = 0;

	memset(pkg, 0, sizeof(*pkg));
	pkg->nd_command = command->number;
	if (command->fill)
		more = command->fill(pkg->nd_payload);
	pkg->nd_size_in = command->in + more;
	pkg->nd_size_out = command->out;
	if (one_in(4))
		pkg->nd_size_out += below(one_in(8) ? 4096 : 256);
	if (one_in(12))
		pkg->nd_size_in = some_size(pkg->nd_size_in);
	if (one_in(12))
		pkg->nd_size_out = some_size(pkg->nd_size_out);
	if (one_in(32))
		pkg->nd_family = one_in(2) ? below(8) : boundary();
	if (one_in(32))
		pkg->nd_command = one_in(2) ? below(64) : boundary();
	if (one_in(32))
		pkg->nd_reserved2[below(9)] = boundary();
	if (one_in(32))
		pkg->nd_fw_size = boundary();
	call->length = sizeof(*pkg) + (size_t)pkg->nd_size_in +
		       pkg->nd_size_out;
}

static void make_generic(struct call *call, unsigned char *buf)
{
	const struct command *command = call->command;
	unsigned int more = 0;

	memset(buf, 0, 256);
	if (command->fill)
		more = command->fill(buf);
	call->length = (size_t)command->in + command->out + more;
}

/* Some bit, some number, or some bytes of it are not what they were. */
static void spoil(unsigned char *buf, size_t length)
{
	size_t bytes = 1UL << below(4), at;
	uint64_t value;

	if (length > 192)
		length = 192;
	if (length < 8)
		return;
	at = below(length - bytes + 1);
	switch (below(3)) {
	case 0:
		buf[at] ^= 1 << below(8);
		break;
	case 1:
		value = boundary();
		memcpy(buf + at, &value, bytes);
		break;
	default:
		random_bytes(buf + at, bytes);
	}
}

/* See above for what would wrap; and what is large is rare. */
static void tame(struct call *call, unsigned char *buf)
{
	struct nd_cmd_pkg *pkg = (void *)buf;

	if (((call->request >> _IOC_NRSHIFT) & _IOC_NRMASK) != ND_CMD_CALL)
		return;
	if (pkg->nd_size_in >= SIZE_IN_MAX)
		pkg->nd_size_in &= 0x7fffffff;
	if (pkg->nd_size_in > LARGE && pkg->nd_size_in <= 4 << 20 &&
	    !one_in(64))
		pkg->nd_size_in &= LARGE - 1;
	if (pkg->nd_size_out > LARGE && pkg->nd_size_out <= 4 << 20 &&
	    !one_in(64))
		pkg->nd_size_out &= LARGE - 1;
}

static void make(struct call *call, unsigned char *buf)
{
	const struct command *command = call->command;
	unsigned int number = command->call ? ND_CMD_CALL : command->number;
	unsigned int times = one_in(3) ? 1 + below(3) : 0;

	call->request = _IOWR(ND_IOCTL, number, struct nd_cmd_pkg);
	if (command->call)
		make_package(call, (void *)buf);
	else
		make_generic(call, buf);
	while (times--)
		spoil(buf, call->length);
}

static void make_any(struct call *call, unsigned char *buf)
{
	random_bytes(buf, 192);
	call->length = 192;
	call->request = one_in(4) ? rnd() :
			_IOWR(ND_IOCTL, below(16), struct nd_cmd_pkg);
}

/* At its place, or where it is not readable to its end, or nowhere. */
static void *place(const struct call *call, unsigned char *buf)
{
	size_t length = call->length;
	unsigned char *to;

	if (!one_in(24))
		return buf;
	if (one_in(4))
		return (void *)(uintptr_t)boundary();
	if (length > 4096)
		length = 4096;
	to = buf + BUFFER_SIZE - below(length + 8);
	memmove(to, buf, buf + BUFFER_SIZE - to < (long)length ?
			 (size_t)(buf + BUFFER_SIZE - to) : length);
	return to;
}

/*
 * The kernel reads the sizes more than once. While another worker's call is on
 * its way, its sizes and numbers change; never the upper half of nd_size_in.
 */
static void scribble(void)
{
	unsigned char *buf = buffer_of(neighbour());
	size_t at = below(64) * 2;
	uint16_t value = rnd();

	if (at != offsetof(struct nd_cmd_pkg, nd_size_in) + 2)
		memcpy(buf + at, &value, sizeof(value));
}

static bool firmware_says_no(const struct call *call, const unsigned char *buf)
{
	const struct nd_cmd_pkg *pkg = (void *)buf;
	const struct command *command = call->command;
	size_t at = command->in;
	uint32_t status, length;

	if (command->call) {
		at = sizeof(*pkg) + pkg->nd_size_in;
	} else if (command->number == ND_CMD_SET_CONFIG_DATA) {
		memcpy(&length, buf + 4, sizeof(length));
		at += length;
	}
	if (at > BUFFER_SIZE - 8)
		return true;
	memcpy(&status, buf + at, sizeof(status));
	if (command->call && command->number == FW_START && !status)
		memcpy(firmware_context(current_dimm), buf + at + 4, 4);
	return status & ARS_STATUS_MASK;
}

static bool is_gone(int error)
{
	return error == ENXIO || error == ENODEV;
}

/* What it returns is counted under the name that it went out with. */
static bool send(struct call *call, const struct device *device,
		 unsigned char *buf)
{
	unsigned int index = call->command - commands;
	bool refused = false;
	int error = 0, fd;
	void *to;

	tame(call, buf);
	to = place(call, buf);
	fd = one_in(50) ? device->ro : device->rw;
	buses_stay();
	if (ioctl(fd, call->request, to))
		error = errno;
	buses_done();
	if (is_gone(error))
		return false;
	if (call->command && !error && to == buf)
		refused = firmware_says_no(call, buf);
	tally(call->command ? tallies[index] : other_tally, error, refused);
	return true;
}

bool cmd_step(void)
{
	const struct command *command = &commands[below(ARRAY_SIZE(commands))];
	static unsigned int since_scan = 1 << 20;
	unsigned char *buf = my_buffer();
	const struct device *device;
	struct call call = { };
	bool there;

	if (++since_scan > 4096) {
		devices_scan();
		since_scan = 0;
	}
	doing(command->name);
	device = command->of_dimm ? some_dimm() : some_bus();
	if (!device) {
		usleep(2000);
		since_scan += 1000;
		return false;
	}
	current_dimm = device->number;
	if (!one_in(20))
		call.command = command;
	if (call.command)
		make(&call, buf);
	else
		make_any(&call, buf);
	if (one_in(32))
		scribble();
	there = send(&call, device, buf);
	if (!there)
		since_scan += 64;
	return there;
}
