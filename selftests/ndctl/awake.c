// SPDX-License-Identifier: GPL-2.0-only
/*
 * The activation of firmware freezes all devices, as hibernation does. The
 * root file system of the VM is a virtiofs, whose driver refuses that (see
 * virtio_fs_freeze() in the kernel), so that nothing would ever be activated.
 * While this module is loaded, such a device is left running.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/virtio_ids.h>

/* The ids of Virtio 1.0 PCI devices begin there. */
#define VIRTIO_PCI_DEVICE	0x1040

static void keep_awake(bool awake)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET,
				      VIRTIO_PCI_DEVICE + VIRTIO_ID_FS, pdev)))
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

MODULE_DESCRIPTION("Leaves virtiofs running while devices are frozen");
MODULE_LICENSE("GPL");
