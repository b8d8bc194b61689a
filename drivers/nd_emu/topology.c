// SPDX-License-Identifier: GPL-2.0-only
/*
 * nd_emu: an NVDIMM for any Linux box, from its own memory.
 *
 * The module parameters describe one bus, which exists as long as the module
 * is loaded.
 */
#include <linux/err.h>
#include <linux/module.h>

#include "bus.h"
#include "config.h"
#include "configfs.h"
#include "debug.h"
#include "hibernation.h"
#include "params.h"

#if !IS_ENABLED(CONFIG_CONFIGFS_FS)
#error "nd_emu needs a kernel with CONFIG_CONFIGFS_FS"
#endif
#if !IS_ENABLED(CONFIG_LIBNVDIMM)
#error "nd_emu needs a kernel with CONFIG_LIBNVDIMM"
#endif
#if !IS_ENABLED(CONFIG_MEMORY_HOTREMOVE)
#error "nd_emu needs a kernel with CONFIG_MEMORY_HOTREMOVE"
#endif

/* Of the parameters; written by module load and unload only. */
static struct nd_emu_config the_config;
static struct nd_emu_bus *the_bus;

static int create_from_params(void)
{
	struct nd_emu_bus *bus;
	int rc;

	rc = nd_emu_params_parse(&the_config);
	if (rc)
		return rc == -ENODATA ? 0 : rc;
	bus = nd_emu_bus_create(&the_config);
	if (IS_ERR(bus)) {
		nd_emu_params_free(&the_config);
		return PTR_ERR(bus);
	}
	the_bus = bus;
	return 0;
}

static void destroy_from_params(void)
{
	if (!the_bus)
		return;
	nd_emu_bus_destroy(the_bus);
	nd_emu_params_free(&the_config);
}

/*
 * A load that fails frees the module, whoever uses it by then. So what can be
 * used by anybody, and keeps the module, comes last: behind the bus, which may
 * take long and fail, nothing is left but a few small allocations.
 */
static int __init nd_emu_init(void)
{
	int rc;

	nd_emu_debug_init();
	rc = nd_emu_hibernation_init();
	if (rc)
		goto out_exit_debug;
	rc = create_from_params();
	if (rc)
		goto out_exit_hibernation;
	rc = nd_emu_configfs_init();
	if (rc)
		goto out_destroy;
	nd_emu_debug_create_file();
	return 0;

out_destroy:
	destroy_from_params();
out_exit_hibernation:
	nd_emu_hibernation_exit();
out_exit_debug:
	nd_emu_debug_exit();
	return rc;
}
module_init(nd_emu_init);

static void __exit nd_emu_exit(void)
{
	nd_emu_configfs_exit();
	/* Enabled regions would have kept the module. */
	if (the_bus)
		nd_emu_bus_quiesce(the_bus);
	destroy_from_params();
	nd_emu_hibernation_exit();
	nd_emu_debug_exit();
}
module_exit(nd_emu_exit);

/* With the driver there before the bus, /dev/pmem0 is there after modprobe. */
MODULE_SOFTDEP("pre: nd_pmem");
MODULE_AUTHOR("The nd_emu developers");
MODULE_DESCRIPTION("Emulated NVDIMM platform in system memory");
MODULE_LICENSE("GPL");
