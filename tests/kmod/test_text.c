// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_text.c - text, names of functions, the stack limit.
 */
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>

#include "../../core/x64/cpu.h"
#include "selftest.h"

static void test_place(struct guest *g)
{
	unsigned long start = (unsigned long)g->text.exec;
	unsigned long end = start + g->text.size;
	struct kwasm_text huge = { 0 };

	tap_ok(start >= MODULES_VADDR && end <= MODULES_END, "text lies in the modules' area");
	tap_ok(!g->text.write, "sealed text has no writable mapping");
	tap_ok(!kwasm_text_contains(start - 1) && kwasm_text_contains(start) &&
	       kwasm_text_contains(end - 1) && !kwasm_text_contains(end),
	       "text is found by its addresses and no others");
	tap_eq(kwasm_text_alloc(&huge, 1ul << 29), (u64)-ENOMEM, "text above the ceiling is refused");
	tap_eq(kwasm_text_alloc(&huge, 0), (u64)-E2BIG, "empty text is refused");
	tap_ok(!huge.priv, "nothing is left of refused text");
	kwasm_text_free(&huge);
	tap_eq(guest_run(g, GUEST_SELF_WRITE, IN_PROCESS, GUEST_LONG_NS), KWASM_TRAP_MEMORY,
	       "text cannot be written where it runs");
	tap_eq(guest_run(g, GUEST_RETURN, IN_PROCESS, GUEST_LONG_NS), KWASM_TRAP_NONE,
	       "a guest returns");
	tap_eq(g->ctx->meta_mark, 0x1234, "and has run");
}

static void symbol_is(const void *addr, const char *want, bool found, const char *what)
{
	char *name = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);

	if (!tap_ok(name, "memory for a name"))
		return;
	sprint_symbol_no_offset(name, (unsigned long)addr);
	name[strcspn(name, " ")] = '\0';
	if (!tap_ok(!strcmp(name, want) == found, "%s", what))
		tap_ok(false, "the symbol is '%s'", name);
	kfree(name);
}

static void test_ksyms(struct guest *g)
{
	struct kwasm_func_info infos[3] = {
		{ .name = { "imported", 8 } },
		{ .name = { "f<i32>::new x", 13 } },
		{ .name = { NULL, 0 } },
	};
	struct kwasm_module module = { .num_funcs = 3, .num_func_imports = 1, .funcs = infos };
	struct kwasm_code_func funcs[2] = {
		{ g->ops[GUEST_LOAD], g->ops[GUEST_STORE] },
		{ g->ops[GUEST_DIV], g->ops[GUEST_UD2] },
	};
	struct kwasm_code code = { .module = &module, .text = g->text, .text_used = g->used,
				   .funcs = funcs };
	const u8 *exec = g->text.exec;
	struct kwasm_ksyms *ks = kwasm_ksyms_add(&code, "prog-1");

	if (!tap_ok(!IS_ERR(ks), "functions get names"))
		return;
	symbol_is(exec + funcs[0].start + 4, "kwasm_prog_1_f_i32___new_x", true,
		  "a function is called by its name, with what a symbol may not have replaced");
	symbol_is(exec + funcs[1].end - 1, "kwasm_prog_1_2", true,
		  "a function without name is called by its index");
	symbol_is(exec, "kwasm_prog_1_stub", true, "code before the first function is a stub");
	symbol_is(exec + g->used - 1, "kwasm_prog_1_stub", true, "code after the last one too");
	kwasm_ksyms_del(ks);
	symbol_is(exec, "kwasm_prog_1_stub", false, "names go away");
}

static unsigned long trace[32];
static unsigned int trace_len;

static void host_trace(struct kwasm_ctx *ctx)
{
	trace_len = stack_trace_save(trace, ARRAY_SIZE(trace), 0);
}

/* A trace from a host function passes through the guest's frame to its caller. */
static void test_trace(void)
{
	struct guest *g = guest_create(host_trace, 0, 0, false);
	struct kwasm_func_info info = { .name = { "handler", 7 } };
	struct kwasm_module module = { .num_funcs = 1, .funcs = &info };
	struct kwasm_code_func func;
	struct kwasm_code code = { .module = &module, .funcs = &func };
	unsigned int i, text_at = 0, enter_at = 0;
	struct kwasm_ksyms *ks;

	if (!tap_ok(g, "a guest that calls a host function"))
		return;
	func = (struct kwasm_code_func){ g->ops[GUEST_HOST], g->ops[GUEST_HOST_SPIN] };
	code.text = g->text;
	code.text_used = g->used;
	ks = kwasm_ksyms_add(&code, "trace");
	if (tap_ok(!IS_ERR(ks), "functions get names")) {
		guest_run(g, GUEST_HOST, IN_PROCESS, GUEST_LONG_NS);
		for (i = 0; i < trace_len; i++) {
			if (trace[i] - (u64)guest_thunk(g, GUEST_HOST) < 64)
				text_at = i;
			if (trace[i] - (u64)kwasm_enter < 64)
				enter_at = i;
		}
		tap_ok(text_at > 0, "a stack trace shows the guest's function");
		tap_ok(enter_at == text_at + 1, "and who entered it");
		tap_ok(enter_at + 3 < trace_len, "and goes on from there");
		kwasm_ksyms_del(ks);
	}
	guest_destroy(g);
}

static void test_stack(struct guest *g)
{
	unsigned long here = (unsigned long)&g;
	enum guest_where where;

	for (where = IN_PROCESS; where <= IN_SOFTIRQ; where++) {
		tap_eq(guest_run(g, GUEST_RECURSE, where, GUEST_LONG_NS), KWASM_TRAP_STACK,
		       "endless recursion ends at the stack limit");
	}
	tap_ok(kwasm_stack_limit(1024) < here - 1024 + 512 &&
	       kwasm_stack_limit(1024) > here - 2048, "the limit is the budget where there is room");
	tap_ok(kwasm_stack_limit(U32_MAX) >=
	       (unsigned long)task_stack_page(current) + 5 * 1024,
	       "and never nearer to the end of the stack than the reserve");
}

void test_text(void)
{
	struct guest *g = guest_create(NULL, 0, 0, false);
	unsigned long start;

	if (!tap_ok(g, "a guest is made"))
		return;
	start = (unsigned long)g->text.exec;
	test_place(g);
	test_ksyms(g);
	test_stack(g);
	test_trace();
	guest_destroy(g);
	tap_ok(!kwasm_text_contains(start), "freed text is not found");
	tap_ok(!x64_cpu_indirect_thunk(16), "there is no thunk for register 16");
}
