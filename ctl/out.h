/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * out.h - what a command prints, as text or as JSON, from the same calls.
 *
 * Every call that takes a key and a format contributes a member to the JSON document, or prints
 * the format, whichever was asked for.  A NULL format is for JSON only, ctl_out_text() for text
 * only.  Names are the guests' own: in text, bytes that are not printable come out as '?'; JSON has
 * strings as they are where they are UTF-8.
 */
#ifndef KWASM_CTL_OUT_H
#define KWASM_CTL_OUT_H

#include "env.h"

/** ctl_out_object() - begin an object; @key is NULL in an array and for the document itself. */
void ctl_out_object(const char *key);
/** ctl_out_array() - begin an array. */
void ctl_out_array(const char *key);
/** ctl_out_end() - end the innermost object or array; the outermost one prints the document. */
void ctl_out_end(void);

/* One member each; @fmt takes the value as %s, %llu, %lld. */
void ctl_out_string(const char *key, const char *fmt, const char *value);
void ctl_out_uint(const char *key, const char *fmt, u64 value);
void ctl_out_int(const char *key, const char *fmt, s64 value);
void ctl_out_real(const char *key, const char *fmt, double value);
/** ctl_out_bool() - in text: @text where it is true, nothing where not. */
void ctl_out_bool(const char *key, const char *text, bool value);
/** ctl_out_time() - nanoseconds; in text as "1.5ms". */
void ctl_out_time(const char *key, const char *fmt, u64 ns);
/** ctl_out_size() - bytes; in text as "64K" where that is exact. */
void ctl_out_size(const char *key, const char *fmt, u64 bytes);
/** ctl_out_since() - a moment @age_ns ago; JSON: an ISO 8601 date, text: date and age. */
void ctl_out_since(const char *key, const char *fmt, u64 age_ns);
/** ctl_out_date() - a moment as ISO 8601 with microseconds. */
void ctl_out_date(const char *key, const char *fmt, u64 epoch_ns);

/** ctl_out_text() - what a guest has a say in goes through ctl_clean() first. */
void ctl_out_text(const char *fmt, ...) __printf(1, 2);

/** ctl_clean() - put '?' in the place of every byte that is not printable.  Return: @text. */
char *ctl_clean(char *text);

/** ctl_out_is_json() - for what cannot be said in both forms. */
bool ctl_out_is_json(void);

/** ctl_out_flush() - push text out to a reader that waits. */
void ctl_out_flush(void);

/** ctl_out_close() - Return: false when standard output could not be written. */
bool ctl_out_close(void);

/** ctl_time_format() - "1.5ms"; @buf of 32 bytes. */
const char *ctl_time_format(char *buf, u64 ns);

#endif /* KWASM_CTL_OUT_H */
