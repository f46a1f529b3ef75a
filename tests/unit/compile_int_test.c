// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_int_test.c - integer instructions in every operand form against C, on edge values.
 *
 * For each instruction and width one module with an export per form:
 *
 *	rr	both operands in registers
 *	rm mr	one operand loaded from memory
 *	r<k>	constant k as second operand
 *	<k>r	constant k as first operand
 *	self	the same operand twice
 *	br	comparisons: as the condition of a branch; also brm, br<k>
 *	sel	comparisons: as the condition of a select; also sel<k>
 *
 * Everything runs twice: with the processor's features and, as the library asks
 * __wrap_x64_cpu_features(), without.
 */
#include "int_ops.h"
#include "run.h"

u32 __real_x64_cpu_features(void);
u32 __wrap_x64_cpu_features(void);

static bool plain;

u32 __wrap_x64_cpu_features(void)
{
	return plain ? 0 : __real_x64_cpu_features();
}

static const u64 edges[] = {
	0, 1, 2, 3, 5, 7, 8, 9, 10, 31, 32, 33, 63, 64, 65, 100, 127, 128, 255, 256, 0x7fff, 0x8000,
	0xffff, 0x10000, 0x12345678, 0x7fffffff, 0x80000000, 0x80000001, 0xdeadbeef, 0xfffffffe,
	0xffffffff, 0x100000000, 0x123456789abcdef0, 0x5555555555555555, 0x7fffffffffffffff,
	0x8000000000000000, 0x8000000000000001, 0xffffffff00000000, 0xffffffff7fffffff,
	0xffffffff80000000, 0xfffffffffffffffe, 0xffffffffffffffff,
};

#define NUM_EDGES ARRAY_SIZE(edges)

static u64 edge(size_t n, int bits)
{
	return bits == 64 ? edges[n] : (u32)edges[n];
}

static void add_func(struct text *t, const char *form, int bits, bool bool_result,
		     const char *body)
{
	text_add(t, "(func (export \"%s\") (param i%d i%d) (result i%d) %s)\n", form, bits, bits,
		 bool_result ? 32 : bits, body);
}

/* The condition @cond as branch and as select; "11" and "22" stand for true and false. */
static void add_conditions(struct text *t, const char *suffix, int bits, const char *cond)
{
	char name[40], body[400];

	snprintf(name, sizeof(name), "br%s", suffix);
	snprintf(body, sizeof(body),
		 "(if (result i32) %s (then (i32.const 11)) (else (i32.const 22)))", cond);
	add_func(t, name, bits, true, body);
	snprintf(name, sizeof(name), "sel%s", suffix);
	snprintf(body, sizeof(body), "(select (local.get 0) (local.get 1) %s)", cond);
	add_func(t, name, bits, false, body);
}

static void add_form(struct text *t, const char *form, enum int_op op, int bits, const char *a,
		     const char *b)
{
	bool compare = op >= OP_FIRST_COMPARE && op < OP_FIRST_UNARY;
	char body[300];

	snprintf(body, sizeof(body), "(i%d.%s %s %s)", bits, int_op_names[op], a, b);
	add_func(t, form, bits, compare || op == OP_EQZ, body);
	if (compare || op == OP_EQZ)
		add_conditions(t, form, bits, body);
}

static struct run open_op(enum int_op op, int bits)
{
	char load[64], constant[64], form[40];
	struct text t = { 0 };
	struct run r;
	size_t k;

	text_add(&t, "(module (memory (export \"memory\") 1)\n");
	text_add(&t, "(func (export \"put\") (param i%d) (i%d.store offset=8 (i32.const 16) (local.get 0)))\n",
		 bits, bits);
	/* the address is not constant, so that the load can become an operand */
	snprintf(load, sizeof(load), "(i%d.load offset=8 (global.get 0))", bits);
	if (op >= OP_FIRST_UNARY) {
		add_form(&t, "rr", op, bits, "(local.get 0)", "");
		add_form(&t, "mr", op, bits, load, "");
	} else {
		add_form(&t, "rr", op, bits, "(local.get 0)", "(local.get 1)");
		add_form(&t, "rm", op, bits, "(local.get 0)", load);
		add_form(&t, "mr", op, bits, load, "(local.get 1)");
		add_form(&t, "self", op, bits, "(local.get 0)", "(local.get 0)");
		for (k = 0; k < NUM_EDGES; k++) {
			snprintf(constant, sizeof(constant), "(i%d.const %lld)", bits,
				 (long long)int_signed(edge(k, bits), bits));
			snprintf(form, sizeof(form), "r%zu", k);
			add_form(&t, form, op, bits, "(local.get 0)", constant);
			snprintf(form, sizeof(form), "%zur", k);
			add_form(&t, form, op, bits, constant, "(local.get 1)");
			snprintf(form, sizeof(form), "m%zu", k);
			add_form(&t, form, op, bits, load, constant);
		}
	}
	text_add(&t, "(global (mut i32) (i32.const 16)))\n");
	r = run_text(t.s);
	free(t.s);
	return r;
}

/**
 * struct probe - an export to test with all operands
 * @a_from: index of the constant first operand, or -1
 * @b_from: of the second
 * @prefix: "", "br" or "sel"
 * @put: which operand goes through memory: 'a', 'b' or 0
 */
struct probe {
	enum int_op op;
	int bits;
	int a_from, b_from;
	const char *prefix;
	char form[40];
	char put;
	bool self;
};

static u64 expected(const struct probe *p, u64 a, u64 b, u64 result)
{
	if (!*p->prefix)
		return result;
	if (*p->prefix == 'b')
		return result ? 11 : 22;
	return result ? a : b;
}

/* Return: false, after reporting, for the first pair of operands with a wrong result. */
static bool try_pair(struct run *r, const struct probe *p, const char *name, u64 x, u64 y)
{
	u64 values[2] = { x, y };
	u64 a = x, b = y, want;
	u32 trap, got;

	if (p->put) {
		values[0] = p->put == 'a' ? x : y;
		run_call(r, "put", values, NULL);
		values[0] = x;
		values[1] = y;
	}
	if (p->a_from >= 0)
		a = edge((size_t)p->a_from, p->bits);
	if (p->b_from >= 0)
		b = edge((size_t)p->b_from, p->bits);
	if (p->self)
		b = a;
	want = expected(p, x, y, int_eval(p->op, a, b, p->bits, &trap));
	got = run_call(r, name, values, NULL);
	if (got == trap && (trap || values[0] == want))
		return true;
	diag("i%d.%s %s of %#llx, %#llx: got %#llx, trap %u, want %#llx, trap %u", p->bits,
	     int_op_names[p->op], name, (unsigned long long)a, (unsigned long long)b,
	     (unsigned long long)values[0], got, (unsigned long long)want, trap);
	return false;
}

static bool try_form(struct run *r, struct probe p)
{
	char name[64];
	size_t i, k;

	snprintf(name, sizeof(name), "%s%s", p.prefix, p.form);
	for (i = 0; i < NUM_EDGES; i++)
		for (k = 0; k < NUM_EDGES; k++)
			if (!try_pair(r, &p, name, edge(i, p.bits), edge(k, p.bits)))
				return false;
	return true;
}

static bool try_forms(struct run *r, enum int_op op, int bits, const char *prefix)
{
	struct probe p = { .op = op, .bits = bits, .a_from = -1, .b_from = -1, .prefix = prefix };
	static const struct {
		const char *form;
		char put;
		bool self, unary;
	} forms[] = {
		{ "rr", 0, false, true }, { "mr", 'a', false, true },
		{ "rm", 'b', false, false }, { "self", 0, true, false },
	};
	bool good = true;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(forms); k++) {
		if (op >= OP_FIRST_UNARY && !forms[k].unary)
			continue;
		snprintf(p.form, sizeof(p.form), "%s", forms[k].form);
		p.put = forms[k].put;
		p.self = forms[k].self;
		good &= try_form(r, p);
	}
	p.self = false;
	for (k = 0; op < OP_FIRST_UNARY && k < NUM_EDGES; k++) {
		p.put = 0;
		p.b_from = (int)k;
		snprintf(p.form, sizeof(p.form), "r%zu", k);
		good &= try_form(r, p);
		p.put = 'a';
		snprintf(p.form, sizeof(p.form), "m%zu", k);
		good &= try_form(r, p);
		p.put = 0;
		p.b_from = -1;
		p.a_from = (int)k;
		snprintf(p.form, sizeof(p.form), "%zur", k);
		good &= try_form(r, p);
		p.a_from = -1;
	}
	return good;
}

static void test_ops(void)
{
	const char *features = plain ? " without processor features" : "";
	enum int_op op;
	int bits;

	for (bits = 32; bits <= 64; bits += 32)
		for (op = 0; op < NUM_INT_OPS; op++) {
			bool condition = (op >= OP_FIRST_COMPARE && op < OP_FIRST_UNARY) ||
					 op == OP_EQZ;
			struct run r = open_op(op, bits);

			ok(try_forms(&r, op, bits, ""), "i%d.%s%s", bits, int_op_names[op],
			   features);
			if (condition) {
				ok(try_forms(&r, op, bits, "br"), "i%d.%s as branch%s", bits,
				   int_op_names[op], features);
				ok(try_forms(&r, op, bits, "sel"), "i%d.%s as selection%s", bits,
				   int_op_names[op], features);
			}
			run_close(&r);
		}
}

/* ---- conversions, and what the compiler makes of several instructions ---- */

static u64 c_sum_shifted(u64 a, u64 b)
{
	return (u32)(a + (b << 3));
}

static u64 c_three(u64 a, u64 b)
{
	return (u32)(a + b + 1000);
}

static u64 c_wrap(u64 a, u64 b)
{
	return (u32)a + (u64)(u32)b;
}

static u64 c_sext(u64 a, u64 b)
{
	return (u64)(s64)(s32)a;
}

static u64 c_ext32(u64 a, u64 b)
{
	return (u64)(s64)(s32)a ^ b;
}

static u64 c_mask8(u64 a, u64 b)
{
	return (a & 0xff) + (b & 0xffff) + (a & 0xffffffff);
}

static u64 c_test(u64 a, u64 b)
{
	return a & b ? 1 : a & 0x80 ? 2 : a & 0x8000000000000000 ? 3 : 4;
}

static u64 c_test32(u64 a, u64 b)
{
	return (u32)(a & b) ? 1 : (s32)(a & 0xf0000000) < 0 ? 2 : 3;
}

static u64 c_bool(u64 a, u64 b)
{
	return (u64)((a < b) + ((s64)a < (s64)b) * 2 + (a == b) * 4);
}

static u64 c_select(u64 a, u64 b)
{
	return (u32)a ? (a > b ? a : b) : (a < b ? a : b);
}

static u64 c_narrow(u64 a, u64 b)
{
	return (u16)a + ((u64)(u8)b << 16);
}

static u64 c_before(u64 a, u64 b)
{
	return (a << 32 | a >> 32) ^ b;
}

static u64 c_zero(u64 a, u64 b)
{
	return 0;
}

static const struct {
	const char *name;
	const char *body;
	u64 (*want)(u64 a, u64 b);
} mixes[] = {
	{ "x + (y << 3)", "(i64.extend_i32_u (i32.add (i32.wrap_i64 (local.get 0))"
	  " (i32.shl (i32.wrap_i64 (local.get 1)) (i32.const 3))))", c_sum_shifted },
	{ "x + y + c", "(i64.extend_i32_u (i32.add (i32.const 1000) (i32.add"
	  " (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)))))", c_three },
	{ "wrapped and extended", "(i64.add (i64.extend_i32_u (i32.wrap_i64 (local.get 0)))"
	  " (i64.extend_i32_u (i32.wrap_i64 (local.get 1))))", c_wrap },
	{ "extend_i32_s", "(i64.extend_i32_s (i32.wrap_i64 (local.get 0)))", c_sext },
	{ "extend32_s", "(i64.xor (i64.extend32_s (local.get 0)) (local.get 1))", c_ext32 },
	{ "masks", "(i64.add (i64.add (i64.and (local.get 0) (i64.const 0xff))"
	  " (i64.and (local.get 1) (i64.const 0xffff)))"
	  " (i64.and (local.get 0) (i64.const 0xffffffff)))", c_mask8 },
	{ "64-bit tests",
	  "(if (result i64) (i64.ne (i64.and (local.get 0) (local.get 1)) (i64.const 0))"
	  " (then (i64.const 1)) (else (if (result i64)"
	  " (i32.wrap_i64 (i64.and (local.get 0) (i64.const 0x80))) (then (i64.const 2)) (else"
	  " (if (result i64) (i64.ne (i64.and (local.get 0) (i64.const 0x8000000000000000))"
	  " (i64.const 0)) (then (i64.const 3)) (else (i64.const 4)))))))", c_test },
	{ "32-bit tests",
	  "(if (result i64) (i32.and (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)))"
	  " (then (i64.const 1)) (else (if (result i64) (i32.lt_s (i32.and"
	  " (i32.wrap_i64 (local.get 0)) (i32.const 0xf0000000)) (i32.const 0))"
	  " (then (i64.const 2)) (else (i64.const 3)))))", c_test32 },
	{ "comparisons as numbers", "(i64.add (i64.extend_i32_u (i64.lt_u (local.get 0)"
	  " (local.get 1))) (i64.add (i64.shl (i64.extend_i32_u (i64.lt_s (local.get 0)"
	  " (local.get 1))) (i64.const 1)) (i64.mul (i64.extend_i32_u (i64.eq (local.get 0)"
	  " (local.get 1))) (i64.const 4))))", c_bool },
	{ "selections of selections", "(select (select (local.get 0) (local.get 1)"
	  " (i64.gt_u (local.get 0) (local.get 1))) (select (local.get 0) (local.get 1)"
	  " (i64.lt_u (local.get 0) (local.get 1))) (i32.wrap_i64 (local.get 0)))", c_select },
	{ "narrow stores and loads", "(i64.store (i32.const 0) (i64.const 0))"
	  " (i64.store16 (i32.const 0) (i64.and (local.get 0) (i64.const 0xffff)))"
	  " (i64.store8 offset=2 (i32.const 0) (i64.and (local.get 1) (i64.const 0xfff)))"
	  " (i64.load (i32.const 0))", c_narrow },
	{ "a load before a store to its place",
	  "(i64.store (global.get 0) (local.get 0)) (i64.store offset=8 (global.get 0)"
	  " (local.get 0)) (i64.xor (block (result i64) (i64.load offset=4 (global.get 0))"
	  " (i64.store offset=8 (global.get 0) (local.get 1))) (local.get 1))", c_before },
	{ "an address that wraps, with an offset that does not",
	  "(i64.load offset=8 (i32.add (i32.const 0x200) (i32.or (i32.const 0xffffff00)"
	  " (i32.wrap_i64 (local.get 0)))))", c_zero },
	{ "an address that cannot wrap",
	  "(i64.load offset=8 (i32.add (i32.const 0x200) (i32.shl (i32.and (i32.const 0xff)"
	  " (i32.wrap_i64 (local.get 0))) (i32.const 4))))", c_zero },
};

static void test_mixes(void)
{
	struct text t = { 0 };
	struct run r;
	size_t n, i, k;

	text_add(&t, "(module (memory 1)\n");
	for (n = 0; n < ARRAY_SIZE(mixes); n++)
		text_add(&t, "(func (export \"%zu\") (param i64 i64) (result i64) %s)\n", n,
			 mixes[n].body);
	text_add(&t, "(global (mut i32) (i32.const 32768)))");
	r = run_text(t.s);
	free(t.s);
	for (n = 0; n < ARRAY_SIZE(mixes); n++) {
		bool good = true;
		char name[8];

		snprintf(name, sizeof(name), "%zu", n);
		for (i = 0; i < NUM_EDGES && good; i++)
			for (k = 0; k < NUM_EDGES && good; k++) {
				u64 values[2] = { edges[i], edges[k] };
				u64 want = mixes[n].want(edges[i], edges[k]);

				good = !run_call(&r, name, values, NULL) && values[0] == want;
				if (!good)
					diag("of %#llx, %#llx: got %#llx, want %#llx",
					     (unsigned long long)edges[i],
					     (unsigned long long)edges[k],
					     (unsigned long long)values[0],
					     (unsigned long long)want);
			}
		ok(good, "%s", mixes[n].name);
	}
	run_close(&r);
}

int main(void)
{
	test_ops();
	plain = true;
	test_ops();
	test_mixes();
	return tap_done();
}
