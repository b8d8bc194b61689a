// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text into values and back: shared by module parameters and configfs, so that
 * a value that one of them takes, and how a bad one is refused, is the same
 * for both.
 *
 * The kernel's own parsers of parameters would refuse a bad value too, but
 * with a line that names neither what is allowed nor the reason.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "config.h"
#include "parse.h"

/* Bytes of a refused text in the log */
#define SHOWN_MAX	128

const char * const nd_emu_domain_words[] = {
	[ND_EMU_DOMAIN_CPU_CACHE] = "cpu_cache",
	[ND_EMU_DOMAIN_MEMORY_CONTROLLER] = "memory_controller",
	[ND_EMU_DOMAIN_NONE] = "none",
};

/**
 * nd_emu_shown - how much of a text the log shows
 * @text: from somebody who may write anything
 *
 * For "%*pE", which shows ends of line and the like as what they are.
 *
 * Context: any.
 * Return: bytes.
 */
int nd_emu_shown(const char *text)
{
	return strnlen(text, SHOWN_MAX);
}

/**
 * nd_emu_field_set - take a value from text
 * @field: what it is
 * @object: the structure that has the value
 * @text: what was written; white space around it does not count
 * @where: for the log, what comes before the name of the field
 *
 * Context: may sleep.
 * Return: 0; -EINVAL with a line in the log that names the value, what is
 * allowed and the reason; -ENOMEM. On an error nothing is changed.
 */
int nd_emu_field_set(const struct nd_emu_field *field, void *object,
		     const char *text, const char *where)
{
	char *copy = kstrdup(text, GFP_KERNEL);
	const char *trimmed;
	int rc;

	if (!copy)
		return -ENOMEM;
	trimmed = strim(copy);
	rc = field->parse(field, trimmed, object + field->offset);
	if (rc == -EINVAL)
		pr_err("%s%s=%*pE: must be %s\n", where, field->name,
		       nd_emu_shown(trimmed), trimmed, field->must);
	kfree(copy);
	return rc;
}

/**
 * nd_emu_field_show - show a value as text
 * @field: what it is
 * @object: the structure that has the value
 * @page: PAGE_SIZE bytes
 *
 * Context: the lock of the object is held.
 * Return: length of the text.
 */
ssize_t nd_emu_field_show(const struct nd_emu_field *field, const void *object,
			  char *page)
{
	return field->show(field, object + field->offset, page);
}

static bool value_allowed(const struct nd_emu_field *field, u64 value)
{
	if (value < field->min || value > field->max)
		return false;
	return !field->align || !(value & (field->align - 1));
}

/**
 * nd_emu_parse_bytes - "1G" and the like into a u64
 * @field: has range and alignment
 * @text: what was written
 * @value: u64
 *
 * memparse() would take it too, but it lets a number that does not fit wrap
 * around to a small one.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nd_emu_parse_bytes(const struct nd_emu_field *field, const char *text,
		       void *value)
{
	static const char suffixes[] = "KMGT";
	size_t len = strlen(text);
	const char *suffix;
	char number[24];
	int shift = 0;
	u64 bytes;

	suffix = len ? strchr(suffixes, toupper(text[len - 1])) : NULL;
	if (suffix) {
		shift = 10 * (suffix - suffixes + 1);
		len--;
	}
	if (!len || len >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, len);
	number[len] = '\0';

	if (kstrtoull(number, 0, &bytes) || bytes > U64_MAX >> shift)
		return -EINVAL;
	bytes <<= shift;
	if (!value_allowed(field, bytes))
		return -EINVAL;
	*(u64 *)value = bytes;
	return 0;
}

/**
 * nd_emu_parse_power - a power of two, with a suffix or without, into a u64
 * @field: has the range
 * @text: what was written
 * @value: u64
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nd_emu_parse_power(const struct nd_emu_field *field, const char *text,
		       void *value)
{
	u64 bytes;

	if (nd_emu_parse_bytes(field, text, &bytes) || !is_power_of_2(bytes))
		return -EINVAL;
	*(u64 *)value = bytes;
	return 0;
}

/**
 * nd_emu_parse_uint - a number into an unsigned int
 * @field: has the range
 * @text: what was written
 * @value: unsigned int
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nd_emu_parse_uint(const struct nd_emu_field *field, const char *text,
		      void *value)
{
	unsigned int number;

	if (kstrtouint(text, 0, &number) || !value_allowed(field, number))
		return -EINVAL;
	*(unsigned int *)value = number;
	return 0;
}

/**
 * nd_emu_parse_bool - yes or no into a bool
 * @field: not looked at
 * @text: what was written
 * @value: bool
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nd_emu_parse_bool(const struct nd_emu_field *field, const char *text,
		      void *value)
{
	return kstrtobool(text, value) ? -EINVAL : 0;
}

/**
 * nd_emu_parse_node - an online NUMA node, or -1, into an int
 * @field: not looked at
 * @text: what was written
 * @value: int
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nd_emu_parse_node(const struct nd_emu_field *field, const char *text,
		      void *value)
{
	int node;

	if (kstrtoint(text, 0, &node))
		return -EINVAL;
	if (node != NUMA_NO_NODE &&
	    (node < 0 || node >= MAX_NUMNODES || !node_online(node)))
		return -EINVAL;
	*(int *)value = node;
	return 0;
}

/**
 * nd_emu_parse_word - one of the words of a field into its number
 * @field: has the words
 * @text: what was written
 * @value: int
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nd_emu_parse_word(const struct nd_emu_field *field, const char *text,
		      void *value)
{
	int i = match_string(field->words, field->word_count, text);

	if (i < 0)
		return -EINVAL;
	*(int *)value = i;
	return 0;
}

/**
 * nd_emu_parse_flags - any of the words of a field into a bit each
 * @field: has the words
 * @text: what was written: words with white space between them, or nothing
 * @value: unsigned long
 *
 * Context: may sleep.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int nd_emu_parse_flags(const struct nd_emu_field *field, const char *text,
		       void *value)
{
	char *copy = kstrdup(text, GFP_KERNEL);
	char *rest = copy, *word;
	unsigned long flags = 0;
	int i = 0;

	if (!copy)
		return -ENOMEM;
	while (i >= 0 && (word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		i = match_string(field->words, field->word_count, word);
		if (i >= 0)
			flags |= BIT(i);
	}
	kfree(copy);
	if (i < 0)
		return -EINVAL;
	*(unsigned long *)value = flags;
	return 0;
}

/**
 * nd_emu_name_valid - may this be the name of a device?
 * @name: any text
 *
 * Context: any.
 * Return: whether it is 1..31 letters, digits, dots, dashes and underscores, and
 * not dots alone.
 */
bool nd_emu_name_valid(const char *name)
{
	size_t i, len = strlen(name);

	/* "." and ".." are other directories. */
	if (strspn(name, ".") == len)
		return false;
	for (i = 0; i < len; i++) {
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("._-", name[i])))
			return false;
	}
	return len < ND_EMU_NAME_LEN;
}

/**
 * nd_emu_parse_name - a name
 * @field: not looked at
 * @text: what was written
 * @value: ND_EMU_NAME_LEN characters
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nd_emu_parse_name(const struct nd_emu_field *field, const char *text,
		      void *value)
{
	if (!nd_emu_name_valid(text))
		return -EINVAL;
	strscpy(value, text, ND_EMU_NAME_LEN);
	return 0;
}

/**
 * nd_emu_show_bytes - a u64 in decimal
 * @field: not looked at
 * @value: u64
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_bytes(const struct nd_emu_field *field, const void *value,
			  char *page)
{
	return sysfs_emit(page, "%llu\n", *(const u64 *)value);
}

/**
 * nd_emu_show_address - a u64 in hexadecimal
 * @field: not looked at
 * @value: u64
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_address(const struct nd_emu_field *field,
			    const void *value, char *page)
{
	return sysfs_emit(page, "%#llx\n", *(const u64 *)value);
}

/**
 * nd_emu_show_uint - an unsigned int in decimal
 * @field: not looked at
 * @value: unsigned int
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_uint(const struct nd_emu_field *field, const void *value,
			 char *page)
{
	return sysfs_emit(page, "%u\n", *(const unsigned int *)value);
}

/**
 * nd_emu_show_hex - an unsigned int in hexadecimal
 * @field: its maximum says how many digits there are
 * @value: unsigned int
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_hex(const struct nd_emu_field *field, const void *value,
			char *page)
{
	return sysfs_emit(page, "0x%0*x\n", fls64(field->max) / 4,
			  *(const unsigned int *)value);
}

/**
 * nd_emu_show_bool - a bool as 0 or 1
 * @field: not looked at
 * @value: bool
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_bool(const struct nd_emu_field *field, const void *value,
			 char *page)
{
	return sysfs_emit(page, "%d\n", *(const bool *)value);
}

/**
 * nd_emu_show_node - an int in decimal
 * @field: not looked at
 * @value: int
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_node(const struct nd_emu_field *field, const void *value,
			 char *page)
{
	return sysfs_emit(page, "%d\n", *(const int *)value);
}

/**
 * nd_emu_show_word - the word of a number
 * @field: has the words
 * @value: int
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_word(const struct nd_emu_field *field, const void *value,
			 char *page)
{
	return sysfs_emit(page, "%s\n", field->words[*(const int *)value]);
}

/**
 * nd_emu_show_flags - the words of all bits that are set
 * @field: has the words
 * @value: unsigned long
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_flags(const struct nd_emu_field *field, const void *value,
			  char *page)
{
	ssize_t len = 0;
	int i;

	for_each_set_bit(i, value, field->word_count)
		len += sysfs_emit_at(page, len, "%s%s", len ? " " : "",
				     field->words[i]);
	return len + sysfs_emit_at(page, len, "\n");
}

/**
 * nd_emu_show_name - a name
 * @field: not looked at
 * @value: ND_EMU_NAME_LEN characters
 * @page: PAGE_SIZE bytes
 *
 * Context: any.
 * Return: length of the text.
 */
ssize_t nd_emu_show_name(const struct nd_emu_field *field, const void *value,
			 char *page)
{
	return sysfs_emit(page, "%s\n", (const char *)value);
}
