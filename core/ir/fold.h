/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fold.h - shared by the parts of the simplifier (fold*.c).
 *
 * A simplification rewrites an instruction in place.  If the value already exists, the instruction
 * becomes an IR_COPY of it; users of a copy use the copied value instead, see fold_value().
 */
#ifndef KWASM_FOLD_H
#define KWASM_FOLD_H

#include "ir.h"

static inline u32 fold_width(u32 type)
{
	return type == IR_I32 || type == IR_F32 ? 32 : 64;
}

static inline u64 fold_mask(u32 type)
{
	return fold_width(type) == 32 ? U32_MAX : U64_MAX;
}

static inline bool fold_is_const(const struct ir_func *f, u32 v)
{
	return f->ins[v].op == IR_CONST;
}

static inline bool fold_is_power(u64 c)
{
	return c && !(c & (c - 1));
}

static inline bool fold_is_compare(u32 op)
{
	return ir_op_class(op) == IR_CLASS_COMPARE;
}

/** fold_value() - the value that @v copies, or @v. */
u32 fold_value(struct ir_func *f, u32 v);

/** fold_resolve() - replace operands of @i that are copies with the copied values. */
void fold_resolve(struct ir_func *f, u32 i);

/** fold_resolve_all() - the same for all instructions.  Return: 0 or -EINTR. */
int fold_resolve_all(struct ir_func *f);

/**
 * fold_eval() - the value of @ins on constants (spec 4.3.2).
 * @a: arg[0], @b: arg[1]; i32 zero-extended, as the result
 *
 * Return: false if the operation traps on them or is not a pure integer operation.
 */
bool fold_eval(const struct ir_ins *ins, u64 a, u64 b, u64 *v);

/* Rewrite an instruction; all return true. */
bool fold_to_const(struct ir_func *f, u32 i, u64 bits);
bool fold_to_copy(struct ir_func *f, u32 i, u32 value);
bool fold_to_op(struct ir_func *f, u32 i, u32 op, u32 a, u32 b);

/** fold_to_op_const() - as fold_to_op() with a new constant of the operands' type as arg[1]. */
bool fold_to_op_const(struct ir_func *f, u32 i, u32 op, u32 a, u64 c);

/** fold_new() - a new instruction before @i.  Return: index, 0 when memory is exhausted. */
u32 fold_new(struct ir_func *f, u32 i, u32 op, u32 type, u32 a, u32 b);

/** fold_new_const() - a new constant before @i.  Return: as fold_new(). */
u32 fold_new_const(struct ir_func *f, u32 i, u32 type, u64 bits);

/** fold_bits() - number of low bits outside which @v is zero for certain. */
u32 fold_bits(const struct ir_func *f, u32 v);

/* The simplifiers: true if @i has changed and may be simplified further. */
bool fold_arith(struct ir_func *f, u32 i);	/* fold_arith.c: +, -, *, bits, shifts */
bool fold_divide(struct ir_func *f, u32 i);	/* fold_div.c: division and remainder */
bool fold_compare(struct ir_func *f, u32 i);	/* fold_cmp.c: comparisons, select */
bool fold_convert(struct ir_func *f, u32 i);	/* fold_arith.c: extensions, stored values */
bool fold_float(struct ir_func *f, u32 i);	/* fold_float.c: signs and bits of floats */

#endif /* KWASM_FOLD_H */
