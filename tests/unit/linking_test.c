// SPDX-License-Identifier: GPL-2.0-only
/*
 * linking_test.c - imports: those that match, and the message for each that does not; host
 * functions.  Modules are only declared: no code is needed.
 */
#include "compile.h"
#include "wat.h"

static struct kwasm_diag error;

static u64 add(KWASM_HOST2(ctx, a, b))
{
	return a + b + 0x100000000;
}

static u64 refuse(KWASM_HOST0(ctx))
{
	kwasm_ctx_trap(ctx, KWASM_TRAP_UNREACHABLE);
	return 1;
}

static u64 seen[3];

static u64 look(KWASM_HOST3(ctx, a, b, c))
{
	seen[0] = a;
	seen[1] = b;
	seen[2] = c;
	return U64_MAX;
}

static const struct kwasm_host_fn fns[] = {
	{ .name = "add", .sig = "ii:i", .fn = add },
	{ .name = "refuse", .sig = ":I", .fn = refuse },
	{ .name = "look", .sig = "ifI:f", .fn = look },
};

static const struct kwasm_provider provider = {
	.module = "host",
	.fns = fns,
	.num_fns = ARRAY_SIZE(fns),
};

static int bind(void *arg, const struct kwasm_module *m, u32 index, struct kwasm_externval *b)
{
	struct kwasm_instance *inst = arg;
	const struct kwasm_name *field = &m->imports[index].field;

	if (m->imports[index].module.len != 1 || m->imports[index].module.str[0] != 'm')
		return -ENOENT;
	return kwasm_instance_externval(inst, field->str, field->len, b);
}

/* Imports of a module that is linked to the exporter, and the error, or NULL. */
static const struct {
	const char *import;
	const char *error;
} rows[] = {
	{ "\"m\" \"f\" (func (param i32) (result i64))", NULL },
	{ "\"m\" \"f\" (func (param i32))",
	  "incompatible import type: \"m\" \"f\" is a function (i32 -> i64), the module imports (i32 ->)" },
	{ "\"m\" \"f\" (func (param externref) (result f32))",
	  "incompatible import type: \"m\" \"f\" is a function (i32 -> i64), the module imports (externref -> f32)" },
	{ "\"m\" \"f\" (memory 1)",
	  "incompatible import type: \"m\" \"f\" is a function, the module imports a memory" },
	{ "\"m\" \"x\" (memory 1)", "unknown import: no memory \"m\" \"x\"" },
	{ "\"q\" \"f\" (func)", "unknown import: no function \"q\" \"f\"" },
	{ "\"m\" \"mem\" (memory 2 5)", NULL },
	{ "\"m\" \"mem\" (memory 0)", NULL },
	{ "\"m\" \"mem\" (memory 2 4)",
	  "incompatible import type: the memory \"m\" \"mem\" does not match the type or size that the module imports" },
	{ "\"m\" \"mem\" (memory 3 5)",
	  "incompatible import type: the memory \"m\" \"mem\" does not match the type or size that the module imports" },
	{ "\"m\" \"tab\" (table 10 funcref)", NULL },
	{ "\"m\" \"tab\" (table 10 20 funcref)",
	  "incompatible import type: the table \"m\" \"tab\" does not match the type or size that the module imports" },
	{ "\"m\" \"tab\" (table 11 funcref)",
	  "incompatible import type: the table \"m\" \"tab\" does not match the type or size that the module imports" },
	{ "\"m\" \"tab\" (table 10 externref)",
	  "incompatible import type: the table \"m\" \"tab\" does not match the type or size that the module imports" },
	{ "\"m\" \"var\" (global (mut i32))", NULL },
	{ "\"m\" \"var\" (global i32)",
	  "incompatible import type: the global \"m\" \"var\" does not match the type or size that the module imports" },
	{ "\"m\" \"con\" (global i64)", NULL },
	{ "\"m\" \"con\" (global i32)",
	  "incompatible import type: the global \"m\" \"con\" does not match the type or size that the module imports" },
};

static const char exporter[] =
	"(module (func (export \"f\") (param i32) (result i64) (i64.const 0))"
	" (memory (export \"mem\") 2 5) (table (export \"tab\") 10 funcref)"
	" (global (export \"var\") (mut i32) (i32.const 7))"
	" (global (export \"con\") i64 (i64.const 8)))";

static void test_matching(struct kwasm_instance *inst)
{
	struct kwasm_bindings none = { 0 };
	struct kwasm_module *m;
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text), "(module (import %s))", rows[i].import);
		m = wat_module(text);
		kwasm_diag_init(&error);
		kwasm_instance_match(m, &none, bind, inst, &error);
		is_str(error.text, rows[i].error ?: "", "import %s", rows[i].import);
		kwasm_module_destroy(m);
	}
}

static void test_sharing(struct kwasm_store *store, struct kwasm_instance *first)
{
	struct kwasm_code code = { .module = wat_module(
		"(module (import \"m\" \"var\" (global (mut i32))) (import \"m\" \"con\" (global i64))"
		" (import \"m\" \"mem\" (memory 1)) (import \"m\" \"tab\" (table 1 funcref))"
		" (import \"m\" \"f\" (func $f (param i32) (result i64)))"
		" (global (export \"copy\") i64 (global.get 1))"
		" (elem (i32.const 3) $f) (data (i32.const 5) \"hi\") (export \"g\" (func $f)))") };
	struct kwasm_instance *inst = NULL;
	struct kwasm_trap_info trap;
	struct kwasm_externval b;
	u64 value = 0;

	kwasm_diag_init(&error);
	is_int(kwasm_instance_create(store, &code, bind, first, &error, NULL, &inst), 0,
	       "an instance linked to another");
	ok(!memcmp(first->ctx->mem_base + 5, "hi", 2), "writes the other's memory");
	ok(first->tables[0]->elems[3] == (u64)(uintptr_t)first->funcs[0], "and table");
	is_u64(kwasm_instance_global(inst, 0), 7, "reads its globals");
	is_u64(kwasm_instance_global(inst, 2), 8, "in its initialisers too");
	is_int(kwasm_instance_externval(inst, "g", 1, &b), 0, "exports an import again");
	ok(b.func == first->funcs[0], "as the same object");
	is_int(kwasm_call(b.func, &value, &trap), -EFAULT, "a function without code");
	is_u64(trap.kind, KWASM_TRAP_HOST, "traps");
	kwasm_store_destroy(store);
	kwasm_module_destroy((struct kwasm_module *)code.module);
}

static void test_bindings(void)
{
	static const struct kwasm_provider *const providers[] = { &provider };
	struct kwasm_module *m = wat_module(
		"(module (import \"host\" \"add\" (func (param i32 i32) (result i32)))"
		" (import \"host\" \"nothing\" (func)))");
	struct kwasm_module *bad = wat_module(
		"(module (import \"host\" \"add\" (func (param i32 i64) (result i32))))");
	struct kwasm_bindings bindings = { 0 };

	kwasm_diag_init(&error);
	is_int(kwasm_bindings_resolve(m, providers, 1, false, &error, &bindings), 0,
	       "resolved in part");
	ok(bindings.num_fns == 2 && bindings.fns[0] == &fns[0] && !bindings.fns[1],
	   "what is there is bound");
	kwasm_bindings_release(&bindings);
	is_int(kwasm_bindings_resolve(m, providers, 1, true, &error, &bindings), -ENOENT,
	       "strictly");
	is_str(error.text, "unknown import: no host function \"host\" \"nothing\"",
	       "the sentence");
	kwasm_diag_init(&error);
	is_int(kwasm_bindings_resolve(bad, providers, 1, true, &error, &bindings), -EPROTOTYPE,
	       "another type");
	is_str(error.text, "incompatible import type: \"host\" \"add\" is a function "
	       "(i32 i32 -> i32), the module imports (i32 i64 -> i32)", "the sentence");
	kwasm_module_destroy(m);
	kwasm_module_destroy(bad);
}

/* A function without code may have more parameters than the host function. */
static void test_call_without_code(void)
{
	static const char params[] = "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)";
	static char text[1024];
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code declared = { .module = NULL };
	const struct kwasm_module *module;
	struct kwasm_code *code = NULL;
	struct kwasm_instance *first = NULL, *second = NULL;
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_trap_info trap;
	struct kwasm_externval b;
	u64 value = 0;

	snprintf(text, sizeof(text), "(module (func (export \"f\") %s))", params);
	declared.module = wat_module(text);
	snprintf(text, sizeof(text), "(module (import \"m\" \"f\" (func $f %s))"
		 " (func (export \"go\") (call $f %s)))", params,
		 "(i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5)"
		 "(i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10)"
		 "(i32.const 11) (i32.const 12)");
	kwasm_diag_init(&error);
	is_int(kwasm_code_compile(wat_module(text), &bindings, NULL, &error, &code), 0,
	       "a module that calls one without code");
	is_int(kwasm_instance_create(store, &declared, NULL, NULL, &error, NULL, &first), 0,
	       "the one without code");
	is_int(kwasm_instance_create(store, code, bind, first, &error, NULL, &second), 0,
	       "the other");
	kwasm_instance_externval(second, "go", 2, &b);
	is_int(kwasm_call(b.func, &value, &trap), -EFAULT, "calls it");
	is_u64(trap.kind, KWASM_TRAP_HOST, "and leaves with its trap");
	kwasm_store_destroy(store);
	module = code->module;
	kwasm_code_destroy(code);
	kwasm_module_destroy((struct kwasm_module *)declared.module);
	kwasm_module_destroy((struct kwasm_module *)module);
}

/* A value read or written under one name is unknown after a write under the other. */
static void test_one_global_twice(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code declared = { .module = wat_module(exporter) };
	struct kwasm_instance *first = NULL, *second = NULL;
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_module *m = wat_module(
		"(module (import \"m\" \"var\" (global $a (mut i32)))"
		" (import \"m\" \"var\" (global $b (mut i32)))"
		" (global $own (mut i32) (i32.const 100))"
		" (func (export \"go\") (param i32) (result i32)"
		"  (drop (global.get $b)) (drop (global.get $own))"
		"  (global.set $a (local.get 0))"
		"  (i32.add (global.get $b) (global.get $own)))"
		" (func (export \"both\") (param i32) (result i32)"
		"  (global.set $b (i32.const 1)) (global.set $a (local.get 0))"
		"  (global.get $b)))");
	struct kwasm_code *code = NULL;
	struct kwasm_externval b;
	u64 value = 42;

	kwasm_diag_init(&error);
	if (kwasm_code_compile(m, &bindings, NULL, &error, &code) ||
	    kwasm_instance_create(store, &declared, NULL, NULL, &error, NULL, &first) ||
	    kwasm_instance_create(store, code, bind, first, &error, NULL, &second))
		bail_out("%s", error.text);
	kwasm_instance_externval(second, "go", 2, &b);
	is_int(kwasm_call(b.func, &value, NULL), 0, "a global imported twice, read and written");
	is_u64(value, 142, "by either name");
	value = 43;
	kwasm_instance_externval(second, "both", 4, &b);
	is_int(kwasm_call(b.func, &value, NULL), 0, "and written by both");
	is_u64(value, 43, "has the last value");
	kwasm_store_destroy(store);
	kwasm_code_destroy(code);
	kwasm_module_destroy(m);
	kwasm_module_destroy((struct kwasm_module *)declared.module);
}

static void test_host_calls(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_func *f = kwasm_store_func(store, &provider, &fns[0]);
	struct kwasm_func *g = kwasm_store_func(store, &provider, &fns[1]);
	struct kwasm_trap_info trap;
	struct kwasm_func *h = kwasm_store_func(store, &provider, &fns[2]);
	u64 wide[3] = { 0xffffffff00000005, 0xffffffff3f800000, U64_MAX };
	u64 values[2] = { 3, 4 };

	is_int(kwasm_call(h, wide, &trap), 0, "a host function called with more than 32 bits");
	ok(seen[0] == 5 && seen[1] == 0x3f800000 && seen[2] == U64_MAX, "sees what its type has");
	is_u64(wide[0], 0xffffffff, "and gives as much");
	is_int(kwasm_call(f, values, &trap), 0, "a host function");
	is_u64(values[0], 7, "whose i32 is cut to 32 bits");
	is_int(kwasm_call(g, values, &trap), -EFAULT, "one that refuses");
	is_u64(trap.kind, KWASM_TRAP_UNREACHABLE, "with its trap");
	is_int(kwasm_call(f, values, &trap), 0, "which does not last");
	kwasm_store_destroy(store);
}

static void test_names(void)
{
	is_str(kwasm_trap_text(KWASM_TRAP_DIV_ZERO), "integer divide by zero", "a trap's sentence");
	is_str(kwasm_trap_word(KWASM_TRAP_DIV_ZERO), "div-zero", "a trap's word");
	is_str(kwasm_trap_word(KWASM_NUM_TRAPS), "unknown", "no trap");
}

int main(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code code = { .module = wat_module(exporter) };
	struct kwasm_instance *inst = NULL;

	kwasm_diag_init(&error);
	is_int(kwasm_instance_create(store, &code, NULL, NULL, &error, NULL, &inst), 0,
	       "the exporter");
	test_matching(inst);
	test_sharing(store, inst);
	kwasm_module_destroy((struct kwasm_module *)code.module);
	test_bindings();
	test_call_without_code();
	test_one_global_twice();
	test_host_calls();
	test_names();
	return tap_done();
}
