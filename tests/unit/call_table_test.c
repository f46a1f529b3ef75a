// SPDX-License-Identifier: GPL-2.0-only
/*
 * call_table_test.c - indirect calls through mutable and fixed tables.
 *
 * The same table, once fixed and, in several ways, mutable: calls and traps are the same, including
 * the byte offset; the size of the code distinguishes the general sequence from the jump table.
 */
#define _GNU_SOURCE
#include "run.h"

/* Elements 1 and 2 are written twice; 0 and 6 stay null. */
static const char segments[] =
	"(elem (i32.const 1) $ten $wide $ten)"
	"(elem (i32.const 2) $twenty $thirty)"
	"(elem (i32.const 5) $wide)";

static const char functions[] =
	"(type $get (func (result i32)))"
	"(func $ten (result i32) (i32.const 10))"
	"(func $twenty (result i32) (i32.const 20))"
	"(func $thirty (result i32) (i32.const 30))"
	"(func $wide (result i64) (i64.const 64))"
	"(func (export \"call\") (param i32) (result i32)"
	"  (i32.add (i32.const 1) (call_indirect (type $get) (local.get 0))))";

/* Text that makes the table mutable, or nothing. */
static const struct {
	const char *name, *table, *more;
	bool fixed;
} modules[] = {
	{ "fixed", "(table 7 funcref)", "", true },
	{ "fixed, of more elements", "(table 7 9 funcref)", "", true },
	{ "read", "(table 7 funcref)",
	  "(func (result i32) (ref.is_null (table.get 0 (i32.const 1))))", true },
	{ "exported", "(table (export \"t\") 7 funcref)", "", false },
	{ "set", "(table 7 funcref)",
	  "(func (table.set 0 (i32.const 0) (ref.null func)))", false },
	{ "grown", "(table 7 funcref)",
	  "(func (result i32) (table.grow 0 (ref.null func) (i32.const 1)))", false },
	{ "filled", "(table 7 funcref)",
	  "(func (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1)))", false },
	{ "copied to", "(table 7 funcref) (table $o 7 funcref)",
	  "(func (table.copy 0 $o (i32.const 0) (i32.const 0) (i32.const 1)))", false },
	{ "copied from", "(table 7 funcref) (table $o 7 funcref)",
	  "(func (table.copy $o 0 (i32.const 0) (i32.const 0) (i32.const 1)))", true },
	{ "initialized", "(table 7 funcref)",
	  "(elem $e func $ten)"
	  "(func (table.init 0 $e (i32.const 0) (i32.const 0) (i32.const 1)))", false },
};

static const struct {
	u32 index, result, trap;
} calls[] = {
	{ 0, 0, KWASM_TRAP_CALL_NULL }, { 1, 11, 0 }, { 2, 21, 0 }, { 3, 31, 0 },
	{ 4, 0, KWASM_TRAP_CALL_NULL }, { 5, 0, KWASM_TRAP_CALL_TYPE },
	{ 6, 0, KWASM_TRAP_CALL_NULL }, { 7, 0, KWASM_TRAP_CALL_UNDEFINED },
	{ 0xffffffff, 0, KWASM_TRAP_CALL_UNDEFINED }, { 1, 11, 0 },
};

static struct run run_one(size_t n)
{
	static char wat[4096];

	snprintf(wat, sizeof(wat), "(module %s %s %s %s)", modules[n].table, functions, segments,
		 modules[n].more);
	return run_text(wat);
}

/* Byte offset of the call_indirect: its opcode occurs once in the body of "call". */
static u32 call_at(const struct run *r, u32 func)
{
	const struct kwasm_func_info *info = &r->module->funcs[func];
	u32 at;

	for (at = info->code; at < info->end && r->module->bytes[at] != 0x11; at++)
		;
	return at;
}

static u32 func_bytes(const struct run *r, u32 func)
{
	return r->code->funcs[func].end - r->code->funcs[func].start;
}

/*
 * Where the type is compared a mispredicted branch must not lead to a function of another type: its
 * address becomes null by a conditional move, mov $0, %r10d; cmovne %r10, %rax.
 */
static bool masks_type(const struct run *r, u32 func)
{
	static const u8 mask[] = { 0x41, 0xba, 0, 0, 0, 0, 0x49, 0x0f, 0x45, 0xc2 };
	const u8 *start = r->code->text.exec + r->code->funcs[func].start;

	return memmem(start, func_bytes(r, func), mask, sizeof(mask));
}

static void test_calls(size_t n)
{
	struct run r = run_one(n);
	u32 func = run_find(&r, "call")->index;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(calls); k++) {
		struct kwasm_trap_info at = { 0 };
		u64 value = calls[k].index;
		u32 trap = run_call(&r, "call", &value, &at);

		if (!is_u64(trap, calls[k].trap, "%s: element %u: trap", modules[n].name,
			    calls[k].index))
			continue;
		if (trap)
			ok(at.func == func && at.offset == call_at(&r, func),
			   "%s: element %u: at the call", modules[n].name, calls[k].index);
		else
			is_u64((u32)value, calls[k].result, "%s: element %u", modules[n].name,
			       calls[k].index);
	}
	ok((func_bytes(&r, func) < 100) == modules[n].fixed, "%s: %u bytes of code",
	   modules[n].name, func_bytes(&r, func));
	ok(masks_type(&r, func) != modules[n].fixed, "%s: no call of another type in speculation",
	   modules[n].name);
	run_close(&r);
}

int main(void)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(modules); n++)
		test_calls(n);
	return tap_done();
}
