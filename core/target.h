/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target.h - the compiler's interface to a back end.
 */
#ifndef KWASM_TARGET_H
#define KWASM_TARGET_H

#include "code.h"
#include "diag.h"

struct ir_func;
struct ir_target;
struct kwasm_steps;

/**
 * struct kwasm_target - a back end
 * @name: "x64"
 * @regs: the registers, and how lowered instructions use them
 * @size: bytes of the back end's state for a module under compilation; the other functions get this
 *	memory, zeroed, as their argument
 * @init: start without code; @steps is for @init and @link, see step.h.  @destroy is always called
 *	after it.  Return: 0 or -ENOMEM
 * @destroy: free the state
 * @lower: choose machine operations for a function, in place.  Requires SSA with split edges.
 *	Return: 0, or -errno with f->diag set
 * @emit: append the code of a function, its entry thunk included.  Requires register allocation.
 *	Functions are emitted in the order of their indices.  Return: 0, or -errno with f->diag set
 * @link: assign the code its address, make it executable, transfer it: text, text_used, funcs,
 *	sites and num_sites of @out are set.  Return: 0, or -errno with @diag set and nothing
 *	transferred
 *
 * Process context, all of them.
 */
struct kwasm_target {
	const char *name;
	const struct ir_target *regs;
	size_t size;
	int (*init)(void *arg, const struct kwasm_module *module,
		    const struct kwasm_bindings *bindings, struct kwasm_steps *steps);
	void (*destroy)(void *arg);
	int (*lower)(void *arg, struct ir_func *f);
	int (*emit)(void *arg, struct ir_func *f);
	int (*link)(void *arg, struct kwasm_code *out, struct kwasm_diag *diag);
};

/* The processor that this runs on: defined by the folder that core/objects.mk lists. */
extern const struct kwasm_target kwasm_target_native;

#endif /* KWASM_TARGET_H */
