// SPDX-License-Identifier: GPL-2.0-only
/*
 * fold_div.c - division and remainder by constants.
 *
 * A division that may trap is never changed.  For an unsigned 32-bit x and 2^l >= d, with M =
 * floor(2^(32+s) / d) + 1, x / d = x * M >> (32+s) as long as M * d - 2^(32+s) <= 2^s; s = l always
 * satisfies this, but requires a 33-bit M.  For a signed x and M = floor(2^(31+l) / d) + 1, x * M
 * >> (31+l) is x / d rounded down, one too small for negative x.  The same holds for 64 bits.
 */
#include "fold.h"

/* An i64 operation with a constant, before @i. */
static u32 wide(struct ir_func *f, u32 i, u32 op, u32 a, u64 c)
{
	u32 k = fold_new_const(f, i, IR_I64, c);

	return k ? fold_new(f, i, op, IR_I64, a, k) : 0;
}

/* @i becomes the quotient @q, or, as a remainder, what q * d leaves of x. */
static bool finish(struct ir_func *f, u32 i, u32 q, u64 d)
{
	u32 x = f->ins[i].arg[0];
	u32 op = f->ins[i].op;
	u32 k, product;

	if (!q)
		return false;
	if (op == IR_DIVS || op == IR_DIVU)
		return fold_to_copy(f, i, q);
	k = fold_new_const(f, i, f->ins[i].type, d);
	product = k ? fold_new(f, i, IR_MUL, f->ins[i].type, q, k) : 0;
	return product && fold_to_op(f, i, IR_SUB, x, product);
}

/* Quotient of the u32 @x, zero-extended in @z, by @d with a 33-bit multiplier. */
static u32 quotient_33(struct ir_func *f, u32 i, u32 z, u32 d)
{
	u32 l = fls64(d - 1);
	u64 half = ((u64)1 << (32 + l - 1)) / d;
	u32 hi, t;

	/*
	 * M without its top bit.  floor(2^(32+l) / d) is twice the half exactly: a remainder of
	 * d / 2 or more would have made s = l - 1 good enough.
	 */
	hi = wide(f, i, IR_MUL, z, (u32)(2 * half + 1));
	hi = hi ? wide(f, i, IR_SHRU, hi, 32) : 0;
	t = hi ? fold_new(f, i, IR_SUB, IR_I64, z, hi) : 0;
	t = t ? wide(f, i, IR_SHRU, t, 1) : 0;
	t = t ? fold_new(f, i, IR_ADD, IR_I64, t, hi) : 0;
	return t ? wide(f, i, IR_SHRU, t, l - 1) : 0;
}

static u32 quotient_u32(struct ir_func *f, u32 i, u32 d)
{
	u32 l = fls64(d - 1);
	u32 q = fold_new(f, i, IR_ZEXT, IR_I64, f->ins[i].arg[0], 0);
	u32 s;

	for (s = 0; s < l && q; s++) {
		u64 power = (u64)1 << (32 + s);
		u64 m = power / d + 1;

		if (m > U32_MAX || m * d - power > (u64)1 << s)
			continue;
		q = wide(f, i, IR_MUL, q, m);
		q = q ? wide(f, i, IR_SHRU, q, 32 + s) : 0;
		return q ? fold_new(f, i, IR_WRAP, IR_I32, q, 0) : 0;
	}
	q = q ? quotient_33(f, i, q, d) : 0;
	return q ? fold_new(f, i, IR_WRAP, IR_I32, q, 0) : 0;
}

static u32 quotient_s32(struct ir_func *f, u32 i, s32 d)
{
	u32 x = f->ins[i].arg[0];
	u32 size = d < 0 ? 0 - (u32)d : (u32)d;
	u32 n = 31 + fls64(size - 1);
	u32 q = fold_new(f, i, IR_SEXT, IR_I64, x, 0);
	u32 count, sign;

	q = q ? wide(f, i, IR_MUL, q, ((u64)1 << n) / size + 1) : 0;
	q = q ? wide(f, i, IR_SHRS, q, n) : 0;
	q = q ? fold_new(f, i, IR_WRAP, IR_I32, q, 0) : 0;
	count = q ? fold_new_const(f, i, IR_I32, 31) : 0;
	sign = count ? fold_new(f, i, IR_SHRS, IR_I32, x, count) : 0;
	if (!sign)
		return 0;
	return d < 0 ? fold_new(f, i, IR_SUB, IR_I32, sign, q) :
		       fold_new(f, i, IR_SUB, IR_I32, q, sign);
}

/* floor(2^(64 + s) / d) modulo 2^64, and the remainder; d is not a power of two. */
struct power {
	u64 q, rest;
};

/* s = 0. */
static struct power power_of_64(u64 d)
{
	return (struct power){ .q = U64_MAX / d, .rest = U64_MAX % d + 1 };
}

/* From s to s + 1. */
static void power_double(struct power *p, u64 d)
{
	u64 r = p->rest;
	bool carry = r >= d - r;

	p->q = 2 * p->q + carry;
	p->rest = carry ? r - (d - r) : 2 * r;
}

/* A power of two beyond the dividend is the 65-bit M's case, as in quotient_33(). */
static u32 quotient_u64(struct ir_func *f, u32 i, u64 d)
{
	u32 x = f->ins[i].arg[0];
	u32 l = fls64(d - 1);
	struct power m = power_of_64(d);
	u32 s, q, t;

	for (s = 0; s < l; s++, power_double(&m, d)) {
		if (d - m.rest > (u64)1 << s || m.q == U64_MAX)
			continue;
		q = wide(f, i, IR_MULHU, x, m.q + 1);
		return q && s ? wide(f, i, IR_SHRU, q, s) : q;
	}
	q = wide(f, i, IR_MULHU, x, m.q + 1);
	t = q ? fold_new(f, i, IR_SUB, IR_I64, x, q) : 0;
	t = t ? wide(f, i, IR_SHRU, t, 1) : 0;
	t = t ? fold_new(f, i, IR_ADD, IR_I64, t, q) : 0;
	return t ? wide(f, i, IR_SHRU, t, l - 1) : 0;
}

/* The upper half of a negative x times M is that of an unsigned x less M. */
static u32 quotient_s64(struct ir_func *f, u32 i, s64 d)
{
	u32 x = f->ins[i].arg[0];
	u64 size = d < 0 ? 0 - (u64)d : (u64)d;
	u32 l = fls64(size - 1);
	struct power m = power_of_64(size);
	u32 s, q, sign, less;

	for (s = 1; s < l; s++)
		power_double(&m, size);
	q = wide(f, i, IR_MULHU, x, m.q + 1);
	sign = q ? wide(f, i, IR_SHRS, x, 63) : 0;
	less = sign ? wide(f, i, IR_AND, sign, m.q + 1) : 0;
	q = less ? fold_new(f, i, IR_SUB, IR_I64, q, less) : 0;
	q = q ? wide(f, i, IR_SHRS, q, l - 1) : 0;
	if (!q)
		return 0;
	return d < 0 ? fold_new(f, i, IR_SUB, IR_I64, sign, q) :
		       fold_new(f, i, IR_SUB, IR_I64, q, sign);
}

/* Signed division by 2^@k: negative numbers are rounded up before the shift. */
static bool signed_power(struct ir_func *f, u32 i, u32 k)
{
	u32 type = f->ins[i].type;
	u32 width = fold_width(type);
	u32 x = f->ins[i].arg[0];
	u32 c, v;

	c = fold_new_const(f, i, type, width - 1);
	v = c ? fold_new(f, i, IR_SHRS, type, x, c) : 0;
	c = v ? fold_new_const(f, i, type, width - k) : 0;
	v = c ? fold_new(f, i, IR_SHRU, type, v, c) : 0;
	v = v ? fold_new(f, i, IR_ADD, type, x, v) : 0;
	if (!v)
		return false;
	if (f->ins[i].op == IR_DIVS)
		return fold_to_op_const(f, i, IR_SHRS, v, k);
	c = fold_new_const(f, i, type, (U64_MAX << k) & fold_mask(type));
	v = c ? fold_new(f, i, IR_AND, type, v, c) : 0;
	return v && fold_to_op(f, i, IR_SUB, x, v);
}

static bool unsigned_const(struct ir_func *f, u32 i, u64 d)
{
	bool div = f->ins[i].op == IR_DIVU;
	u32 x = f->ins[i].arg[0];

	if (d == 1)
		return div ? fold_to_copy(f, i, x) : fold_to_const(f, i, 0);
	if (fold_is_power(d))
		return div ? fold_to_op_const(f, i, IR_SHRU, x, fls64(d) - 1) :
			     fold_to_op_const(f, i, IR_AND, x, d - 1);
	if (f->ins[i].type == IR_I64)
		return d <= (u64)1 << 63 && finish(f, i, quotient_u64(f, i, d), d);
	if (d > 1u << 31) {
		/* the quotient is 0 or 1 */
		if (!div)
			return false;
		f->ins[i].otype = IR_I32;
		return fold_to_op_const(f, i, IR_GEU, x, d);
	}
	return finish(f, i, quotient_u32(f, i, d), d);
}

static bool signed_const(struct ir_func *f, u32 i, u64 bits)
{
	s64 d = f->ins[i].type == IR_I32 ? (s64)(s32)bits : (s64)bits;
	bool div = f->ins[i].op == IR_DIVS;

	if (d == 1)
		return div ? fold_to_copy(f, i, f->ins[i].arg[0]) : fold_to_const(f, i, 0);
	if (d == -1)
		return div ? false : fold_to_const(f, i, 0);
	if (d > 0 && fold_is_power(d))
		return signed_power(f, i, fls64(d) - 1);
	if (fold_is_power(0 - (u64)d))
		return false;
	return finish(f, i, f->ins[i].type == IR_I32 ? quotient_s32(f, i, (s32)d) :
		      quotient_s64(f, i, d), bits);
}

bool fold_divide(struct ir_func *f, u32 i)
{
	u32 b = f->ins[i].arg[1];
	bool is_signed = f->ins[i].op == IR_DIVS || f->ins[i].op == IR_REMS;
	u64 d = f->ins[b].imm;

	if (!fold_is_const(f, b) || !d)
		return false;
	if (f->ins[i].op != IR_DIVS || d != fold_mask(f->ins[i].type))
		f->ins[i].flags |= IR_NOTRAP;
	return is_signed ? signed_const(f, i, d) : unsigned_const(f, i, d);
}
