// SPDX-License-Identifier: GPL-2.0-only
/*
 * The activation of firmware freezes all devices, as hibernation does. The
 * root file system of the VM is a virtiofs, whose driver refuses that (see
 * virtio_fs_freeze() in the kernel), so that nothing would ever be activated.
 * And on 7.3 no output comes from a port of virtio-serial that was frozen.
 * While this module is loaded, virtio devices are left running.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>

static void keep_awake(bool awake)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, PCI_ANY_ID,
				      pdev)))
		dev_pm_syscore_device(&pdev->dev, awake);
}

static int __init awake_init(void)
{
	keep_awake(true);
	return 0;
}
module_init(awake_init);

static void __exit awake_exit(void)
{
	keep_awake(false);
}
module_exit(awake_exit);

MODULE_DESCRIPTION("Leaves virtio devices running while others are frozen");
MODULE_LICENSE("GPL");
