// SPDX-License-Identifier: GPL-2.0-only
/*
 * run_test.c - compiled functions called from C in user space: values, every trap with its place,
 * calls between instances, deadlines, and who may write or run what.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "run/store.h"
#include "user/user.h"
#include "compile.h"
#include "wat.h"

static struct kwasm_diag error;
static struct kwasm_trap_info trap;

static u64 refuse(KWASM_HOST0(ctx))
{
	kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
	return 0;
}

static u64 sum(KWASM_HOST2(ctx, ptr, len))
{
	const u8 *p = kwasm_ctx_slice(ctx, (u32)ptr, (u32)len);
	u64 total = 0;

	for (; p && len--; p++)
		total += *p;
	return total;
}

static u64 again(KWASM_HOST1(ctx, n))
{
	u64 value = n;

	if (kwasm_call(ctx->instance->funcs[ctx->instance->module->num_func_imports], &value, NULL))
		kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
	return value;
}

#define MANY 400

/* Goes down until the stack is used up, in the thunk of a function with MANY stack arguments. */
static u64 descend(KWASM_HOST0(ctx))
{
	static u64 values[MANY];
	struct kwasm_trap_info info = { 0 };

	if (!kwasm_call(ctx->instance->funcs[ctx->instance->module->num_func_imports], values,
			&info))
		return 0;
	if (!trap.kind)
		trap = info;
	kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
	return 0;
}

static const struct kwasm_host_fn fns[] = {
	{ .name = "descend", .sig = ":", .fn = descend },
	{ .name = "refuse", .sig = ":", .fn = refuse },
	{ .name = "sum", .sig = "ii:i", .fn = sum },
	{ .name = "again", .sig = "i:i", .fn = again },
};

static const struct kwasm_provider provider = {
	.module = "host",
	.fns = fns,
	.num_fns = ARRAY_SIZE(fns),
};

static int link_to(void *arg, const struct kwasm_module *m, u32 index, struct kwasm_externval *b)
{
	const struct kwasm_name *field = &m->imports[index].field;

	return arg ? kwasm_instance_externval(arg, field->str, field->len, b) : -ENOENT;
}

static struct kwasm_code *compile(const char *text)
{
	static const struct kwasm_provider *const providers[] = { &provider };
	struct kwasm_module *m = wat_module(text);
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_code *code = NULL;

	kwasm_diag_init(&error);
	if (kwasm_bindings_resolve(m, providers, 1, false, &error, &bindings) ||
	    kwasm_code_compile(m, &bindings, NULL, &error, &code))
		bail_out("%s: %s", text, error.text);
	return code;
}

static struct kwasm_instance *create(struct kwasm_store *store, const struct kwasm_code *code,
				     struct kwasm_instance *other)
{
	struct kwasm_instance *inst = NULL;

	if (kwasm_instance_create(store, code, link_to, other, &error, &trap, &inst))
		bail_out("%s", error.text);
	return inst;
}

static void destroy(struct kwasm_code *code)
{
	const struct kwasm_module *m = code->module;

	kwasm_code_destroy(code);
	kwasm_module_destroy((struct kwasm_module *)m);
}

static struct kwasm_func *func(struct kwasm_instance *inst, const char *name)
{
	struct kwasm_externval b = { .func = NULL };

	if (kwasm_instance_externval(inst, name, strlen(name), &b))
		bail_out("no export %s", name);
	return b.func;
}

static int call1(struct kwasm_instance *inst, const char *name, u64 arg, u64 *result)
{
	u64 values[8] = { arg };
	int err = kwasm_call(func(inst, name), values, &trap);

	*result = values[0];
	return err;
}

/* Each traps in its second function; @at are the bytes at the reported offset. */
static const struct {
	const char *name;
	const char *body;
	u64 arg;
	u32 kind;
	u8 at;
	u64 address;
} rows[] = {
	{ "unreachable", "unreachable", 0, KWASM_TRAP_UNREACHABLE, 0x00, 0 },
	{ "load", "(drop (i32.load (local.get 0)))", 65533, KWASM_TRAP_MEMORY, 0x28, 65536 },
	{ "load, highest address", "(drop (i64.load offset=4294967295 (local.get 0)))", 0xffffffff,
	  KWASM_TRAP_MEMORY, 0x29, 0x1fffffffe },
	{ "store", "(i32.store8 (local.get 0) (i32.const 1))", 65536, KWASM_TRAP_MEMORY, 0x3a,
	  65536 },
	{ "division", "(drop (i32.div_s (i32.const 1) (local.get 0)))", 0, KWASM_TRAP_DIV_ZERO,
	  0x6d, 0 },
	{ "overflow", "(drop (i32.div_s (i32.const 0x80000000) (local.get 0)))", 0xffffffff,
	  KWASM_TRAP_INT_OVERFLOW, 0x6d, 0 },
	{ "remainder", "(drop (i64.rem_u (i64.const 1) (i64.extend_i32_u (local.get 0))))", 0,
	  KWASM_TRAP_DIV_ZERO, 0x82, 0 },
	{ "call of nothing", "(call_indirect (type $v) (local.get 0))", 1, KWASM_TRAP_CALL_NULL,
	  0x11, 0 },
	{ "call outside", "(call_indirect (type $v) (local.get 0))", 3, KWASM_TRAP_CALL_UNDEFINED,
	  0x11, 0 },
	{ "call of another type", "(call_indirect (type $i) (local.get 0) (local.get 0))", 0,
	  KWASM_TRAP_CALL_TYPE, 0x11, 0 },
	{ "bulk memory", "(memory.fill (local.get 0) (i32.const 0) (i32.const 9))", 65530,
	  KWASM_TRAP_MEMORY, 0xfc, 0 },
	{ "bulk table", "(table.fill 0 (local.get 0) (ref.null func) (i32.const 2))", 2,
	  KWASM_TRAP_TABLE, 0xfc, 0 },
	{ "host function", "(call $refuse)", 0, KWASM_TRAP_HOST, 0x10, 0 },
	{ "slice of a host function", "(drop (call $sum (local.get 0) (i32.const 2)))", 65535,
	  KWASM_TRAP_MEMORY, 0x10, 0 },
};

static void test_traps(void)
{
	struct kwasm_store *store;
	struct kwasm_instance *inst;
	struct kwasm_code *code;
	static char text[1024];
	u64 result;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text),
			 "(module (type $v (func)) (type $i (func (param i32)))"
			 " (import \"host\" \"refuse\" (func $refuse))"
			 " (import \"host\" \"sum\" (func $sum (param i32 i32) (result i32)))"
			 " (memory 1) (table 3 funcref) (func $f)"
			 " (elem (i32.const 0) $f)"
			 " (func $t (param i32) %s) (func (export \"go\") (param i32)"
			 " (call $t (local.get 0))))", rows[i].body);
		store = kwasm_store_create(NULL, false);
		code = compile(text);
		inst = create(store, code, NULL);
		is_int(call1(inst, "go", rows[i].arg, &result), -EFAULT, "%s", rows[i].name);
		is_str(kwasm_trap_text(trap.kind), kwasm_trap_text(rows[i].kind), "its kind");
		is_u64(trap.func, 3, "its function");
		is_u64(trap.offset < code->module->size ? code->module->bytes[trap.offset] : 256,
		       rows[i].at, "its instruction");
		is_u64(trap.address, rows[i].address, "its address");
		is_int(call1(inst, "go", rows[i].arg, &result), -EFAULT, "and once more");
		kwasm_store_destroy(store);
		destroy(code);
	}
}

static void test_between(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code *a = compile("(module (memory 1) (data (i32.const 0) \"\\07\")"
		" (func (export \"get\") (param i32) (result i32) (i32.load8_u (local.get 0)))"
		" (func (export \"many\") (param i32 i64 i32 i64 i32 i64 i32 i64) (result i64 i32 i64)"
		"  local.get 7 local.get 6 local.get 1)"
		" (func (export \"deep\") (result i32) (call 2)))");
	struct kwasm_code *b = compile("(module"
		" (import \"a\" \"get\" (func $get (param i32) (result i32)))"
		" (import \"a\" \"many\" (func $many (param i32 i64 i32 i64 i32 i64 i32 i64)"
		"  (result i64 i32 i64)))"
		" (import \"a\" \"deep\" (func $deep (result i32)))"
		" (memory 1) (data (i32.const 0) \"\\09\")"
		" (table (export \"t\") 1 funcref) (elem (i32.const 0) $get)"
		" (func (export \"both\") (param i32) (result i32)"
		"  (i32.add (call $get (local.get 0)) (i32.load8_u (local.get 0))))"
		" (func (export \"indirect\") (param i32) (result i32)"
		"  (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0)))"
		" (func (export \"many\") (param i32) (result i64 i32 i64)"
		"  (call $many (i32.const 1) (i64.const 2) (i32.const 3) (i64.const 4) (i32.const 5)"
		"   (i64.const 6) (local.get 0) (i64.const 8)))"
		" (func (export \"deep\") (param i32) (result i32) (call $deep)))");
	struct kwasm_instance *first = create(store, a, NULL);
	struct kwasm_instance *second = create(store, b, first);
	u64 v[8] = { 70 };

	is_int(call1(second, "both", 0, v), 0, "a call into another instance");
	is_u64(v[0], 16, "each with its own memory");
	is_int(call1(second, "indirect", 0, v), 0, "through a table");
	is_u64(v[0], 7, "too");
	v[0] = 70;
	is_int(kwasm_call(func(second, "many"), v, &trap), 0, "with many operands and results");
	ok(v[0] == 8 && v[1] == 70 && v[2] == 2, "which arrive");
	is_int(call1(second, "both", 65536, v), -EFAULT, "a trap over there");
	is_u64(trap.kind, KWASM_TRAP_MEMORY, "comes through");
	is_int(call1(second, "deep", 0, v), -EFAULT, "exhaustion over there");
	is_u64(trap.kind, KWASM_TRAP_STACK, "comes through");
	is_int(call1(second, "both", 0, v), 0, "and all go on");
	kwasm_store_destroy(store);
	destroy(a);
	destroy(b);
}

static void test_reentry(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code *code = compile("(module"
		" (import \"host\" \"again\" (func $again (param i32) (result i32)))"
		" (func (export \"go\") (param i32) (result i32)"
		"  (if (result i32) (i32.le_u (local.get 0) (i32.const 1))"
		"   (then (i32.div_u (i32.const 1) (local.get 0)))"
		"   (else (i32.mul (local.get 0)"
		"    (call $again (i32.sub (local.get 0) (i32.const 1))))))))");
	struct kwasm_instance *inst = create(store, code, NULL);
	u64 v;

	is_int(call1(inst, "go", 10, &v), 0, "guest, host, guest, ten times");
	is_u64(v, 3628800, "come back in order");
	is_u64(store->depth, 0, "and all entries are closed");
	is_int(call1(inst, "go", 0, &v), -EFAULT, "a trap in the first");
	is_u64(trap.kind, KWASM_TRAP_DIV_ZERO, "is its own");
	kwasm_store_destroy(store);
	destroy(code);
}

/* The thunk's own trap is one of its function, at its start. */
static void test_thunk(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	static u64 values[MANY];
	static char text[4 * MANY + 256];
	struct kwasm_instance *inst;
	struct kwasm_code *code;
	char *end = text;
	int i;

	end += sprintf(end, "(module (import \"host\" \"descend\" (func $d))"
		       " (func (export \"go\") (param");
	for (i = 0; i < MANY; i++)
		end += sprintf(end, " i32");
	sprintf(end, ") (call $d)) (func))");
	code = compile(text);
	inst = create(store, code, NULL);
	memset(&trap, 0, sizeof(trap));
	is_int(kwasm_call(func(inst, "go"), values, NULL), -EFAULT, "arguments beyond the stack");
	is_str(kwasm_trap_text(trap.kind), kwasm_trap_text(KWASM_TRAP_STACK), "exhaust it");
	is_u64(trap.func, 1, "in the function called");
	is_u64(trap.offset, code->module->funcs[1].code, "at its start");
	kwasm_store_destroy(store);
	destroy(code);
}

static void test_deadline(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_code *code = compile("(module"
		" (import \"host\" \"sum\" (func $sum (param i32 i32) (result i32))) (memory 1)"
		" (func (export \"spin\") (param i32) (loop (br 0)))"
		" (func (export \"calls\") (param i32)"
		"  (loop (drop (call $sum (i32.const 0) (i32.const 65536))) (br 0)))"
		" (func (export \"ends\") (param i32)))");
	struct kwasm_instance *inst = create(store, code, NULL);
	static const char *const names[] = { "spin", "calls" };
	u64 v;
	int i;

	for (i = 0; i < 20; i++) {
		kwasm_user_deadline_arm(inst->ctx, 3000000);
		if (call1(inst, names[i % 2], 0, &v) != -EFAULT || trap.kind != KWASM_TRAP_TIME)
			break;
		kwasm_user_deadline_disarm(inst->ctx);
	}
	is_int(i, 20, "an endless loop ends in its own code and in a host function");
	is_u64(trap.func, 2, "and is found");
	is_int(call1(inst, "ends", 0, &v), 0, "the next call has all its time");
	kwasm_store_destroy(store);
	destroy(code);
}

static void test_limits(void)
{
	struct kwasm_limits limits = kwasm_limits_default;
	struct kwasm_store *small, *large;
	struct kwasm_code *code = compile("(module"
		" (global $n (export \"n\") (mut i32) (i32.const 0))"
		" (func $f (export \"go\") (param i32) (global.set $n (i32.add (global.get $n)"
		"  (i32.const 1))) (call $f (local.get 0)) (global.set $n (global.get $n))))");
	struct kwasm_instance *inst;
	u64 v, shallow;

	limits.stack_bytes = 16u << 10;
	small = kwasm_store_create(&limits, false);
	limits.stack_bytes = 64u << 10;
	large = kwasm_store_create(&limits, false);
	inst = create(small, code, NULL);
	is_int(call1(inst, "go", 0, &v), -EFAULT, "endless recursion");
	is_u64(trap.kind, KWASM_TRAP_STACK, "exhausts the stack");
	is_u64(trap.func, 0, "in its function");
	shallow = kwasm_instance_global(inst, 0);
	inst = create(large, code, NULL);
	is_int(call1(inst, "go", 0, &v), -EFAULT, "with four times the stack");
	ok(shallow > 100 && kwasm_instance_global(inst, 0) > 3 * shallow,
	   "it goes about four times as deep (%llu, %llu)", (unsigned long long)shallow,
	   (unsigned long long)kwasm_instance_global(inst, 0));
	kwasm_store_destroy(small);
	kwasm_store_destroy(large);
	destroy(code);
}

/* The permissions that /proc/self/maps shows for the page at @p, "r-xs". */
static void permissions(const void *p, char *out)
{
	unsigned long start, end;
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");

	strcpy(out, "none");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %4s", &start, &end, out) == 3 &&
		    (uintptr_t)p >= start && (uintptr_t)p < end)
			break;
		strcpy(out, "none");
	}
	fclose(f);
}

static void test_text(void)
{
	static const u8 forty_two[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
	struct kwasm_text text;
	int result;
	u8 *write;
	char p[8];

	is_int(kwasm_text_alloc(&text, sizeof(forty_two)), 0, "text");
	write = text.write;
	memcpy(write, forty_two, sizeof(forty_two));
	permissions(text.exec, p);
	is_str(p, "r--s", "is not executable yet where it will run");
	permissions(write, p);
	is_str(p, "rw-s", "nor where it is written");
	is_int(kwasm_text_seal(&text), 0, "sealed");
	permissions(text.exec, p);
	is_str(p, "r-xs", "it is executable");
	permissions(write, p);
	is_str(p, "none", "and nowhere writable");
	/* not by a call from C: that would need the prototype of a function of C */
	asm volatile("call *%1" : "=a" (result) : "r" (text.exec) : "memory", "cc");
	is_int(result, 42, "and runs");
	write = text.exec;
	kwasm_text_free(&text);
	permissions(write, p);
	is_str(p, "none", "freed, it is gone");
	is_int(kwasm_text_alloc(&text, 0), -E2BIG, "no empty text");
}

static sigjmp_buf back;

static void on_segv(int sig)
{
	siglongjmp(back, 1);
}

/* A fault outside guests reaches the previous signal handler. */
static void test_chain(void)
{
	static int *volatile nowhere = (int *)16;

	if (!sigsetjmp(back, 1))
		WRITE_ONCE(*nowhere, 1);
	else
		ok(true, "a fault of the host goes to the host's handler");
}

int main(void)
{
	struct sigaction sa = { .sa_handler = on_segv };

	sigaction(SIGSEGV, &sa, NULL);
	test_traps();
	test_between();
	test_reentry();
	test_thunk();
	test_deadline();
	test_limits();
	test_text();
	test_chain();
	return tap_done();
}
