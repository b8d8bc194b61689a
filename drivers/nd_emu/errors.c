// SPDX-License-Identifier: GPL-2.0-only
/*
 * A list of media errors: the kernel's badrange, of which libnvdimm exports how
 * to add to it and to take from it, but not how to read it.
 */
#include <linux/libnvdimm.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/range.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "errors.h"

/* What badrange_forget() takes at once */
#define FORGET_MAX	SZ_1G

/*
 * The first error in a range, no matter in which order they came and how they
 * overlap.
 */
static bool first_error(struct badrange *errors, const struct range *within,
			struct range *found)
{
	struct badrange_entry *entry;
	bool any = false;

	spin_lock(&errors->lock);
	list_for_each_entry(entry, &errors->list, list) {
		struct range error = {
			.start = max(entry->start, within->start),
			.end = min(entry->start + entry->length - 1,
				   within->end),
		};

		if (error.start > error.end)
			continue;
		if (any && error.start >= found->start)
			continue;
		*found = error;
		any = true;
	}
	spin_unlock(&errors->lock);
	return any;
}

/**
 * nd_emu_errors_next - go through the errors in a range
 * @errors: the list
 * @rest: the range (SPA); becomes what is left to look at
 * @found: set to the next error, or the part of it that is in the range
 *
 * Context: any but interrupts; takes the list's lock.
 * Return: whether there is one.
 */
bool nd_emu_errors_next(struct badrange *errors, struct range *rest,
			struct range *found)
{
	if (rest->start > rest->end || !first_error(errors, rest, found))
		return false;
	rest->start = found->end + 1;
	return true;
}

/**
 * nd_emu_errors_has - is an error there already?
 * @errors: the list
 * @error: where (SPA)
 *
 * Context: any but interrupts; takes the list's lock.
 * Return: whether an error begins and ends in the same places.
 */
bool nd_emu_errors_has(struct badrange *errors, const struct range *error)
{
	struct range found;

	return first_error(errors, error, &found) &&
	       found.start == error->start && found.end == error->end;
}

/**
 * nd_emu_errors_add - one more error
 * @errors: the list
 * @error: where (SPA)
 *
 * badrange_add() makes an error that begins at the same address shorter, so what
 * is there already is not added again.
 *
 * Context: may sleep; takes the list's lock.
 * Return: 0 or -ENOMEM.
 */
int nd_emu_errors_add(struct badrange *errors, const struct range *error)
{
	if (nd_emu_errors_has(errors, error))
		return 0;
	return badrange_add(errors, error->start, range_len(error));
}

/**
 * nd_emu_errors_forget - no errors in a range
 * @errors: the list
 * @base: where it begins (SPA)
 * @length: how long it is, in bytes
 *
 * Context: may sleep; takes the list's lock.
 */
void nd_emu_errors_forget(struct badrange *errors, u64 base, u64 length)
{
	while (length) {
		u32 part = min_t(u64, length, FORGET_MAX);

		badrange_forget(errors, base, part);
		base += part;
		length -= part;
	}
}

/**
 * nd_emu_errors_free - no errors at all, and no memory for them
 * @errors: the list; nobody else uses it any more
 *
 * Context: may sleep.
 */
void nd_emu_errors_free(struct badrange *errors)
{
	struct badrange_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &errors->list, list) {
		list_del(&entry->list);
		kfree(entry);
	}
}
