// SPDX-License-Identifier: GPL-2.0-only
/*
 * instance_test.c - what instantiation creates, the order of segments, limits, and the run-time
 * functions on memories and tables.  Modules are declared only: no code is needed.
 */
#include "code.h"
#include "run/rt.h"
#include "run/store.h"
#include "user/user.h"
#include "wat.h"

#define PAGE KWASM_PAGE_SIZE

static struct kwasm_diag error;
static struct kwasm_trap_info trap;

/* @code must live as long as @store. */
static struct kwasm_instance *create(struct kwasm_store *store, struct kwasm_code *code,
				     const char *text, int want)
{
	struct kwasm_instance *inst = NULL;
	int err;

	memset(code, 0, sizeof(*code));
	code->module = wat_module(text);
	kwasm_diag_init(&error);
	err = kwasm_instance_create(store, code, NULL, NULL, &error, &trap, &inst);
	if (err != want)
		diag("%s: %d, %s", text, err, error.text);
	return err == want ? inst : NULL;
}

static void destroy(struct kwasm_store *store, struct kwasm_code *codes, int n)
{
	kwasm_store_destroy(store);
	while (n--)
		kwasm_module_destroy((struct kwasm_module *)codes[n].module);
}

/* The trap requested by a run-time function. */
static u32 asked(struct kwasm_ctx *ctx)
{
	u32 kind = ctx->kill;

	ctx->kill = 0;
	return kind;
}

static void test_layout(void)
{
	struct kwasm_code code = { .module = wat_module(
		"(module (import \"m\" \"g\" (global i32)) (import \"m\" \"f\" (func))"
		" (global i32 (i32.const 1)) (global i64 (i64.const 2)) (table 1 funcref)"
		" (type (func (param i64))))") };
	struct kwasm_ctx_layout l = kwasm_ctx_layout(code.module);

	is_u64(l.globals % 16, 0, "global cells are aligned to 16");
	ok(l.globals >= sizeof(struct kwasm_ctx), "arrays follow the fixed part");
	is_u64(l.global_ptrs - l.globals, 32, "a cell for each defined global");
	is_u64(l.tables - l.global_ptrs, 8, "a pointer for each imported global");
	is_u64(l.imports - l.tables, 8, "a pointer for each table");
	is_u64(l.sigs - l.imports, 8, "a pointer for each imported function");
	ok(l.size >= l.sigs + 8, "a number for each type");
	kwasm_module_destroy((struct kwasm_module *)code.module);
}

static void test_memory(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code code[1];
	struct kwasm_instance *inst = create(store, code,
		"(module (memory 1 3) (data (i32.const 8) \"abcdef\") (data $p \"xyz\"))", 0);
	struct kwasm_ctx *ctx = inst->ctx;
	u8 *mem = ctx->mem_base;

	ok(!memcmp(mem + 8, "abcdef", 6), "an active segment is there");
	is_u64(mem[0] | mem[PAGE - 1], 0, "the rest is zero");
	kwasm_rt_memory_copy(ctx, 10, 8, 6);
	ok(!memcmp(mem + 8, "ababcdef", 8), "copy up over itself");
	kwasm_rt_memory_copy(ctx, 8, 10, 6);
	ok(!memcmp(mem + 8, "abcdefef", 8), "copy down over itself");
	kwasm_rt_memory_fill(ctx, PAGE - 2, 0x1ff, 2);
	ok(mem[PAGE - 1] == 0xff && !asked(ctx), "fill up to the end");
	kwasm_rt_memory_fill(ctx, PAGE - 2, 0x11, 3);
	is_u64(asked(ctx), KWASM_TRAP_MEMORY, "fill past the end traps");
	is_u64(mem[PAGE - 2], 0xff, "and wrote nothing");
	kwasm_rt_memory_copy(ctx, 0, 0xffffffff, 2);
	is_u64(asked(ctx), KWASM_TRAP_MEMORY, "an address that wraps traps");
	kwasm_rt_memory_fill(ctx, PAGE, 0, 0);
	is_u64(asked(ctx), 0, "nothing at the very end is in bounds");
	kwasm_rt_memory_fill(ctx, PAGE + 1, 0, 0);
	is_u64(asked(ctx), KWASM_TRAP_MEMORY, "but not after it");

	kwasm_rt_memory_init(ctx, 0, 1, 2, 1);
	ok(!memcmp(mem, "yz", 2), "a passive segment is copied in part");
	kwasm_rt_memory_init(ctx, 0, 2, 2, 1);
	is_u64(asked(ctx), KWASM_TRAP_MEMORY, "reading past the segment traps");
	kwasm_rt_memory_init(ctx, 0, 0, 1, 0);
	is_u64(asked(ctx), KWASM_TRAP_MEMORY, "an active segment is dropped once it was applied");
	kwasm_rt_data_drop(ctx, 1);
	kwasm_rt_memory_init(ctx, 0, 0, 1, 1);
	is_u64(asked(ctx), KWASM_TRAP_MEMORY, "a dropped segment is empty");
	kwasm_rt_memory_init(ctx, 0, 0, 0, 1);
	is_u64(asked(ctx), 0, "and empty it may be used");

	is_u64(kwasm_rt_memory_grow(ctx, 2), 1, "growing gives the old size");
	is_u64(kwasm_rt_memory_grow(ctx, 1), U32_MAX, "not past the maximum");
	is_u64(kwasm_rt_memory_grow(ctx, U32_MAX), U32_MAX, "nor round the corner");
	is_u64(kwasm_rt_memory_grow(ctx, 0), 3, "by nothing it always grows");
	ok(ctx->mem_base == mem && !mem[3 * PAGE - 1], "in place, with zeroes");
	ok(kwasm_ctx_slice(ctx, 3 * PAGE - 4, 4) == mem + 3 * PAGE - 4, "a slice to the end");
	ok(!kwasm_ctx_slice(ctx, 3 * PAGE - 4, 5), "no slice past it");
	is_u64(asked(ctx), KWASM_TRAP_MEMORY, "which traps");
	destroy(store, code, 1);
}

/* A guest that has to leave does not finish long work. */
static void test_pieces(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code code[1];
	struct kwasm_instance *inst = create(store, code,
		"(module (memory 9) (table 100000 funcref) (func $f))", 0);
	struct kwasm_ctx *ctx = inst->ctx;
	u8 *mem = ctx->mem_base;
	u32 i, wrong = 0;

	for (i = 0; i < 4 * PAGE; i++)
		mem[i] = (u8)(i / 7);
	kwasm_rt_memory_copy(ctx, 4 * PAGE + 5, 0, 4 * PAGE);
	kwasm_rt_memory_copy(ctx, 3, 0, 4 * PAGE);
	for (i = 0; i < 4 * PAGE; i++)
		wrong += mem[3 + i] != (u8)(i / 7);
	kwasm_rt_memory_copy(ctx, 0, 3, 4 * PAGE);
	for (i = 0; i < 4 * PAGE; i++)
		wrong += mem[i] != (u8)(i / 7);
	is_u64(wrong, 0, "long copies over themselves, up and down");
	kwasm_rt_memory_fill(ctx, 1, 0x55, 9 * PAGE - 2);
	for (i = 1; i < 9 * PAGE - 1; i++)
		wrong += mem[i] != 0x55;
	ok(!wrong && !mem[0] && !mem[9 * PAGE - 1], "a long fill");
	kwasm_rt_table_fill(ctx, 0, 5, 100000, 0);
	for (i = 0; i < 100000; i++)
		wrong += inst->tables[0]->elems[i] != 5;
	is_u64(wrong, 0, "of a table too");

	kwasm_ctx_trap(ctx, KWASM_TRAP_TIME);
	kwasm_rt_memory_fill(ctx, 0, 0x66, 9 * PAGE);
	kwasm_rt_memory_copy(ctx, 1, 0, 8 * PAGE);
	kwasm_rt_table_fill(ctx, 0, 6, 100000, 0);
	ok(mem[8 * PAGE - 1] == 0x55 && inst->tables[0]->elems[99999] == 5 &&
	   asked(ctx) == KWASM_TRAP_TIME, "none of them is finished when the guest has to leave");
	destroy(store, code, 1);
}

static void test_tables(bool atomic)
{
	struct kwasm_store *store = kwasm_store_create(NULL, atomic);
	struct kwasm_code code[1];
	struct kwasm_instance *inst = create(store, code,
		"(module (table 4 100 funcref) (table 2 externref) (func $a) (func $b)"
		" (elem (i32.const 1) $a $b) (elem $p func $b $a $b) (elem declare func $a))", 0);
	struct kwasm_ctx *ctx = inst->ctx;
	u64 a = (u64)(uintptr_t)inst->funcs[0], b = (u64)(uintptr_t)inst->funcs[1];
	u64 *t = inst->tables[0]->elems;

	ok(!t[0] && t[1] == a && t[2] == b && !t[3], "an active segment is there");
	is_u64(kwasm_rt_ref_func(ctx, 1), b, "ref.func gives the same object");
	is_u64(kwasm_rt_table_get(ctx, 2, 0), b, "get");
	kwasm_rt_table_get(ctx, 4, 0);
	is_u64(asked(ctx), KWASM_TRAP_TABLE, "get past the end traps");
	kwasm_rt_table_set(ctx, 1, 77, 1);
	is_u64(inst->tables[1]->elems[1], 77, "set");
	kwasm_rt_table_set(ctx, 2, 77, 1);
	is_u64(asked(ctx), KWASM_TRAP_TABLE, "set past the end traps");
	kwasm_rt_table_init(ctx, 1, 0, 3, 1, 0);
	ok(t[1] == b && t[2] == a && t[3] == b && !asked(ctx), "init");
	kwasm_rt_table_init(ctx, 2, 0, 3, 1, 0);
	ok(asked(ctx) == KWASM_TRAP_TABLE && t[2] == a,
	   "init past the table traps, writes nothing");
	kwasm_rt_table_init(ctx, 0, 0, 1, 2, 0);
	is_u64(asked(ctx), KWASM_TRAP_TABLE, "a declarative segment is dropped");
	kwasm_rt_elem_drop(ctx, 1);
	kwasm_rt_table_init(ctx, 0, 0, 1, 1, 0);
	is_u64(asked(ctx), KWASM_TRAP_TABLE, "so is one that elem.drop names");
	kwasm_rt_table_copy(ctx, 0, 1, 3, 0, 0);
	ok(t[0] == b && t[1] == a && t[2] == b, "copy over itself");
	kwasm_rt_table_copy(ctx, 1, 0, 2, 1, 0);
	is_u64(asked(ctx), KWASM_TRAP_TABLE, "copy past the other table traps");
	kwasm_rt_table_fill(ctx, 3, a, 2, 0);
	ok(asked(ctx) == KWASM_TRAP_TABLE && t[3] == b, "fill past the end traps, writes nothing");
	kwasm_rt_table_fill(ctx, 2, a, 2, 0);
	ok(t[2] == a && t[3] == a, "fill");

	is_u64(kwasm_rt_table_grow(ctx, b, 96, 0), 4, "growing gives the old size");
	t = inst->tables[0]->elems;
	ok(t[3] == a && t[4] == b && t[99] == b, "keeps what was there and fills the rest");
	is_u64(kwasm_rt_table_grow(ctx, 0, 1, 0), U32_MAX, "not past the maximum");
	is_u64(kwasm_rt_table_size(ctx, 0), 100, "size");
	is_u64(kwasm_rt_table_grow(ctx, 0, U32_MAX, 1), U32_MAX, "nor round the corner");
	is_u64(kwasm_rt_table_grow(ctx, 0, 2000, 1), atomic ? U32_MAX : 2,
	       "far growth only where memory may be had");
	destroy(store, code, 1);
}

static void test_order(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code code[4];
	struct kwasm_tabletype type = { KWASM_FUNCREF, { 1, 1, true } };
	struct kwasm_table *table = kwasm_store_table(store, type);

	ok(table && store->tables == table, "a table of the host");
	create(store, &code[0], "(module (memory 1) (data (i32.const 0) \"a\")"
	       " (data (i32.const 65536) \"b\"))", -EFAULT);
	is_u64(trap.kind, KWASM_TRAP_MEMORY, "a data segment that does not fit traps");
	is_str(error.text, "out of bounds memory access: data segment 1 does not fit",
	       "and is named");
	is_u64(store->memories->linear.base[0], 'a', "the one before it was applied");
	create(store, &code[1], "(module (memory 1) (table 1 funcref) (func $f)"
	       " (data (i32.const 0) \"a\") (elem (i32.const 1) $f))", -EFAULT);
	is_u64(trap.kind, KWASM_TRAP_TABLE, "an element segment that does not fit traps");
	is_u64(store->memories->linear.base[0], 0, "before any data segment is applied");
	create(store, &code[2], "(module (memory 65536))", -EDQUOT);
	is_str(error.text, "cannot allocate a memory of 65536 pages, the limit is 4096",
	       "memory limit");
	create(store, &code[3], "(module (table 20000000 funcref))", -EDQUOT);
	is_str(error.text, "cannot allocate table 0 with 20000000 elements, the limit max_table_elems is 10000000",
	       "table limit");
	destroy(store, code, 4);
}

static void test_globals(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code code[1];
	struct kwasm_externval b;
	struct kwasm_instance *inst = create(store, code,
		"(module (func $f) (global (export \"g\") (mut i64) (i64.const -2))"
		" (global funcref (ref.func $f)) (global externref (ref.null extern))"
		" (global (export \"f\") f32 (f32.const 1)))", 0);

	is_u64(kwasm_instance_global(inst, 0), -2ull, "a constant");
	is_u64(kwasm_instance_global(inst, 1), (u64)(uintptr_t)inst->funcs[0], "a function");
	is_u64(kwasm_instance_global(inst, 2), 0, "null");
	is_int(kwasm_instance_externval(inst, "g", 1, &b), 0, "an exported global");
	b.global->cell->lo = 9;
	is_u64(kwasm_instance_global(inst, 0), 9, "is the same cell for others");
	is_int(kwasm_instance_externval(inst, "gg", 2, &b), -ENOENT, "no such export");
	destroy(store, code, 1);
}

int main(void)
{
	test_layout();
	test_memory();
	test_pieces();
	test_tables(false);
	test_tables(true);
	test_order();
	test_globals();
	return tap_done();
}
