/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * out.h - output of commands, as text or as JSON, from the same calls.
 *
 * A call with a key and a format adds a member to the JSON document, or prints the format in text
 * mode.  A NULL format is for JSON only, ctl_out_text() for text only.  Guests choose names: text
 * output replaces unprintable bytes with '?'; JSON keeps valid UTF-8 strings.
 */
#ifndef KWASM_CTL_OUT_H
#define KWASM_CTL_OUT_H

#include "env.h"

/** ctl_out_object() - begin an object; @key is NULL in an array and for the top level. */
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
/** ctl_out_bool() - in text: @text if true, else nothing. */
void ctl_out_bool(const char *key, const char *text, bool value);
/** ctl_out_time() - nanoseconds; in text as "1.5ms". */
void ctl_out_time(const char *key, const char *fmt, u64 ns);
/** ctl_out_size() - bytes; in text as "64K" if exact, from 100K on as "622.1K" if not. */
void ctl_out_size(const char *key, const char *fmt, u64 bytes);
/** ctl_out_since() - the time @age_ns ago; JSON: an ISO 8601 date, text: date and age. */
void ctl_out_since(const char *key, const char *fmt, u64 age_ns);
/** ctl_out_date() - a time in ISO 8601 with microseconds. */
void ctl_out_date(const char *key, const char *fmt, u64 epoch_ns);

/** ctl_out_text() - text only; strings from a guest must pass ctl_clean() first. */
void ctl_out_text(const char *fmt, ...) __printf(1, 2);

/**
 * ctl_out_error() - JSON: an object with an error instead of the document under construction.
 * @file: it is about, or NULL
 * @func: function index, @byte: byte offset in the module; U32_MAX for none
 *
 * Further output is discarded.
 * Return: false if nothing was printed: in text mode, and after the first error.
 */
bool ctl_out_error(const char *text, const char *file, u32 func, u32 byte);

/** ctl_out_error_member() - the error as a member of the document under construction. */
void ctl_out_error_member(const char *text, const char *file, u32 func, u32 byte);

/** ctl_clean() - replace every unprintable byte with '?'.  Return: @text. */
char *ctl_clean(char *text);

/** ctl_out_is_json() - for output that differs in structure. */
bool ctl_out_is_json(void);

/** ctl_out_flush() - print at once.  Return: CTL_FAILED, reported, if that is not possible. */
int ctl_out_flush(void);

/** ctl_out_close() - the same after a failure, whose report is the one to read. */
bool ctl_out_close(void);

/** ctl_time_format() - "1.5ms"; @buf of 32 bytes. */
const char *ctl_time_format(char *buf, u64 ns);

#endif /* KWASM_CTL_OUT_H */
