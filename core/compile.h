/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compile.h - a validated module to machine code.
 */
#ifndef KWASM_COMPILE_H
#define KWASM_COMPILE_H

#include "run/host.h"
#include "ir/ir.h"
#include "wasm/module.h"

/**
 * struct kwasm_site - where a trap at machine code offset @pc came from
 *
 * Sorted by @pc.  For faulting accesses @pc is the instruction's first byte; for explicit traps it
 * is the last byte of the call to the trap stub, for calls that may not come back their last byte.
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
	u32 enter;	/* its entry thunk, before @start; 0 where nothing outside can call it */
};

/**
 * struct kwasm_code - a compiled module, shared by all its instances, immutable once sealed
 * @module: what it was made from; must outlive it
 * @bindings: what its imports are bound to; owned
 * @funcs: one per *defined* function; NULL for a module that was declared only: its instances have
 *	everything but code, and calling one of their functions traps with KWASM_TRAP_HOST
 * @compile_ns: how long it took
 */
struct kwasm_code {
	const struct kwasm_module *module;
	struct kwasm_bindings bindings;
	struct kwasm_text text;
	u32 text_used;
	struct kwasm_code_func *funcs;
	struct kwasm_site *sites;
	u32 num_sites;
	u64 compile_ns;
};

/**
 * struct kwasm_compile_opts - how to compile
 * @dump: called with the IR after every pass; NULL for none
 * @dump_func: only for this function index, or KWASM_DIAG_NONE for all
 * @verify: run ir_verify() after every pass (test builds and dumps)
 * @arena_limit: bytes of compiler memory for one function; 0 means the default
 * @time_limit_ns: ceiling for the whole module; 0 means none
 */
struct kwasm_compile_opts {
	void (*dump)(void *arg, struct ir_func *f, const char *pass);
	void *dump_arg;
	u32 dump_func;
	bool verify;
	size_t arena_limit;
	u64 time_limit_ns;
};

/**
 * kwasm_code_compile() - compile every function of a module.
 * @module: validated; must outlive the code
 * @bindings: bindings of its function imports; taken over on success
 * @opts: NULL for the defaults
 * @diag: names the function and byte on failure
 * @out: the code, sealed and executable
 *
 * Context: process, may sleep, interruptible by a fatal signal.
 * Return: 0; -EOPNOTSUPP something is not compiled; -E2BIG a limit; -ENOMEM; -EINTR; -ETIME.
 */
int kwasm_code_compile(const struct kwasm_module *module, struct kwasm_bindings *bindings,
		       const struct kwasm_compile_opts *opts, struct kwasm_diag *diag,
		       struct kwasm_code **out);

/** kwasm_code_destroy() - free it; nobody may be inside.  NULL is allowed. */
void kwasm_code_destroy(struct kwasm_code *code);

/**
 * kwasm_code_locate() - which function and module offset a machine address belongs to.
 *
 * A function's entry thunk belongs to it.
 *
 * Context: any.  Return: 0, or -ENOENT when @pc is outside the code.
 */
int kwasm_code_locate(const struct kwasm_code *code, const void *pc, u32 *func, u32 *at);

/** kwasm_pass_name() - name of pass @n in the order they run, or NULL behind the last. */
const char *kwasm_pass_name(u32 n);

#endif /* KWASM_COMPILE_H */
