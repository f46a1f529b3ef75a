/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * float_ops.h - results of the IR's float operations, computed with C floats, on bit patterns.
 *
 * Rounding to integers and conversions are done step by step, independent of compiler and library.
 */
#ifndef KWASM_TESTS_FLOAT_OPS_H
#define KWASM_TESTS_FLOAT_OPS_H

#include <emmintrin.h>
#include <string.h>

#include "ir/ir.h"
#include "run/trap.h"

static inline double float_f64(u64 bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static inline float float_f32(u64 bits)
{
	u32 low = (u32)bits;
	float f;

	memcpy(&f, &low, sizeof(f));
	return f;
}

static inline u64 float_bits64(double d)
{
	u64 bits;

	memcpy(&bits, &d, sizeof(bits));
	return bits;
}

static inline u64 float_bits32(float f)
{
	u32 bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

static inline u64 float_sign(u32 type)
{
	return type == IR_F32 ? 0x80000000u : 1ull << 63;
}

static inline u64 float_quiet(u32 type)
{
	return type == IR_F32 ? 0x7fc00000 : 0x7ff8000000000000;
}

static inline bool float_is_nan(u32 type, u64 bits)
{
	return (bits & ~float_sign(type)) > (type == IR_F32 ? 0x7f800000 : 0x7ff0000000000000);
}

/* A NaN whose payload is only the quiet bit. */
static inline bool float_is_canonical(u32 type, u64 bits)
{
	return (bits & ~float_sign(type)) == float_quiet(type);
}

/* The value as a double, which every float is. */
static inline double float_wide(u32 type, u64 bits)
{
	return type == IR_F32 ? float_f32(bits) : float_f64(bits);
}

static inline u64 float_narrow(u32 type, double d)
{
	return type == IR_F32 ? float_bits32((float)d) : float_bits64(d);
}

/* Towards zero; a value too large for an s64 has no fraction. */
static inline double float_chop(double d)
{
	if (!(d > -0x1p62 && d < 0x1p62))
		return d;
	return (double)(s64)d;
}

static inline double float_round(u32 op, double d)
{
	double t = float_chop(d);
	double rest = d - t;	/* exact */

	switch (op) {
	case IR_FCEIL:
		return rest > 0 ? t + 1 : t;
	case IR_FFLOOR:
		return rest < 0 ? t - 1 : t;
	case IR_FTRUNC:
		return t;
	default:
		if (rest > 0.5 || (rest == 0.5 && (s64)t % 2))
			return t + 1;
		return rest < -0.5 || (rest == -0.5 && (s64)t % 2) ? t - 1 : t;
	}
}

static inline u64 float_extreme(u32 op, u32 type, u64 a, u64 b)
{
	double x = float_wide(type, a), y = float_wide(type, b);

	if (float_is_nan(type, a) || float_is_nan(type, b))
		return (float_is_nan(type, a) ? a : b) | float_quiet(type);
	if (x == y)
		return op == IR_FMIN ? a | b : a & b;
	return (x < y) == (op == IR_FMIN) ? a : b;
}

static inline u64 float_arith(u32 op, u32 type, u64 a, u64 b)
{
	double x = float_f64(a), y = float_f64(b);
	float f = float_f32(a), g = float_f32(b);
	bool s = type == IR_F32;

	switch (op) {
	case IR_FADD:
		return s ? float_bits32(f + g) : float_bits64(x + y);
	case IR_FSUB:
		return s ? float_bits32(f - g) : float_bits64(x - y);
	case IR_FMUL:
		return s ? float_bits32(f * g) : float_bits64(x * y);
	case IR_FDIV:
		return s ? float_bits32(f / g) : float_bits64(x / y);
	case IR_FCOPYSIGN:
		return (a & ~float_sign(type)) | (b & float_sign(type));
	case IR_FABS:
		return a & ~float_sign(type);
	case IR_FNEG:
		return a ^ float_sign(type);
	case IR_FSQRT:
		return s ? float_bits32(_mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(f)))) :
			   float_bits64(_mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(x), _mm_set_sd(x))));
	case IR_FMIN:
	case IR_FMAX:
		return float_extreme(op, type, a, b);
	default:
		if (float_is_nan(type, a))
			return a | float_quiet(type);
		return float_narrow(type, float_round(op, float_wide(type, a))) |
		       (a & float_sign(type));
	}
}

static inline bool float_compare(u32 op, u32 type, u64 a, u64 b)
{
	double x = float_wide(type, a), y = float_wide(type, b);

	switch (op) {
	case IR_FEQ:
		return x == y;
	case IR_FNE:
		return x != y;
	case IR_FLT:
		return x < y;
	case IR_FGT:
		return x > y;
	case IR_FLE:
		return x <= y;
	default:
		return x >= y;
	}
}

/* To integers.  @trap: the trapping instruction's; the value: the nearest integer, 0 for a NaN. */
static inline u64 float_to_int(u32 op, u32 type, double d, u32 *trap)
{
	bool sign = op == IR_TRUNCS || op == IR_TRUNCSATS;
	double t = float_chop(d);
	/* the first that does not fit; one below it need not be a double */
	double high = type == IR_I32 ? (sign ? 0x1p31 : 0x1p32) : (sign ? 0x1p63 : 0x1p64);
	double low = !sign ? 0 : type == IR_I32 ? -0x1p31 : -0x1p63;
	u64 mask = type == IR_I32 ? U32_MAX : U64_MAX;

	*trap = KWASM_TRAP_NONE;
	if (d != d) {
		*trap = KWASM_TRAP_INT_CONVERSION;
		return 0;
	}
	if (t >= low && t < high)
		return (t < 0x1p63 ? (u64)(s64)t : (u64)(s64)(t - 0x1p63) ^ 1ull << 63) & mask;
	*trap = KWASM_TRAP_INT_OVERFLOW;
	if (t < low)
		return !sign ? 0 : type == IR_I32 ? 0x80000000u : 1ull << 63;
	return sign ? mask >> 1 : mask;
}

static inline u64 float_from_int(u32 op, u32 type, u32 otype, u64 a)
{
	s64 s = otype == IR_I32 ? (s32)a : (s64)a;

	if (op == IR_CONVS)
		return type == IR_F32 ? float_bits32((float)s) : float_bits64((double)s);
	return type == IR_F32 ? float_bits32((float)a) : float_bits64((double)a);
}

/**
 * float_eval() - any of the IR's operations on floats.
 * @type: as in struct ir_ins, and @otype
 * @trap: enum kwasm_trap
 */
static inline u64 float_eval(u32 op, u32 type, u32 otype, u64 a, u64 b, u32 *trap)
{
	u32 none;
	u64 v;

	*trap = KWASM_TRAP_NONE;
	if (ir_op_class(op) == IR_CLASS_FCOMPARE)
		return float_compare(op, otype, a, b);
	switch (op) {
	case IR_TRUNCS:
	case IR_TRUNCU:
		v = float_to_int(op, type, float_wide(otype, a), trap);
		return *trap ? 0 : v;
	case IR_TRUNCSATS:
	case IR_TRUNCSATU:
		return float_to_int(op, type, float_wide(otype, a), &none);
	case IR_CONVS:
	case IR_CONVU:
		return float_from_int(op, type, otype, a);
	case IR_DEMOTE:
		return float_bits32((float)float_f64(a));
	case IR_PROMOTE:
		return float_bits64(float_f32(a));
	case IR_BITCAST:
		return a;
	default:
		return float_arith(op, type, a, b);
	}
}

/* Does the operation only move bits, so that even a NaN's are known? */
static inline bool float_is_exact(u32 op)
{
	return op == IR_FABS || op == IR_FNEG || op == IR_FCOPYSIGN || op == IR_BITCAST;
}

/*
 * Is @have a result that the specification allows (4.3.3, NaN propagation)?  @want: what
 * float_eval() gave; @canonical: no operand is a NaN with a payload.
 */
static inline bool float_agrees(u32 op, u32 type, u64 want, u64 have, bool canonical)
{
	if (type < IR_F32 || float_is_exact(op) || !float_is_nan(type, want))
		return have == want;
	if (canonical)
		return float_is_canonical(type, have);
	return float_is_nan(type, have) && (have & float_quiet(type)) == float_quiet(type);
}

#endif /* KWASM_TESTS_FLOAT_OPS_H */
