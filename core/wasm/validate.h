/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * validate.h - validation of function bodies (spec 3.3 and appendix A.3).
 */
#ifndef KWASM_VALIDATE_H
#define KWASM_VALIDATE_H

#include "module.h"

/*
 * Work space of one validation, reused from body to body: operand types, open blocks, local types.
 */
struct kwasm_validator;

/**
 * kwasm_validator_create() - work space for the bodies of @m.
 *
 * Return: NULL if out of memory.
 */
struct kwasm_validator *kwasm_validator_create(const struct kwasm_module *m);

/** kwasm_validator_destroy() - free it; NULL is allowed. */
void kwasm_validator_destroy(struct kwasm_validator *v);

/**
 * kwasm_validate_body() - validate one function body.
 * @v: work space
 * @func: function index; its type, body, code, end and runs are set already
 * @info: its description, which receives max_operands, num_blocks, num_branches, float_code and
 *	leaf
 * @diag: receives the first error
 *
 * Requires all sections before the code section to be decoded.  Time and memory are linear in the
 * size of the body; the cost of branch operands is bounded.
 * Context: process, may sleep.
 * Return: 0; -ENOEXEC malformed or invalid; -EOPNOTSUPP, -E2BIG, -ENOMEM, -EINTR.
 */
int kwasm_validate_body(struct kwasm_validator *v, u32 func, struct kwasm_func_info *info,
			struct kwasm_diag *diag);

#endif /* KWASM_VALIDATE_H */
