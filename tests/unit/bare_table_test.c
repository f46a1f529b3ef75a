// SPDX-License-Identifier: GPL-2.0-only
/*
 * bare_table_test.c - a table that nothing reads or writes at run time has no elements in an
 * instance, whatever its size; calls through it, their traps and its segments are as ever.
 */
#include "run.h"

#define MODULE "(module (type $t (func (result i32))) (func $f (result i32) (i32.const 42))"
#define SEGMENT " (elem (i32.const 1) func $f)"
#define CALL " (func (export \"f\") (param i32) (result i32)" \
	" (call_indirect (type $t) (local.get 0)))"

static const struct {
	const char *what;
	const char *text;
	bool bare;
} rows[] = {
	{ "called through", MODULE "(table 3 funcref)" SEGMENT CALL ")", true },
	{ "not used", MODULE "(table 3 funcref)" SEGMENT ")", true },
	{ "asked for its size", MODULE "(table 3 funcref)" SEGMENT
	  " (func (result i32) table.size 0))", true },
	{ "without a maximum", MODULE "(table 0 funcref) (func (result i32) table.size 0))", true },
	{ "exported", MODULE "(table (export \"t\") 3 funcref)" SEGMENT ")", false },
	{ "larger than a jump table", MODULE "(table 65537 funcref)" SEGMENT CALL ")", false },
	{ "read", MODULE "(table 3 funcref)" SEGMENT
	  " (func (drop (table.get 0 (i32.const 0)))))", false },
	{ "set", MODULE "(table 3 funcref)" SEGMENT
	  " (func (table.set 0 (i32.const 0) (ref.null func))))", false },
	{ "grown", MODULE "(table 3 funcref)" SEGMENT
	  " (func (drop (table.grow 0 (ref.null func) (i32.const 1)))))", false },
	{ "filled", MODULE "(table 3 funcref)" SEGMENT
	  " (func (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))))", false },
	{ "initialised later", MODULE "(table 3 funcref) (elem $e func $f)"
	  " (func (table.init 0 $e (i32.const 0) (i32.const 0) (i32.const 1))))", false },
	{ "copied from", MODULE "(table 3 funcref) (table 3 funcref)" SEGMENT
	  " (func (table.copy 1 0 (i32.const 0) (i32.const 0) (i32.const 1))))", false },
	{ "copied to", MODULE "(table 3 funcref) (table 3 funcref)" SEGMENT
	  " (func (table.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 1))))", false },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run r = run_text(rows[i].text);

		ok(!r.inst->tables[0]->capacity == rows[i].bare &&
		   !r.inst->tables[0]->elems == rows[i].bare,
		   "a table that is %s has %s", rows[i].what,
		   rows[i].bare ? "no elements" : "elements");
		run_close(&r);
	}
}

static void test_calls(void)
{
	struct run r = run_text(MODULE "(table 3 funcref)" SEGMENT " (elem (i32.const 2) func $other)"
				" (func $other (param i64))" CALL ")");
	static const struct {
		u64 index;
		u32 trap;
	} calls[] = {
		{ 0, KWASM_TRAP_CALL_NULL }, { 1, KWASM_TRAP_NONE }, { 2, KWASM_TRAP_CALL_TYPE },
		{ 3, KWASM_TRAP_CALL_UNDEFINED }, { U32_MAX, KWASM_TRAP_CALL_UNDEFINED },
	};
	size_t i;

	ok(!r.inst->tables[0]->elems, "a table with functions of two types is bare");
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		u64 value = calls[i].index;

		is_u64(run_call(&r, "f", &value, NULL), calls[i].trap, "a call of element %llu",
		       (unsigned long long)calls[i].index);
		if (!calls[i].trap)
			is_u64(value, 42, "reaches its function");
	}
	run_close(&r);
}

static void test_segments(void)
{
	struct kwasm_trap_info trap = { 0 };
	struct kwasm_diag error;

	is_int(run_refused(MODULE "(table 3 funcref) (elem (i32.const 3) func $f))", &error, &trap),
	       -EFAULT, "a segment that does not fit fails the instantiation");
	is_u64(trap.kind, KWASM_TRAP_TABLE, "with its trap");
}

int main(void)
{
	test_rows();
	test_calls();
	test_segments();
	return tap_done();
}
