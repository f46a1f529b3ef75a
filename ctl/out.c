// SPDX-License-Identifier: GPL-2.0-only
/*
 * out.c - text and JSON from the same calls; the only code that prints results.
 */
#include <ctype.h>
#include <time.h>

#include <jansson.h>

#include "ctl.h"
#include "out.h"

#define DEPTH_MAX 16

static json_t *stack[DEPTH_MAX];
static u32 depth;
static bool no_memory;	/* the document is incomplete */
static bool controls;	/* the document holds control characters that JSON does not escape */
static bool failed;	/* an error has taken the place of the document */

bool ctl_out_is_json(void)
{
	return ctl_globals.json || ctl_globals.pretty;
}

static void add(const char *key, json_t *value)
{
	json_t *top = depth ? stack[depth - 1] : NULL;

	if (json_is_object(top))
		json_object_set_new(top, key, value);
	else if (top)
		json_array_append_new(top, value);
	else
		json_decref(value);
}

static void begin(const char *key, json_t *value)
{
	if (!ctl_out_is_json() || failed) {
		json_decref(value);
		return;
	}
	/* Inner values are owned by their container, the outermost one by the stack. */
	if (depth)
		add(key, value);
	stack[depth++] = value;
}

void ctl_out_object(const char *key)
{
	begin(key, json_object());
}

void ctl_out_array(const char *key)
{
	begin(key, json_array());
}

void ctl_out_end(void)
{
	if (!ctl_out_is_json() || failed || --depth)
		return;
	json_dumpf(stack[0], stdout, (ctl_globals.pretty ? JSON_INDENT(4) : JSON_COMPACT) |
		   (controls ? JSON_ENSURE_ASCII : 0));
	putchar('\n');
	json_decref(stack[0]);
	controls = false;
}

char *ctl_clean(char *text)
{
	char *p;

	for (p = text; *p; p++)
		if (!isascii((unsigned char)*p) || !isprint((unsigned char)*p))
			*p = '?';
	return text;
}

/* U+0080 to U+009F, which a terminal may interpret as control codes. */
static bool has_controls(const char *text)
{
	for (; *text; text++)
		if ((u8)text[0] == 0xc2 && (u8)text[1] >= 0x80 && (u8)text[1] < 0xa0)
			return true;
	return false;
}

/* Formats are literals in every caller, but parameters here. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

void ctl_out_string(const char *key, const char *fmt, const char *value)
{
	json_t *json = ctl_out_is_json() ? json_string(value) : NULL;
	char *clean;

	if (json) {
		controls |= has_controls(value);
		add(key, json);
		return;
	}
	clean = strdup(value);
	if (!clean) {
		no_memory = true;
		return;
	}
	ctl_clean(clean);
	if (ctl_out_is_json())
		add(key, json_string(clean));
	else if (fmt)
		printf(fmt, clean);
	free(clean);
}

void ctl_out_uint(const char *key, const char *fmt, u64 value)
{
	if (ctl_out_is_json())
		add(key, json_integer((json_int_t)value));
	else if (fmt)
		printf(fmt, (unsigned long long)value);
}

void ctl_out_int(const char *key, const char *fmt, s64 value)
{
	if (ctl_out_is_json())
		add(key, json_integer(value));
	else if (fmt)
		printf(fmt, (long long)value);
}

void ctl_out_real(const char *key, const char *fmt, double value)
{
	char buf[64];

	if (ctl_out_is_json()) {
		/* JSON has no infinities and no NaN. */
		snprintf(buf, sizeof(buf), "%.17g", value);
		add(key, __builtin_isfinite(value) ? json_real(value) : json_string(buf));
	} else if (fmt) {
		printf(fmt, value);
	}
}

void ctl_out_bool(const char *key, const char *text, bool value)
{
	if (ctl_out_is_json())
		add(key, json_boolean(value));
	else if (text && value)
		fputs(text, stdout);
}

const char *ctl_time_format(char *buf, u64 ns)
{
	static const struct {
		u64 unit;
		const char *name;
	} units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" }, { 1, "ns" } };
	u32 i;

	if (ns >= 3600 * 1000000000ull) {
		snprintf(buf, 32, "%lluh%02llumin", (unsigned long long)(ns / 3600000000000ull),
			 (unsigned long long)(ns / 60000000000ull % 60));
		return buf;
	}
	if (ns >= 60 * 1000000000ull) {
		snprintf(buf, 32, "%llumin%02llus", (unsigned long long)(ns / 60000000000ull),
			 (unsigned long long)(ns / 1000000000ull % 60));
		return buf;
	}
	/* A value whose three digits round up to the next unit uses that unit. */
	for (i = 0; i < ARRAY_SIZE(units) - 1 && ns < units[i].unit - units[i].unit / 2000; i++)
		;
	snprintf(buf, 32, "%.3g%s", (double)ns / (double)units[i].unit, units[i].name);
	return buf;
}

void ctl_out_time(const char *key, const char *fmt, u64 ns)
{
	char buf[32];

	if (ctl_out_is_json())
		add(key, json_integer((json_int_t)ns));
	else if (fmt)
		printf(fmt, ctl_time_format(buf, ns));
}

void ctl_out_size(const char *key, const char *fmt, u64 bytes)
{
	static const char *const units[] = { "", "K", "M", "G" };
	const u32 last = ARRAY_SIZE(units) - 1;
	char buf[32], tenths[8] = "";
	u64 v = bytes;
	u32 i;

	if (ctl_out_is_json()) {
		add(key, json_integer((json_int_t)bytes));
		return;
	}
	if (!fmt)
		return;
	for (i = 0; i < last && v && !(v % 1024); i++)
		v /= 1024;
	for (; i < last && v >= (*tenths ? 1024 : 100 * 1024); i++) {
		snprintf(tenths, sizeof(tenths), ".%u", (u32)(v % 1024 * 10 / 1024));
		v /= 1024;
	}
	snprintf(buf, sizeof(buf), "%llu%s%s", (unsigned long long)v, tenths, units[i]);
	printf(fmt, buf);
}

/* Local time with its offset from UTC, "2026-01-31T13:00:00.000000+01:00". */
static void date_format(char *buf, size_t size, u64 epoch_ns)
{
	time_t seconds = (time_t)(epoch_ns / 1000000000);
	char zone[8] = "";
	struct tm tm;
	size_t n;

	localtime_r(&seconds, &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, size - n, ".%06llu%.3s:%.2s",
		 (unsigned long long)(epoch_ns % 1000000000 / 1000), zone, zone + 3);
}

void ctl_out_date(const char *key, const char *fmt, u64 epoch_ns)
{
	char buf[64];

	date_format(buf, sizeof(buf), epoch_ns);
	ctl_out_string(key, fmt, buf);
}

void ctl_out_since(const char *key, const char *fmt, u64 age_ns)
{
	char date[64], age[32], both[128];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	date_format(date, sizeof(date),
		    (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec - age_ns);
	if (ctl_out_is_json()) {
		add(key, json_string(date));
		return;
	}
	snprintf(both, sizeof(both), "%.10s %.8s (%s ago)", date, date + 11,
		 ctl_time_format(age, age_ns));
	printf(fmt, both);
}

void ctl_out_error_member(const char *text, const char *file, u32 func, u32 byte)
{
	ctl_out_object("error");
	ctl_out_string("message", NULL, text);
	if (file)
		ctl_out_string("file", NULL, file);
	if (func != U32_MAX)
		ctl_out_uint("function", NULL, func);
	if (byte != U32_MAX)
		ctl_out_uint("byte", NULL, byte);
	ctl_out_end();
}

bool ctl_out_error(const char *text, const char *file, u32 func, u32 byte)
{
	if (!ctl_out_is_json() || failed)
		return false;
	if (depth)
		json_decref(stack[0]);
	depth = 0;
	ctl_out_object(NULL);
	ctl_out_error_member(text, file, func, byte);
	ctl_out_end();
	failed = true;
	return true;
}

void ctl_out_text(const char *fmt, ...)
{
	va_list args;

	if (ctl_out_is_json())
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

bool ctl_out_close(void)
{
	bool written = !fflush(stdout) && !ferror(stdout);

	if (no_memory)
		errno = ENOMEM;
	/* There, an error would not be read. */
	failed |= !written;
	return written && !no_memory;
}

int ctl_out_flush(void)
{
	if (ctl_out_close())
		return CTL_OK;
	return ctl_fail("cannot write to standard output: %s", strerror(errno));
}
