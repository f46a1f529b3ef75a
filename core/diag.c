// SPDX-License-Identifier: GPL-2.0-only
/*
 * diag.c - record and print the first error of an operation.
 *
 * Guarantees: a recorded text is never empty, never overwritten, and printable ASCII whatever names
 * the module contains.
 */
#include "diag.h"

void kwasm_diag_init(struct kwasm_diag *diag)
{
	diag->func = KWASM_DIAG_NONE;
	diag->offset = KWASM_DIAG_NONE;
	diag->text[0] = '\0';
}

int kwasm_diag_vset(struct kwasm_diag *diag, int err, u32 func, u32 offset, const char *fmt,
		    va_list args)
{
	char *c;

	if (!diag || diag->text[0])
		return err;
	vsnprintf(diag->text, sizeof(diag->text), fmt, args);
	diag->func = func;
	diag->offset = offset;
	for (c = diag->text; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	}
	return err;
}

int kwasm_diag_set(struct kwasm_diag *diag, int err, u32 func, u32 offset, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err = kwasm_diag_vset(diag, err, func, offset, fmt, args);
	va_end(args);
	return err;
}

size_t kwasm_diag_format(const struct kwasm_diag *diag, char *buf, size_t size)
{
	bool func = diag->func != KWASM_DIAG_NONE;
	bool offset = diag->offset != KWASM_DIAG_NONE;
	int len;

	if (!size)
		return 0;
	if (func && offset)
		len = snprintf(buf, size, "function %u, byte 0x%x: %s", diag->func, diag->offset,
			       diag->text);
	else if (func)
		len = snprintf(buf, size, "function %u: %s", diag->func, diag->text);
	else if (offset)
		len = snprintf(buf, size, "byte 0x%x: %s", diag->offset, diag->text);
	else
		len = snprintf(buf, size, "%s", diag->text);
	return min_t(size_t, max(len, 0), size - 1);
}
