// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_traps.c - each fault that a guest can raise, in each context.
 */
#include "selftest.h"

static void test_in(struct guest *g, enum guest_where where)
{
	static const struct {
		enum guest_op op;
		const char *name;
		u32 trap;
	} cases[] = {
		{ GUEST_LOAD, "a load outside of the memory", KWASM_TRAP_MEMORY },
		{ GUEST_STORE, "a store outside of the memory", KWASM_TRAP_MEMORY },
		{ GUEST_NON_CANONICAL, "a non-canonical address", KWASM_TRAP_MEMORY },
		{ GUEST_DIV, "a division by zero", KWASM_TRAP_DIV_ZERO },
		{ GUEST_UD2, "an undefined instruction", KWASM_TRAP_UNREACHABLE },
		{ GUEST_INT3, "a breakpoint", KWASM_TRAP_UNREACHABLE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 trap;

		g->ctx->pkt_data = (const u8 *)(1ul << 32);
		trap = guest_run(g, cases[i].op, where, GUEST_LONG_NS);
		tap_ok(trap == cases[i].trap && g->ctx->trap == trap, "%s traps in %s",
		       cases[i].name, where_name(where));
		tap_ok(g->ctx->trap_pc - (u64)guest_thunk(g, cases[i].op) < 32, "at its place");
		tap_eq(guest_run(g, GUEST_RETURN, where, GUEST_LONG_NS), KWASM_TRAP_NONE,
		       "the next invocation is not affected");
	}
}

static void irqs_off(void *arg)
{
	struct guest *g = arg;

	local_irq_disable();
	tap_eq(guest_enter(g, GUEST_RETURN, GUEST_LONG_NS), KWASM_TRAP_TIME,
	       "no guest runs with interrupts off");
	local_irq_enable();
	tap_eq(g->ctx->meta_mark, 0, "not at all");
}

void test_traps(void)
{
	struct guest *g = guest_create(NULL, 1, 1, false);
	enum guest_where where;

	if (!tap_ok(g, "a guest to trap"))
		return;
	for (where = 0; where < NUM_WHERE; where++)
		test_in(g, where);
	run_where(IN_PROCESS, irqs_off, g);
	guest_destroy(g);
}
