/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * int_ops.h - what WebAssembly's integer instructions compute (spec 4.3.2), in C.
 */
#ifndef KWASM_TESTS_INT_OPS_H
#define KWASM_TESTS_INT_OPS_H

#include "run/trap.h"

/* OP(enum, instruction without its type); in this order in enum int_op and int_op_names */
#define INT_BINARY(OP) \
	OP(ADD, "add") OP(SUB, "sub") OP(MUL, "mul") \
	OP(DIV_S, "div_s") OP(DIV_U, "div_u") OP(REM_S, "rem_s") OP(REM_U, "rem_u") \
	OP(AND, "and") OP(OR, "or") OP(XOR, "xor") \
	OP(SHL, "shl") OP(SHR_S, "shr_s") OP(SHR_U, "shr_u") OP(ROTL, "rotl") OP(ROTR, "rotr")
#define INT_COMPARE(OP) \
	OP(EQ, "eq") OP(NE, "ne") OP(LT_S, "lt_s") OP(LT_U, "lt_u") OP(GT_S, "gt_s") \
	OP(GT_U, "gt_u") OP(LE_S, "le_s") OP(LE_U, "le_u") OP(GE_S, "ge_s") OP(GE_U, "ge_u")
#define INT_UNARY(OP) \
	OP(CLZ, "clz") OP(CTZ, "ctz") OP(POPCNT, "popcnt") OP(EQZ, "eqz") \
	OP(EXTEND8, "extend8_s") OP(EXTEND16, "extend16_s")

enum int_op {
#define OP(op, name) OP_##op,
	INT_BINARY(OP)
	OP_FIRST_COMPARE,
	OP_BEFORE_COMPARE = OP_FIRST_COMPARE - 1,
	INT_COMPARE(OP)
	OP_FIRST_UNARY,
	OP_BEFORE_UNARY = OP_FIRST_UNARY - 1,
	INT_UNARY(OP)
	NUM_INT_OPS
#undef OP
};

static const char *const int_op_names[NUM_INT_OPS] = {
#define OP(op, name) [OP_##op] = name,
	INT_BINARY(OP) INT_COMPARE(OP) INT_UNARY(OP)
#undef OP
};

static inline s64 int_signed(u64 v, int bits)
{
	return bits == 64 ? (s64)v : (s32)(u32)v;
}

static inline u64 int_rotl(u64 a, u64 n, int bits)
{
	u64 mask = bits == 64 ? ~0ull : 0xffffffffull;

	n %= (u64)bits;
	return n ? (a << n | a >> ((u64)bits - n)) & mask : a;
}

static inline u64 int_bits(enum int_op op, u64 a, int bits)
{
	u64 n = 0;

	switch (op) {
	case OP_CLZ:
		while (n < (u64)bits && !(a >> (bits - 1 - (int)n) & 1))
			n++;
		return n;
	case OP_CTZ:
		while (n < (u64)bits && !(a >> n & 1))
			n++;
		return n;
	case OP_POPCNT:
		for (; a; a &= a - 1)
			n++;
		return n;
	case OP_EQZ:
		return !a;
	case OP_EXTEND8:
		return (u64)(s64)(s8)a;
	default:
		return (u64)(s64)(s16)a;
	}
}

static inline u64 int_compare(enum int_op op, u64 a, u64 b, s64 sa, s64 sb)
{
	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT_S:
		return sa < sb;
	case OP_LT_U:
		return a < b;
	case OP_GT_S:
		return sa > sb;
	case OP_GT_U:
		return a > b;
	case OP_LE_S:
		return sa <= sb;
	case OP_LE_U:
		return a <= b;
	case OP_GE_S:
		return sa >= sb;
	default:
		return a >= b;
	}
}

/* Operands are zero-extended, and so is the result.  @trap: enum kwasm_trap. */
static inline u64 int_eval(enum int_op op, u64 a, u64 b, int bits, u32 *trap)
{
	u64 mask = bits == 64 ? ~0ull : 0xffffffffull;
	s64 sa = int_signed(a, bits), sb = int_signed(b, bits);
	u64 n = b % (u64)bits;

	*trap = KWASM_TRAP_NONE;
	if (op >= OP_FIRST_UNARY)
		return int_bits(op, a, bits) & mask;
	if (op >= OP_FIRST_COMPARE)
		return int_compare(op, a, b, sa, sb);
	if (op >= OP_DIV_S && op <= OP_REM_U && !b) {
		*trap = KWASM_TRAP_DIV_ZERO;
		return 0;
	}
	if (op == OP_DIV_S && sb == -1 && a == 1ull << (bits - 1)) {
		*trap = KWASM_TRAP_INT_OVERFLOW;
		return 0;
	}
	switch (op) {
	case OP_ADD:
		return (a + b) & mask;
	case OP_SUB:
		return (a - b) & mask;
	case OP_MUL:
		return (a * b) & mask;
	case OP_DIV_S:
		return (u64)(sa / sb) & mask;
	case OP_DIV_U:
		return a / b;
	case OP_REM_S:
		return sb == -1 ? 0 : (u64)(sa % sb) & mask;
	case OP_REM_U:
		return a % b;
	case OP_AND:
		return a & b;
	case OP_OR:
		return a | b;
	case OP_XOR:
		return a ^ b;
	case OP_SHL:
		return (a << n) & mask;
	case OP_SHR_S:
		return (u64)(sa >> n) & mask;
	case OP_SHR_U:
		return a >> n;
	case OP_ROTL:
		return int_rotl(a, n, bits);
	default:
		return int_rotl(a, (u64)bits - n, bits);
	}
}

#endif /* KWASM_TESTS_INT_OPS_H */
