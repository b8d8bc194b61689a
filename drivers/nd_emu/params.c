// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters: text in, struct nd_emu_config out.
 *
 * Every parameter is kept as the text that was given and read here, by one
 * table. The kernel's own parsers would refuse a bad value too, but with a
 * line that names neither the range allowed nor the reason.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "media.h"
#include "params.h"
#include "topology.h"

static char *size;
module_param(size, charp, 0444);
MODULE_PARM_DESC(size, "Bytes of memory to take, K, M, G or T appended; 32M or more (required). 16 MiB of it are the platform's own, the rest is capacity");

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

static const char * const domain_names[] = {
	[ND_EMU_DOMAIN_CPU_CACHE] = "cpu_cache",
	[ND_EMU_DOMAIN_MEMORY_CONTROLLER] = "memory_controller",
	[ND_EMU_DOMAIN_NONE] = "none",
};

/*
 * "1G" and the like. memparse() would take it too, but it lets a number that
 * does not fit wrap around to a small one.
 */
static int parse_bytes(const char *text, u64 *bytes)
{
	static const char suffixes[] = "KMGT";
	size_t len = strlen(text);
	const char *suffix;
	char number[24];
	int shift = 0;
	u64 value;

	suffix = len ? strchr(suffixes, toupper(text[len - 1])) : NULL;
	if (suffix) {
		shift = 10 * (suffix - suffixes + 1);
		len--;
	}
	if (!len || len >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, len);
	number[len] = '\0';

	if (kstrtoull(number, 0, &value) || value > U64_MAX >> shift)
		return -EINVAL;
	*bytes = value << shift;
	return 0;
}

static int parse_size(const char *text, struct nd_emu_config *config)
{
	if (parse_bytes(text, &config->size))
		return -EINVAL;
	if (config->size < ND_EMU_MEDIA_MIN || config->size > ND_EMU_MEDIA_MAX)
		return -EINVAL;
	return 0;
}

static int parse_base(const char *text, struct nd_emu_config *config)
{
	config->has_base = true;
	if (parse_bytes(text, &config->base) || !config->base)
		return -EINVAL;
	return IS_ALIGNED(config->base, ND_EMU_MEDIA_ALIGN) ? 0 : -EINVAL;
}

static int parse_node(const char *text, struct nd_emu_config *config)
{
	if (kstrtoint(text, 0, &config->node))
		return -EINVAL;
	if (config->node == NUMA_NO_NODE)
		return 0;
	if (config->node < 0 || config->node >= MAX_NUMNODES)
		return -EINVAL;
	return node_online(config->node) ? 0 : -EINVAL;
}

static int parse_dimms(const char *text, struct nd_emu_config *config)
{
	if (kstrtouint(text, 0, &config->dimms))
		return -EINVAL;
	if (!config->dimms || config->dimms > ND_EMU_DIMMS_MAX)
		return -EINVAL;
	return 0;
}

static int parse_labels(const char *text, struct nd_emu_config *config)
{
	return kstrtobool(text, &config->labels) ? -EINVAL : 0;
}

static int parse_domain(const char *text, struct nd_emu_config *config)
{
	int i = match_string(domain_names, ARRAY_SIZE(domain_names), text);

	if (i < 0)
		return -EINVAL;
	config->domain = i;
	return 0;
}

static int parse_flush_hints(const char *text, struct nd_emu_config *config)
{
	if (kstrtouint(text, 0, &config->flush_hints))
		return -EINVAL;
	return config->flush_hints <= ND_EMU_HINTS_MAX ? 0 : -EINVAL;
}

static int parse_volatile(const char *text, struct nd_emu_config *config)
{
	return kstrtobool(text, &config->is_volatile) ? -EINVAL : 0;
}

struct param {
	const char *name;
	char **text;
	int (*parse)(const char *text, struct nd_emu_config *config);
	/* completes "must be ..." with the range allowed and the reason */
	const char *must;
	/* what it says has no meaning for memory that forgets */
	bool persistent_only;
};

static const struct param params[] = {
	{ "size", &size, parse_size,
	  "32M..64T, as in 1G: 16 MiB for a region, 16 MiB for the platform" },
	{ "base", &base, parse_base,
	  "a physical address above 0 and a multiple of 16M, the alignment of a region" },
	{ "node", &node, parse_node,
	  "-1 or the number of an online NUMA node: memory is taken from one node" },
	{ "dimms", &dimms, parse_dimms,
	  "1..32: libnvdimm interleaves no more than 32 DIMMs" },
	{ "labels", &labels, parse_labels,
	  "a boolean, Y or N: a DIMM has a label storage area or none",
	  .persistent_only = true },
	{ "domain", &domain, parse_domain,
	  "cpu_cache, memory_controller or none: no platform has another one",
	  .persistent_only = true },
	{ "flush_hints", &flush_hints, parse_flush_hints,
	  "0..64: the hints of a DIMM share one page, a cache line each",
	  .persistent_only = true },
	{ "volatile", &is_volatile, parse_volatile,
	  "a boolean, Y or N: a region is volatile or persistent" },
};

static int parse_one(const struct param *param, struct nd_emu_config *config)
{
	int rc;

	if (!*param->text)
		return 0;

	rc = param->parse(*param->text, config);
	if (rc)
		pr_err("%s=%s: must be %s\n", param->name, *param->text,
		       param->must);
	return rc;
}

/* What each parameter allows alone may still make no sense together. */
static int check_together(const struct nd_emu_config *config)
{
	int i;

	if (!size) {
		pr_err("size= is missing: must be 32M..64T, the memory to take, for example size=1G\n");
		return -EINVAL;
	}
	if (config->has_base && !IS_ALIGNED(config->size, ND_EMU_MEDIA_ALIGN)) {
		pr_err("size=%s: must be a multiple of 16M with base=: the range is taken as it is\n",
		       size);
		return -EINVAL;
	}
	for (i = 0; config->is_volatile && i < ARRAY_SIZE(params); i++) {
		if (!params[i].persistent_only || !*params[i].text)
			continue;
		pr_err("%s=%s: must be left out with volatile=1: volatile memory has neither labels nor a persistence domain\n",
		       params[i].name, *params[i].text);
		return -EINVAL;
	}
	return nd_emu_media_check_dimms(config);
}

/**
 * nd_emu_params_parse - turn the module parameters into a configuration
 * @config: filled in; on an error its content means nothing
 *
 * Looks at text only and touches nothing else, so that a load with a bad
 * value fails before anything was changed.
 *
 * Context: module load; does not sleep.
 * Return: 0, or -EINVAL with one line in the log that names the value, the
 * range allowed and the reason.
 */
int nd_emu_params_parse(struct nd_emu_config *config)
{
	int i, rc;

	*config = (struct nd_emu_config) {
		.node = NUMA_NO_NODE,
		.dimms = 1,
		.domain = ND_EMU_DOMAIN_MEMORY_CONTROLLER,
		.labels = true,
	};

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		rc = parse_one(&params[i], config);
		if (rc)
			return rc;
	}
	if (config->is_volatile)
		config->labels = false;
	return check_together(config);
}
