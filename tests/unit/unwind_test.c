// SPDX-License-Identifier: GPL-2.0-only
/*
 * unwind_test.c - a trap gives the stack in linear memory back: the global that the name section
 * calls __stack_pointer returns to its first value, and no other global does.
 */
#include "run.h"

static const struct {
	const char *what;
	const char *global;
	u32 after;	/* a call that subtracts 16 from it and traps */
} rows[] = {
	{ "the stack pointer of C", "$__stack_pointer (mut i32) (i32.const 1024)", 1024 },
	{ "that of AssemblyScript",
	  "$~lib/memory/__stack_pointer (mut i32) (i32.const 1024)", 1024 },
	{ "another global", "$counter (mut i32) (i32.const 1024)", 1008 },
	{ "one whose name only ends so", "$my__stack_pointer (mut i32) (i32.const 1024)", 1008 },
};

static struct run make(const char *global, bool names)
{
	static char text[512];

	snprintf(text, sizeof(text),
		 "(module (global (mut i32) (i32.const 7)) (global %s)"
		 " (func (export \"f\") (param i32)"
		 "  (global.set 0 (i32.const 8))"
		 "  (global.set 1 (i32.sub (global.get 1) (i32.const 16)))"
		 "  (br_if 0 (local.get 0)) unreachable))", global);
	return run_module(wat_module_named(text, names), NULL, NULL, NULL, NULL);
}

static u32 call(struct run *r, u64 returns)
{
	u64 value = returns;

	return run_call(r, "f", &value, NULL);
}

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run r = make(rows[i].global, true);

		is_u64(call(&r, 0), KWASM_TRAP_UNREACHABLE, "%s: a trap", rows[i].what);
		is_u64(kwasm_instance_global(r.inst, 1), rows[i].after, "%s after it",
		       rows[i].what);
		is_u64(kwasm_instance_global(r.inst, 0), 8, "%s: the one before keeps its value",
		       rows[i].what);
		run_close(&r);
	}
}

static void test_others(void)
{
	struct run r = make(rows[0].global, false);

	call(&r, 0);
	is_u64(kwasm_instance_global(r.inst, 1), 1008, "without names no global is touched");
	run_close(&r);
	r = make(rows[0].global, true);
	call(&r, 1);
	is_u64(kwasm_instance_global(r.inst, 1), 1008, "nor after a call that returns");
	run_close(&r);
}

int main(void)
{
	test_rows();
	test_others();
	return tap_done();
}
