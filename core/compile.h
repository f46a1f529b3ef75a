/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compile.h - compile a validated module to machine code.
 */
#ifndef KWASM_COMPILE_H
#define KWASM_COMPILE_H

#include "code.h"
#include "diag.h"

struct ir_func;
struct kwasm_target;

/**
 * struct kwasm_compile_opts - how to compile
 * @dump: called with the IR after every pass; NULL for none
 * @dump_func: dump only this function index, or KWASM_DIAG_NONE for all
 * @verify: run ir_verify() after every pass (test builds and dumps)
 * @time_limit_ns: limit for the whole module; 0 means none
 * @target: the back end; NULL for kwasm_target_native
 */
struct kwasm_compile_opts {
	void (*dump)(void *arg, struct ir_func *f, const char *pass);
	void *dump_arg;
	u32 dump_func;
	bool verify;
	u64 time_limit_ns;
	const struct kwasm_target *target;
};

/**
 * kwasm_code_compile() - compile every function of a module.
 * @module: validated; must outlive the code
 * @bindings: bindings of its function imports; owned by the code on success
 * @opts: NULL for the defaults
 * @diag: on failure, the message with function and byte offset
 * @out: the code, sealed and executable
 *
 * Context: process, may sleep, interruptible by a fatal signal.
 * Return: 0; -EOPNOTSUPP unsupported by the compiler; -E2BIG a limit, named in @diag; -ENOMEM;
 * -EINTR; -ETIME.
 */
int kwasm_code_compile(const struct kwasm_module *module, struct kwasm_bindings *bindings,
		       const struct kwasm_compile_opts *opts, struct kwasm_diag *diag,
		       struct kwasm_code **out);

/** kwasm_pass_name() - name of pass @n in execution order, or NULL after the last. */
const char *kwasm_pass_name(u32 n);

#endif /* KWASM_COMPILE_H */
