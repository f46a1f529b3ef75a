// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_spill_test.c - more live values than any byte can number: each keeps its own spill slot.
 *
 * A function loads COUNT values, writes memory, and only then uses them: with i32 and i64, as the
 * condition of a branch, as an operand and as a stored value.
 */
#include "run.h"

#define COUNT 400
#define IN 0
#define OUT 8192

/* How value @k is used: the result stored at OUT + 8 k. */
static const struct {
	const char *name, *type, *use;
} rows[] = {
	{ "branches", "i32",
	  "(if (local.get %u) (then (i64.store offset=%u (local.get 0) (i64.const 1))))" },
	{ "branches on 64 bits", "i64",
	  "(if (i64.ne (local.get %u) (i64.const 0))"
	  " (then (i64.store offset=%u (local.get 0) (i64.const 1))))" },
	{ "selections", "i32",
	  "(local.set 2 (select (i64.const 1) (i64.const 0) (local.get %u)))"
	  "(i64.store offset=%u (local.get 0) (local.get 2))" },
	{ "tests after arithmetic", "i32",
	  "(local.set 1 (i32.sub (local.get 1) (i32.const 1)))"
	  "(if (i32.eqz (local.get %u)) (then) (else"
	  " (i64.store offset=%u (local.get 0) (i64.const 1))))" },
	{ "operands", "i64",
	  "(local.set 2 (i64.and (local.get %u) (i64.const 1)))"
	  "(i64.store offset=%u (local.get 0) (local.get 2))" },
};

static char *build(size_t row, bool made)
{
	struct text t = { 0 };
	u32 k;

	text_add(&t, "(module (memory (export \"m\") 1) (func (export \"go\") (param i32 i32)"
		 " (local i64)");
	for (k = 0; k < COUNT; k++)
		text_add(&t, " (local %s)", rows[row].type);
	for (k = 0; k < COUNT; k++)
		text_add(&t, "(local.set %u (%s.load offset=%u (local.get 0)))\n", k + 3,
			 rows[row].type, IN + 8 * k);
	/* invalidates known loads; the first use reuses the flags of the difference */
	text_add(&t, "(i32.store offset=%u (local.get 0) (i32.sub (local.get 1)"
		 " (i32.load offset=%u (local.get 0))))\n", OUT - 8, OUT - 16);
	for (k = 0; k < COUNT; k++) {
		if (made)
			text_add(&t, "(local.set 1 (i32.and (local.get 1) (i32.const 0x7ffffff%u)))",
				 k & 7);
		text_add(&t, rows[row].use, k + 3, OUT + 8 * k);
	}
	text_add(&t, "))");
	return t.s;
}

/* Value @k is @turn, 1 - @turn, and so on in turns. */
static void test_row(size_t row, bool made)
{
	char *wat = build(row, made);
	struct run r = run_text(wat);
	u64 *in, *out;
	u32 turn, k, wrong = 0;

	in = (u64 *)(r.inst->ctx->mem_base + IN);
	out = (u64 *)(r.inst->ctx->mem_base + OUT);
	for (turn = 0; turn < 2; turn++) {
		u64 values[2] = { 0, 3 };

		for (k = 0; k < COUNT; k++) {
			in[k] = (k + turn) & 1;
			out[k] = 0;
		}
		wrong += run_call(&r, "go", values, NULL) != KWASM_TRAP_NONE;
		for (k = 0; k < COUNT; k++)
			wrong += out[k] != ((k + turn) & 1);
	}
	is_u64(wrong, 0, "%s%s of %u live values", rows[row].name,
	       made ? ", others between," : "", COUNT);
	run_close(&r);
	free(wat);
}

int main(void)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(rows); n++) {
		test_row(n, false);
		test_row(n, true);
	}
	return tap_done();
}
