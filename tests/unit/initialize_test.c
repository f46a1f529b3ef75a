// SPDX-License-Identifier: GPL-2.0-only
/*
 * initialize_test.c - an exported _initialize runs once per instance, after the start function, and
 * only with the type that the convention gives it.
 */
#include "run.h"

/* Each step appends its digit. */
#define STEPS									\
	"(module (global $g (export \"steps\") (mut i32) (i32.const 0))"	\
	" (func $step (param i32) (global.set $g (i32.add (local.get 0)"	\
	"  (i32.mul (i32.const 10) (global.get $g)))))"

#define START " (func $start (call $step (i32.const 1))) (start $start)"

static const struct {
	const char *what;
	const char *text;
	u32 steps;	/* after two calls of "f" */
} rows[] = {
	{ "called before the first call, and once",
	  STEPS " (func (export \"_initialize\") (call $step (i32.const 2)))"
	  " (func (export \"f\") (call $step (i32.const 3))))", 233 },
	{ "after the start function",
	  STEPS START " (func (export \"_initialize\") (call $step (i32.const 2)))"
	  " (func (export \"f\") (call $step (i32.const 3))))", 1233 },
	{ "a function of this name that is not exported is not called",
	  STEPS " (func $_initialize (call $step (i32.const 2)))"
	  " (func (export \"f\") (call $step (i32.const 3))))", 33 },
	{ "with a parameter, it is not called",
	  STEPS " (func (export \"_initialize\") (param i32) (call $step (i32.const 2)))"
	  " (func (export \"f\") (call $step (i32.const 3))))", 33 },
	{ "with a result, it is not called",
	  STEPS " (func (export \"_initialize\") (result i32) (call $step (i32.const 2))"
	  "  (i32.const 0))"
	  " (func (export \"f\") (call $step (i32.const 3))))", 33 },
	{ "a global of this name is no function",
	  STEPS " (global (export \"_initialize\") i32 (i32.const 7))"
	  " (func (export \"f\") (call $step (i32.const 3))))", 33 },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run r = run_text(rows[i].text);
		u64 value = 0;

		run_call(&r, "f", &value, NULL);
		run_call(&r, "f", &value, NULL);
		is_u64(kwasm_instance_global(r.inst, 0), rows[i].steps, "%s", rows[i].what);
		run_close(&r);
	}
}

static void test_trap(void)
{
	struct kwasm_trap_info trap = { 0 };
	struct kwasm_diag error;

	is_int(run_refused(STEPS START " (func (export \"_initialize\") unreachable))", &error,
			   &trap), -EFAULT, "a trap in it fails the instantiation");
	is_str(error.text, "_initialize trapped: unreachable", "and is told as such");
	is_u64(trap.func, 2, "with its function");
}

int main(void)
{
	test_rows();
	test_trap();
	return tap_done();
}
