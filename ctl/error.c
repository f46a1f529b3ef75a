// SPDX-License-Identifier: GPL-2.0-only
/*
 * error.c - failures of commands: a line on standard error or, with --json, an object on standard
 * output.
 *
 * Guarantees: a command reports at least its first failure; of those in JSON only that one, so that
 * the output stays one document.
 */
#define _GNU_SOURCE
#include "ctl.h"
#include "out.h"

static int report(int status, const char *file, const struct kwasm_diag *place,
		  const char *text)
{
	struct kwasm_diag where = { .func = place->func, .offset = place->offset };
	char prefix[64];

	if (file && !strcmp(file, "-"))
		file = "standard input";
	if (status && ctl_out_error(text, file, place->func, place->offset))
		return status;
	fflush(stdout);
	kwasm_diag_format(&where, prefix, sizeof(prefix));
	fprintf(stderr, "%s%s%s%s\n", file ?: "", file ? ": " : "", prefix, text);
	return status;
}

static int vreport(int status, const char *file, const char *fmt, va_list args)
{
	struct kwasm_diag nowhere;
	char *text = NULL;

	kwasm_diag_init(&nowhere);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	report(status, file, &nowhere, text ?: "out of memory");
	free(text);
	return status;
}

int ctl_complain(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(status, NULL, fmt, args);
	va_end(args);
	return status;
}

int ctl_fail_file(const char *file, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(CTL_FAILED, file, fmt, args);
	va_end(args);
	return CTL_FAILED;
}

int ctl_fail_at(const char *file, const struct kwasm_diag *diag, const char *hint)
{
	char *text = NULL;

	if (asprintf(&text, "%s%s", diag->text, hint ?: "") < 0)
		text = NULL;
	report(CTL_FAILED, file, diag, text ?: "out of memory");
	free(text);
	return CTL_FAILED;
}

int ctl_fail_memory(void)
{
	return ctl_fail("out of memory");
}
