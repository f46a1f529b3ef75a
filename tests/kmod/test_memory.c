// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_memory.c - linear memories: bounds, growth, ceilings.
 */
#include <linux/slab.h>

#include "selftest.h"

#define TOP KWASM_LINEAR_RESERVE	/* end of the reservation */

static u32 access_at(struct guest *g, enum guest_op op, u64 offset)
{
	g->ctx->pkt_data = (const u8 *)offset;
	return guest_run(g, op, IN_PROCESS, GUEST_LONG_NS);
}

static void test_bounds(struct guest *g)
{
	static const u64 outside[] = { 2 * 65536 - 3, 2 * 65536, 1ull << 32, (1ull << 33) - 2,
				       TOP - 4 };
	u64 base = (u64)g->linear.base;
	unsigned int i;

	tap_eq(access_at(g, GUEST_LOAD, 0), KWASM_TRAP_NONE, "first word can be read");
	tap_eq(g->ctx->meta_mark, 0, "and is zero");
	tap_eq(access_at(g, GUEST_STORE, 2 * 65536 - 4), KWASM_TRAP_NONE,
	       "last word can be written");
	tap_eq(access_at(g, GUEST_LOAD, 2 * 65536 - 4), KWASM_TRAP_NONE, "and read");
	tap_eq(g->ctx->meta_mark, 0x55, "and keeps its value");
	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		tap_ok(access_at(g, GUEST_LOAD, outside[i]) == KWASM_TRAP_MEMORY,
		       "load at %#llx traps", outside[i]);
		if (kwasm_fault_is_hooked())
			tap_ok(g->ctx->trap_address - base - outside[i] < 4, "its address is known");
		else
			tap_eq(g->ctx->trap_address, 0, "an exception table knows no address");
		tap_ok(access_at(g, GUEST_STORE, outside[i]) == KWASM_TRAP_MEMORY,
		       "store at %#llx traps", outside[i]);
		tap_ok(g->ctx->trap_pc >= (u64)guest_thunk(g, GUEST_STORE) &&
		       g->ctx->trap_pc < (u64)guest_thunk(g, GUEST_SELF_WRITE),
		       "its instruction is known");
	}
}

struct grow_call {
	struct guest *g;
	u32 delta;
	s64 result;
};

static void grow_fn(void *arg)
{
	struct grow_call *call = arg;

	call->result = kwasm_linear_grow(&call->g->linear, call->delta);
}

static s64 grow(struct guest *g, u32 delta, enum guest_where where)
{
	struct grow_call call = { .g = g, .delta = delta };

	run_where(where, grow_fn, &call);
	return call.result;
}

static void test_growth(void)
{
	struct guest *g = guest_create(NULL, 1, 40, true);
	u8 *base;

	if (!tap_ok(g, "a guest whose memory grows in softirq"))
		return;
	base = g->linear.base;
	tap_eq(access_at(g, GUEST_STORE, 65532), KWASM_TRAP_NONE, "its memory is written");
	tap_eq(grow(g, 2, IN_SOFTIRQ), 1, "memory grows in softirq");
	tap_eq(grow(g, 33, IN_SOFTIRQ), 3, "and again, over a page table's border");
	tap_eq(g->linear.pages, 36, "its size is right");
	tap_ok(g->linear.base == base && *(u32 *)(base + 65532) == 0x55,
	       "it stays where it is with what it held");
	tap_eq(access_at(g, GUEST_LOAD, 36 * 65536 - 4), KWASM_TRAP_NONE, "new pages are there");
	tap_eq(g->ctx->meta_mark, 0, "zeroed");
	tap_eq(grow(g, 5, IN_SOFTIRQ), (u64)-ENOMEM, "it does not grow past its maximum");
	tap_eq(grow(g, U32_MAX, IN_SOFTIRQ), (u64)-ENOMEM, "by any number of pages");
	tap_eq(access_at(g, GUEST_LOAD, 36 * 65536), KWASM_TRAP_MEMORY, "nothing was added");
	tap_eq(grow(g, 4, IN_PROCESS), 36, "it grows up to its maximum");
	tap_eq(grow(g, 0, IN_SOFTIRQ), 40, "growing by nothing tells the size");
	guest_destroy(g);
}

static void test_page_ceiling(void)
{
	struct kwasm_linear_usage used, max;
	struct kwasm_linear linear;
	int err;

	kwasm_linear_usage_get(&used, &max);
	if (max.pages >= 65536) {
		tap_skip("pages above the ceiling", "the ceiling is above what one memory can have");
		return;
	}
	err = kwasm_linear_reserve(&linear, max.pages + 1, 65536, false);
	tap_eq(err, (u64)-EDQUOT, "more pages than the ceiling are refused");
	kwasm_linear_release(&linear);
	err = kwasm_linear_reserve(&linear, 1, 65536, false);
	if (tap_ok(!err, "one page is there")) {
		tap_eq(kwasm_linear_grow(&linear, max.pages), (u64)-ENOMEM,
		       "nor can a memory grow past the ceiling");
		tap_eq(linear.pages, 1, "it stays as it was");
	}
	kwasm_linear_release(&linear);
}

static void test_memory_ceiling(void)
{
	struct kwasm_linear_usage before, used, max;
	struct kwasm_linear *list;
	u64 n = 0;
	int err = 0;

	kwasm_linear_usage_get(&before, &max);
	list = kwasm_zalloc(max.memories + 1, sizeof(*list));
	if (!tap_ok(list, "memory for the list"))
		return;
	while (n <= max.memories) {
		err = kwasm_linear_reserve(&list[n], 0, 1, false);
		if (err)
			break;
		n++;
	}
	tap_eq(err, (u64)-EDQUOT, "more memories than the ceiling are refused");
	tap_eq(n, max.memories - before.memories, "and not fewer");
	while (n--)
		kwasm_linear_release(&list[n]);
	kwasm_free(list);
	kwasm_linear_usage_get(&used, &max);
	tap_ok(used.memories == before.memories && used.pages == before.pages,
	       "all of them are given back");
}

void test_memory(void)
{
	struct kwasm_linear_usage before, after, max;
	struct guest *g;

	kwasm_linear_usage_get(&before, &max);
	g = guest_create(NULL, 2, 4, false);
	if (tap_ok(g, "a guest with memory"))
		test_bounds(g);
	guest_destroy(g);
	test_growth();
	test_page_ceiling();
	test_memory_ceiling();
	kwasm_linear_usage_get(&after, &max);
	tap_ok(before.memories == after.memories && before.pages == after.pages,
	       "no memory and no page is left over");
}
