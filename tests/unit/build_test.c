// SPDX-License-Identifier: GPL-2.0-only
/*
 * build_test.c - the IR builder and the passes on functions made to cost more than their size.
 *
 * Each shape is compiled at one size and at four times that size: time and memory may not grow out
 * of proportion.  Processor time counts, the best of three, and the factor is generous: work that
 * grows with the square of the size would take 16 times as long.
 */
#include <time.h>

#include "ir/ir.h"
#include "wasm_build.h"

#define LIMIT_GROWTH 10		/* for four times the size */
#define LIMIT_SECONDS 5.0
#define TOO_SHORT 0.010		/* seconds too short for measuring growth */

/* Emit the instructions of a function of @n units, after @locals (of type i32). */
struct shape {
	const char *name;
	void (*put)(struct bytes *b, u32 n);
	u32 n;
	u32 locals;
	bool slots;		/* expected to have its locals in frame slots */
};

static void put_local_op(struct bytes *b, u8 op, u32 local)
{
	put_u8(b, op);
	put_leb(b, local);
}

#define GET(b, x) put_local_op(b, 0x20, x)
#define SET(b, x) put_local_op(b, 0x21, x)

static void branches(struct bytes *b, u32 n)
{
	u32 i;

	put(b, B("\x02\x40"));
	for (i = 0; i < n; i++) {
		GET(b, i % 7);
		SET(b, (i + 1) % 5);
		GET(b, 5);
		put(b, B("\x0d\0"));
	}
	put(b, B("\x0b"));
}

static void nested_blocks(struct bytes *b, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		put(b, B("\x02\x40"));
	for (i = 0; i < n; i++) {
		GET(b, i % 3);
		SET(b, (i + 1) % 3);
		GET(b, 3);
		put_u8(b, 0x0d);
		put_leb(b, i % (n - i));
		put(b, B("\x0b"));
	}
}

static void nested_loops(struct bytes *b, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		put(b, B("\x03\x40"));
	for (i = 0; i < n; i++) {
		put(b, B("\x20\0\x41\1\x6a\x22\0\x0d\0\x0b"));
	}
}

static void diamonds(struct bytes *b, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		GET(b, 0);
		put(b, B("\x04\x40\x20\1\x41\1\x6a\x21\1\x05\x20\2\x21\1\x0b"));
	}
}

static void table_to_two(struct bytes *b, u32 n)
{
	u32 i;

	put(b, B("\x02\x40\x02\x40"));
	GET(b, 0);
	put_u8(b, 0x0e);
	put_leb(b, n);
	for (i = 0; i <= n; i++)
		put_leb(b, i % 2);
	put(b, B("\x0b\x0b"));
}

static void tables_to_many(struct bytes *b, u32 n)
{
	u32 i, k;

	for (i = 0; i < n; i++)
		put(b, B("\x02\x40"));
	for (k = 0; k < 4; k++) {
		put(b, B("\x02\x40"));
		GET(b, 0);
		put_u8(b, 0x0e);
		put_leb(b, n);
		for (i = 0; i <= n; i++)
			put_leb(b, i);
		put(b, B("\x0b"));
	}
	put_times(b, n, "\x0b", 1);
}

static void sums(struct bytes *b, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		put(b, B("\x20\0\x20\1\x6a\x21\0"));
}

/* Loops that each assign every local, inside each other. */
static void loops_times_locals(struct bytes *b, u32 n)
{
	u32 i;

	put_times(b, 400, "\x03\x40", 2);
	for (i = 0; i < n; i++) {
		GET(b, i);
		SET(b, (i + 1) % n);
	}
	put_times(b, 400, "\x20\0\x0d\0\x0b", 5);
}

/* Branches that each carry many changed locals. */
static void branches_times_locals(struct bytes *b, u32 n)
{
	u32 i;

	put(b, B("\x02\x40"));
	for (i = 0; i < n; i++) {
		put(b, B("\x41\1"));
		SET(b, i);
	}
	put_times(b, n, "\x20\0\x0d\0", 4);
	put(b, B("\x0b"));
}

static const struct shape shapes[] = {
	{ "branches to one block", branches, 15000, 8, false },
	{ "blocks inside each other", nested_blocks, 4000, 8, false },
	{ "loops inside each other", nested_loops, 4000, 1, false },
	{ "consecutive ifs", diamonds, 10000, 3, false },
	{ "a long table of two labels", table_to_two, 16000, 1, false },
	{ "tables of many labels", tables_to_many, 3000, 1, false },
	{ "additions", sums, 30000, 2, false },
	{ "loops that assign many locals", loops_times_locals, 8000, 32768, true },
	{ "branches with many changed locals", branches_times_locals, 8000, 32768, true },
};

static void put_function(struct bytes *b, const struct shape *s, u32 n)
{
	struct bytes body = { .p = NULL };

	put_leb(&body, 1);
	put_leb(&body, s->locals);
	put_u8(&body, 0x7f);
	s->put(&body, n);
	put_u8(&body, 0x0b);
	put_body_module(b, &body);
	bytes_free(&body);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int run_passes(struct ir_func *f)
{
	static int (*const passes[])(struct ir_func *f) = {
		ir_fold, ir_gvn, ir_memopt, ir_licm, ir_dce, ir_split_edges,
	};
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(passes) && !err; i++)
		err = passes[i](f);
	return err;
}

struct cost {
	double seconds;
	size_t memory;
	bool slots;
	int err;
};

static struct cost compile(const struct shape *s, u32 n)
{
	struct cost cost = { .seconds = 1e9 };
	struct kwasm_module *m = NULL;
	struct bytes b = { .p = NULL };
	struct kwasm_arena arena;
	struct kwasm_diag error;
	struct ir_func f;
	double start;
	int run;

	kwasm_diag_init(&error);
	put_function(&b, s, n);
	cost.err = kwasm_module_decode(b.p, b.len, NULL, &error, &m);
	bytes_free(&b);
	for (run = 0; run < 3 && !cost.err; run++) {
		kwasm_arena_init(&arena, (size_t)2 << 30);
		start = cpu_seconds();
		cost.err = ir_func_init(&f, &arena, m, 0, &error);
		if (!cost.err)
			cost.err = ir_build(&f, NULL);
		cost.slots = f.num_lslots > 0;
		if (!cost.err)
			cost.err = run_passes(&f);
		cost.seconds = min(cost.seconds, cpu_seconds() - start);
		cost.memory = arena.used;
		if (!cost.err && !run)
			cost.err = ir_verify(&f);
		kwasm_arena_release(&arena);
	}
	if (cost.err)
		diag("%s: %d: %s", s->name, cost.err, error.text);
	kwasm_module_destroy(m);
	return cost;
}

static void check_shape(const struct shape *s)
{
	struct cost one = compile(s, s->n);
	struct cost four = compile(s, 4 * s->n);
	double base = max(one.seconds, TOO_SHORT);

	ok(!one.err && !four.err, "%s: compiles and verifies", s->name);
	ok(four.seconds < LIMIT_GROWTH * base && four.seconds < LIMIT_SECONDS,
	   "%s: four times the size takes time in proportion", s->name);
	ok(four.memory < 6 * one.memory, "%s: memory grows in proportion", s->name);
	ok(four.slots == s->slots, "%s: locals are %s", s->name, s->slots ? "in slots" : "values");
	diag("%s: %.3f s, %.3f s; %zu KiB, %zu KiB", s->name, one.seconds, four.seconds,
	     one.memory >> 10, four.memory >> 10);
}

/* 900 operands on every one of 20,000 branches: refused rather than built. */
static void check_refusal(void)
{
	struct bytes b = { .p = NULL }, body = { .p = NULL }, types = { .p = NULL };
	struct kwasm_module *m = NULL;
	struct kwasm_arena arena;
	struct kwasm_diag error;
	struct ir_func f;
	int err;

	kwasm_diag_init(&error);
	put(&types, B("\2\x60\0\0\x60\0\x84\x07"));
	put_times(&types, 900, "\x7f", 1);
	put(&body, B("\0\x02\1"));
	put_times(&body, 900, "\x41\1", 2);
	put_times(&body, 20000, "\x41\0\x0d\0", 4);
	put(&body, B("\x0b"));
	put_times(&body, 900, "\x1a", 1);
	put(&body, B("\x0b"));
	put_header(&b);
	put_sized(&b, 1, types.p, types.len);
	put_sized(&b, 3, B("\1\0"));
	bytes_free(&types);
	put_leb(&types, 1);
	put_sized(&types, -1, body.p, body.len);
	put_sized(&b, 10, types.p, types.len);
	err = kwasm_module_decode(b.p, b.len, NULL, &error, &m);
	if (err)
		bail_out("module refused: %s", error.text);
	kwasm_arena_init(&arena, (size_t)1 << 30);
	err = ir_func_init(&f, &arena, m, 0, &error);
	if (!err)
		err = ir_build(&f, NULL);
	is_int(err, -E2BIG, "branches that carry too much are refused");
	ok(strstr(error.text, "too many values") && error.func == 0, "and the function is named");
	kwasm_arena_release(&arena);
	kwasm_module_destroy(m);
	bytes_free(&types);
	bytes_free(&body);
	bytes_free(&b);
}

/*
 * Cases that each change a local of their own, all of them in a loop, and before that a loop that
 * works on two others.
 */
#define NUM_CASES 2000
#define COUNTER NUM_CASES

static void put_loop_and_cases(struct bytes *b)
{
	u32 i;

	put(b, B("\x03\x40"));
	put(b, B("\x03\x40"));
	for (i = 0; i < 2; i++) {
		GET(b, COUNTER);
		GET(b, COUNTER + 1);
		put_u8(b, 0x6a);
		SET(b, COUNTER + i);
	}
	GET(b, COUNTER);
	put(b, B("\x0d\0\x0b"));
	put_times(b, NUM_CASES + 1, "\x02\x40", 2);
	GET(b, COUNTER);
	put_u8(b, 0x0e);
	put_leb(b, NUM_CASES);
	for (i = 0; i <= NUM_CASES; i++)
		put_leb(b, i);
	put_u8(b, 0x0b);
	for (i = 0; i < NUM_CASES; i++) {
		put(b, B("\x41\1"));
		SET(b, i);
		put_u8(b, 0x0b);
	}
	GET(b, COUNTER);
	put(b, B("\x0d\0\x0b"));
}

/* Over budget, locals of inner loops stay values. */
static void check_inner_loop(void)
{
	struct shape s = { .locals = COUNTER + 2 };
	struct bytes b = { .p = NULL }, body = { .p = NULL };
	struct kwasm_module *m = NULL;
	struct kwasm_arena arena;
	struct kwasm_diag error;
	u32 i, inside = 0;
	struct ir_func f;

	put_leb(&body, 1);
	put_leb(&body, s.locals);
	put_u8(&body, 0x7f);
	put_loop_and_cases(&body);
	put_u8(&body, 0x0b);
	put_body_module(&b, &body);
	kwasm_diag_init(&error);
	if (kwasm_module_decode(b.p, b.len, NULL, &error, &m))
		bail_out("module refused: %s", error.text);
	kwasm_arena_init(&arena, (size_t)1 << 30);
	if (ir_func_init(&f, &arena, m, 0, &error) || ir_build(&f, NULL))
		bail_out("not built: %s", error.text);
	for (i = 1; i < f.num_ins; i++)
		if (f.ins[i].op == IR_LGET || f.ins[i].op == IR_LSET)
			inside += f.blocks[f.ins[i].block].depth > 1;
	ok(f.num_lslots > NUM_CASES / 4 && f.num_lslots < s.locals && !inside,
	   "of %u locals %u are in slots, none of the inner loop", s.locals, f.num_lslots);
	ok(!ir_verify(&f), "values and slots side by side verify");
	kwasm_arena_release(&arena);
	kwasm_module_destroy(m);
	bytes_free(&body);
	bytes_free(&b);
}

/* Let every allocation of a compilation fail once. */
static void check_memory(void)
{
	struct bytes b = { .p = NULL };
	struct kwasm_module *m = NULL;
	struct kwasm_arena arena;
	struct kwasm_diag error;
	struct ir_func f;
	size_t limit;
	u32 failed = 0, wrong = 0;
	int err;

	put_function(&b, &shapes[3], 300);
	kwasm_diag_init(&error);
	if (kwasm_module_decode(b.p, b.len, NULL, &error, &m))
		bail_out("module refused: %s", error.text);
	for (limit = 4096; limit < (size_t)64 << 20; limit += limit / 16) {
		kwasm_arena_init(&arena, limit);
		kwasm_diag_init(&error);
		err = ir_func_init(&f, &arena, m, 0, &error);
		if (!err)
			err = ir_build(&f, NULL);
		if (!err)
			err = run_passes(&f);
		kwasm_arena_release(&arena);
		if (err)
			failed++;
		if (err && (err != -ENOMEM || !*error.text))
			wrong++;
		if (!err)
			break;
	}
	ok(failed > 20 && !err, "a ceiling on memory fails %u times, then it is enough", failed);
	is_int(wrong, 0, "each time as out of memory");
	kwasm_module_destroy(m);
	bytes_free(&b);
}

int main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		check_shape(&shapes[i]);
	check_refusal();
	check_inner_loop();
	check_memory();
	return tap_done();
}
