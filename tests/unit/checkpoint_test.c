// SPDX-License-Identifier: GPL-2.0-only
/*
 * checkpoint_test.c - long-running work yields the CPU, and stops when its caller is killed.
 *
 * One function of STATEMENTS statements, once in a single block, once in a loop with a branch out
 * of it after each; modules with as many segments, and with a constant of as many instructions.
 * The library's kwasm_checkpoint() is counted, pass by pass.
 */
#include "compile.h"
#include "wasm/op.h"
#include "tap.h"
#include "wasm_build.h"

#define STATEMENTS 60000u
#define PER_CHECKPOINT 16384u		/* statements that a pass may do without one */
#define MAX_PASSES 32

int __real_kwasm_checkpoint(void);
int __wrap_kwasm_checkpoint(void);

u64 __real_kwasm_now_ns(void);
u64 __wrap_kwasm_now_ns(void);

static u32 calls, kill_at, late_at;

/* An hour passes at one of the checkpoints. */
u64 __wrap_kwasm_now_ns(void)
{
	return __real_kwasm_now_ns() + (late_at && calls >= late_at ? 3600000000000ull : 0);
}

int __wrap_kwasm_checkpoint(void)
{
	return ++calls == kill_at ? -EINTR : __real_kwasm_checkpoint();
}

static void put_body(struct bytes *body, bool branches)
{
	u32 n;

	put(body, B("\1\3\x7f"));		/* three locals besides the parameter */
	if (branches)
		put(body, B("\2\x40\3\x40"));	/* block, loop */
	for (n = 0; n < STATEMENTS; n++) {
		/* local 1 = local 1 * local 0 + load */
		put(body, B("\x20\1\x20\0\x6c\x20\0\x28\2"));
		put_leb(body, 4 * (n % 1000));
		put(body, B("\x6a\x21\1"));
		if (branches)
			put(body, B("\x20\1\x0d\1"));
	}
	if (branches)
		put(body, B("\x20\1\x0d\0\x0b\x0b"));
	put(body, B("\x20\1\x0b"));
}

static struct kwasm_module *module(bool branches)
{
	struct bytes b = { .p = NULL }, code = { .p = NULL }, body = { .p = NULL };
	struct kwasm_module *m = NULL;
	struct kwasm_diag diag;

	put_body(&body, branches);
	put_header(&b);
	put_sized(&b, 1, B("\1\x60\1\x7f\1\x7f"));
	put_sized(&b, 3, B("\1\0"));
	put_sized(&b, 5, B("\1\0\1"));
	put_leb(&code, 1);
	put_sized(&code, -1, body.p, body.len);
	put_sized(&b, 10, code.p, code.len);
	kwasm_diag_init(&diag);
	calls = 0;
	if (kwasm_module_decode(b.p, b.len, NULL, &diag, &m))
		bail_out("%s", diag.text);
	ok(calls >= STATEMENTS / PER_CHECKPOINT, "validation: %u checkpoints", calls);
	bytes_free(&b);
	bytes_free(&code);
	bytes_free(&body);
	return m;
}

struct counts {
	const char *name[MAX_PASSES];
	u32 calls[MAX_PASSES];
	u32 num;
};

static void count_pass(void *arg, struct ir_func *f, const char *pass)
{
	struct counts *c = arg;

	if (c->num == MAX_PASSES)
		bail_out("more passes than %u", MAX_PASSES);
	c->name[c->num] = pass;
	c->calls[c->num++] = calls;
	calls = 0;
}

/* Passes that have nothing to do without loops and edges. */
static bool is_idle(const char *pass, bool branches)
{
	return !branches && (!strcmp(pass, "licm") || !strcmp(pass, "split"));
}

static void test_passes(bool branches)
{
	struct counts c = { .num = 0 };
	struct kwasm_compile_opts opts = {
		.dump_func = KWASM_DIAG_NONE, .dump = count_pass, .dump_arg = &c,
	};
	const char *kind = branches ? "many blocks" : "one block";
	struct kwasm_module *m = module(branches);
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_code *code = NULL;
	struct kwasm_diag diag;
	u32 n, at;

	kwasm_diag_init(&diag);
	calls = 0;
	if (kwasm_code_compile(m, &bindings, &opts, &diag, &code))
		bail_out("%s", diag.text);
	kwasm_code_destroy(code);
	for (n = 0; n < c.num; n++) {
		/* the one between two passes is counted with the second */
		u32 own = c.calls[n] - (n > 0);

		ok(is_idle(c.name[n], branches) || own >= STATEMENTS / PER_CHECKPOINT,
		   "%s, %s: %u checkpoints", kind, c.name[n], own);
	}
	/* at the first, the second, ... of them: once in most passes */
	for (n = 0, at = 3; n < 30; n++, at += 7) {
		calls = 0;
		kill_at = at;
		kwasm_diag_init(&diag);
		if (kwasm_code_compile(m, &bindings, NULL, &diag, &code) != -EINTR ||
		    !strstr(diag.text, "interrupted"))
			break;
	}
	kill_at = 0;
	opts = (struct kwasm_compile_opts){
		.dump_func = KWASM_DIAG_NONE, .time_limit_ns = 1000000000000ull,
	};
	for (late_at = 3; late_at < 100; late_at += 7) {
		calls = 0;
		kwasm_diag_init(&diag);
		if (kwasm_code_compile(m, &bindings, &opts, &diag, &code) != -ETIME ||
		    calls != late_at || !strstr(diag.text, "longer than the limit of 1000000 ms"))
			break;
	}
	is_u64(late_at, 101, "%s: and at the first checkpoint after its limit of time", kind);
	late_at = 0;
	is_u64(n, 30, "%s: a compilation ends wherever its caller is killed", kind);
	kwasm_module_destroy(m);
}

static void test_decoding(void)
{
	static const struct {
		const char *name;
		u8 section;
		const char *entry;
		size_t len;
	} rows[] = {
		{ "element segments", 9, B("\1\0\0") },
		{ "data segments", 11, B("\1\0") },
		{ "a long constant", 6, B("\x41\0") },
	};
	struct kwasm_module *m;
	struct kwasm_diag diag;
	size_t i;
	u32 n;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bytes b = { .p = NULL }, entries = { .p = NULL };

		if (rows[i].section == 6)
			put(&entries, B("\1\x7f\0"));
		else
			put_leb(&entries, STATEMENTS);
		for (n = 0; n < STATEMENTS; n++)
			put(&entries, rows[i].entry, rows[i].len);
		put_header(&b);
		put_sized(&b, rows[i].section, entries.p, entries.len);
		kwasm_diag_init(&diag);
		calls = 0;
		m = NULL;
		kwasm_module_decode(b.p, b.len, NULL, &diag, &m);
		ok(calls >= STATEMENTS / PER_CHECKPOINT, "decoding %s: %u checkpoints",
		   rows[i].name, calls);
		if (m)
			kwasm_module_destroy(m);
		bytes_free(&b);
		bytes_free(&entries);
	}
}

int main(void)
{
	test_decoding();
	test_passes(false);
	test_passes(true);
	return tap_done();
}
