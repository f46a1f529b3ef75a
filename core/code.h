/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * code.h - compiled code: the result of a module's compilation, shared by all its instances.
 */
#ifndef KWASM_CODE_H
#define KWASM_CODE_H

#include "env.h"
#include "host.h"

struct kwasm_module;

/**
 * struct kwasm_site - where a trap at machine code offset @pc came from
 *
 * Sorted by @pc.  For faulting accesses @pc is the instruction's first byte; for explicit traps it
 * is the last byte of the call to the trap stub, for calls that may not return, their last byte.
 */
struct kwasm_site {
	u32 pc;
	u32 at;		/* byte offset in the module */
};

/**
 * struct kwasm_code_func - machine code of one defined function; offsets into kwasm_code.text
 */
struct kwasm_code_func {
	u32 start;
	u32 end;
	u32 enter;	/* its entry thunk, before @start; 0 if it cannot be called from outside */
};

/**
 * struct kwasm_code - a compiled module, shared by all its instances, immutable once sealed
 * @module: its source; must outlive it
 * @bindings: bindings of its imports; owned
 * @funcs: one per *defined* function; NULL for a module that was only declared: its instances have
 *	everything except code, and calling one of their functions traps with KWASM_TRAP_HOST
 * @tables_called: bit n: calls read the elements of table n, for the first 64; those of the others
 *	are in the code
 * @compile_ns: compile time
 */
struct kwasm_code {
	const struct kwasm_module *module;
	struct kwasm_bindings bindings;
	struct kwasm_text text;
	u32 text_used;
	struct kwasm_code_func *funcs;
	struct kwasm_site *sites;
	u32 num_sites;
	u64 tables_called;
	u64 compile_ns;
};

/** kwasm_code_destroy() - free compiled code, which must not be running.  NULL is allowed. */
void kwasm_code_destroy(struct kwasm_code *code);

/**
 * kwasm_code_locate() - find the function and module offset of a machine address.
 *
 * A function's entry thunk belongs to it.
 *
 * Context: any.  Return: 0, or -ENOENT when @pc is outside the code.
 */
int kwasm_code_locate(const struct kwasm_code *code, const void *pc, u32 *func, u32 *at);

#endif /* KWASM_CODE_H */
