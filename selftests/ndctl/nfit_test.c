// SPDX-License-Identifier: GPL-2.0-only
/*
 * ndctl's tests load and unload a module of this name, and expect two buses of
 * a custom kernel, with knobs in a class of their own. Here the buses are those
 * of nd_emu: a program in user space makes them while this module is loaded,
 * and is called again for each knob that is turned.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/umh.h>

static char *helper;
module_param(helper, charp, 0444);
MODULE_PARM_DESC(helper, "absolute path of the program to call");

/**
 * struct knobs - what a test may turn on one DIMM
 * @bus: the name of its bus, which is that of a platform device as well
 * @handle: its NFIT device handle
 * @dev: the device with the attributes
 * @fail_cmd: commands that fail, one bit each
 * @fail_cmd_code: what they return
 */
struct knobs {
	const char *bus;
	u32 handle;
	struct device *dev;
	unsigned long fail_cmd;
	int fail_cmd_code;
};

/* Their order is known to the tests. */
static struct knobs dimms[] = {
	{ .bus = "nfit_test.0", .handle = 0x0 },
	{ .bus = "nfit_test.0", .handle = 0x1 },
	{ .bus = "nfit_test.0", .handle = 0x100 },
	{ .bus = "nfit_test.0", .handle = 0x101 },
	{ .bus = "nfit_test.1", .handle = 0x10000 },
	{ .bus = "nfit_test.1", .handle = 0x10001 },
};

/* Protects the values of all knobs, and keeps calls in order. */
static DEFINE_MUTEX(knobs_lock);

/* A wait status is not zero if the program failed. */
static int call_user(char **argv)
{
	char **envp;
	int rc;

	envp = argv_split(GFP_KERNEL,
			  "HOME=/ PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			  NULL);
	if (!envp)
		return -ENOMEM;
	rc = call_usermodehelper(helper, argv, envp, UMH_WAIT_PROC);
	argv_free(envp);
	return rc > 0 ? -EIO : rc;
}

/* The arguments have no spaces in them. */
static __printf(1, 2) int call_helper(const char *format, ...)
{
	char *arguments, *line, **argv;
	int rc = -ENOMEM;
	va_list args;

	va_start(args, format);
	arguments = kvasprintf(GFP_KERNEL, format, args);
	va_end(args);
	line = kasprintf(GFP_KERNEL, "%s %s", helper, arguments ?: "");
	argv = line ? argv_split(GFP_KERNEL, line, NULL) : NULL;
	if (arguments && argv) {
		rc = call_user(argv);
		if (rc)
			pr_err("%s failed: %d\n", line, rc);
	}
	if (argv)
		argv_free(argv);
	kfree(line);
	kfree(arguments);
	return rc;
}

static int call_dimm(const char *verb, const struct knobs *knobs)
{
	return call_helper("%s %s %#x %#lx %d", verb, knobs->bus,
			   knobs->handle, knobs->fail_cmd,
			   knobs->fail_cmd_code);
}

static ssize_t handle_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	const struct knobs *knobs = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%#x\n", knobs->handle);
}
static DEVICE_ATTR_RO(handle);

static ssize_t fail_cmd_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	const struct knobs *knobs = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%#lx\n", knobs->fail_cmd);
}

static ssize_t fail_cmd_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t size)
{
	struct knobs *knobs = dev_get_drvdata(dev);
	unsigned long mask;
	int rc;

	rc = kstrtoul(buf, 0, &mask);
	if (rc)
		return rc;
	mutex_lock(&knobs_lock);
	knobs->fail_cmd = mask;
	rc = call_dimm("fail", knobs);
	mutex_unlock(&knobs_lock);
	return rc ?: size;
}
static DEVICE_ATTR_RW(fail_cmd);

static ssize_t fail_cmd_code_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	const struct knobs *knobs = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", knobs->fail_cmd_code);
}

static ssize_t fail_cmd_code_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t size)
{
	struct knobs *knobs = dev_get_drvdata(dev);
	int code, rc;

	rc = kstrtoint(buf, 0, &code);
	if (rc)
		return rc;
	mutex_lock(&knobs_lock);
	knobs->fail_cmd_code = code;
	rc = call_dimm("fail", knobs);
	mutex_unlock(&knobs_lock);
	return rc ?: size;
}
static DEVICE_ATTR_RW(fail_cmd_code);

static ssize_t lock_dimm_store(struct device *dev,
			       struct device_attribute *attr, const char *buf,
			       size_t size)
{
	struct knobs *knobs = dev_get_drvdata(dev);
	int rc;

	mutex_lock(&knobs_lock);
	rc = call_dimm("lock", knobs);
	mutex_unlock(&knobs_lock);
	return rc ?: size;
}
static DEVICE_ATTR_WO(lock_dimm);

static struct attribute *knobs_attrs[] = {
	&dev_attr_handle.attr,
	&dev_attr_fail_cmd.attr,
	&dev_attr_fail_cmd_code.attr,
	&dev_attr_lock_dimm.attr,
	NULL
};
ATTRIBUTE_GROUPS(knobs);

static struct class knobs_class = {
	.name = "nfit_test_dimm",
	.dev_groups = knobs_groups,
};

static int knobs_create(unsigned int i)
{
	struct knobs *knobs = &dimms[i];
	struct device *parent, *dev;

	parent = bus_find_device_by_name(&platform_bus_type, NULL, knobs->bus);
	if (!parent)
		return -ENODEV;
	dev = device_create(&knobs_class, parent, 0, knobs, "test_dimm%u", i);
	put_device(parent);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	knobs->dev = dev;
	return 0;
}

static void knobs_destroy_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dimms); i++) {
		if (dimms[i].dev)
			device_unregister(dimms[i].dev);
		dimms[i].dev = NULL;
	}
}

static int knobs_create_all(void)
{
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(dimms); i++) {
		rc = knobs_create(i);
		if (rc) {
			knobs_destroy_all();
			return rc;
		}
	}
	return 0;
}

static int __init nfit_test_init(void)
{
	int rc;

	if (!helper)
		return -EINVAL;
	rc = class_register(&knobs_class);
	if (rc)
		return rc;
	rc = call_helper("up");
	if (rc)
		goto out_class;
	rc = knobs_create_all();
	if (rc)
		goto out_down;
	return 0;

out_down:
	call_helper("down");
out_class:
	class_unregister(&knobs_class);
	return rc;
}
module_init(nfit_test_init);

static void __exit nfit_test_exit(void)
{
	knobs_destroy_all();
	call_helper("down");
	class_unregister(&knobs_class);
}
module_exit(nfit_test_exit);

MODULE_DESCRIPTION("What ndctl's tests expect of a module of this name");
MODULE_LICENSE("GPL");
