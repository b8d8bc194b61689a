/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_DSM_H
#define ND_EMU_DSM_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/*
 * Functions and their payloads: input, and directly behind it the output, which
 * begins with the status. Some are reached by ND_CMD_CALL, some by the kernel only.
 */

/* Of a DIMM, family NVDIMM_FAMILY_INTEL (NVDIMM DSM Interface 3.0, 3) */
enum nd_emu_dsm_dimm {
	ND_EMU_DSM_SMART = 1,
	ND_EMU_DSM_SMART_THRESHOLD = 2,
	ND_EMU_DSM_ENABLE_LSS = 10,
	ND_EMU_DSM_FW_INFO = 12,
	ND_EMU_DSM_FW_START = 13,
	ND_EMU_DSM_FW_SEND = 14,
	ND_EMU_DSM_FW_FINISH = 15,
	ND_EMU_DSM_FW_QUERY = 16,
	ND_EMU_DSM_SMART_SET_THRESHOLD = 17,
	ND_EMU_DSM_SMART_INJECT = 18,
	ND_EMU_DSM_SECURITY_STATE = 19,
	ND_EMU_DSM_SET_PASSPHRASE = 20,
	ND_EMU_DSM_DISABLE_PASSPHRASE = 21,
	ND_EMU_DSM_UNLOCK = 22,
	ND_EMU_DSM_FREEZE = 23,
	ND_EMU_DSM_ERASE = 24,
	ND_EMU_DSM_OVERWRITE = 25,
	ND_EMU_DSM_QUERY_OVERWRITE = 26,
	ND_EMU_DSM_SET_MASTER = 27,
	ND_EMU_DSM_MASTER_ERASE = 28,
	ND_EMU_DSM_FWA_DIMMINFO = 29,
	ND_EMU_DSM_FWA_ARM = 30,
};

/* Of the bus, family NVDIMM_BUS_FAMILY_NFIT (ACPI 6.5, 9.20.7) */
enum nd_emu_dsm_bus {
	ND_EMU_DSM_TRANSLATE_SPA = 5,
	ND_EMU_DSM_INJECT_SET = 7,
	ND_EMU_DSM_INJECT_CLEAR = 8,
	ND_EMU_DSM_INJECT_GET = 9,
};

/* Which fields of struct nd_emu_dsm_smart mean something */
#define ND_EMU_SMART_HEALTH		BIT(0)
#define ND_EMU_SMART_SPARES		BIT(1)
#define ND_EMU_SMART_LIFE_USED		BIT(2)
#define ND_EMU_SMART_MEDIA_TEMP		BIT(3)
#define ND_EMU_SMART_CTRL_TEMP		BIT(4)
#define ND_EMU_SMART_SHUTDOWN_COUNT	BIT(5)
#define ND_EMU_SMART_ALARMS		BIT(9)
#define ND_EMU_SMART_SHUTDOWN_STATE	BIT(10)

/* Alarms: what can be armed, and what has gone off */
#define ND_EMU_ALARM_SPARES		BIT(0)
#define ND_EMU_ALARM_MEDIA_TEMP		BIT(1)
#define ND_EMU_ALARM_CTRL_TEMP		BIT(2)

/* How well it is; BIT(0) is not critical */
#define ND_EMU_HEALTH_CRITICAL		BIT(1)
#define ND_EMU_HEALTH_FATAL		BIT(2)

/**
 * struct nd_emu_dsm_smart - function 1: health
 * @status: of the function
 * @valid: ND_EMU_SMART_*
 * @reserved0: zero
 * @health: 0 is normal; non-critical, critical, fatal are bits 0, 1, 2
 * @spares: remaining spare blocks, percent
 * @life_used: percent
 * @alarms: ND_EMU_ALARM_*
 * @media_temperature: in 1/16 degrees Celsius
 * @ctrl_temperature: in 1/16 degrees Celsius
 * @shutdown_count: dirty shutdowns
 * @reserved1: zero
 * @shutdown_state: 0 if the last one was clean
 * @vendor_size: bytes of @vendor that mean something
 * @vendor: zero
 */
struct nd_emu_dsm_smart {
	u32 status;
	u32 valid;
	u8 reserved0[4];
	u8 health;
	u8 spares;
	u8 life_used;
	u8 alarms;
	u16 media_temperature;
	u16 ctrl_temperature;
	u32 shutdown_count;
	u8 reserved1[11];
	u8 shutdown_state;
	u32 vendor_size;
	u8 vendor[92];
} __packed;

static_assert(sizeof(struct nd_emu_dsm_smart) == 132);

/**
 * struct nd_emu_dsm_limits - when an alarm goes off
 * @armed: ND_EMU_ALARM_*
 * @spares: percent, or less
 * @media_temperature: in 1/16 degrees Celsius, or more
 * @ctrl_temperature: in 1/16 degrees Celsius, or more
 */
struct nd_emu_dsm_limits {
	u16 armed;
	u8 spares;
	u16 media_temperature;
	u16 ctrl_temperature;
} __packed;

/* function 2: get the limits */
struct nd_emu_dsm_threshold {
	u32 status;
	struct nd_emu_dsm_limits limits;
	u8 reserved;
} __packed;

static_assert(sizeof(struct nd_emu_dsm_threshold) == 12);

/* function 17: set them */
struct nd_emu_dsm_set_threshold {
	struct nd_emu_dsm_limits limits;
	u32 status;
} __packed;

static_assert(sizeof(struct nd_emu_dsm_set_threshold) == 11);

/* function 10: latch the state of the last shutdown */
struct nd_emu_dsm_enable_lss {
	u8 enable;
	u32 status;
} __packed;

#define ND_EMU_INJECT_MEDIA_TEMP	BIT(0)
#define ND_EMU_INJECT_SPARES		BIT(1)
#define ND_EMU_INJECT_FATAL		BIT(2)
#define ND_EMU_INJECT_SHUTDOWN		BIT(3)
#define ND_EMU_INJECT_ALL		GENMASK(3, 0)

/**
 * struct nd_emu_dsm_inject - function 18: say something else than the truth
 * @flags: ND_EMU_INJECT_*: which of the following to look at
 * @media_temp_enable: begin, or stop
 * @media_temperature: in 1/16 degrees Celsius
 * @spares_enable: begin, or stop
 * @spares: percent
 * @fatal_enable: begin, or stop
 * @shutdown_enable: begin, or stop
 * @status: of the function
 */
struct nd_emu_dsm_inject {
	u64 flags;
	u8 media_temp_enable;
	u16 media_temperature;
	u8 spares_enable;
	u8 spares;
	u8 fatal_enable;
	u8 shutdown_enable;
	u32 status;
} __packed;

static_assert(sizeof(struct nd_emu_dsm_inject) == 19);

/* Status of a function of the bus (ACPI 6.5, 9.20.7) */
#define ND_EMU_BUS_NOT_SUPPORTED	1
#define ND_EMU_BUS_INVALID		2
#define ND_EMU_BUS_ARS_IN_PROGRESS	6

/* Extended status of a scrub (ACPI 6.5, 9.20.7.6) */
#define ND_EMU_ARS_DONE		0x00000
#define ND_EMU_ARS_BUSY		0x10000
#define ND_EMU_ARS_NONE		0x20000
#define ND_EMU_ARS_STOPPED	0x30000

/* There was no room for all records (ACPI 6.5, 9.20.7.6, "Flags") */
#define ND_EMU_ARS_OVERFLOW	BIT(0)

/**
 * struct nd_emu_dsm_translate - function 5 of the bus: which DIMM is it?
 * @spa: system physical address
 * @status: of the function
 * @flags: zero
 * @reserved: zero
 * @length: bytes from @spa on that are on the same DIMM without a gap
 * @dimm_count: 1: the platform does not mirror
 * @handle: NFIT device handle of the DIMM
 * @reserved1: zero
 * @dpa: address on the DIMM
 */
struct nd_emu_dsm_translate {
	u64 spa;
	u32 status;
	u8 flags;
	u8 reserved[3];
	u64 length;
	u32 dimm_count;
	u32 handle;
	u32 reserved1;
	u64 dpa;
} __packed;

static_assert(sizeof(struct nd_emu_dsm_translate) == 44);

/* Tell the operating system, by a scrub. */
#define ND_EMU_INJECT_NOTIFY	BIT(0)

/* function 7 of the bus: make a range of the media bad */
struct nd_emu_dsm_inject_set {
	u64 base;
	u64 length;
	u8 options;
	u32 status;
} __packed;

/* function 8 of the bus: and good again */
struct nd_emu_dsm_inject_clear {
	u64 base;
	u64 length;
	u32 status;
} __packed;

/* function 9 of the bus: what is bad */
struct nd_emu_dsm_inject_get {
	u32 status;
	u32 count;
	struct {
		u64 base;
		u64 length;
	} __packed records[];
} __packed;

static_assert(sizeof(struct nd_emu_dsm_inject_get) == 8);

/* Status of the security functions */
#define ND_EMU_SEC_INVALID_STATE	10
#define ND_EMU_SEC_WRONG_PASSPHRASE	11
#define ND_EMU_SEC_OVERWRITING		0x10007

#define ND_EMU_SEC_ENABLED		BIT(1)
#define ND_EMU_SEC_LOCKED		BIT(2)
#define ND_EMU_SEC_FROZEN		BIT(3)
#define ND_EMU_SEC_LIMIT		BIT(4)

#define ND_EMU_SEC_MASTER_ENABLED	BIT(0)
#define ND_EMU_SEC_MASTER_LIMIT		BIT(1)

/**
 * struct nd_emu_dsm_security - function 19: security state
 * @status: of the function
 * @master: ND_EMU_SEC_MASTER_*
 * @reserved0: zero
 * @state: ND_EMU_SEC_*
 * @reserved1: zero
 */
struct nd_emu_dsm_security {
	u32 status;
	u8 master;
	u8 reserved0[3];
	u8 state;
	u8 reserved1[3];
} __packed;

static_assert(sizeof(struct nd_emu_dsm_security) == 12);

/* functions 20 and 27: another passphrase */
struct nd_emu_dsm_passphrases {
	u8 old[32];
	u8 new[32];
	u32 status;
} __packed;

/* functions 21, 22, 24, 25, 28: what only those may do who know it */
struct nd_emu_dsm_passphrase {
	u8 passphrase[32];
	u32 status;
} __packed;

/* Of the bus, family NVDIMM_BUS_FAMILY_INTEL; the kernel's own, no ioctl */
enum nd_emu_dsm_activation {
	ND_EMU_DSM_FWA_BUSINFO = 1,
	ND_EMU_DSM_FWA_ACTIVATE = 2,
};

/* Extended status of a firmware update; the second is of finishing it */
#define ND_EMU_FW_IN_PROGRESS	0x10007
#define ND_EMU_FW_BAD_CONTEXT	0x10007
#define ND_EMU_FW_DONE_ALREADY	0x20007
#define ND_EMU_FW_VERIFYING	0x20007
#define ND_EMU_FW_BAD_IMAGE	0x30007
#define ND_EMU_FW_ABORTED	0x40007
#define ND_EMU_FW_SEQUENCE	0x40007

/* function 12: firmware; times are in microseconds */
struct nd_emu_dsm_fw_info {
	u32 status;
	u32 storage_size;
	u32 max_send_len;
	u32 query_interval;
	u32 max_query_time;
	u8 update_cap;
	u8 reserved[3];
	u32 fis_version;
	u64 run_version;
	u64 updated_version;
} __packed;

static_assert(sizeof(struct nd_emu_dsm_fw_info) == 44);

/* function 13: begin an update */
struct nd_emu_dsm_fw_start {
	u32 status;
	u32 context;
} __packed;

/* function 14: a part of the image; the status follows the data */
struct nd_emu_dsm_fw_send {
	u32 context;
	u32 offset;
	u32 length;
	u8 data[];
} __packed;

#define ND_EMU_FW_FINISH	0
#define ND_EMU_FW_ABORT		1

/* function 15: the image is complete, or not wanted any more */
struct nd_emu_dsm_fw_finish {
	u8 control;
	u8 reserved[3];
	u32 context;
	u32 status;
} __packed;

/* function 16: what became of it */
struct nd_emu_dsm_fw_query {
	u32 context;
	u32 status;
	u64 version;
} __packed;

enum nd_emu_dsm_fwa_state {
	ND_EMU_FWA_IDLE,
	ND_EMU_FWA_ARMED,
	ND_EMU_FWA_BUSY,
};

enum nd_emu_dsm_fwa_result {
	ND_EMU_FWA_NONE,
	ND_EMU_FWA_NOT_STAGED,
	ND_EMU_FWA_SUCCESS,
};

/* function 29: activation, as a DIMM sees it */
struct nd_emu_dsm_fwa_dimm_info {
	u32 status;
	u16 result;
	u8 state;
	u8 reserved[7];
} __packed;

/* function 30: take part in the next activation, or not */
struct nd_emu_dsm_fwa_arm {
	u8 arm;
	u32 status;
} __packed;

#define ND_EMU_FWA_CAN_FW_QUIESCE	BIT(0)
#define ND_EMU_FWA_CAN_OS_QUIESCE	BIT(1)
#define ND_EMU_FWA_CAN_RESET		BIT(2)

/* function 1: activation, as the bus sees it; times are in microseconds */
struct nd_emu_dsm_fwa_bus_info {
	u32 status;
	u16 reserved;
	u8 state;
	u8 capability;
	u64 activate_time;
	u64 cpu_quiesce_time;
	u64 io_quiesce_time;
	u64 max_quiesce_time;
} __packed;

static_assert(sizeof(struct nd_emu_dsm_fwa_bus_info) == 40);

#define ND_EMU_FWA_NOT_ARMED	0x10006
#define ND_EMU_FWA_STILL_BUSY	0x20006
#define ND_EMU_FWA_TOO_LONG	0x40006

/* Who sees to it that no I/O is on its way */
#define ND_EMU_FWA_IO_IDLE	0
#define ND_EMU_FWA_IO_AS_IS	1

/* function 2: activate */
struct nd_emu_dsm_fwa_activate {
	u8 io_state;
	u32 status;
} __packed;

#endif
