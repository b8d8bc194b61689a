// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters: text in, the configuration of one bus with one region out.
 *
 * Every parameter is kept as the text that was given, and read here, by one
 * table.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "config.h"
#include "layout.h"
#include "media.h"
#include "params.h"
#include "parse.h"

static char *size;
module_param(size, charp, 0444);
MODULE_PARM_DESC(size, "Bytes of memory to take, K, M, G or T appended; 32M or more (default: none, and no bus is built). 16 MiB of it are the platform's own, the rest is capacity");

static char *base;
module_param(base, charp, 0444);
MODULE_PARM_DESC(base, "Physical address in bytes of a range reserved at boot, e.g. by memmap=1G$0x140000000 (default: carve size= out of running memory)");

static char *node;
module_param(node, charp, 0444);
MODULE_PARM_DESC(node, "NUMA node number to take the memory from, or that the range at base= reports (default -1: any)");

static char *dimms;
module_param(dimms, charp, 0444);
MODULE_PARM_DESC(dimms, "Number of DIMMs in the interleave set, 1..32 (default 1)");

static char *labels;
module_param(labels, charp, 0444);
MODULE_PARM_DESC(labels, "Boolean: each DIMM has a label storage area of 128 KiB (default Y)");

static char *domain;
module_param(domain, charp, 0444);
MODULE_PARM_DESC(domain, "Persistence domain: cpu_cache, memory_controller or none (default memory_controller)");

static char *flush_hints;
module_param(flush_hints, charp, 0444);
MODULE_PARM_DESC(flush_hints, "Number of flush hint addresses a DIMM, 0..64 (default 0)");

static char *is_volatile;
module_param_named(volatile, is_volatile, charp, 0444);
MODULE_PARM_DESC(volatile, "Boolean: the region is volatile memory (default N)");

static char *hwpoison;
module_param(hwpoison, charp, 0444);
MODULE_PARM_DESC(hwpoison, "Boolean: who has a page with an injected error mapped gets SIGBUS, as from hardware (default N)");

/**
 * struct values - what the parameters say
 * @size: bytes of memory to take
 * @base: physical address of a reserved range, or 0
 * @node: NUMA node, or NUMA_NO_NODE
 * @dimms: DIMMs in the interleave set
 * @flush_hints: flush hint addresses of each
 * @domain: persistence domain
 * @labels: the DIMMs have a label storage area
 * @is_volatile: the region is a volatile one
 * @hwpoison: pages with a media error fail
 */
struct values {
	u64 size;
	u64 base;
	int node;
	unsigned int dimms;
	unsigned int flush_hints;
	int domain;
	bool labels;
	bool is_volatile;
	bool hwpoison;
};

struct param {
	char **text;
	struct nd_emu_field field;
	/* what it says has no meaning for memory that forgets */
	bool persistent_only;
};

static const struct param params[] = {
	{ &size, {
		.name = "size",
		.parse = nd_emu_parse_bytes,
		.offset = offsetof(struct values, size),
		.min = ND_EMU_MEDIA_MIN,
		.max = ND_EMU_MEDIA_MAX,
		.must =
		"32M..64T, as in 1G: 16 MiB for a region, 16 MiB for the platform" } },
	{ &base, {
		.name = "base",
		.parse = nd_emu_parse_bytes,
		.offset = offsetof(struct values, base),
		.min = ND_EMU_MEDIA_ALIGN,
		.max = U64_MAX,
		.align = ND_EMU_MEDIA_ALIGN,
		.must =
		"a physical address above 0 and a multiple of 16M, the alignment of a region" } },
	{ &node, {
		.name = "node",
		.parse = nd_emu_parse_node,
		.offset = offsetof(struct values, node),
		.must =
		"-1 or the number of an online NUMA node: memory is taken from one node" } },
	{ &dimms, {
		.name = "dimms",
		.parse = nd_emu_parse_uint,
		.offset = offsetof(struct values, dimms),
		.min = 1,
		.max = ND_EMU_DIMMS_MAX,
		.must =
		"1..32: libnvdimm interleaves no more than 32 DIMMs" } },
	{ &labels, {
		.name = "labels",
		.parse = nd_emu_parse_bool,
		.offset = offsetof(struct values, labels),
		.must =
		"a boolean, Y or N: a DIMM has a label storage area or none" },
	  .persistent_only = true },
	{ &domain, {
		.name = "domain",
		.parse = nd_emu_parse_word,
		.offset = offsetof(struct values, domain),
		.words = nd_emu_domain_words,
		.word_count = ARRAY_SIZE(nd_emu_domain_words),
		.must =
		"cpu_cache, memory_controller or none: no platform has another one" },
	  .persistent_only = true },
	{ &flush_hints, {
		.name = "flush_hints",
		.parse = nd_emu_parse_uint,
		.offset = offsetof(struct values, flush_hints),
		.max = ND_EMU_HINTS_MAX,
		.must =
		"0..64: the hints of a DIMM share one page, a cache line each" },
	  .persistent_only = true },
	{ &is_volatile, {
		.name = "volatile",
		.parse = nd_emu_parse_bool,
		.offset = offsetof(struct values, is_volatile),
		.must =
		"a boolean, Y or N: a region is volatile or persistent" } },
	{ &hwpoison, {
		.name = "hwpoison",
		.parse = nd_emu_parse_bool,
		.offset = offsetof(struct values, hwpoison),
		.must =
		"a boolean, Y or N: pages with an error fail or not" } },
};

static int parse_all(struct values *values)
{
	int i, rc;

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		if (!*params[i].text)
			continue;
		rc = nd_emu_field_set(&params[i].field, values,
				      *params[i].text, "");
		if (rc)
			return rc;
	}
	return 0;
}

/* Refuse more DIMMs than the memory is enough for. */
static int check_dimms(const struct values *values)
{
	if (nd_emu_layout_capacity(values->size, values->dimms))
		return 0;

	pr_err("dimms=%u: must share at least %llu MiB equally, size= leaves %llu MiB: take more memory or fewer DIMMs\n",
	       values->dimms, nd_emu_layout_unit(values->dimms) / SZ_1M,
	       (values->size - ND_EMU_MEDIA_PLATFORM) / SZ_1M);
	return -EINVAL;
}

/* What each parameter allows alone may still make no sense together. */
static int check_together(const struct values *values)
{
	int i;

	if (!size) {
		pr_err("size= is missing: must be 32M..64T, the memory to take, for example size=1G\n");
		return -EINVAL;
	}
	if (values->base && !IS_ALIGNED(values->size, ND_EMU_MEDIA_ALIGN)) {
		pr_err("size=%s: must be a multiple of 16M with base=: the range is taken as it is\n",
		       size);
		return -EINVAL;
	}
	for (i = 0; values->is_volatile && i < ARRAY_SIZE(params); i++) {
		if (!params[i].persistent_only || !*params[i].text)
			continue;
		pr_err("%s=%s: must be left out with volatile=1: volatile memory has neither labels nor a persistence domain\n",
		       params[i].field.name, *params[i].text);
		return -EINVAL;
	}
	return check_dimms(values);
}

static int add_dimm(struct nd_emu_config *config, const struct values *values,
		    unsigned int index)
{
	struct nd_emu_dimm_config *dimm = kzalloc(sizeof(*dimm), GFP_KERNEL);
	char name[ND_EMU_NAME_LEN];
	int rc;

	if (!dimm)
		return -ENOMEM;
	snprintf(name, sizeof(name), "dimm%u", index);
	rc = nd_emu_config_add_dimm(config, dimm, name);
	if (rc) {
		kfree(dimm);
		return rc;
	}
	if (!values->labels || values->is_volatile)
		dimm->label_size = 0;
	dimm->flush_hints = values->flush_hints;
	return 0;
}

static int add_region(struct nd_emu_config *config,
		      const struct values *values)
{
	struct nd_emu_region_config *region;
	int rc;

	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return -ENOMEM;
	rc = nd_emu_config_add_region(config, region, "region0");
	if (rc) {
		kfree(region);
		return rc;
	}
	region->domain = values->domain;
	region->type = values->is_volatile ? ND_EMU_REGION_VOLATILE :
					     ND_EMU_REGION_PMEM;
	return 0;
}

static int configure(struct nd_emu_config *config, const struct values *values)
{
	unsigned int i;
	int rc = 0;

	config->size = values->size;
	config->base = values->base;
	config->node = values->node;
	config->hwpoison = values->hwpoison;
	for (i = 0; !rc && i < values->dimms; i++)
		rc = add_dimm(config, values, i);
	if (!rc)
		rc = add_region(config, values);
	if (rc)
		nd_emu_params_free(config);
	return rc;
}

/* No parameter at all: the module is loaded for configfs. */
static bool none_given(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		if (*params[i].text)
			return false;
	}
	return true;
}

/**
 * nd_emu_params_parse - turn the module parameters into a configuration
 * @config: filled in, and freed by nd_emu_params_free()
 *
 * Looks at text only and touches nothing else, so that a load with a bad
 * value fails before anything was changed.
 *
 * Context: module load; may sleep.
 * Return: 0; -ENODATA if no parameter was given; -EINVAL with one line in the
 * log that names the value, the range allowed and the reason; -ENOMEM. On an
 * error there is nothing to free.
 */
int nd_emu_params_parse(struct nd_emu_config *config)
{
	struct values values = {
		.node = NUMA_NO_NODE,
		.dimms = 1,
		.domain = ND_EMU_DOMAIN_MEMORY_CONTROLLER,
		.labels = true,
	};
	int rc;

	if (none_given())
		return -ENODATA;
	rc = parse_all(&values);
	if (rc)
		return rc;
	rc = check_together(&values);
	if (rc)
		return rc;
	nd_emu_config_init(config, "0");
	return configure(config, &values);
}

/**
 * nd_emu_params_free - free what nd_emu_params_parse() has allocated
 * @config: nothing is live that was built from it
 *
 * Context: may sleep.
 */
void nd_emu_params_free(struct nd_emu_config *config)
{
	struct nd_emu_region_config *region, *next_region;
	struct nd_emu_dimm_config *dimm, *next_dimm;

	list_for_each_entry_safe(region, next_region, &config->regions, list)
		kfree(region);
	list_for_each_entry_safe(dimm, next_dimm, &config->dimms, list)
		kfree(dimm);
}
