/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interp.h - executes the IR of a module's functions, so that passes are tested without a back end.
 *
 * Integers, floats, linear memory, tables, globals and calls inside one module; imports of the
 * suite's "spectest" module do nothing.
 */
#ifndef KWASM_TESTS_IR_INTERP_H
#define KWASM_TESTS_IR_INTERP_H

#include "ir/ir.h"
#include "run/trap.h"

#define INTERP_MAX_RESULTS 1000
#define INTERP_STEPS 50000000u		/* instructions of one invocation */
#define INTERP_DEPTH 300		/* calls inside each other */

/* A pass by the name it has in dumps; run in this order. */
struct interp_pass {
	const char *name;
	int (*run)(struct ir_func *f);
};

extern const struct interp_pass interp_passes[];
extern const unsigned int interp_num_passes;

struct interp_table {
	u64 *elems;			/* function index + 1, or the host's value + 1; 0 is null */
	u32 size, max;
};

/**
 * struct interp - an instance
 * @passes: number of interp_passes[] applied to every function
 * @verify: ir_verify() after each pass
 * @funcs: by function index; compiled on the first call
 * @errs: by function index: error of ir_build()
 */
struct interp {
	struct kwasm_module *module;
	unsigned int passes;
	struct kwasm_arena *arenas;
	struct ir_func *funcs;
	int *errs;
	struct kwasm_diag diag;
	u8 *memory;
	u32 pages, max_pages;
	u64 *globals;
	struct interp_table *tables;
	bool *dropped_data, *dropped_elem;
	u32 steps, depth;
};

/* Return: 0, -ENOTSUP for features missing in this interpreter, -EFAULT if a segment traps. */
int interp_init(struct interp *in, struct kwasm_module *module, unsigned int passes);
void interp_fini(struct interp *in);

/* Builds function @func and runs the passes.  Return: 0 or what failed, in->diag set. */
int interp_compile(struct interp *in, u32 func);

/*
 * Runs function @func.  Return: 0, a positive enum kwasm_trap, or -errno when something it calls
 * cannot be executed here.
 */
int interp_call(struct interp *in, u32 func, const u64 *args, u64 *results);

/* CALLRT: @args in the order of rt.def.  Return as interp_call(). */
int interp_rt(struct interp *in, u32 rt, const u64 *args, u64 *result);

#endif /* KWASM_TESTS_IR_INTERP_H */
