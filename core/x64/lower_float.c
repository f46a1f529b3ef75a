// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower_float.c - lower operations to machine operations: floats.
 *
 * Guarantees: a condition is false for unordered operands, as the operation requires; constants and
 * loads become memory operands if they are the second operand.
 */
#include "lower.h"

/* The constant or the load arg[1], if it is one, becomes a memory operand. */
static bool fold_second(struct lower *l, u32 i, u32 type)
{
	struct ir_ins *ins = &l->f->ins[i];
	const struct ir_ins *arg = &l->f->ins[ins->arg[1]];

	if (arg->op == IR_CONST) {
		ins->form = X64_FORM_RK;
		ins->imm = arg->imm;
		lower_replace(l, &ins->arg[1], 0);
		return true;
	}
	return lower_fold_load(l, i, 1, type);
}

static void lower_arith(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];

	ins->form = X64_FORM_RR;
	if (fold_second(l, i, ins->type) || !ir_op_is(ins->op, IR_OP_COMMUTES))
		return;
	swap(ins->arg[0], ins->arg[1]);
	if (!fold_second(l, i, ins->type))
		swap(ins->arg[0], ins->arg[1]);
}

/* These read the second operand several times: it may be a constant, but no load. */
static void lower_extreme(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];

	ins->form = X64_FORM_RR;
	if (l->f->ins[ins->arg[1]].op == IR_CONST)
		fold_second(l, i, ins->type);
}

/*
 * An unordered comparison sets the carry flag, like less: "less" therefore checks whether the
 * second operand is greater.
 */
static void lower_compare(struct lower *l, u32 i)
{
	static const u8 cc[IR_NUM_OPS] = {
		[IR_FEQ] = X64_CC_FEQ, [IR_FNE] = X64_CC_FNE,
		[IR_FLT] = X64_CC_A, [IR_FGT] = X64_CC_A,
		[IR_FLE] = X64_CC_AE, [IR_FGE] = X64_CC_AE,
	};
	struct ir_ins *ins = &l->f->ins[i];
	bool equality = ins->op == IR_FEQ || ins->op == IR_FNE;

	ins->cc = cc[ins->op];
	ins->form = X64_FORM_RR;
	if (ins->op == IR_FLT || ins->op == IR_FLE)
		swap(ins->arg[0], ins->arg[1]);
	if (fold_second(l, i, ins->otype) || !equality)
		return;
	swap(ins->arg[0], ins->arg[1]);
	if (!fold_second(l, i, ins->otype))
		swap(ins->arg[0], ins->arg[1]);
}

void lower_float(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];

	switch (ir_op_class(ins->op)) {
	case IR_CLASS_FARITH:
		lower_arith(l, i);
		break;
	case IR_CLASS_FEXTREME:
		lower_extreme(l, i);
		break;
	case IR_CLASS_FCOMPARE:
		lower_compare(l, i);
		break;
	default:
		if (ins->op == IR_CONVS && ins->otype == IR_I32)
			lower_strip(l, &ins->arg[0]);
		ins->form = X64_FORM_RR;
	}
}

/*
 * `a < b ? a : b` is the CPU's minimum: b if they are equal or unordered.  The same holds for the
 * other three forms and for the maximum.
 */
bool lower_float_select(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	const struct ir_ins *test = &l->f->ins[ins->arg[0]];
	bool less = test->op == IR_FLT;
	bool same = test->arg[0] == ins->arg[1] && test->arg[1] == ins->arg[2];
	bool turned = test->arg[0] == ins->arg[2] && test->arg[1] == ins->arg[1];

	if ((!less && test->op != IR_FGT) || test->form || (!same && !turned))
		return false;
	ins->op = less == same ? IR_FMIN : IR_FMAX;
	ins->form = X64_FORM_FIRST;
	lower_replace(l, &ins->arg[0], 0);
	ins->arg[0] = ins->arg[1];
	ins->arg[1] = ins->arg[2];
	ins->arg[2] = 0;
	if (l->f->ins[ins->arg[1]].op == IR_CONST) {
		ins->imm = l->f->ins[ins->arg[1]].imm;
		lower_replace(l, &ins->arg[1], 0);
	}
	return true;
}
