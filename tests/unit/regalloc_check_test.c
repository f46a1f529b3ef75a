// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_check_test.c - the checker of register allocation sees what is wrong.
 *
 * Moves are taken away from allocated code, and two slots are made one.
 */
#include "regalloc_gen.h"

/* A random program, allocated; the checker accepts it. */
static void gen_right(struct gen *g, u32 seed)
{
	gen_program(g, seed, 150);
	if (allocate(g, false))
		explain(g, seed);
}

static bool is_inserted(u32 op)
{
	return op == IR_MOVE || op == IR_XCHG || op == IR_REMAT;
}

/*
 * Code without one of its moves is wrong.  The checker must detect it, except for moves whose use
 * is no longer reachable from here.
 */
static void test_mutations(void)
{
	u32 seed, i, made = 0, missed = 0;
	struct gen g;

	machine_set(6, 2);
	for (seed = 1; seed <= 12; seed++) {
		gen_right(&g, seed);
		for (i = 1; i < g.f.num_ins; i++) {
			u8 op = g.f.ins[i].op;

			if (!is_inserted(op))
				continue;
			g.f.ins[i].op = IR_JMP;		/* no effect on the state */
			made++;
			missed += ir_regalloc_verify(&g.f, &machine.target) != -EINVAL;
			g.f.ins[i].op = op;
			kwasm_diag_init(&g.diag);
		}
		gen_free(&g);
	}
	ok(made > 2000 && missed < made / 20, "%u moves taken away one by one, %u of them missed",
	   made, missed);
}

static void rename_loc(u16 *loc, u32 from, u32 to)
{
	if (*loc == from)
		*loc = to;
}

/* Everything in slot location @from goes to @to instead. */
static void merge_slots(struct ir_func *f, u32 from, u32 to)
{
	u32 i, n;

	for (i = 1; i < f->num_ins; i++) {
		rename_loc(&f->ins[i].dst, from, to);
		for (n = 0; n < 3; n++)
			rename_loc(&f->ins[i].src[n], from, to);
	}
}

/*
 * Values share slots as far as their lifetimes allow: where two slots become one, somewhere a
 * value is read that another has overwritten.  What is not found are values that are alive, but
 * whose slot nobody reads again.
 */
static void test_merged_slots(void)
{
	u32 seed, a, b, made = 0, missed = 0;
	struct ir_ins *kept;
	struct gen g;

	machine_set(6, 2);
	for (seed = 1; seed <= 12; seed++) {
		gen_right(&g, seed);
		kept = malloc(g.f.num_ins * sizeof(*kept));
		if (!kept)
			bail_out("out of memory");
		memcpy(kept, g.f.ins, g.f.num_ins * sizeof(*kept));
		for (a = 0; a < g.f.num_slots; a++) {
			for (b = a + 1; b < g.f.num_slots; b++) {
				merge_slots(&g.f, IR_LOC_SLOT + b, IR_LOC_SLOT + a);
				made++;
				missed += ir_regalloc_verify(&g.f, &machine.target) != -EINVAL;
				memcpy(g.f.ins, kept, g.f.num_ins * sizeof(*kept));
				kwasm_diag_init(&g.diag);
			}
		}
		free(kept);
		gen_free(&g);
	}
	ok(made > 300 && missed < made / 20, "%u pairs of slots merged, %u of them missed", made,
	   missed);
}

int main(void)
{
	test_mutations();
	test_merged_slots();
	return tap_done();
}
