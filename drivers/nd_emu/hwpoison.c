// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory failures: the kernel takes a page that has an error away from those who
 * have it mapped, and sends them SIGBUS, as when hardware reports the error.
 *
 * The kernel marks such a page. The mark goes when nd_pmem writes to it, and with
 * the page structures when the namespace is disabled, before the memory goes
 * back to the system.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/range.h>
#include <linux/sched.h>

#include "config.h"
#include "errors.h"
#include "hwpoison.h"

/**
 * nd_emu_hwpoison_check - can the kernel do it?
 * @config: says whether it is wanted
 *
 * Context: any.
 * Return: 0, or -EOPNOTSUPP with a line in the log.
 */
int nd_emu_hwpoison_check(const struct nd_emu_config *config)
{
	if (!config->hwpoison || IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return 0;
	pr_err("%s: hwpoison=1: must be 0: this kernel was built without CONFIG_MEMORY_FAILURE\n",
	       config->name);
	return -EOPNOTSUPP;
}

/**
 * nd_emu_hwpoison_add - the pages of an error are to fail
 * @pages: list of those
 * @error: where (SPA)
 *
 * Context: may sleep; takes the list's lock.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_hwpoison_add(struct badrange *pages, const struct range *error)
{
	struct range whole = {
		.start = ALIGN_DOWN(error->start, PAGE_SIZE),
		.end = ALIGN(error->end + 1, PAGE_SIZE) - 1,
	};

	return nd_emu_errors_add(pages, &whole);
}

/* Simulated: the kernel does not take the machine for a broken one. */
static void fail_page(unsigned long pfn)
{
#ifdef CONFIG_MEMORY_FAILURE
	memory_failure(pfn, MF_SW_SIMULATED);
#endif
}

/**
 * nd_emu_hwpoison_report - fail all pages of a list
 * @pages: the list; empty afterwards, unless it is stopped
 * @stop: becomes true when the rest is not wanted any more
 *
 * What becomes of each is in the kernel's log. A page that nobody has mapped
 * cannot be taken away from anybody, and the kernel calls that a failure.
 *
 * Context: may sleep; no lock that a file system's writes may need.
 */
void nd_emu_hwpoison_report(struct badrange *pages, const bool *stop)
{
	struct range rest = { .start = 0, .end = U64_MAX }, found;
	u64 addr;

	while (nd_emu_errors_next(pages, &rest, &found)) {
		for (addr = found.start; addr <= found.end; addr += PAGE_SIZE) {
			if (READ_ONCE(*stop))
				return;
			fail_page(PHYS_PFN(addr));
			cond_resched();
		}
		nd_emu_errors_forget(pages, found.start, range_len(&found));
	}
}
