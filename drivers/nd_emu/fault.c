// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that fail on command, for testing purposes.
 *
 * A file "fail" in debugfs takes one rule at a time,
 *
 *	OPERATION [errno=N] [status=N] [skip=N] [times=N] [delay=MS]
 *	OPERATION off
 *
 * and shows those that it has.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "fault.h"
#include "parse.h"

#define RULE_MAX	256
#define DELAY_MAX	60000

/* What a rule may say, and where it goes. */
struct option {
	const char *name;
	size_t offset;
	u32 max;
};

static const struct option options[] = {
	{ "errno", offsetof(struct nd_emu_fault, rc), MAX_ERRNO },
	{ "status", offsetof(struct nd_emu_fault, status), U32_MAX },
	{ "skip", offsetof(struct nd_emu_fault, skip), U32_MAX },
	{ "times", offsetof(struct nd_emu_fault, times), U32_MAX },
	{ "delay", offsetof(struct nd_emu_fault, delay), DELAY_MAX },
};

/**
 * nd_emu_fault_init - no operation fails
 * @faults: initialized
 * @name: names the operations, from 0 on
 *
 * Context: any.
 */
void nd_emu_fault_init(struct nd_emu_faults *faults,
		       const char *(*name)(unsigned int operation))
{
	memset(faults, 0, sizeof(*faults));
	faults->name = name;
	spin_lock_init(&faults->lock);
}

/* Is it this call's turn? */
static bool take(struct nd_emu_fault *fault)
{
	if (!fault->times)
		return false;
	if (fault->skip) {
		fault->skip--;
		return false;
	}
	if (fault->times != ND_EMU_FAULT_ALWAYS)
		fault->times--;
	fault->hits++;
	return true;
}

/* Of a call: what it is to fail with, and how long it is to take. */
static struct nd_emu_fault due(struct nd_emu_faults *faults,
			       unsigned int operation)
{
	struct nd_emu_fault fault = { };

	spin_lock(&faults->lock);
	if (take(&faults->armed[operation]))
		fault = faults->armed[operation];
	spin_unlock(&faults->lock);
	return fault;
}

/**
 * nd_emu_fault_hit - is an operation to fail?
 * @faults: of the object
 * @operation: its number
 * @status: set to the firmware status to report, if there is one; NULL where
 *	there is no firmware, and a status is -EIO then
 *
 * Takes as long as the fault says.
 *
 * Context: may sleep.
 * Return: 0, or the negative errno to return.
 */
int nd_emu_fault_hit(struct nd_emu_faults *faults, unsigned int operation,
		     u32 *status)
{
	struct nd_emu_fault fault = due(faults, operation);

	if (fault.delay)
		msleep(fault.delay);
	if (fault.status && status)
		*status = fault.status;
	else if (fault.status && !fault.rc)
		return -EIO;
	return fault.rc;
}

/*
 * The kernel's BTT flushes with a spin lock held. With PREEMPT_RT, who holds one can
 * be preempted; but it is the beginning of an RCU reader, too, who must not sleep.
 */
static bool may_sleep(void)
{
	return preemptible() && !rcu_preempt_depth();
}

/**
 * nd_emu_fault_hit_atomic - is an operation without firmware to fail?
 * @faults: of the object
 * @operation: its number
 *
 * Takes as long as the fault says. Where the kernel does not count whether it may
 * sleep, or must not, the processor is busy for so long.
 *
 * Context: any but interrupts.
 * Return: 0, or the negative errno to return.
 */
int nd_emu_fault_hit_atomic(struct nd_emu_faults *faults,
			    unsigned int operation)
{
	struct nd_emu_fault fault = due(faults, operation);

	if (fault.delay && may_sleep())
		msleep(fault.delay);
	else if (fault.delay)
		mdelay(fault.delay);
	return fault.status && !fault.rc ? -EIO : fault.rc;
}

static int parse_option(struct nd_emu_fault *fault, char *word)
{
	char *value = strchr(word, '=');
	u32 number;
	int i;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(word, options[i].name))
			break;
	if (i == ARRAY_SIZE(options))
		return -EINVAL;
	if (kstrtou32(value, 0, &number) || number > options[i].max)
		return -EINVAL;
	memcpy((void *)fault + options[i].offset, &number, sizeof(number));
	return 0;
}

static int parse_rule(struct nd_emu_fault *fault, char *text)
{
	char *word;

	*fault = (struct nd_emu_fault) { };
	if (text && !strcmp(text, "off"))
		return 0;
	fault->times = ND_EMU_FAULT_ALWAYS;
	while ((word = strsep(&text, " "))) {
		if (*word && parse_option(fault, word))
			return -EINVAL;
	}
	fault->rc = -fault->rc;
	/* Without any of them, the rule would do nothing. */
	return fault->rc || fault->status || fault->delay ? 0 : -EINVAL;
}

static int find_operation(const struct nd_emu_faults *faults,
			  const char *name)
{
	int i;

	for (i = 0; i < ND_EMU_FAULTS_MAX; i++) {
		const char *operation = faults->name(i);

		if (operation && !strcmp(operation, name))
			return i;
	}
	return -EINVAL;
}

static int store_rule(struct nd_emu_faults *faults, char *text)
{
	char *rest = strim(text);
	char *name = strsep(&rest, " ");
	int operation = find_operation(faults, name);
	struct nd_emu_fault fault;

	if (operation < 0) {
		pr_err("fail: '%*pE': must be the name of an operation that can fail here\n",
		       nd_emu_shown(name), name);
		return operation;
	}
	if (parse_rule(&fault, rest)) {
		pr_err("fail: %s: must be off, or some of errno=1..4095 status=N delay=0..60000 (ms), and skip=N times=N\n",
		       name);
		return -EINVAL;
	}
	spin_lock(&faults->lock);
	faults->armed[operation] = fault;
	spin_unlock(&faults->lock);
	return 0;
}

static ssize_t fail_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	char *text;
	int rc;

	if (count > RULE_MAX)
		return -EINVAL;
	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	rc = store_rule(seq->private, text);
	kfree(text);
	return rc ?: count;
}

static void show_rule(struct seq_file *seq, const char *name,
		      const struct nd_emu_fault *fault)
{
	seq_printf(seq, "%s errno=%d status=%#x skip=%u times=", name,
		   -fault->rc, fault->status, fault->skip);
	if (fault->times == ND_EMU_FAULT_ALWAYS)
		seq_puts(seq, "always");
	else
		seq_printf(seq, "%u", fault->times);
	seq_printf(seq, " delay=%u hits=%u\n", fault->delay, fault->hits);
}

static int fail_show(struct seq_file *seq, void *unused)
{
	struct nd_emu_faults *faults = seq->private;
	struct nd_emu_fault fault;
	int i;

	for (i = 0; i < ND_EMU_FAULTS_MAX; i++) {
		spin_lock(&faults->lock);
		fault = faults->armed[i];
		spin_unlock(&faults->lock);
		if (fault.rc || fault.status || fault.delay)
			show_rule(seq, faults->name(i), &fault);
	}
	return 0;
}

static int fail_open(struct inode *inode, struct file *file)
{
	return single_open(file, fail_show, inode->i_private);
}

static const struct file_operations fail_fops = {
	.owner = THIS_MODULE,
	.open = fail_open,
	.read = seq_read,
	.write = fail_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * nd_emu_fault_create_file - the file "fail" in a directory of debugfs
 * @faults: what it sets; has to stay until the directory is removed
 * @dir: the directory
 *
 * Context: may sleep.
 */
void nd_emu_fault_create_file(struct nd_emu_faults *faults,
			      struct dentry *dir)
{
	debugfs_create_file("fail", 0600, dir, faults, &fail_fops);
}
