// SPDX-License-Identifier: GPL-2.0-only
/*
 * field.c - fields of a reply printed according to a table.
 */
#include "field.h"
#include "out.h"

void ctl_out_s32(const char *key, const char *fmt, u64 value)
{
	ctl_out_int(key, fmt, (s32)value);
}

void ctl_out_flag(const char *key, const char *fmt, u64 value)
{
	ctl_out_bool(key, fmt, value);
}

void ctl_rows_print(const struct ctl_row *row, const struct ctl_fields *f)
{
	for (; row->attr; row++) {
		if (row->optional && !ctl_field_has(f, row->attr))
			continue;
		if (row->number)
			row->number(row->key, row->fmt, ctl_field_uint(f, row->attr));
		else if (row->word)
			ctl_out_string(row->key, row->fmt,
				       row->word((u32)ctl_field_uint(f, row->attr)));
		else
			ctl_out_string(row->key, row->fmt, ctl_field_string(f, row->attr));
	}
}
