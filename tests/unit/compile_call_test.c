// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_call_test.c - calls, results, branches by table, and traps of generated code.
 *
 * Calls: a callee that mixes all its operands, called straight from C, by a caller of its module,
 * through a table, from another instance, and from there through a table; 0 to 20 operands of
 * alternating types.  Traps: kind, function and module offset of each.
 */
#include "run.h"

#define MAX_ARGS 20

/* ---- operands ---- */

static const char *arg_type(u32 k)
{
	return k % 3 == 1 ? "i64" : "i32";
}

static u64 arg_value(u32 k)
{
	u64 v = 0x9e3779b97f4a7c15ull * (k + 1);

	return k % 3 == 1 ? v : (u32)v;
}

static void add_params(struct text *t, u32 n)
{
	u32 k;

	for (k = 0; k < n; k++)
		text_add(t, " (param %s)", arg_type(k));
}

/* (sum of operand k * (2k + 1)) */
static void add_mixer(struct text *t, u32 n)
{
	u32 k;

	text_add(t, "(func $f%u (export \"f%u\") (type $t%u) (i64.const 0)", n, n, n);
	for (k = 0; k < n; k++)
		text_add(t, k % 3 == 1 ? " (i64.add (i64.mul (local.get %u) (i64.const %u)))" :
			 " (i64.add (i64.mul (i64.extend_i32_u (local.get %u)) (i64.const %u)))",
			 k, 2 * k + 1);
	text_add(t, ")\n");
}

static u64 mixed(u32 n)
{
	u64 sum = 0;
	u32 k;

	for (k = 0; k < n; k++)
		sum += arg_value(k) * (2 * k + 1);
	return sum;
}

/* Passes its own operands on, half of them as constants, and adds 1. */
static void add_caller(struct text *t, const char *name, const char *how, u32 n)
{
	u32 k;

	text_add(t, "(func (export \"%s%u\") (type $t%u) (i64.add (i64.const 1)", name, n, n);
	text_add(t, how, n, n);
	for (k = 0; k < n; k++)
		if (k & 1)
			text_add(t, " (local.get %u)", k);
		else
			text_add(t, " (%s.const %lld)", arg_type(k), (long long)arg_value(k));
	if (!strcmp(how, "(call_indirect (type $t%u)"))
		text_add(t, " (i32.const %u)", n);
	text_add(t, ")))\n");
}

static void add_types(struct text *t)
{
	u32 n;

	for (n = 0; n <= MAX_ARGS; n++) {
		text_add(t, "(type $t%u (func", n);
		add_params(t, n);
		text_add(t, " (result i64)))\n");
	}
}

static struct run open_callee(void)
{
	struct text t = { 0 };
	struct run r;
	u32 n;

	text_add(&t, "(module\n");
	add_types(&t);
	text_add(&t, "(table (export \"table\") funcref (elem");
	for (n = 0; n <= MAX_ARGS; n++)
		text_add(&t, " $f%u", n);
	text_add(&t, "))\n");
	for (n = 0; n <= MAX_ARGS; n++) {
		add_mixer(&t, n);
		add_caller(&t, "call", "(call $f%u", n);
		add_caller(&t, "table", "(call_indirect (type $t%u)", n);
	}
	text_add(&t, ")");
	r = run_text(t.s);
	free(t.s);
	return r;
}

static int link_to(void *arg, const struct kwasm_module *module, u32 index,
		   struct kwasm_externval *ext)
{
	struct kwasm_name name = module->imports[index].field;

	return kwasm_instance_externval(arg, name.str, name.len, ext);
}

static struct run open_importer(struct run *callee)
{
	struct text t = { 0 };
	struct run r;
	u32 n;

	text_add(&t, "(module\n");
	add_types(&t);
	text_add(&t, "(import \"m\" \"table\" (table 1 funcref))\n");
	for (n = 0; n <= MAX_ARGS; n++)
		text_add(&t, "(import \"m\" \"f%u\" (func $f%u (type $t%u)))\n", n, n, n);
	for (n = 0; n <= MAX_ARGS; n++) {
		add_caller(&t, "import", "(call $f%u", n);
		add_caller(&t, "shared", "(call_indirect (type $t%u)", n);
	}
	text_add(&t, ")");
	r = run_module(wat_module(t.s), NULL, link_to, callee->inst, callee->store);
	free(t.s);
	return r;
}

static void try_calls(struct run *r, const char *name, u64 extra)
{
	u32 n, k;

	for (n = 0; n <= MAX_ARGS; n++) {
		u64 values[MAX_ARGS + 1];
		char export[40];

		for (k = 0; k < n; k++)
			values[k] = arg_value(k);
		snprintf(export, sizeof(export), "%s%u", name, n);
		is_int(run_call(r, export, values, NULL), KWASM_TRAP_NONE, "%s returns", export);
		is_u64(values[0], mixed(n) + extra, "%s computes", export);
	}
}

static void test_args(void)
{
	struct run callee = open_callee();
	struct run importer = open_importer(&callee);

	try_calls(&callee, "f", 0);
	try_calls(&callee, "call", 1);
	try_calls(&callee, "table", 1);
	try_calls(&importer, "import", 1);
	try_calls(&importer, "shared", 1);
	importer.store = NULL;
	kwasm_store_destroy(callee.store);
	callee.store = NULL;
	run_close(&importer);
	run_close(&callee);
}

/* ---- results ---- */

static void test_results(void)
{
	struct text t = { 0 };
	struct run r;
	u32 n, k;

	text_add(&t, "(module\n");
	for (n = 1; n <= 10; n++) {
		text_add(&t, "(func $r%u (export \"r%u\") (param i64)", n, n);
		for (k = 0; k < n; k++)
			text_add(&t, " (result %s)", arg_type(k));
		for (k = 0; k < n; k++)
			text_add(&t, k % 3 == 1 ? " (i64.add (local.get 0) (i64.const %u))" :
				 k % 3 == 2 ? " (i32.const -%u)" :
				 " (i32.wrap_i64 (i64.mul (local.get 0) (i64.const %u)))", k);
		/* the caller gives them back in the other order, as one sum of products */
		text_add(&t, ")\n(func (export \"c%u\") (param i64) (result i64)", n);
		for (k = 0; k < n; k++)
			text_add(&t, " (local %s)", arg_type(k));
		text_add(&t, " (call $r%u (local.get 0))", n);
		for (k = n; k--;)
			text_add(&t, " (local.set %u)", k + 1);
		text_add(&t, " (i64.const 0)");
		for (k = 0; k < n; k++)
			text_add(&t, k % 3 == 1 ?
				 " (i64.add (i64.mul (local.get %u) (i64.const %u)))" :
				 " (i64.add (i64.mul (i64.extend_i32_u (local.get %u)) (i64.const %u)))",
				 k + 1, k + 10);
		text_add(&t, ")\n");
	}
	text_add(&t, ")");
	r = run_text(t.s);
	free(t.s);
	for (n = 1; n <= 10; n++) {
		u64 values[10] = { 0x123456789abcull }, sum = 0;
		bool good;
		char name[8];

		snprintf(name, sizeof(name), "r%u", n);
		good = !run_call(&r, name, values, NULL);
		for (k = 0; k < n; k++) {
			u64 want = k % 3 == 1 ? 0x123456789abcull + k :
				   k % 3 == 2 ? (u32)-k : (u32)(0x123456789abcull * k);

			good &= values[k] == want;
			sum += want * (k + 10);
		}
		ok(good, "%u results from C", n);
		values[0] = 0x123456789abcull;
		snprintf(name, sizeof(name), "c%u", n);
		run_call(&r, name, values, NULL);
		is_u64(values[0], sum, "%u results from compiled code", n);
	}
	run_close(&r);
}

/* ---- host functions ---- */

static u64 host_mix(KWASM_HOST5(ctx, a, b, c, d, e))
{
	return a + 3 * b + 5 * c + 7 * d + 9 * e;
}

/* The upper half is noise: an i32 result has to be cut. */
static u64 host_noise(KWASM_HOST0(ctx))
{
	return 0xffffffff00000005ull;
}

static u64 host_fail(KWASM_HOST0(ctx))
{
	kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
	return 0;
}

static const struct kwasm_host_fn host_table[] = {
	{ .name = "mix", .sig = "iIiIi:I", .fn = host_mix },
	{ .name = "noise", .sig = ":i", .fn = host_noise },
	{ .name = "fail", .sig = ":", .fn = host_fail },
};

static const struct kwasm_provider host_provider = {
	.module = "h",
	.fns = host_table,
	.num_fns = ARRAY_SIZE(host_table),
};

static void test_hosts(void)
{
	struct run r = run_module(wat_module(
		"(module (import \"h\" \"mix\" (func $mix (param i32 i64 i32 i64 i32) (result i64)))"
		" (import \"h\" \"noise\" (func $noise (result i32)))"
		" (import \"h\" \"fail\" (func $fail))"
		" (type $mix (func (param i32 i64 i32 i64 i32) (result i64)))"
		" (table funcref (elem $mix $noise $fail))"
		" (func (export \"mix\") (param i32 i64) (result i64)"
		"  (i64.add (local.get 1) (call $mix (local.get 0) (local.get 1) (i32.const -1)"
		"   (i64.const -1) (local.get 0))))"
		" (func (export \"mix_table\") (param i32 i64) (result i64)"
		"  (i64.add (local.get 1) (call_indirect (type $mix) (local.get 0) (local.get 1)"
		"   (i32.const -1) (i64.const -1) (local.get 0) (i32.const 0))))"
		" (func (export \"noise\") (result i64) (i64.extend_i32_u (call $noise)))"
		" (func (export \"noise_table\") (result i64)"
		"  (i64.extend_i32_u (call_indirect (result i32) (i32.const 1))))"
		" (func (export \"fail\") (call $noise) drop (call $fail))"
		" (func (export \"fail_table\") (call_indirect (i32.const 2))))"),
		&host_provider, NULL, NULL, NULL);
	u64 want = 0xfffffff0ull + 4 * 77 + 5 * 0xffffffffull - 7 + 9 * 0xfffffff0ull;
	u64 values[2] = { 0xfffffff0, 77 };
	struct kwasm_trap_info at = { 0 };

	run_call(&r, "mix", values, NULL);
	is_u64(values[0], want, "host function with five operands");
	values[0] = 0xfffffff0;
	run_call(&r, "mix_table", values, NULL);
	is_u64(values[0], want, "host function through a table");
	run_call(&r, "noise", values, NULL);
	is_u64(values[0], 5, "an i32 result is cut");
	run_call(&r, "noise_table", values, NULL);
	is_u64(values[0], 5, "an i32 result is cut, through a table");
	is_int(run_call(&r, "fail", values, &at), KWASM_TRAP_HOST, "host function traps");
	is_u64(r.module->bytes[at.offset], 0x10, "at its call");
	is_u64(r.module->bytes[at.offset + 1], 2, "not at the call before");
	is_int(run_call(&r, "fail_table", values, &at), KWASM_TRAP_HOST,
	       "host function traps, through a table");
	is_u64(r.module->bytes[at.offset], 0x11, "at its call");
	is_int(run_call(&r, "noise", values, NULL), KWASM_TRAP_NONE, "the instance goes on");
	run_close(&r);
}

/* ---- br_table ---- */

static struct run open_table(u32 n, bool runs)
{
	struct text t = { 0 };
	struct run r;
	u32 k;

	text_add(&t, "(module (func (export \"f\") (param i32) (result i32)\n (block");
	for (k = 0; k < n; k++)
		text_add(&t, " (block");
	text_add(&t, " (br_table");
	for (k = 0; k < n; k++)
		text_add(&t, " %u", runs ? k / 100 * 100 : k);
	text_add(&t, " %u (local.get 0))", n);
	for (k = 0; k < n; k++)
		text_add(&t, ") (return (i32.const %u))\n", k * 7);
	text_add(&t, ") (i32.const -1)))");
	r = run_text(t.s);
	free(t.s);
	return r;
}

static void test_tables(void)
{
	static const u32 sizes[] = { 0, 1, 2, 3, 5, 6, 7, 24, 25, 100, 1000, 3000 };
	size_t s;
	u32 k;
	int runs;

	for (s = 0; s < ARRAY_SIZE(sizes); s++)
		for (runs = 0; runs < 2; runs++) {
			struct run r = open_table(sizes[s], runs);
			bool good = true;

			for (k = 0; k < sizes[s] + 2; k++) {
				u64 value = k;
				u32 want = runs ? k / 100 * 100 * 7 : k * 7;

				run_call(&r, "f", &value, NULL);
				good &= value == (k < sizes[s] ? want : 0xffffffff);
			}
			for (k = 5; k < 32; k += 13) {
				u64 value = 0x80000000u + k;

				run_call(&r, "f", &value, NULL);
				good &= value == 0xffffffff;
			}
			ok(good, "br_table of %u%s", sizes[s], runs ? ", in runs" : "");
			run_close(&r);
		}
}

/* ---- traps ---- */

/* Each traps at the second instruction of its kind; @mark is a byte at @skip after the opcode. */
static const struct {
	const char *what;
	const char *body;
	u32 kind;
	u8 opcode, skip, mark;
	u64 address;
} traps[] = {
	{ "unreachable", "(block (br_if 0 (i32.const 1)) unreachable) (nop) unreachable",
	  KWASM_TRAP_UNREACHABLE, 0x00, 1, 0x0b },
	{ "i32.div_s by zero", "(drop (i32.div_s (local.get 0) (i32.const 3)))"
	  " (drop (i32.div_s (local.get 0) (local.get 1)))", KWASM_TRAP_DIV_ZERO, 0x6d, 1, 0x1a },
	{ "i64.rem_u by zero", "(drop (i64.rem_u (i64.const 9) (i64.extend_i32_u (local.get 1))))",
	  KWASM_TRAP_DIV_ZERO, 0x82, 1, 0x1a },
	{ "i32.div_s overflow", "(drop (i32.div_s (i32.const 0x80000000)"
	  " (i32.sub (local.get 1) (i32.const 1))))", KWASM_TRAP_INT_OVERFLOW, 0x6d, 1, 0x1a },
	{ "i64.div_s overflow", "(drop (i64.div_s (i64.const 0x8000000000000000)"
	  " (i64.sub (i64.extend_i32_u (local.get 1)) (i64.const 1))))",
	  KWASM_TRAP_INT_OVERFLOW, 0x7f, 1, 0x1a },
	{ "load past the end", "(drop (i32.load offset=1 (local.get 0)))"
	  " (drop (i32.load offset=2 (i32.add (local.get 0) (i32.const 65533))))",
	  KWASM_TRAP_MEMORY, 0x28, 2, 2, 65535 + 5 },
	{ "load absorbed by an addition", "(global.set 0 (i32.add (local.get 0) (i32.load offset=3"
	  " (i32.add (local.get 0) (i32.const 0x40000000)))))",
	  KWASM_TRAP_MEMORY, 0x28, 2, 3, 0x40000008 },
	{ "load before a division that traps as well", "(global.set 0 (i32.add (i32.load offset=9"
	  " (i32.add (local.get 0) (i32.const 0x40000000)))"
	  " (i32.div_u (local.get 0) (local.get 1))))",
	  KWASM_TRAP_MEMORY, 0x28, 2, 9, 0x4000000e },
	{ "load at the end of 33 bits",
	  "(drop (i64.load offset=0xffffffff (i32.sub (local.get 0) (i32.const 6))))",
	  KWASM_TRAP_MEMORY, 0x29, 2, 0xff, 0x1fffffffeull },
	{ "load at a constant address of 33 bits",
	  "(drop (i64.load offset=0xffffffff (i32.const 0xffffffff)))",
	  KWASM_TRAP_MEMORY, 0x29, 2, 0xff, 0x1fffffffeull },
	{ "store past the end", "(i32.store8 (local.get 0) (i32.const 1))"
	  " (i64.store16 offset=7 (i32.add (local.get 0) (i32.const 70000)) (i64.const 1))",
	  KWASM_TRAP_MEMORY, 0x3d, 2, 7, 70012 },
	{ "store at the end of 33 bits",
	  "(i32.store8 offset=0xffffffff (i32.const 0xffffffff) (i32.const 1))",
	  KWASM_TRAP_MEMORY, 0x3a, 2, 0xff, 0x1fffffffeull },
	{ "memory.fill past the end",
	  "(memory.fill (i32.const 65535) (i32.const 1) (i32.const 2))",
	  KWASM_TRAP_MEMORY, 0xfc, 1, 11 },
	{ "table.get past the end", "(drop (table.get 0 (i32.const 4)))",
	  KWASM_TRAP_TABLE, 0x25, 1, 0 },
	{ "call_indirect out of range", "(call_indirect (local.get 1))"
	  " (call_indirect (i32.const 4))", KWASM_TRAP_CALL_UNDEFINED, 0x11, 1, 0 },
	{ "call_indirect far out of range", "(call_indirect (i32.const -1))",
	  KWASM_TRAP_CALL_UNDEFINED, 0x11, 1, 0 },
	{ "call_indirect of null", "(call_indirect (i32.const 3))", KWASM_TRAP_CALL_NULL, 0x11, 1,
	  0 },
	{ "call_indirect of another type", "(call_indirect (i32.const 2))", KWASM_TRAP_CALL_TYPE,
	  0x11, 1, 0 },
};

static void test_traps(void)
{
	struct text t = { 0 };
	struct run r;
	size_t n;

	text_add(&t, "(module (type (func)) (memory 1) (global (mut i32) (i32.const 0))\n"
		 "(table 4 funcref) (elem (i32.const 0) 0 0 1)\n"
		 "(func) (func (param i32) (result i32) (local.get 0))\n");
	for (n = 0; n < ARRAY_SIZE(traps); n++)
		text_add(&t, "(func (export \"%zu\") (param i32 i32) %s)\n", n, traps[n].body);
	text_add(&t, ")");
	r = run_text(t.s);
	free(t.s);
	for (n = 0; n < ARRAY_SIZE(traps); n++) {
		struct kwasm_trap_info at = { 0 };
		u64 values[2] = { 5, 0 };
		const u8 *op;
		char name[8];

		snprintf(name, sizeof(name), "%zu", n);
		is_int(run_call(&r, name, values, &at), traps[n].kind, "%s traps", traps[n].what);
		is_int(at.func, (int)n + 2, "%s: in its function", traps[n].what);
		is_u64(at.address, traps[n].address, "%s: address", traps[n].what);
		op = r.module->bytes + at.offset;
		ok(op[0] == traps[n].opcode && op[traps[n].skip] == traps[n].mark,
		   "%s: at its instruction, %02x %02x %02x", traps[n].what, op[0], op[1], op[2]);
	}
	run_close(&r);
}

/*
 * A trap whose call ends a function does not belong to the next function.  Stores of 5 bytes give
 * the function every length modulo 16, so that one ends where the next begins.
 */
static void test_last_byte(void)
{
	struct kwasm_trap_info at;
	u32 k, n, borders = 0, wrong = 0;

	for (n = 0; n < 16; n++) {
		struct text t = { 0 };
		struct run r;
		u64 value = 1;

		text_add(&t, "(module (memory 1) (func (export \"go\") (param i32)");
		for (k = 0; k < n; k++)
			text_add(&t, "(i32.store8 offset=%u (i32.const 0) (i32.const %u))", k + 1,
				 k);
		text_add(&t, "(if (local.get 0) (then unreachable)))"
			 "(func (param i32) (result i32) (local.get 0)))");
		r = run_text(t.s);
		free(t.s);
		memset(&at, 0, sizeof(at));
		wrong += run_call(&r, "go", &value, &at) != KWASM_TRAP_UNREACHABLE;
		/* after it only the ends of the if and of the body */
		wrong += at.func != 0 || at.offset != r.module->funcs[0].end - 3;
		borders += r.code->funcs[0].end == r.code->funcs[1].start;
		run_close(&r);
	}
	is_u64(wrong, 0, "traps at the end of a function are found there");
	ok(borders, "%u of 16 functions end where the next begins", borders);
}

/* A trap is found at its call, not at the access that the return address is the first byte of. */
static void test_before_access(void)
{
	static const char *const elems[] = {
		"(elem (i32.const 0) $v)", "(elem (i32.const 0) $v) (elem (i32.const 1) $i)",
	};
	static const u32 kinds[] = { KWASM_TRAP_CALL_NULL, KWASM_TRAP_CALL_TYPE };
	static char wat[512];
	size_t n;

	for (n = 0; n < ARRAY_SIZE(elems); n++) {
		struct kwasm_trap_info at = { 0 };
		struct run r;
		u64 value = 0;

		snprintf(wat, sizeof(wat), "(module (memory 1) (table 2 2 funcref) %s"
			 " (func $v) (func $i (result i32) (i32.const 1))"
			 " (func (export \"go\") (call_indirect (i32.const 1))"
			 "  (i32.store offset=5 (i32.const 0) (i32.const 1))))", elems[n]);
		r = run_text(wat);
		is_u64(run_call(&r, "go", &value, &at), kinds[n], "a call that goes nowhere");
		is_u64(r.module->bytes[at.offset], 0x11, "is found in front of a store");
		run_close(&r);
	}
}

static void test_recursion(void)
{
	struct run r = run_text(
		"(module (table 1 funcref) (elem (i32.const 0) $i)"
		" (func $r (export \"direct\") (param i32) (result i32)"
		"  (i32.add (call $r (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))"
		" (func $i (export \"indirect\") (call_indirect (i32.const 0)))"
		" (func $leaf (param i32) (result i32) (local.get 0))"
		" (func (export \"fine\") (param i32) (result i32) (call $leaf (local.get 0))))");
	struct kwasm_trap_info at = { 0 };
	u64 value = 1;

	is_int(run_call(&r, "direct", &value, &at), KWASM_TRAP_STACK, "endless recursion traps");
	is_int(at.func, 0, "in its function");
	is_u64(at.offset, r.module->funcs[0].code, "at its start");
	is_int(run_call(&r, "indirect", &value, &at), KWASM_TRAP_STACK,
	       "endless indirect recursion traps");
	is_int(at.func, 1, "in its function");
	value = 42;
	is_int(run_call(&r, "fine", &value, NULL), KWASM_TRAP_NONE, "and a call after it works");
	is_u64(value, 42, "and returns");
	run_close(&r);
}

/* Every machine address of a function belongs to it, and to an offset inside its body. */
static void test_locate(void)
{
	struct run r = open_callee();
	u32 imports = r.module->num_func_imports;
	bool good = true;
	u32 i, pc, func, at;

	for (i = imports; i < r.module->num_funcs; i++) {
		const struct kwasm_code_func *cf = &r.code->funcs[i - imports];

		for (pc = cf->start; pc < cf->end; pc++)
			good &= !kwasm_code_locate(r.code, r.code->text.exec + pc, &func, &at) &&
				func == i && at >= r.module->funcs[i].code &&
				at < r.module->funcs[i].end;
	}
	ok(good, "every address in a function is found");
	ok(kwasm_code_locate(r.code, r.code->text.exec - 1, &func, &at) == -ENOENT,
	   "none before the text");
	ok(kwasm_code_locate(r.code, r.code->text.exec + r.code->text_used + 1, &func, &at) ==
	   -ENOENT, "none after it");
	run_close(&r);
}

int main(void)
{
	test_args();
	test_results();
	test_hosts();
	test_tables();
	test_traps();
	test_last_byte();
	test_before_access();
	test_recursion();
	test_locate();
	return tap_done();
}
