// SPDX-License-Identifier: GPL-2.0-only
/*
 * fold_float.c - exact float operations on bit patterns: signs and reinterpretations.
 *
 * No float arithmetic here: kernel code must not use floats, and nothing is reassociated.
 */
#include "fold.h"

static u64 sign_bit(u32 type)
{
	return 1ull << (fold_width(type) - 1);
}

/* The operation, one on signs or bits, on constants. */
static bool on_const(struct ir_func *f, u32 i, u64 a)
{
	u64 sign = sign_bit(f->ins[i].type);

	switch (f->ins[i].op) {
	case IR_FABS:
		return fold_to_const(f, i, a & ~sign);
	case IR_FNEG:
		return fold_to_const(f, i, a ^ sign);
	case IR_BITCAST:
		return fold_to_const(f, i, a);
	default:
		return false;
	}
}

/* A constant sign needs an operation without a second operand. */
static bool copy_sign(struct ir_func *f, u32 i)
{
	u32 a = f->ins[i].arg[0];
	u32 b = f->ins[i].arg[1];
	u32 abs;

	if (a == b)
		return fold_to_copy(f, i, a);
	if (f->ins[a].op == IR_FABS || f->ins[a].op == IR_FNEG || f->ins[a].op == IR_FCOPYSIGN) {
		f->ins[i].arg[0] = f->ins[a].arg[0];
		return true;
	}
	if (!fold_is_const(f, b))
		return false;
	if (!(f->ins[b].imm & sign_bit(f->ins[i].type)))
		return fold_to_op(f, i, IR_FABS, a, 0);
	abs = fold_new(f, i, IR_FABS, f->ins[i].type, a, 0);
	return abs && fold_to_op(f, i, IR_FNEG, abs, 0);
}

bool fold_float(struct ir_func *f, u32 i)
{
	u32 a = f->ins[i].arg[0];
	const struct ir_ins *arg = &f->ins[a];

	if (fold_is_const(f, a) && on_const(f, i, arg->imm))
		return true;
	switch (f->ins[i].op) {
	case IR_FABS:
		if (arg->op == IR_FABS)
			return fold_to_copy(f, i, a);
		return (arg->op == IR_FNEG || arg->op == IR_FCOPYSIGN) &&
		       fold_to_op(f, i, IR_FABS, arg->arg[0], 0);
	case IR_FNEG:
		return arg->op == IR_FNEG && fold_to_copy(f, i, arg->arg[0]);
	case IR_FCOPYSIGN:
		return copy_sign(f, i);
	case IR_BITCAST:
		return arg->op == IR_BITCAST && fold_to_copy(f, i, arg->arg[0]);
	default:
		return false;
	}
}
