// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parameter policy=, and what it means.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/libnvdimm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "policy.h"

static char *policy = "emulated";
module_param(policy, charp, 0444);
MODULE_PARM_DESC(policy, "BTT devices to take: emulated (those on buses of nd_emu), all, or none (default emulated)");

enum btt_policy {
	BTT_POLICY_EMULATED,
	BTT_POLICY_ALL,
	BTT_POLICY_NONE,
};

static const char * const policy_names[] = {
	[BTT_POLICY_EMULATED] = "emulated",
	[BTT_POLICY_ALL] = "all",
	[BTT_POLICY_NONE] = "none",
};

/* Set before anything reads it. */
static enum btt_policy chosen;

/**
 * btt_policy_init() - read the parameter
 *
 * Context: module load.
 * Return: 0, or -EINVAL and a line in the log.
 */
int btt_policy_init(void)
{
	int i = match_string(policy_names, ARRAY_SIZE(policy_names), policy);

	if (i < 0) {
		pr_err("policy=%s: must be emulated, all or none: which BTT devices this driver takes from nd_btt\n",
		       policy);
		return -EINVAL;
	}
	chosen = i;
	return 0;
}

static bool is_emulated(struct device *dev)
{
	struct device *bus = dev->parent->parent;
	struct module *provider = to_nd_desc(to_nvdimm_bus(bus))->module;

	return provider && !strcmp(provider->name, "nd_emu");
}

/**
 * btt_policy_takes() - is this BTT device ours?
 * @dev: a BTT device
 *
 * The answer is the same as long as the device exists.
 *
 * Context: any.
 * Return: true if so.
 */
bool btt_policy_takes(struct device *dev)
{
	switch (chosen) {
	case BTT_POLICY_ALL:
		return true;
	case BTT_POLICY_NONE:
		return false;
	default:
		return is_emulated(dev);
	}
}
