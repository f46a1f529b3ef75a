// SPDX-License-Identifier: GPL-2.0-only
/*
 * fold_cmp.c - comparisons, select and branch conditions.
 */
#include "fold.h"

/* The inverse comparison, and the one with its operands exchanged. */
static const struct {
	u8 inverse;
	u8 swapped;
} compare[IR_NUM_OPS] = {
	[IR_EQ] = { IR_NE, IR_EQ },
	[IR_NE] = { IR_EQ, IR_NE },
	[IR_LTS] = { IR_GES, IR_GTS },
	[IR_LTU] = { IR_GEU, IR_GTU },
	[IR_GTS] = { IR_LES, IR_LTS },
	[IR_GTU] = { IR_LEU, IR_LTU },
	[IR_LES] = { IR_GTS, IR_GES },
	[IR_LEU] = { IR_GTU, IR_GEU },
	[IR_GES] = { IR_LTS, IR_LES },
	[IR_GEU] = { IR_LTU, IR_LEU },
};

static bool is_value(const struct ir_func *f, u32 v, u64 c)
{
	return fold_is_const(f, v) && f->ins[v].imm == c;
}

/* @i tests arg[0], a comparison's result, against zero: it is that comparison or its inverse. */
static bool compare_again(struct ir_func *f, u32 i, bool inverse)
{
	const struct ir_ins inner = f->ins[f->ins[i].arg[0]];

	if (!inverse)
		return fold_to_copy(f, i, f->ins[i].arg[0]);
	f->ins[i].otype = inner.otype;
	return fold_to_op(f, i, compare[inner.op].inverse, inner.arg[0], inner.arg[1]);
}

/* Equality with a constant. */
static bool equal_const(struct ir_func *f, u32 i, u64 c)
{
	bool eq = f->ins[i].op == IR_EQ;
	u32 a = f->ins[i].arg[0];
	const struct ir_ins inner = f->ins[a];
	u32 bits = fold_bits(f, a);

	if (bits < 64 && c >> bits)
		return fold_to_const(f, i, !eq);
	if (fold_is_compare(inner.op))
		return compare_again(f, i, eq == !c);
	if (!c && (inner.op == IR_SUB || inner.op == IR_XOR))
		return fold_to_op(f, i, f->ins[i].op, inner.arg[0], inner.arg[1]);
	if (inner.op == IR_ZEXT) {
		f->ins[i].otype = IR_I32;
		return fold_to_op_const(f, i, f->ins[i].op, inner.arg[0], c);
	}
	return false;
}

/* Orders that a constant at the edge of the range decides or turns into an equality. */
static bool order_const(struct ir_func *f, u32 i, u64 c)
{
	u32 type = f->ins[i].otype;
	u32 a = f->ins[i].arg[0];
	u64 all = fold_mask(type);

	switch (f->ins[i].op) {
	case IR_LTU:
		if (!c)
			return fold_to_const(f, i, 0);
		return c == 1 && fold_to_op_const(f, i, IR_EQ, a, 0);
	case IR_GEU:
		if (!c)
			return fold_to_const(f, i, 1);
		return c == 1 && fold_to_op_const(f, i, IR_NE, a, 0);
	case IR_GTU:
		if (c == all)
			return fold_to_const(f, i, 0);
		return !c && fold_to_op_const(f, i, IR_NE, a, 0);
	case IR_LEU:
		if (c == all)
			return fold_to_const(f, i, 1);
		return !c && fold_to_op_const(f, i, IR_EQ, a, 0);
	default:
		return false;
	}
}

/*
 * Did adding a constant wrap around?  x + c < x, as unsigned numbers, where x + c < c; x need not
 * live beyond the addition.
 */
static bool carry(struct ir_func *f, u32 i)
{
	u32 op = f->ins[i].op;
	u32 a = f->ins[i].arg[0];
	u32 b = f->ins[i].arg[1];

	if (f->ins[b].op == IR_ADD && f->ins[b].arg[0] == a) {
		swap(a, b);
		op = compare[op].swapped;
	}
	if ((op != IR_LTU && op != IR_GEU) || f->ins[a].op != IR_ADD || f->ins[a].arg[0] != b ||
	    !fold_is_const(f, f->ins[a].arg[1]))
		return false;
	return fold_to_op_const(f, i, op, a, f->ins[f->ins[a].arg[1]].imm);
}

static bool compare_same(struct ir_func *f, u32 i)
{
	switch (f->ins[i].op) {
	case IR_EQ:
	case IR_LES:
	case IR_LEU:
	case IR_GES:
	case IR_GEU:
		return fold_to_const(f, i, 1);
	default:
		return fold_to_const(f, i, 0);
	}
}

static bool select_op(struct ir_func *f, u32 i)
{
	struct ir_ins *ins = &f->ins[i];
	u32 cond = ins->arg[0];
	const struct ir_ins *test = &f->ins[cond];
	u32 arm;

	if (fold_is_const(f, cond))
		return fold_to_copy(f, i, test->imm ? ins->arg[1] : ins->arg[2]);
	if (ins->arg[1] == ins->arg[2])
		return fold_to_copy(f, i, ins->arg[1]);
	if ((test->op == IR_EQ || test->op == IR_NE) && test->otype == IR_I32 &&
	    is_value(f, test->arg[1], 0)) {
		if (test->op == IR_EQ) {
			arm = ins->arg[1];
			ins->arg[1] = ins->arg[2];
			ins->arg[2] = arm;
		}
		ins->arg[0] = test->arg[0];
		return true;
	}
	if (ins->type != IR_I32 || !fold_is_compare(test->op))
		return false;
	if (is_value(f, ins->arg[1], 1) && is_value(f, ins->arg[2], 0))
		return fold_to_copy(f, i, cond);
	if (is_value(f, ins->arg[1], 0) && is_value(f, ins->arg[2], 1)) {
		ins->otype = IR_I32;
		ins->arg[2] = 0;
		return fold_to_op_const(f, i, IR_EQ, cond, 0);
	}
	return false;
}

/* `br x != 0` is `br x`; `br x == 0` is `br x` with its successors exchanged. */
static bool branch(struct ir_func *f, u32 i)
{
	const struct ir_ins *test = &f->ins[f->ins[i].arg[0]];
	u32 *succs = &f->pool[f->blocks[f->ins[i].block].succs];
	u32 first = succs[0];

	if ((test->op != IR_EQ && test->op != IR_NE) || test->otype != IR_I32 ||
	    !is_value(f, test->arg[1], 0))
		return false;
	if (test->op == IR_EQ) {
		succs[0] = succs[1];
		succs[1] = first;
	}
	f->ins[i].arg[0] = test->arg[0];
	return true;
}

bool fold_compare(struct ir_func *f, u32 i)
{
	u32 a = f->ins[i].arg[0];
	u32 b = f->ins[i].arg[1];

	if (f->ins[i].op == IR_SELECT)
		return select_op(f, i);
	if (f->ins[i].op == IR_BR)
		return branch(f, i);
	if (a == b)
		return compare_same(f, i);
	if (fold_is_const(f, a)) {
		f->ins[i].arg[0] = b;
		f->ins[i].arg[1] = a;
		f->ins[i].op = compare[f->ins[i].op].swapped;
		return true;
	}
	if (!fold_is_const(f, b))
		return carry(f, i);
	if (f->ins[i].op == IR_EQ || f->ins[i].op == IR_NE)
		return equal_const(f, i, f->ins[b].imm);
	return order_const(f, i, f->ins[b].imm);
}
