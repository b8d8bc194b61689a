// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking memory blocks away from the system, and giving up in time.
 *
 * offline_pages() tries to move what is in a block until it has moved, and a page
 * that somebody has pinned never does: only a signal ends that. A search that has
 * other runs to try cannot wait for one. So when a block takes too long, its task
 * is marked as one that has a signal pending. The mark is taken off when the
 * kernel has given up, and what is left then is a signal that somebody has sent.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/notifier.h>
#include <linux/pfn.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "offlining.h"

/* For one block; emulated machines need seconds for one. */
#define PATIENCE_S	60

/**
 * struct attempt - blocks going offline
 * @notifier: tells which of them is
 * @timer: runs while one of them is
 * @task: that does it
 * @block: the latest of them that was begun with; physical address
 * @expired: it took too long
 */
struct attempt {
	struct notifier_block notifier;
	struct timer_list timer;
	struct task_struct *task;
	u64 block;
	bool expired;
};

static void expire(struct timer_list *timer)
{
	struct attempt *attempt = container_of(timer, struct attempt, timer);

	WRITE_ONCE(attempt->expired, true);
	set_tsk_thread_flag(attempt->task, TIF_SIGPENDING);
}

/* Nothing is to be interrupted any more but by a signal. */
static void stop_timer(struct attempt *attempt)
{
	struct sighand_struct *sighand;

	timer_delete_sync(&attempt->timer);
	if (!attempt->expired)
		return;
	/* A task that runs keeps its own. */
	sighand = rcu_dereference_protected(current->sighand, true);
	spin_lock_irq(&sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&sighand->siglock);
}

/* Called by the task that takes a block offline, before and after. */
static int notify(struct notifier_block *notifier, unsigned long action,
		  void *data)
{
	struct attempt *attempt = container_of(notifier, struct attempt,
					       notifier);
	const struct memory_notify *what = data;

	if (current != attempt->task)
		return NOTIFY_DONE;
	if (action == MEM_GOING_OFFLINE) {
		attempt->block = ALIGN_DOWN(PFN_PHYS(what->start_pfn),
					    memory_block_size_bytes());
		mod_timer(&attempt->timer, jiffies + PATIENCE_S * HZ);
	} else {
		stop_timer(attempt);
	}
	return NOTIFY_OK;
}

static struct attempt the_attempt;

/**
 * nd_emu_patience_begin - from now on, no block that goes offline takes for ever
 *
 * It is about blocks that this task takes offline, whatever signals it has
 * blocked.
 *
 * Context: may sleep; one caller at a time.
 * Return: 0 or a negative errno.
 */
int nd_emu_patience_begin(void)
{
	struct attempt *attempt = &the_attempt;

	*attempt = (struct attempt) {
		.notifier.notifier_call = notify,
		.task = current,
	};
	timer_setup(&attempt->timer, expire, 0);
	return register_memory_notifier(&attempt->notifier);
}

/**
 * nd_emu_patience_end - until here
 *
 * Context: may sleep; the task that has begun.
 * Return: the address of a block that did not come free in time, or 0.
 */
u64 nd_emu_patience_end(void)
{
	struct attempt *attempt = &the_attempt;

	unregister_memory_notifier(&attempt->notifier);
	stop_timer(attempt);
	return attempt->expired ? attempt->block : 0;
}

/**
 * nd_emu_offline_and_remove - take memory away from the system
 * @range: physical addresses of online memory, whole memory blocks
 * @stuck: set to the address of a block that did not come free in time, or 0
 *
 * Context: may sleep; one caller at a time.
 * Return: 0, or what offline_and_remove_memory() said; -EINTR after a signal
 * only, and -EBUSY if a block took too long.
 */
int nd_emu_offline_and_remove(const struct range *range, u64 *stuck)
{
	u64 late;
	int rc;

	*stuck = 0;
	rc = nd_emu_patience_begin();
	if (rc)
		return rc;
	rc = offline_and_remove_memory(range->start, range_len(range));
	late = nd_emu_patience_end();
	if (rc != -EINTR || !late || signal_pending(current))
		return rc;
	pr_info("[mem %#llx-%#llx] does not come free in %d s: something in it does not move\n",
		late, late + memory_block_size_bytes() - 1, PATIENCE_S);
	*stuck = late;
	return -EBUSY;
}
