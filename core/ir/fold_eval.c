// SPDX-License-Identifier: GPL-2.0-only
/*
 * fold_eval.c - integer operations on constants, exactly as WebAssembly defines them (spec 4.3.2).
 */
#include "fold.h"

static s64 widen(u64 v, u32 type)
{
	return type == IR_I32 ? (s64)(s32)v : (s64)v;
}

static bool divide(const struct ir_ins *ins, u64 a, u64 b, u64 *v)
{
	s64 sa = widen(a, ins->type);
	s64 sb = widen(b, ins->type);

	if (!b)
		return false;
	if (ins->op == IR_DIVU) {
		*v = a / b;
	} else if (ins->op == IR_REMU) {
		*v = a % b;
	} else if (sb == -1) {		/* where C overflows */
		if (ins->op == IR_DIVS && a == 1ull << (fold_width(ins->type) - 1))
			return false;
		*v = ins->op == IR_DIVS ? 0 - a : 0;
	} else {
		*v = ins->op == IR_DIVS ? sa / sb : sa % sb;
	}
	return true;
}

static u64 multiply_high(u64 a, u64 b)
{
	u64 low = (u64)(u32)a * (u32)b;
	u64 middle = (a >> 32) * (u32)b + (low >> 32);
	u64 cross = (u64)(u32)a * (b >> 32) + (u32)middle;

	return (a >> 32) * (b >> 32) + (middle >> 32) + (cross >> 32);
}

static u64 shift(const struct ir_ins *ins, u64 a, u64 b)
{
	u32 width = fold_width(ins->type);
	u32 n = b & (width - 1);

	switch (ins->op) {
	case IR_SHL:
		return a << n;
	case IR_SHRS:
		return widen(a, ins->type) >> n;
	case IR_SHRU:
		return a >> n;
	case IR_ROTL:
		return n ? a << n | a >> (width - n) : a;
	default:
		return n ? a >> n | a << (width - n) : a;
	}
}

static u32 ones(u64 a)
{
	u32 n = 0;

	for (; a; a &= a - 1)
		n++;
	return n;
}

static bool holds(const struct ir_ins *ins, u64 a, u64 b)
{
	s64 sa = widen(a, ins->otype);
	s64 sb = widen(b, ins->otype);

	switch (ins->op) {
	case IR_EQ:
		return a == b;
	case IR_NE:
		return a != b;
	case IR_LTS:
		return sa < sb;
	case IR_LTU:
		return a < b;
	case IR_GTS:
		return sa > sb;
	case IR_GTU:
		return a > b;
	case IR_LES:
		return sa <= sb;
	case IR_LEU:
		return a <= b;
	case IR_GES:
		return sa >= sb;
	default:
		return a >= b;
	}
}

static bool unary(const struct ir_ins *ins, u64 a, u64 *v)
{
	u32 width = fold_width(ins->type);

	switch (ins->op) {
	case IR_CLZ:
		*v = width - fls64(a);
		break;
	case IR_CTZ:
		*v = a ? (u32)fls64(a & (0 - a)) - 1 : width;
		break;
	case IR_POPCNT:
		*v = ones(a);
		break;
	case IR_EXT8S:
		*v = (s64)(s8)a;
		break;
	case IR_EXT16S:
		*v = (s64)(s16)a;
		break;
	case IR_EXT32S:
	case IR_SEXT:
		*v = (s64)(s32)a;
		break;
	case IR_WRAP:
	case IR_ZEXT:
		*v = (u32)a;
		break;
	default:
		return false;
	}
	return true;
}

static u64 combine(const struct ir_ins *ins, u64 a, u64 b)
{
	switch (ins->op) {
	case IR_ADD:
		return a + b;
	case IR_SUB:
		return a - b;
	case IR_MUL:
		return a * b;
	case IR_AND:
		return a & b;
	case IR_OR:
		return a | b;
	default:
		return a ^ b;
	}
}

static bool evaluate(const struct ir_ins *ins, u64 a, u64 b, u64 *v)
{
	switch (ir_op_class(ins->op)) {
	case IR_CLASS_ARITH:
	case IR_CLASS_LOGIC:
		*v = combine(ins, a, b);
		return true;
	case IR_CLASS_MULHIGH:
		*v = multiply_high(a, b);
		return true;
	case IR_CLASS_DIVIDE:
		return divide(ins, a, b, v);
	case IR_CLASS_SHIFT:
		*v = shift(ins, a, b);
		return true;
	case IR_CLASS_COMPARE:
		*v = holds(ins, a, b);
		return true;
	default:
		return unary(ins, a, v);
	}
}

bool fold_eval(const struct ir_ins *ins, u64 a, u64 b, u64 *v)
{
	if (!evaluate(ins, a, b, v))
		return false;
	*v &= fold_mask(ins->type);
	return true;
}
