/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * field.h - fields of a reply printed according to a table.
 */
#ifndef KWASM_CTL_FIELD_H
#define KWASM_CTL_FIELD_H

#include "nl.h"

/**
 * struct ctl_row - how a field is printed: a member of the JSON document, or text
 * @attr: number of the attribute; 0 ends a table
 * @key: key in JSON, NULL in an array
 * @fmt: text, NULL for JSON only
 * @number: prints an integer
 * @word: name of an integer; a string if there is neither @number nor @word
 * @optional: omitted if the reply lacks it
 */
struct ctl_row {
	int attr;
	const char *key;
	const char *fmt;
	void (*number)(const char *key, const char *fmt, u64 value);
	const char *(*word)(u32 value);
	bool optional;
};

/** ctl_rows_print() - the fields of a table, in its order. */
void ctl_rows_print(const struct ctl_row *row, const struct ctl_fields *f);

/** ctl_out_s32() - ctl_out_int() of a signed field. */
void ctl_out_s32(const char *key, const char *fmt, u64 value);

/** ctl_out_flag() - ctl_out_bool() of a field that is 0 or 1. */
void ctl_out_flag(const char *key, const char *fmt, u64 value);

#endif /* KWASM_CTL_FIELD_H */
