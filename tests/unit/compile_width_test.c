// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_width_test.c - 32-bit values in 64-bit operations, and the reverse.
 *
 * Extensions and wraps need no instruction if the register already holds the right bits; these are
 * the cases in which an operation absorbs another one, or a constant, of the other width.
 */
#include "run.h"

/* Each body has parameters 0: i32, 1: i64, 2: i32, and is a function by itself. */
static const struct {
	const char *name, *result, *body;
	u64 args[3], value;
} rows[] = {
	{ "a 64-bit sum with a 32-bit shift", "i64",
	  "(i64.add (local.get 1) (i64.extend_i32_u (i32.shl (local.get 0) (i32.const 3))))",
	  { 0x80000001, 0, 0 }, 8 },
	{ "the shift first", "i64",
	  "(i64.add (i64.extend_i32_u (i32.shl (local.get 0) (i32.const 2))) (local.get 1))",
	  { 0xc0000003, 1ull << 40, 0 }, (1ull << 40) + 12 },
	{ "a 64-bit sum with a 32-bit sum and a constant", "i64",
	  "(i64.add (i64.extend_i32_u (i32.add (local.get 0) (local.get 2))) (i64.const 5))",
	  { 0xffffffff, 0, 2 }, 6 },
	{ "a 32-bit sum with a 64-bit shift", "i32",
	  "(i32.add (local.get 0) (i32.wrap_i64 (i64.shl (local.get 1) (i64.const 3))))",
	  { 5, 0x20000001, 0 }, 13 },
	{ "a 64-bit test of a 32-bit mask", "i32",
	  "(i64.eqz (i64.extend_i32_u (i32.and (local.get 0) (i32.const 0x80000000))))",
	  { 0x80000000, 0, 0 }, 0 },
	{ "a branch on the low half of a 64-bit mask", "i32",
	  "(if (result i32) (i32.wrap_i64 (i64.and (local.get 1) (i64.const 0x1000000000)))"
	  " (then (i32.const 1)) (else (i32.const 2)))",
	  { 0, 0x1000000000, 0 }, 2 },
	{ "a stored constant, loaded and zero-extended", "i64",
	  "(i32.store (local.get 0) (i32.const -1))"
	  "(i64.add (local.get 1) (i64.extend_i32_u (i32.load (local.get 0))))",
	  { 8, 0, 0 }, 0xffffffff },
	{ "and sign-extended", "i64",
	  "(i32.store (local.get 0) (i32.const -1))"
	  "(i64.add (local.get 1) (i64.extend_i32_s (i32.load (local.get 0))))",
	  { 8, 0, 0 }, U64_MAX },
	{ "and stored again", "i64",
	  "(i32.store (local.get 0) (i32.const -1))"
	  "(i64.store offset=8 (local.get 0) (i64.extend_i32_u (i32.load (local.get 0))))"
	  "(i64.load offset=8 (local.get 2))",
	  { 0, 0, 0 }, 0xffffffff },
	{ "and multiplied", "i64",
	  "(i32.store (local.get 0) (i32.const -2147483648))"
	  "(i64.mul (local.get 1) (i64.extend_i32_u (i32.load (local.get 0))))",
	  { 0, 3, 0 }, 0x180000000 },
	{ "and compared", "i32",
	  "(i32.store (local.get 0) (i32.const -1))"
	  "(i64.lt_u (local.get 1) (i64.extend_i32_u (i32.load (local.get 0))))",
	  { 0, 1ull << 40, 0 }, 0 },
	{ "a constant in a global, zero-extended", "i64",
	  "(global.set $w (i32.const -1))"
	  "(i64.add (local.get 1) (i64.extend_i32_u (global.get $w)))",
	  { 0, 0, 0 }, 0xffffffff },
	{ "and a result on the stack of results", "i32 i64",
	  "(global.set $w (i32.const -1)) (i32.const 7) (i64.extend_i32_u (global.get $w))",
	  { 0, 0, 0 }, 7 },
	{ "a constant of 64 bits, wrapped, added", "i32",
	  "(i64.store (local.get 0) (i64.const 0x100000007))"
	  "(i32.add (local.get 2) (i32.wrap_i64 (i64.load (local.get 0))))",
	  { 8, 0, 1 }, 8 },
	{ "and compared", "i32",
	  "(i64.store (local.get 0) (i64.const 0xffffffff))"
	  "(i32.eq (local.get 2) (i32.wrap_i64 (i64.load (local.get 0))))",
	  { 8, 0, 0xffffffff }, 1 },
	{ "and a mask of a branch", "i32",
	  "(global.set $x (i64.const 0x500000000))"
	  "(if (result i32) (i32.and (local.get 2) (i32.wrap_i64 (global.get $x)))"
	  " (then (i32.const 1)) (else (i32.const 2)))",
	  { 0, 0, U32_MAX }, 2 },
	{ "and a divisor", "i32",
	  "(i64.store (local.get 0) (i64.const 0x100000003))"
	  "(i32.div_u (local.get 2) (i32.wrap_i64 (i64.load (local.get 0))))",
	  { 8, 0, 12 }, 4 },
	{ "and a divisor of -1", "i32",
	  "(global.set $x (i64.const 0xffffffff))"
	  "(i32.rem_s (local.get 2) (i32.wrap_i64 (global.get $x)))",
	  { 0, 0, 0x80000000 }, 0 },
	{ "and a power of two that is none", "i32",
	  "(global.set $x (i64.const 0x100000000))"
	  "(i32.mul (local.get 2) (i32.wrap_i64 (global.get $x)))",
	  { 0, 0, 9 }, 0 },
};

/* The wrapped divisor is 0 or -1, the constant is neither. */
static const struct {
	const char *name, *body;
	u32 arg, trap;
} traps[] = {
	{ "a wrapped 0 as divisor",
	  "(i64.store (i32.const 8) (i64.const 0x100000000))"
	  "(i32.div_s (local.get 0) (i32.wrap_i64 (i64.load (i32.const 8))))",
	  1, KWASM_TRAP_DIV_ZERO },
	{ "without a sign",
	  "(global.set $x (i64.const 0x100000000))"
	  "(i32.rem_u (local.get 0) (i32.wrap_i64 (global.get $x)))",
	  1, KWASM_TRAP_DIV_ZERO },
	{ "a wrapped -1 as divisor",
	  "(global.set $x (i64.const 0xffffffff))"
	  "(i32.div_s (local.get 0) (i32.wrap_i64 (global.get $x)))",
	  0x80000000, KWASM_TRAP_INT_OVERFLOW },
};

static const char frame[] = "(module (memory 1) (global $w (mut i32) (i32.const 0))"
	" (global $x (mut i64) (i64.const 0)) (func (export \"go\") (param i32%s) (result %s)"
	" %s))";

static void test_values(void)
{
	static char wat[2048];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 values[3] = { rows[i].args[0], rows[i].args[1], rows[i].args[2] };
		struct run r;

		snprintf(wat, sizeof(wat), frame, " i64 i32", rows[i].result, rows[i].body);
		r = run_text(wat);
		is_u64(run_call(&r, "go", values, NULL), KWASM_TRAP_NONE, "%s: returns",
		       rows[i].name);
		is_u64(values[0], rows[i].value, "%s", rows[i].name);
		if (!strcmp(rows[i].result, "i32 i64"))
			is_u64(values[1], 0xffffffff, "%s: the second", rows[i].name);
		run_close(&r);
	}
}

static void test_divisors(void)
{
	static char wat[2048];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(traps); i++) {
		u64 value = traps[i].arg;
		struct run r;

		snprintf(wat, sizeof(wat), frame, "", "i32", traps[i].body);
		r = run_text(wat);
		is_u64(run_call(&r, "go", &value, NULL), traps[i].trap, "%s", traps[i].name);
		run_close(&r);
	}
}

int main(void)
{
	test_values();
	test_divisors();
	return tap_done();
}
