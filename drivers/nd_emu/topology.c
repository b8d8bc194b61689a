// SPDX-License-Identifier: GPL-2.0-only
/*
 * nd_emu: an NVDIMM for any Linux box, from its own memory.
 *
 * What to build, and when: the module parameters describe one platform, which
 * exists as long as the module is loaded.
 */
#include <linux/err.h>
#include <linux/module.h>

#include "bus.h"
#include "debug.h"
#include "params.h"
#include "topology.h"

#if !IS_ENABLED(CONFIG_LIBNVDIMM)
#error "nd_emu needs a kernel with CONFIG_LIBNVDIMM"
#endif
#if !IS_ENABLED(CONFIG_MEMORY_HOTREMOVE)
#error "nd_emu needs a kernel with CONFIG_MEMORY_HOTREMOVE"
#endif

/* Written by module load and unload only. */
static struct nd_emu_bus *the_bus;

static int __init nd_emu_init(void)
{
	struct nd_emu_config config;
	struct nd_emu_bus *bus;
	int rc;

	rc = nd_emu_params_parse(&config);
	if (rc)
		return rc;
	nd_emu_debug_init();
	bus = nd_emu_bus_create(&config);
	if (IS_ERR(bus)) {
		nd_emu_debug_exit();
		return PTR_ERR(bus);
	}
	the_bus = bus;
	return 0;
}
module_init(nd_emu_init);

static void __exit nd_emu_exit(void)
{
	nd_emu_bus_destroy(the_bus);
	nd_emu_debug_exit();
}
module_exit(nd_emu_exit);

/* With the driver there before the bus, /dev/pmem0 is there after modprobe. */
MODULE_SOFTDEP("pre: nd_pmem");
MODULE_AUTHOR("The nd_emu developers");
MODULE_DESCRIPTION("Emulated NVDIMM platform in system memory");
MODULE_LICENSE("GPL");
