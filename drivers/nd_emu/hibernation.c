// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hibernation and memory that the kernel knows nothing of.
 *
 * What is in it is in no image. After the resume, whoever has mounted a file
 * system on it goes on as if it were still there, and page structures that are in
 * it themselves (ndctl create-namespace -M dev) are anything. So there is no
 * hibernation as long as any memory is in use.
 */
#include <linux/notifier.h>
#include <linux/suspend.h>

#include "firmware.h"
#include "hibernation.h"
#include "span.h"

static int notify(struct notifier_block *notifier, unsigned long event,
		  void *unused)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
		if (nd_emu_firmware_quiesces())
			return NOTIFY_OK;
		return notifier_from_errno(nd_emu_span_forbid());
	case PM_POST_HIBERNATION:
		nd_emu_span_allow();
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static struct notifier_block notifier = {
	.notifier_call = notify,
};

/**
 * nd_emu_hibernation_init - hibernation is only where no memory is in use
 *
 * Context: module load, before any memory is taken.
 * Return: 0 or a negative errno.
 */
int nd_emu_hibernation_init(void)
{
	return register_pm_notifier(&notifier);
}

/**
 * nd_emu_hibernation_exit - undo nd_emu_hibernation_init()
 *
 * Context: no memory is in use any more.
 */
void nd_emu_hibernation_exit(void)
{
	unregister_pm_notifier(&notifier);
}
