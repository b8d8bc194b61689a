/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ND_EMU_PARSE_H
#define ND_EMU_PARSE_H

#include <linux/types.h>

/**
 * struct nd_emu_field - a value of a configuration, as text
 * @name: of the parameter or attribute
 * @parse: text into the value at @offset; 0, or -EINVAL or -ENOMEM with the
 *	value as it was; gets text without white space around it
 * @show: the value as text, with an end of line; returns its length
 * @must: completes "must be ..." with what is allowed and the reason
 * @offset: of the value in the structure
 * @min: the least value allowed
 * @max: the greatest
 * @align: what it has to be a multiple of, or 0
 * @words: its names, for one that has some
 * @word_count: how many
 */
struct nd_emu_field {
	const char *name;
	int (*parse)(const struct nd_emu_field *field, const char *text,
		     void *value);
	ssize_t (*show)(const struct nd_emu_field *field, const void *value,
			char *page);
	const char *must;
	size_t offset;
	u64 min;
	u64 max;
	u64 align;
	const char * const *words;
	unsigned int word_count;
};

int nd_emu_field_set(const struct nd_emu_field *field, void *object,
		     const char *text, const char *where);
ssize_t nd_emu_field_show(const struct nd_emu_field *field, const void *object,
			  char *page);

/* For @parse and @show, by the type of the value. */
int nd_emu_parse_bytes(const struct nd_emu_field *field, const char *text,
		       void *value);
int nd_emu_parse_power(const struct nd_emu_field *field, const char *text,
		       void *value);
int nd_emu_parse_uint(const struct nd_emu_field *field, const char *text,
		      void *value);
int nd_emu_parse_bool(const struct nd_emu_field *field, const char *text,
		      void *value);
int nd_emu_parse_node(const struct nd_emu_field *field, const char *text,
		      void *value);
int nd_emu_parse_word(const struct nd_emu_field *field, const char *text,
		      void *value);
int nd_emu_parse_flags(const struct nd_emu_field *field, const char *text,
		       void *value);
int nd_emu_parse_name(const struct nd_emu_field *field, const char *text,
		      void *value);

ssize_t nd_emu_show_bytes(const struct nd_emu_field *field, const void *value,
			  char *page);
ssize_t nd_emu_show_address(const struct nd_emu_field *field,
			    const void *value, char *page);
ssize_t nd_emu_show_uint(const struct nd_emu_field *field, const void *value,
			 char *page);
ssize_t nd_emu_show_hex(const struct nd_emu_field *field, const void *value,
			char *page);
ssize_t nd_emu_show_bool(const struct nd_emu_field *field, const void *value,
			 char *page);
ssize_t nd_emu_show_node(const struct nd_emu_field *field, const void *value,
			 char *page);
ssize_t nd_emu_show_word(const struct nd_emu_field *field, const void *value,
			 char *page);
ssize_t nd_emu_show_flags(const struct nd_emu_field *field, const void *value,
			  char *page);
ssize_t nd_emu_show_name(const struct nd_emu_field *field, const void *value,
			 char *page);

bool nd_emu_name_valid(const char *name);

int nd_emu_shown(const char *text);

extern const char * const nd_emu_domain_words[3];

#endif
