// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_test.c - register allocation of random programs on random machines, proven each time.
 *
 * Large and adversarial functions have to be compiled within a bound of memory.
 */
#include "regalloc_gen.h"

static void test_random(u32 regs, u32 saved, u32 programs, u32 budget, bool local)
{
	u32 bad = 0, seed, total = 0;
	struct gen g;

	machine_set(regs, saved);
	for (seed = 1; seed <= programs; seed++) {
		gen_program(&g, seed * 1000 + regs, 1 + (u32)(seed * 7919 % budget));
		total += g.f.num_ins;
		if (allocate(&g, local) && !bad++)
			explain(&g, seed);
		gen_free(&g);
	}
	is_u64(bad, 0, "%u programs, %u instructions, %u registers, %u callee-saved%s", programs,
	       total, regs, saved, local ? ", memory between blocks" : "");
}

/* ---- spill slots -------------------------------------------------------------------------- */

/* A loop with @exits exits, before each @values values are loaded that only the exit reads. */
static void gen_exits(struct gen *g, u32 exits, u32 values)
{
	u32 header, out, to[2], first = 0, i, k, *list;

	gen_init(g, exits, 4, (size_t)1 << 30);
	list = malloc(exits * sizeof(*list));
	if (!list)
		bail_out("out of memory");
	header = new_block(g);
	out = new_block(g);
	jump(g, header);
	start(g, header);
	for (i = 0; i < exits; i++) {
		list[i] = g->f.num_ins;
		for (k = 0; k < values; k++)
			ins(g, IR_LOAD, IR_I64, g->var[0], 0, 0);
		to[0] = new_block(g);
		to[1] = new_block(g);
		branch(g, to, 2);
		start(g, to[0]);
		jump(g, out);
		start(g, to[1]);
	}
	jump(g, header);
	start(g, out);
	for (k = 0; k < values; k++) {
		u32 phi = with_list(g, IR_PHI, IR_I64, list, exits);

		first = first ? first : phi;
		for (i = 0; i < exits; i++)
			list[i]++;
	}
	for (k = 0; k < values; k++)
		ins(g, IR_STORE, IR_VOID, first + k, first + (k * 7 + 1) % values, 0);
	free(list);
	gen_end(g);
}

/* Values of different exits share slots, also where lifetimes are coarse. */
static void test_exits(bool local)
{
	struct gen g;

	machine_set(8, 3);
	gen_exits(&g, 100, 40);
	if (allocate(&g, local))
		explain(&g, 0);
	ok(!*g.diag.text && g.f.num_slots <= 45, "100 exits with 40 values take %u slots%s",
	   g.f.num_slots, local ? ", memory between blocks" : "");
	gen_free(&g);
}

/* ---- large functions ---------------------------------------------------------------------- */

/* @blocks blocks in a row, each with a loop around @size instructions, over @vars variables. */
static void gen_long(struct gen *g, u32 blocks, u32 size)
{
	u32 n, k;

	gen_init(g, blocks, VARS, (size_t)2 << 30);
	for (n = 0; n < blocks; n++) {
		g->budget = 0;
		if (n % 3 == 0)
			gen_loop(g, 6);
		else
			gen_if(g, 6, NULL);
		for (k = 0; k < size; k++)
			gen_ins(g);
	}
	gen_end(g);
}

/* @n values defined in a row, live together, read in the same order. */
static void gen_wide(struct gen *g, u32 n)
{
	u32 first, k;

	gen_init(g, n, VARS, (size_t)2 << 30);
	first = g->f.num_ins;
	for (k = 0; k < n; k++)
		ins(g, IR_SUB, IR_I64, g->var[0], g->var[2], 0);
	for (k = 0; k < n; k++)
		ins(g, IR_STORE, IR_VOID, first + k, first + (k * 7 + 1) % n, 0);
	gen_end(g);
}

/* @values values live through @blocks blocks in a loop of loops. */
static void gen_through(struct gen *g, u32 values, u32 blocks)
{
	u32 first, k, header, to[2], list[2];

	gen_init(g, values, 4, (size_t)2 << 30);
	first = g->f.num_ins;
	for (k = 0; k < values; k++)
		ins(g, IR_SUB, IR_I64, g->var[0], g->var[2], 0);
	for (k = 0; k < blocks; k++) {
		header = new_block(g);
		jump(g, header);
		start(g, header);
		list[0] = list[1] = g->var[0];
		g->var[0] = with_list(g, IR_PHI, IR_I64, list, 2);
		to[0] = new_block(g);
		to[1] = new_block(g);
		branch(g, to, 2);
		start(g, to[0]);
		list[0] = ins(g, IR_ADD, IR_I64, g->var[0], first + k % values, 0);
		g->f.pool[g->f.ins[g->var[0]].list + 1] = list[0];
		jump(g, header);
		start(g, to[1]);
	}
	for (k = 0; k < values; k++)
		ins(g, IR_STORE, IR_VOID, first + k, g->var[0], 0);
	gen_end(g);
}

static void measure(struct gen *g, const char *name, u64 most_ns, int want)
{
	u64 t = kwasm_now_ns();
	u32 n = g->f.num_ins;
	size_t used = g->arena.used;
	int err = ir_regalloc(&g->f, &machine.target);

	t = (kwasm_now_ns() - t) / n;
	if (err && !want)
		explain(g, 0);
	diag("%s: %u instructions, %llu ns and %zu bytes each", name, n, (unsigned long long)t,
	     (g->arena.used - used) / n);
	ok(err == want && t < most_ns, "%s", name);
}

/* Time is bounded loosely: the machine may be busy and the build sanitized. */
static void test_large(void)
{
	struct gen g;

	machine_set(13, 5);
	gen_long(&g, 10, 90);
	measure(&g, "a thousand instructions", 400000, 0);
	gen_free(&g);
	gen_long(&g, 2000, 20);
	measure(&g, "long", 400000, 0);
	ok(!ir_regalloc_verify(&g.f, &machine.target), "long is right");
	gen_free(&g);
	gen_long(&g, 20000, 20);
	measure(&g, "a million instructions", 400000, 0);
	gen_free(&g);
	gen_wide(&g, 50000);
	measure(&g, "fifty thousand values at once", 400000, 0);
	gen_free(&g);
	gen_wide(&g, 100000);
	measure(&g, "more values at once than slots", 400000, -E2BIG);
	gen_free(&g);
	gen_through(&g, 300, 300);
	measure(&g, "values through loops", 400000, 0);
	ok(!ir_regalloc_verify(&g.f, &machine.target), "values through loops are right");
	gen_free(&g);
	gen_through(&g, 20000, 50000);
	measure(&g, "more pairs of values and blocks than lifetimes are kept for", 400000, 0);
	gen_free(&g);
}

int main(void)
{
	test_random(5, 2, 2000, 12, false);
	test_random(5, 0, 300, 400, false);
	test_random(6, 3, 300, 400, false);
	test_random(8, 3, 300, 1000, false);
	test_random(13, 5, 300, 1000, false);
	test_random(13, 5, 20, 30000, false);
	test_random(5, 2, 1000, 40, true);
	test_random(6, 2, 300, 400, true);
	test_random(13, 5, 300, 400, true);
	test_exits(false);
	test_exits(true);
	test_large();
	return tap_done();
}
