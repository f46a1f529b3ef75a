// SPDX-License-Identifier: GPL-2.0-only
/*
 * fold_arith.c - identities of integer arithmetic, bits, shifts and extensions.
 *
 * Constants of commutative operations are in arg[1] here.
 */
#include "fold.h"

static u64 imm(const struct ir_func *f, u32 v)
{
	return f->ins[v].imm;
}

static u32 access_bits(const struct ir_ins *ins)
{
	switch (ins->access) {
	case IR_S8:
	case IR_S16:
	case IR_S32:
		return fold_width(ins->type);
	default:
		return 8 * ir_access_bytes(ins->access);
	}
}

/* fold_bits() without looking at operands that are not constants. */
static u32 own_bits(const struct ir_func *f, u32 v)
{
	const struct ir_ins *ins = &f->ins[v];
	bool constant = fold_is_const(f, ins->arg[1]);
	u32 width = fold_width(ins->type);
	u64 c = imm(f, ins->arg[1]);

	switch (ir_op_class(ins->op)) {
	case IR_CLASS_COMPARE:
		return 1;
	case IR_CLASS_COUNT:
		return 7;
	default:
		break;
	}
	switch (ins->op) {
	case IR_CONST:
		return fls64(ins->imm);
	case IR_ZEXT:
		return 32;
	/* Except PKTLOAD, which is -ENODATA beyond the packet's end. */
	case IR_LOAD:
	case IR_CTXLOAD:
		return access_bits(ins);
	case IR_AND:
		return constant ? (u32)fls64(c) : width;
	case IR_SHRU:
		return constant ? width - (c & (width - 1)) : width;
	case IR_REMU:
		return constant && c ? (u32)fls64(c - 1) : width;
	default:
		return width;
	}
}

u32 fold_bits(const struct ir_func *f, u32 v)
{
	const struct ir_ins *ins = &f->ins[v];
	u32 bits = own_bits(f, v);

	switch (ins->op) {
	case IR_ZEXT:
	case IR_SHRU:
	case IR_DIVU:
		return min(bits, own_bits(f, ins->arg[0]));
	case IR_AND:
		return min(bits, min(own_bits(f, ins->arg[0]), own_bits(f, ins->arg[1])));
	case IR_OR:
	case IR_XOR:
		return min(bits, max(own_bits(f, ins->arg[0]), own_bits(f, ins->arg[1])));
	case IR_SELECT:
		return min(bits, max(own_bits(f, ins->arg[1]), own_bits(f, ins->arg[2])));
	default:
		return bits;
	}
}

/* (y op c2) op c becomes y op (c2 op c). */
static bool associate(struct ir_func *f, u32 i, u64 c)
{
	u32 a = f->ins[i].arg[0];
	u32 inner = f->ins[a].arg[1];
	u64 both;

	if (f->ins[a].op != f->ins[i].op || !fold_is_const(f, inner) ||
	    !fold_eval(&f->ins[i], imm(f, inner), c, &both))
		return false;
	return fold_to_op_const(f, i, f->ins[i].op, f->ins[a].arg[0], both);
}

static bool and_const(struct ir_func *f, u32 i, u64 c)
{
	u32 type = f->ins[i].type;
	u32 a = f->ins[i].arg[0];
	u32 bits = fold_bits(f, a);
	u64 reach = bits < 64 ? (1ull << bits) - 1 : U64_MAX;
	u32 wrapped;

	if (!c)
		return fold_to_const(f, i, 0);
	if ((c & reach) == reach)
		return fold_to_copy(f, i, a);
	if (type == IR_I64 && c == U32_MAX) {
		wrapped = fold_new(f, i, IR_WRAP, IR_I32, a, 0);
		return wrapped && fold_to_op(f, i, IR_ZEXT, wrapped, 0);
	}
	/* a mask that keeps the bits which a sign extension copies */
	if ((f->ins[a].op == IR_EXT8S && c <= 0xff) || (f->ins[a].op == IR_EXT16S && c <= 0xffff))
		return fold_to_op(f, i, IR_AND, f->ins[a].arg[0], f->ins[i].arg[1]);
	return associate(f, i, c);
}

static bool mul_const(struct ir_func *f, u32 i, u64 c)
{
	u32 a = f->ins[i].arg[0];
	u32 zero;

	if (!c)
		return fold_to_const(f, i, 0);
	if (c == 1)
		return fold_to_copy(f, i, a);
	if (fold_is_power(c))
		return fold_to_op_const(f, i, IR_SHL, a, fls64(c) - 1);
	if (c == fold_mask(f->ins[i].type)) {
		zero = fold_new_const(f, i, f->ins[i].type, 0);
		return zero && fold_to_op(f, i, IR_SUB, zero, a);
	}
	return associate(f, i, c);
}

/* A shift of a shift by constants; @n is the outer count, @m the inner one. */
static bool shift_shift(struct ir_func *f, u32 i, u32 n, u32 m)
{
	u32 type = f->ins[i].type;
	u32 width = fold_width(type);
	u32 op = f->ins[i].op;
	u32 a = f->ins[i].arg[0];
	u32 inner = f->ins[a].op;
	u32 x = f->ins[a].arg[0];

	if (op == inner && op == IR_SHRS)
		return fold_to_op_const(f, i, op, x, min(n + m, width - 1));
	if (op == inner && (op == IR_ROTL || op == IR_ROTR))
		return fold_to_op_const(f, i, op, x, (n + m) & (width - 1));
	if (op == inner)
		return n + m < width ? fold_to_op_const(f, i, op, x, n + m) :
				       fold_to_const(f, i, 0);
	if (n != m)
		return false;
	if (op == IR_SHRU && inner == IR_SHL)
		return fold_to_op_const(f, i, IR_AND, x, fold_mask(type) >> n);
	if (op == IR_SHL && (inner == IR_SHRU || inner == IR_SHRS))
		return fold_to_op_const(f, i, IR_AND, x, fold_mask(type) << n & fold_mask(type));
	if (op != IR_SHRS || inner != IR_SHL)
		return false;
	switch (width - n) {
	case 8:
		return fold_to_op(f, i, IR_EXT8S, x, 0);
	case 16:
		return fold_to_op(f, i, IR_EXT16S, x, 0);
	case 32:
		return fold_to_op(f, i, IR_EXT32S, x, 0);
	default:
		return false;
	}
}

static bool is_shift(u32 op)
{
	return ir_op_class(op) == IR_CLASS_SHIFT;
}

static bool shift_const(struct ir_func *f, u32 i, u64 c)
{
	u32 width = fold_width(f->ins[i].type);
	u32 a = f->ins[i].arg[0];
	u32 n = c & (width - 1);
	u32 count = f->ins[a].arg[1];

	if (!n)
		return fold_to_copy(f, i, a);
	if (n != c)
		return fold_to_op_const(f, i, f->ins[i].op, a, n);
	if (f->ins[i].op == IR_SHRU && fold_bits(f, a) <= n)
		return fold_to_const(f, i, 0);
	if (is_shift(f->ins[a].op) && fold_is_const(f, count))
		return shift_shift(f, i, n, imm(f, count) & (width - 1));
	return false;
}

/* Counts are modulo the width: an explicit mask of the count is redundant. */
static bool shift_count(struct ir_func *f, u32 i)
{
	u32 count = f->ins[i].arg[1];
	u32 low = fold_width(f->ins[i].type) - 1;

	if (f->ins[count].op != IR_AND || !fold_is_const(f, f->ins[count].arg[1]) ||
	    (imm(f, f->ins[count].arg[1]) & low) != low)
		return false;
	f->ins[i].arg[1] = f->ins[count].arg[0];
	return true;
}

/* arg[1] is the constant @c. */
static bool arith_const(struct ir_func *f, u32 i, u64 c)
{
	u32 a = f->ins[i].arg[0];
	u64 all = fold_mask(f->ins[i].type);

	switch (f->ins[i].op) {
	case IR_ADD:
		return c ? associate(f, i, c) : fold_to_copy(f, i, a);
	case IR_SUB:
		return fold_to_op_const(f, i, IR_ADD, a, (0 - c) & all);
	case IR_MUL:
		return mul_const(f, i, c);
	case IR_AND:
		return and_const(f, i, c);
	case IR_OR:
		if (c == all)
			return fold_to_const(f, i, all);
		return c ? associate(f, i, c) : fold_to_copy(f, i, a);
	case IR_XOR:
		return c ? associate(f, i, c) : fold_to_copy(f, i, a);
	default:
		return shift_const(f, i, c);
	}
}

/* Both operands are the same value. */
static bool arith_same(struct ir_func *f, u32 i)
{
	switch (f->ins[i].op) {
	case IR_SUB:
	case IR_XOR:
		return fold_to_const(f, i, 0);
	case IR_AND:
	case IR_OR:
		return fold_to_copy(f, i, f->ins[i].arg[0]);
	default:
		return false;
	}
}

bool fold_arith(struct ir_func *f, u32 i)
{
	u32 a = f->ins[i].arg[0];
	u32 b = f->ins[i].arg[1];

	if (fold_is_const(f, b))
		return arith_const(f, i, imm(f, b));
	if (a == b && arith_same(f, i))
		return true;
	if (is_shift(f->ins[i].op)) {
		if (fold_is_const(f, a) && !imm(f, a))
			return fold_to_const(f, i, 0);
		return shift_count(f, i);
	}
	/* x + (0 - y) and x - (0 - y) */
	if ((f->ins[i].op == IR_ADD || f->ins[i].op == IR_SUB) && f->ins[b].op == IR_SUB &&
	    fold_is_const(f, f->ins[b].arg[0]) && !imm(f, f->ins[b].arg[0]))
		return fold_to_op(f, i, f->ins[i].op == IR_ADD ? IR_SUB : IR_ADD, a,
				  f->ins[b].arg[1]);
	return false;
}

/* Bits of the operand that an extension or a store uses. */
static u32 wanted_bits(const struct ir_ins *ins)
{
	switch (ins->op) {
	case IR_EXT8S:
		return 8;
	case IR_EXT16S:
		return 16;
	case IR_EXT32S:
	case IR_WRAP:
		return 32;
	default:
		return 8 * ir_access_bytes(ins->access);
	}
}

/* Look through operations that only change unused bits of arg[@n]. */
static bool narrow(struct ir_func *f, u32 i, u32 n)
{
	u32 bits = wanted_bits(&f->ins[i]);
	u32 v = f->ins[i].arg[n];
	const struct ir_ins *arg = &f->ins[v];
	u64 low = bits < 64 ? (1ull << bits) - 1 : U64_MAX;

	switch (arg->op) {
	case IR_AND:
		if (!fold_is_const(f, arg->arg[1]) || (imm(f, arg->arg[1]) & low) != low)
			return false;
		break;
	case IR_EXT8S:
		if (bits > 8)
			return false;
		break;
	case IR_EXT16S:
		if (bits > 16)
			return false;
		break;
	case IR_EXT32S:
		if (bits > 32)
			return false;
		break;
	default:
		return false;
	}
	f->ins[i].arg[n] = arg->arg[0];
	return true;
}

static bool sign_extend(struct ir_func *f, u32 i)
{
	u32 a = f->ins[i].arg[0];
	u32 op = f->ins[a].op;
	u32 bits = wanted_bits(&f->ins[i]);

	if (narrow(f, i, 0))
		return true;
	if (fold_bits(f, a) < bits)
		return fold_to_copy(f, i, a);
	/* extended already, from as many bits or fewer */
	if ((op == IR_EXT8S && bits >= 8) || (op == IR_EXT16S && bits >= 16) ||
	    (op == IR_SEXT && bits == 32))
		return fold_to_copy(f, i, a);
	if (op == IR_LOAD && ((f->ins[a].access == IR_S8 && bits >= 8) ||
			      (f->ins[a].access == IR_S16 && bits >= 16) ||
			      (f->ins[a].access == IR_S32 && bits >= 32)))
		return fold_to_copy(f, i, a);
	if (op == IR_ZEXT && bits == 32)
		return fold_to_op(f, i, IR_SEXT, f->ins[a].arg[0], 0);
	return false;
}

bool fold_convert(struct ir_func *f, u32 i)
{
	u32 a = f->ins[i].arg[0];
	u32 op = f->ins[a].op;

	switch (f->ins[i].op) {
	case IR_EXT8S:
	case IR_EXT16S:
	case IR_EXT32S:
		return sign_extend(f, i);
	case IR_WRAP:
		if (op == IR_ZEXT || op == IR_SEXT)
			return fold_to_copy(f, i, f->ins[a].arg[0]);
		return narrow(f, i, 0);
	case IR_SEXT:
		if (fold_bits(f, a) < 32)
			return fold_to_op(f, i, IR_ZEXT, a, 0);
		return false;
	case IR_STORE:
		return narrow(f, i, 1);
	default:
		return false;
	}
}
