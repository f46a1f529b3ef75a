/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diag.h - an error message with its place in the module.
 */
#ifndef KWASM_DIAG_H
#define KWASM_DIAG_H

#include "env.h"

#define KWASM_DIAG_TEXT 256		/* bytes of a message with its NUL */
#define KWASM_DIAG_NONE U32_MAX		/* no function, no offset */

/**
 * struct kwasm_diag - the first error of an operation
 * @func: index of the function concerned, or KWASM_DIAG_NONE
 * @offset: byte offset in the module, or KWASM_DIAG_NONE
 * @text: the message without the place; empty while there is no error
 */
struct kwasm_diag {
	u32 func;
	u32 offset;
	char text[KWASM_DIAG_TEXT];
};

/** kwasm_diag_init() - no error yet. */
void kwasm_diag_init(struct kwasm_diag *diag);

/**
 * kwasm_diag_set() - record an error unless one is recorded already: the first one wins.
 * @diag: may be NULL
 * @err: the caller's return value, a negative errno
 * @func: function index or KWASM_DIAG_NONE
 * @offset: byte offset in the module or KWASM_DIAG_NONE
 * @fmt: the message; bytes outside printable ASCII, which only names from a module can contain, are
 *	replaced with '?'
 *
 * Return: @err, so that `return kwasm_diag_set(...)` reads well.
 */
int kwasm_diag_set(struct kwasm_diag *diag, int err, u32 func, u32 offset, const char *fmt, ...)
	__printf(5, 6);

/** kwasm_diag_vset() - kwasm_diag_set() with a va_list. */
int kwasm_diag_vset(struct kwasm_diag *diag, int err, u32 func, u32 offset, const char *fmt,
		    va_list args) __printf(5, 0);

/**
 * kwasm_diag_format() - "function 3, byte 0x1f: type mismatch: expected i32, got i64"
 *
 * Return: length written without NUL, always shorter than @size.
 */
size_t kwasm_diag_format(const struct kwasm_diag *diag, char *buf, size_t size);

#endif /* KWASM_DIAG_H */
