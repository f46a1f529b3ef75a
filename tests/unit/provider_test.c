// SPDX-License-Identifier: GPL-2.0-only
/*
 * provider_test.c - providers: what is refused, wide functions, states of stores, sleeping.
 */
#include "run.h"
#include "run/sleepers.h"

static u64 narrow_fn(KWASM_HOST0(ctx))
{
	return 0;
}

static u64 seen[KWASM_HOST_WIDE_PARAMS];
static u64 answer;

static u64 wide_fn(struct kwasm_ctx *ctx, const u64 *args)
{
	memcpy(seen, args, sizeof(seen));
	return answer;
}

static int open_nothing(struct kwasm_store *store, struct kwasm_diag *diag, void **state)
{
	return 0;
}

/* ---- what is refused ---- */

#define FN(text, ...) { .name = "f", .sig = text, .fn = narrow_fn, __VA_ARGS__ }
#define WIDE(text, ...) { .name = "f", .sig = text, .wide = wide_fn, __VA_ARGS__ }

static const struct {
	const char *what;
	struct kwasm_host_fn fn;
	int err;
} rows[] = {
	{ "nothing", FN(":"), 0 },
	{ "five parameters", FN("iIfFi:F"), 0 },
	{ "six of them", WIDE("iIfFii:F"), 0 },
	{ "sixteen", WIDE("iiiiiiiiiiiiiiii:"), 0 },
	{ "seventeen", WIDE("iiiiiiiiiiiiiiiii:"), -E2BIG },
	{ "no signature", { .name = "f", .fn = narrow_fn }, -EINVAL },
	{ "an empty one", FN(""), -EINVAL },
	{ "no colon", FN("ii"), -EINVAL },
	{ "two colons", FN("i::"), -EINVAL },
	{ "more behind the result", FN("i:i:"), -EINVAL },
	{ "an unknown letter", FN("ix:i"), -EINVAL },
	{ "an unknown result", FN("i:r"), -EINVAL },
	{ "two results", FN("i:ii"), -E2BIG },
	{ "no C function", { .name = "f", .sig = ":" }, -EINVAL },
	{ "a wide one for five", WIDE("iiiii:"), -EINVAL },
	{ "a narrow one for six", FN("iiiiii:"), -EINVAL },
	{ "both", WIDE("iiiiii:", .fn = narrow_fn), -EINVAL },
	{ "no name", { .name = NULL, .sig = ":", .fn = narrow_fn }, -EINVAL },
	{ "an empty name", { .name = "", .sig = ":", .fn = narrow_fn }, -EINVAL },
	{ "a packet load", FN("i:I", .inline_op = KWASM_INLINE_PKTLOAD), 0 },
	{ "of two operands", FN("ii:I", .inline_op = KWASM_INLINE_PKTLOAD), -EPROTOTYPE },
	{ "of a long offset", FN("I:I", .inline_op = KWASM_INLINE_PKTLOAD), -EPROTOTYPE },
	{ "of a float", FN("i:F", .inline_op = KWASM_INLINE_PKTLOAD), -EPROTOTYPE },
	{ "that may sleep", FN("i:I", .inline_op = KWASM_INLINE_PKTLOAD,
			       .context = KWASM_HOST_SLEEP), -EPROTOTYPE },
	{ "a field", FN(":i", .inline_op = KWASM_INLINE_CTXLOAD, .ctx_offset = 8), 0 },
	{ "a field with an operand", FN("i:i", .inline_op = KWASM_INLINE_CTXLOAD,
					.ctx_offset = 8), -EPROTOTYPE },
	{ "a field without a value", FN(":", .inline_op = KWASM_INLINE_CTXLOAD,
					.ctx_offset = 8), -EPROTOTYPE },
	{ "an unknown inline operation", FN(":i", .inline_op = 9), -EPROTOTYPE },
};

static int check(const struct kwasm_provider *provider)
{
	struct kwasm_diag diag;
	int err;

	kwasm_diag_init(&diag);
	err = kwasm_provider_check(provider, &diag);
	return !err == !diag.text[0] ? err : 1;
}

static void test_refusals(void)
{
	const struct kwasm_host_fn twice[] = { FN(":"), FN("i:") };
	struct kwasm_provider p = { .module = "p", .num_fns = 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p.fns = &rows[i].fn;
		is_int(check(&p), rows[i].err, "%s", rows[i].what);
	}
	p.fns = twice;
	p.num_fns = 2;
	is_int(check(&p), -EEXIST, "one name twice");
	p.num_fns = 0;
	is_int(check(&p), 0, "no function");
	p.open = open_nothing;
	is_int(check(&p), -EINVAL, "open without close");
	p.open = NULL;
	p.module = "";
	is_int(check(&p), -EINVAL, "an empty name of the module");
	p.module = NULL;
	is_int(check(&p), -EINVAL, "no name of the module");
}

/* ---- wide functions ---- */

static u64 next_random(void)
{
	static u64 x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static const char *type_text(char letter)
{
	return letter == 'i' ? "i32" : letter == 'I' ? "i64" : letter == 'f' ? "f32" : "f64";
}

static bool arrived(struct run *r, const char *name, const char *sig, const u64 *args)
{
	u32 k, n = (u32)strlen(sig) - 2;
	u64 values[KWASM_HOST_WIDE_PARAMS];
	u64 want;

	memset(seen, 0xa5, sizeof(seen));
	memcpy(values, args, sizeof(values));
	if (run_call(r, name, values, NULL))
		return false;
	for (k = 0; k < n; k++) {
		want = sig[k] == 'i' || sig[k] == 'f' ? (u32)args[k] : args[k];
		if (seen[k] != want)
			return false;
	}
	want = sig[n + 1] == 'i' || sig[n + 1] == 'f' ? (u32)answer : answer;
	return values[0] == want;
}

static int link_import(void *arg, const struct kwasm_module *m, u32 index,
		       struct kwasm_externval *ext)
{
	return kwasm_instance_externval(arg, "import", 6, ext);
}

/* From compiled code, through a table, by reference from C, and from another instance. */
static void try_wide(const char *sig)
{
	struct kwasm_host_fn fn = { .name = "w", .sig = sig, .wide = wide_fn };
	struct kwasm_provider p = { .module = "p", .fns = &fn, .num_fns = 1 };
	u32 k, n = (u32)strlen(sig) - 2;
	u64 args[KWASM_HOST_WIDE_PARAMS];
	static char type[512], gets[512];
	struct text t = { 0 }, u = { 0 };
	struct run r, other;
	u32 ok_calls = 0;

	strcpy(type, "(param");
	gets[0] = '\0';
	for (k = 0; k < n; k++) {
		snprintf(type + strlen(type), 8, " %s", type_text(sig[k]));
		snprintf(gets + strlen(gets), 24, " (local.get %u)", k);
	}
	snprintf(type + strlen(type), 24, ") (result %s)", type_text(sig[n + 1]));
	text_add(&t, "(module (import \"p\" \"w\" (func $w %s)) (type $t (func %s))"
		 " (table funcref (elem $w)) (export \"import\" (func $w))"
		 " (func (export \"direct\") %s (call $w%s))"
		 " (func (export \"table\") %s (call_indirect (type $t)%s (i32.const 0))))",
		 type, type, type, gets, type, gets);
	text_add(&u, "(module (import \"m\" \"import\" (func $w %s))"
		 " (func (export \"cross\") %s (call $w%s)))", type, type, gets);
	r = run_module(wat_module(t.s), &p, NULL, NULL, NULL);
	other = run_module(wat_module(u.s), NULL, link_import, r.inst, r.store);
	for (k = 0; k < ARRAY_SIZE(args); k++)
		args[k] = next_random();
	answer = next_random();
	ok_calls += arrived(&r, "direct", sig, args);
	ok_calls += arrived(&r, "table", sig, args);
	ok_calls += arrived(&r, "import", sig, args);
	ok_calls += arrived(&other, "cross", sig, args);
	is_u64(ok_calls, 4, "%s", sig);
	kwasm_store_destroy(r.store);
	kwasm_code_destroy(r.code);
	kwasm_code_destroy(other.code);
	kwasm_module_destroy(r.module);
	kwasm_module_destroy(other.module);
	free(t.s);
	free(u.s);
}

static void test_wide(void)
{
	char sig[KWASM_HOST_WIDE_PARAMS + 3];
	u32 n, k, round;

	try_wide("iIfFiI:i");
	try_wide("iiiIIiiii:i");
	for (n = KWASM_HOST_PARAMS + 1; n <= KWASM_HOST_WIDE_PARAMS; n++) {
		for (round = 0; round < 4; round++) {
			for (k = 0; k < n; k++)
				sig[k] = "iIfF"[next_random() >> 60 & 3];
			sig[n] = ':';
			sig[n + 1] = "iIfF"[next_random() >> 60 & 3];
			sig[n + 2] = '\0';
			try_wide(sig);
		}
	}
}

/* ---- states ---- */

static u32 opened, closed;
static int refuse_open;
static u32 marks[2];

static int open_mark(struct kwasm_store *store, struct kwasm_diag *diag, void **state)
{
	if (refuse_open)
		return kwasm_diag_set(diag, refuse_open, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "not today");
	*state = &marks[opened++ % 2];
	return 0;
}

static void close_mark(struct kwasm_store *store, void *state)
{
	closed++;
}

static u64 count_fn(KWASM_HOST0(ctx));

static const struct kwasm_host_fn state_fns[] = {
	{ .name = "count", .sig = ":i", .fn = count_fn },
};

static const struct kwasm_provider state_provider = {
	.module = "p",
	.fns = state_fns,
	.num_fns = ARRAY_SIZE(state_fns),
	.open = open_mark,
	.close = close_mark,
};

static u64 count_fn(KWASM_HOST0(ctx))
{
	return ++*(u32 *)kwasm_provider_state(ctx, &state_provider);
}

static const char state_text[] = "(module (import \"p\" \"count\" (func $c (result i32)))"
	" (func (export \"go\") (result i32) (call $c)) (export \"c\" (func $c)))";

static void test_states(void)
{
	struct run a = run_module(wat_module(state_text), &state_provider, NULL, NULL, NULL);
	struct run b = run_module(wat_module(state_text), &state_provider, NULL, NULL, NULL);
	struct kwasm_instance *inst = NULL;
	struct kwasm_diag diag;
	u64 value = 0;

	kwasm_diag_init(&diag);
	is_u64(opened, 2, "a state for each store");
	is_int(kwasm_instance_create(a.store, a.code, NULL, NULL, &diag, NULL, &inst), 0,
	       "a second instance");
	is_u64(opened, 2, "has the state of its store");
	run_call(&a, "go", &value, NULL);
	run_call(&a, "go", &value, NULL);
	is_u64(value, 2, "found from compiled code");
	run_call(&a, "c", &value, NULL);
	is_u64(value, 3, "and from C");
	run_call(&b, "go", &value, NULL);
	is_u64(value, 1, "another store has another");
	run_close(&b);
	is_u64(closed, 1, "closed with its store");
	kwasm_store_destroy(a.store);
	is_u64(closed, 2, "and so is the other");
	a.store = kwasm_store_create(NULL, false);
	refuse_open = -EBUSY;
	is_int(kwasm_instance_create(a.store, a.code, NULL, NULL, &diag, NULL, &inst), -EBUSY,
	       "a state that cannot be opened fails the instance");
	is_str(diag.text, "not today", "with its sentence");
	refuse_open = 0;
	run_close(&a);
	is_u64(opened, closed, "and nothing is left");
}

/* ---- functions that may sleep ---- */

static u64 nap(KWASM_HOST1(ctx, a))
{
	return a + 1;
}

static const struct kwasm_host_fn nap_fns[] = {
	{ .name = "nap", .sig = "i:i", .fn = nap, .context = KWASM_HOST_SLEEP },
	{ .name = "work", .sig = "i:i", .fn = nap },
};

static const struct kwasm_provider nap_provider = {
	.module = "p",
	.fns = nap_fns,
	.num_fns = ARRAY_SIZE(nap_fns),
};

static const char nap_text[] =
	"(module (import \"p\" \"work\" (func $work (param i32) (result i32)))"
	" (import \"p\" \"nap\" (func $nap (param i32) (result i32)))"
	" (type $t (func (param i32) (result i32))) (table funcref (elem $nap))"
	" (func $direct (export \"direct\") (param i32) (result i32) (call $nap (local.get 0)))"
	" (func $far (export \"far\") (param i32) (result i32)"
	"  (call $work (call $middle (local.get 0))))"
	" (func $middle (param i32) (result i32)"
	"  (if (result i32) (local.get 0) (then (call $far (i32.const 0)))"
	"   (else (call $direct (local.get 0)))))"
	" (func (export \"table\") (param i32) (result i32)"
	"  (call_indirect (type $t) (local.get 0) (i32.const 0)))"
	" (func (export \"work\") (param i32) (result i32) (call $work (local.get 0))))";

static int sleepers_check(struct run *r, const struct kwasm_sleepers *s, const char *name,
			  struct kwasm_diag *diag)
{
	kwasm_diag_init(diag);
	return kwasm_sleepers_check(r->module, s, run_find(r, name)->index, diag);
}

static void test_sleeping(void)
{
	struct run r = run_module(wat_module(nap_text), &nap_provider, NULL, NULL, NULL);
	struct kwasm_sleepers s = { 0 };
	struct kwasm_packet *packet = (void *)&r;
	struct kwasm_diag diag;
	u64 value = 4;

	kwasm_diag_init(&diag);
	is_int(kwasm_sleepers_find(r.module, &r.code->bindings, &diag, &s), 0, "calls followed");
	is_int(sleepers_check(&r, &s, "direct", &diag), -EDEADLK, "a direct call");
	is_str(diag.text, "a handler may not sleep: it calls p.nap", "is told");
	is_int(sleepers_check(&r, &s, "far", &diag), -EDEADLK, "calls in a circle");
	is_str(diag.text, "a handler may not sleep: it calls p.nap by way of function 4, 2 (direct)",
	       "are told by the shortest way");
	is_int(sleepers_check(&r, &s, "table", &diag), 0, "a call through a table is not seen");
	is_int(sleepers_check(&r, &s, "work", &diag), 0, "another import does not matter");
	is_int(run_call(&r, "direct", &value, NULL), 0, "outside of a packet it may be called");
	is_u64(value, 5, "and has its argument");
	is_int(run_call(&r, "table", &value, NULL), 0, "through a table as well");
	is_u64(value, 6, "with the same");
	r.inst->ctx->packet = packet;
	is_int(run_call(&r, "table", &value, NULL), KWASM_TRAP_HOST, "with a packet it traps");
	is_int(run_call(&r, "direct", &value, NULL), KWASM_TRAP_HOST, "called directly, too");
	is_int(run_call(&r, "work", &value, NULL), 0, "the instance goes on");
	kwasm_sleepers_release(&s);
	run_close(&r);
	r = run_module(wat_module(state_text), &state_provider, NULL, NULL, NULL);
	is_int(kwasm_sleepers_find(r.module, &r.code->bindings, &diag, &s), 0, "none that sleeps");
	ok(!s.next, "nothing to follow");
	run_close(&r);
}

int main(void)
{
	test_refusals();
	test_wide();
	test_states();
	test_sleeping();
	return tap_done();
}
