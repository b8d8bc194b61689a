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
#include "firmware.h"
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
/* There are parameters, and so there is to be a bus. */
static bool wanted;

static int parse_params(void)
{
	int rc = nd_emu_params_parse(&the_config);

	wanted = !rc;
	return rc == -ENODATA ? 0 : rc;
}

static void free_params(void)
{
	if (wanted)
		nd_emu_params_free(&the_config);
}

static int create_bus(void)
{
	struct nd_emu_bus *bus;

	if (!wanted)
		return 0;
	bus = nd_emu_bus_create(&the_config);
	if (IS_ERR(bus))
		return PTR_ERR(bus);
	the_bus = bus;
	return 0;
}

static void destroy_bus(void)
{
	if (the_bus)
		nd_emu_bus_destroy(the_bus);
}

/*
 * A load that fails frees the module, whoever uses it by then. So what can be
 * used by anybody, and keeps the module, comes last: behind the bus, which may
 * take long and fail, nothing is left but a few small allocations.
 */
static int __init nd_emu_init(void)
{
	int rc;

	rc = parse_params();
	if (rc)
		return rc;
	nd_emu_debug_init();
	rc = nd_emu_hibernation_init();
	if (rc)
		goto out_exit_debug;
	rc = create_bus();
	if (rc)
		goto out_exit_hibernation;
	rc = nd_emu_configfs_init();
	if (rc)
		goto out_destroy;
	nd_emu_debug_create_file();
	return 0;

out_destroy:
	destroy_bus();
out_exit_hibernation:
	nd_emu_hibernation_exit();
	nd_emu_firmware_exit();
out_exit_debug:
	nd_emu_debug_exit();
	free_params();
	return rc;
}
module_init(nd_emu_init);

static void __exit nd_emu_exit(void)
{
	nd_emu_configfs_exit();
	/*
	 * Enabled regions would have kept the module. Memory that dax kmem has
	 * left online does not: it is the system's until the next boot.
	 */
	if (the_bus)
		nd_emu_bus_quiesce(the_bus);
	destroy_bus();
	nd_emu_hibernation_exit();
	nd_emu_firmware_exit();
	nd_emu_debug_exit();
	free_params();
}
module_exit(nd_emu_exit);

/* With the driver there before the bus, /dev/pmem0 is there after modprobe. */
MODULE_SOFTDEP("pre: nd_pmem");
MODULE_AUTHOR("The nd_emu developers");
MODULE_DESCRIPTION("Emulated NVDIMM platform in system memory");
MODULE_LICENSE("GPL");
