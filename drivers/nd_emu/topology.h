/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_TOPOLOGY_H
#define ND_EMU_TOPOLOGY_H

#include <linux/numa.h>
#include <linux/types.h>

/* libnvdimm interleaves at most this many DIMMs (ND_MAX_MAPPINGS). */
#define ND_EMU_DIMMS_MAX	32

/* One 4 KiB page of hints a DIMM, a cache line for each hint. */
#define ND_EMU_HINTS_MAX	64

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
 * struct nd_emu_config - what to build
 * @size: bytes of memory to take
 * @base: physical address of a range reserved at boot; with @has_base only
 * @node: NUMA node to take the memory from, or NUMA_NO_NODE for any
 * @dimms: DIMMs in the interleave set
 * @flush_hints: flush hint addresses of each DIMM
 * @domain: persistence domain of the region
 * @has_base: the memory is the range at @base; otherwise it is carved
 * @labels: the DIMMs have a label storage area
 * @is_volatile: the region is a volatile one
 *
 * Written once, before anything is built, and constant from then on.
 */
struct nd_emu_config {
	u64 size;
	u64 base;
	int node;
	unsigned int dimms;
	unsigned int flush_hints;
	enum nd_emu_domain domain;
	bool has_base;
	bool labels;
	bool is_volatile;
};

#endif
