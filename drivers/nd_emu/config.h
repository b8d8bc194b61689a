/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_CONFIG_H
#define ND_EMU_CONFIG_H

#include <linux/list.h>
#include <linux/numa.h>
#include <linux/types.h>

/* libnvdimm interleaves at most this many DIMMs (ND_MAX_MAPPINGS). */
#define ND_EMU_DIMMS_MAX	32

#define ND_EMU_REGIONS_MAX	32

/* One 4 KiB page of hints a DIMM, a cache line for each hint. */
#define ND_EMU_HINTS_MAX	64

/* Bytes in a name, its end included. */
#define ND_EMU_NAME_LEN		32

/**
 * enum nd_emu_domain - how far a store has to get to survive a power failure
 * @ND_EMU_DOMAIN_CPU_CACHE: the CPU caches are flushed by the platform (eADR)
 * @ND_EMU_DOMAIN_MEMORY_CONTROLLER: the write pending queues are (ADR)
 * @ND_EMU_DOMAIN_NONE: nothing is; a region flush is the only persist point
 */
enum nd_emu_domain {
	ND_EMU_DOMAIN_CPU_CACHE,
	ND_EMU_DOMAIN_MEMORY_CONTROLLER,
	ND_EMU_DOMAIN_NONE,
};

/**
 * enum nd_emu_region_type - what a region is to the system
 * @ND_EMU_REGION_PMEM: persistent memory
 * @ND_EMU_REGION_VOLATILE: memory that is addressed like it and forgets
 */
enum nd_emu_region_type {
	ND_EMU_REGION_PMEM,
	ND_EMU_REGION_VOLATILE,
};

/**
 * enum nd_emu_dimm_flag - NVDIMM state flags (ACPI 6.5, 5.2.25.3)
 * @ND_EMU_DIMM_SAVE_FAIL: the last save to flash failed
 * @ND_EMU_DIMM_RESTORE_FAIL: the last restore from flash failed
 * @ND_EMU_DIMM_FLUSH_FAIL: the last flush of the platform failed
 * @ND_EMU_DIMM_NOT_ARMED: a save is not possible: the DIMM is read-only
 * @ND_EMU_DIMM_SMART_EVENT: there were SMART events before boot
 * @ND_EMU_DIMM_MAP_FAIL: the DIMM could not be mapped
 * @ND_EMU_DIMM_SMART_NOTIFY: firmware notifies of SMART events
 * @ND_EMU_DIMM_FLAGS: how many there are
 *
 * In the order in which the flags attribute of a DIMM lists them.
 */
enum nd_emu_dimm_flag {
	ND_EMU_DIMM_SAVE_FAIL,
	ND_EMU_DIMM_RESTORE_FAIL,
	ND_EMU_DIMM_FLUSH_FAIL,
	ND_EMU_DIMM_NOT_ARMED,
	ND_EMU_DIMM_SMART_EVENT,
	ND_EMU_DIMM_MAP_FAIL,
	ND_EMU_DIMM_SMART_NOTIFY,
	ND_EMU_DIMM_FLAGS,
};

/**
 * struct nd_emu_dimm_config - a DIMM to build
 * @list: in the bus's list of DIMMs
 * @name: what regions call it
 * @index: its slot, which decides where its label area and its state are
 * @handle: NFIT device handle
 * @phys_id: SMBIOS handle
 * @vendor: JEDEC manufacturer id, as the unique id shows it
 * @device: device id
 * @rev_id: revision id
 * @subsystem_vendor: vendor of the controller
 * @subsystem_device: device id of the controller
 * @subsystem_rev_id: revision id of the controller
 * @format: format interface code
 * @format1: a second one, or 0
 * @manufacturing_location: a vendor's own code
 * @manufacturing_date: year and week, BCD
 * @serial: serial number as the unique id shows it; 0: the platform's own
 * @label_size: bytes of label storage area, or 0
 * @dirty_shutdown: what the count of dirty shutdowns begins at
 * @flush_hints: how many flush hint addresses
 * @flags: bits of enum nd_emu_dimm_flag
 */
struct nd_emu_dimm_config {
	struct list_head list;
	char name[ND_EMU_NAME_LEN];
	unsigned int index;
	unsigned int handle;
	unsigned int phys_id;
	unsigned int vendor;
	unsigned int device;
	unsigned int rev_id;
	unsigned int subsystem_vendor;
	unsigned int subsystem_device;
	unsigned int subsystem_rev_id;
	unsigned int format;
	unsigned int format1;
	unsigned int manufacturing_location;
	unsigned int manufacturing_date;
	unsigned int serial;
	u64 label_size;
	unsigned int dirty_shutdown;
	unsigned int flush_hints;
	unsigned long flags;
};

/**
 * struct nd_emu_mapping_config - the share of one DIMM in a region
 * @dimm: name of the DIMM
 * @dpa: where on the DIMM, in bytes
 * @length: bytes
 * @position: place in the interleave set
 * @offset: of the first line on this DIMM, in bytes from the start of the
 *	region; enters the cookie
 * @has_offset: @offset was given; otherwise it follows from @position
 */
struct nd_emu_mapping_config {
	char dimm[ND_EMU_NAME_LEN];
	u64 dpa;
	u64 length;
	unsigned int position;
	u64 offset;
	bool has_offset;
};

/**
 * struct nd_emu_mappings_config - a set of DIMMs
 * @count: how many of @list are given; 0: equal shares of all DIMMs
 * @list: in any order
 */
struct nd_emu_mappings_config {
	unsigned int count;
	struct nd_emu_mapping_config list[ND_EMU_DIMMS_MAX];
};

/**
 * struct nd_emu_region_config - a region to build
 * @list: in the bus's list of regions
 * @name: for messages
 * @size: bytes; 0: what the mappings say, or all that is left of the memory
 * @align: alignment of its physical address in bytes
 * @interleave: bytes on one DIMM before the next one's turn
 * @range_index: NFIT range index; 0: its number in the list, from 1
 * @type: persistent or volatile
 * @domain: persistence domain
 * @node: NUMA node, or NUMA_NO_NODE for the bus's
 * @pagemap: the memory can have page structures outside of it
 * @mappings: the DIMMs behind it
 */
struct nd_emu_region_config {
	struct list_head list;
	char name[ND_EMU_NAME_LEN];
	u64 size;
	u64 align;
	u64 interleave;
	unsigned int range_index;
	int type;
	int domain;
	int node;
	bool pagemap;
	struct nd_emu_mappings_config mappings;
};

/**
 * struct nd_emu_config - a bus to build
 * @name: for messages, and for the default of @device
 * @provider: provider name
 * @device: name of the parent, a platform device
 * @size: bytes of memory to take; 0: as much as the regions need
 * @base: physical address of a range reserved at boot; 0: carve
 * @node: NUMA node to take the memory from, or NUMA_NO_NODE for any
 * @hwpoison: pages with a media error fail
 * @dimms: the DIMMs (struct nd_emu_dimm_config), by index
 * @regions: the regions (struct nd_emu_region_config), in the order in which
 *	they are created
 *
 * What goes live keeps pointers to all three structures, so they have to stay
 * as they are as long as the bus is live. DIMMs may be added meanwhile.
 */
struct nd_emu_config {
	char name[ND_EMU_NAME_LEN];
	char provider[ND_EMU_NAME_LEN];
	char device[ND_EMU_NAME_LEN + sizeof("nd_emu.")];
	u64 size;
	u64 base;
	int node;
	bool hwpoison;
	struct list_head dimms;
	struct list_head regions;
};

void nd_emu_config_init(struct nd_emu_config *config, const char *name);
int nd_emu_config_add_dimm(struct nd_emu_config *config,
			   struct nd_emu_dimm_config *dimm, const char *name);
int nd_emu_config_add_region(struct nd_emu_config *config,
			     struct nd_emu_region_config *region,
			     const char *name);
struct nd_emu_dimm_config *
nd_emu_config_find_dimm(const struct nd_emu_config *config, const char *name);
int nd_emu_config_check_dimm(const struct nd_emu_config *config,
			     const struct nd_emu_dimm_config *dimm);

#endif
