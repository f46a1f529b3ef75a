/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x64_table.h - opcodes.def as text, its columns by their names.
 */
#ifndef KWASM_TESTS_X64_TABLE_H
#define KWASM_TESTS_X64_TABLE_H

#include "x64/asm.h"

/* A line of opcodes.def: X64_OP, which has a name and @op, or a row of the operation before it. */
struct row {
	const char *name, *text, *widths, *dst, *src, *imm, *enc, *flags;
	enum x64_op op;
};

static const struct row rows[] = {
#define X64_OP(name) { #name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, X64_##name },
#define X64_ROW(text, widths, dst, src, imm, enc, prefix, map, opcode, ext, flags)             \
	{ NULL, text, #widths, #dst, #src, #imm, #enc, #flags, X64_NUM_OPS },
#include "x64/opcodes.def"
#undef X64_OP
#undef X64_ROW
};

#endif /* KWASM_TESTS_X64_TABLE_H */
