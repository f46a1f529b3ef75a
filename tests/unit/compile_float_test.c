// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_float_test.c - float instructions in every operand form against C, on edge values.
 *
 * For each instruction one module with an export per form:
 *
 *	rr	operands in registers
 *	rm mr	one operand loaded from memory
 *	ss	operands in spill slots, where a call has driven them
 *	self	the same operand twice
 *	r<k>	constant k as second operand
 *	<k>r	constant k as first operand; the only one of an instruction with one operand
 *
 * and of comparisons each form also as the condition of a branch (b), of selections of the operands
 * in both orders (s, t) and of integers (i).  Everything runs twice: with the processor's features
 * and, as the library asks __wrap_x64_cpu_features(), without.
 */
#include "float_ops.h"
#include "run.h"

u32 __real_x64_cpu_features(void);
u32 __wrap_x64_cpu_features(void);

static bool plain;

u32 __wrap_x64_cpu_features(void)
{
	return plain ? 0 : __real_x64_cpu_features();
}

/**
 * struct op - an instruction
 * @from: type of its operands
 */
struct op {
	const char *text;
	u8 op, type, from, operands;
};

#define BOTH(text, ir, n)						\
	{ "f32." text, IR_##ir, IR_F32, IR_F32, n }, { "f64." text, IR_##ir, IR_F64, IR_F64, n }
#define COMPARE(text, ir)						\
	{ "f32." text, IR_##ir, IR_I32, IR_F32, 2 }, { "f64." text, IR_##ir, IR_I32, IR_F64, 2 }
#define ONE(text, ir, type, from) { text, IR_##ir, IR_##type, IR_##from, 1 }

static const struct op ops[] = {
	BOTH("add", FADD, 2), BOTH("sub", FSUB, 2), BOTH("mul", FMUL, 2), BOTH("div", FDIV, 2),
	BOTH("min", FMIN, 2), BOTH("max", FMAX, 2), BOTH("copysign", FCOPYSIGN, 2),
	BOTH("abs", FABS, 1), BOTH("neg", FNEG, 1), BOTH("sqrt", FSQRT, 1),
	BOTH("ceil", FCEIL, 1), BOTH("floor", FFLOOR, 1), BOTH("trunc", FTRUNC, 1),
	BOTH("nearest", FNEAREST, 1),
	COMPARE("eq", FEQ), COMPARE("ne", FNE), COMPARE("lt", FLT), COMPARE("gt", FGT),
	COMPARE("le", FLE), COMPARE("ge", FGE),
	ONE("i32.trunc_f32_s", TRUNCS, I32, F32), ONE("i32.trunc_f32_u", TRUNCU, I32, F32),
	ONE("i32.trunc_f64_s", TRUNCS, I32, F64), ONE("i32.trunc_f64_u", TRUNCU, I32, F64),
	ONE("i64.trunc_f32_s", TRUNCS, I64, F32), ONE("i64.trunc_f32_u", TRUNCU, I64, F32),
	ONE("i64.trunc_f64_s", TRUNCS, I64, F64), ONE("i64.trunc_f64_u", TRUNCU, I64, F64),
	ONE("i32.trunc_sat_f32_s", TRUNCSATS, I32, F32),
	ONE("i32.trunc_sat_f32_u", TRUNCSATU, I32, F32),
	ONE("i32.trunc_sat_f64_s", TRUNCSATS, I32, F64),
	ONE("i32.trunc_sat_f64_u", TRUNCSATU, I32, F64),
	ONE("i64.trunc_sat_f32_s", TRUNCSATS, I64, F32),
	ONE("i64.trunc_sat_f32_u", TRUNCSATU, I64, F32),
	ONE("i64.trunc_sat_f64_s", TRUNCSATS, I64, F64),
	ONE("i64.trunc_sat_f64_u", TRUNCSATU, I64, F64),
	ONE("f32.convert_i32_s", CONVS, F32, I32), ONE("f32.convert_i32_u", CONVU, F32, I32),
	ONE("f32.convert_i64_s", CONVS, F32, I64), ONE("f32.convert_i64_u", CONVU, F32, I64),
	ONE("f64.convert_i32_s", CONVS, F64, I32), ONE("f64.convert_i32_u", CONVU, F64, I32),
	ONE("f64.convert_i64_s", CONVS, F64, I64), ONE("f64.convert_i64_u", CONVU, F64, I64),
	ONE("f32.demote_f64", DEMOTE, F32, F64), ONE("f64.promote_f32", PROMOTE, F64, F32),
	ONE("i32.reinterpret_f32", BITCAST, I32, F32),
	ONE("i64.reinterpret_f64", BITCAST, I64, F64),
	ONE("f32.reinterpret_i32", BITCAST, F32, I32),
	ONE("f64.reinterpret_i64", BITCAST, F64, I64),
};

/* ---- operands ---- */

static const double numbers[] = {
	0, 1, 0.5, 1.5, 2.5, 3.5, 0.1, 3, 0.9999999, 0x1p1023, 1e300 * 1e300, 1e30, 16777216.5,
	8388607.5, 8388608, 16777217, 0x1p52, 0x1p52 - 0.5, 0x1p53 + 2, 2147483647, 2147483647.9,
	2147483648, 2147483648.9, 2147483649, 2147483520, 4294967295, 4294967295.9, 4294967296,
	4294967040, 0x1p63, 0x1p63 - 1024, 0x1p63 - 0x1p39, 0x1p63 + 2048, 0x1p64,
	0x1p64 - 2048, 0x1p64 - 0x1p40,
};

/*
 * NaNs: canonical, signalling, with a payload; the smallest number, the smallest normal one, the
 * largest below a half, the largest, one that rounds up when it is demoted.
 */
static const u64 patterns[2][8] = {
	{ 0x7fc00000, 0x7f800001, 0x7fe12345, 1, 0x00800000, 0x3effffff, 0x7f7fffff, 0x3f800001 },
	{ 0x7ff8000000000000, 0x7ff0000000000001, 0x7ffc000012345678, 1, 0x0010000000000000,
	  0x3fdfffffffffffff, 0x7fefffffffffffff, 0x3ff0000010000001 },
};

static const u64 integers[] = {
	0, 1, 2, 3, 0x7fffff, 0xffffff, 0x1000001, 0x1000003, 0x7fffffff, 0x80000000, 0x80000001,
	0xffffffff, 0xffffff7f, 0xffffff80, 0x7fffff80, 0x3fffffffffffff, 0x20000000000001,
	0x20000000000003, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
	0x8000000000000400, 0x8000000000000401, 0x8000008000000000, 0x8000008000000001,
	0xfffffffffffffbff, 0xfffffffffffffc00, 0xffffffffffffffff, 0x123456789abcdef0,
	0x7fffffbfffffffff, 0x7fffffc000000000,
};

#define MAX_EDGES (2 * (ARRAY_SIZE(numbers) + 8) + ARRAY_SIZE(integers))

struct edges {
	u64 v[MAX_EDGES];
	size_t num;
};

static struct edges edges[IR_F64 + 1];

static void make_edges(void)
{
	size_t i;
	u32 type;

	for (i = 0; i < ARRAY_SIZE(integers); i++) {
		edges[IR_I32].v[edges[IR_I32].num++] = (u32)integers[i];
		edges[IR_I64].v[edges[IR_I64].num++] = integers[i];
	}
	for (type = IR_F32; type <= IR_F64; type++) {
		struct edges *e = &edges[type];

		for (i = 0; i < ARRAY_SIZE(numbers) + 8; i++) {
			u64 bits = i < ARRAY_SIZE(numbers) ? float_narrow(type, numbers[i]) :
				   patterns[type == IR_F64][i - ARRAY_SIZE(numbers)];

			e->v[e->num++] = bits;
			e->v[e->num++] = bits | float_sign(type);
		}
	}
}

static const char *type_name(u32 type)
{
	return type == IR_I32 ? "i32" : type == IR_I64 ? "i64" : type == IR_F32 ? "f32" : "f64";
}

static bool is_compare(const struct op *op)
{
	return ir_op_class(op->op) == IR_CLASS_FCOMPARE;
}

/* ---- the module ---- */

static void add_func(struct text *t, const char *variant, const char *form, const struct op *op,
		     u32 result, const char *body)
{
	text_add(t, "(func (export \"%s%s\") (param %s %s) (result %s) %s %s)\n", variant, form,
		 type_name(op->from), type_name(op->from), type_name(result),
		 strcmp(form, "ss") ? "" : "(call $nop)", body);
}

static void add_form(struct text *t, const char *form, const struct op *op, const char *a,
		     const char *b)
{
	char cond[300], body[500];

	snprintf(cond, sizeof(cond), "(%s %s %s)", op->text, a, op->operands > 1 ? b : "");
	add_func(t, "", form, op, op->type, cond);
	if (!is_compare(op))
		return;
	snprintf(body, sizeof(body),
		 "(if (result i32) %s (then (i32.const 11)) (else (i32.const 22)))", cond);
	add_func(t, "b", form, op, IR_I32, body);
	snprintf(body, sizeof(body), "(select %s %s %s)", a, b, cond);
	add_func(t, "s", form, op, op->from, body);
	snprintf(body, sizeof(body), "(select %s %s %s)", b, a, cond);
	add_func(t, "t", form, op, op->from, body);
	snprintf(body, sizeof(body), "(select (i32.const 11) (i32.const 22) %s)", cond);
	add_func(t, "i", form, op, IR_I32, body);
}

static void constant(char *out, size_t size, u32 type, u64 bits)
{
	bool wide = type == IR_F64 || type == IR_I64;

	if (type < IR_F32)
		snprintf(out, size, "(%s.const %lld)", type_name(type),
			 wide ? (long long)bits : (long long)(s32)bits);
	else
		snprintf(out, size, "(%s.reinterpret_i%d (i%d.const %lld))", type_name(type),
			 wide ? 64 : 32, wide ? 64 : 32,
			 wide ? (long long)bits : (long long)(s32)bits);
}

static struct run open_op(const struct op *op)
{
	const struct edges *e = &edges[op->from];
	const char *a = "(local.get 0)", *b = "(local.get 1)";
	char load[64], text[100], form[40];
	struct text t = { 0 };
	struct run r;
	size_t k;

	text_add(&t, "(module (memory 1) (func $nop)\n");
	text_add(&t, "(func (export \"put\") (param %s) (%s.store offset=8 (i32.const 16) (local.get 0)))\n",
		 type_name(op->from), type_name(op->from));
	/* the address is not constant, so that the load can become an operand */
	snprintf(load, sizeof(load), "(%s.load offset=8 (global.get 0))", type_name(op->from));
	add_form(&t, "rr", op, a, b);
	add_form(&t, "mr", op, load, b);
	add_form(&t, "ss", op, a, b);
	if (op->operands > 1) {
		add_form(&t, "rm", op, a, load);
		add_form(&t, "self", op, a, a);
	}
	for (k = 0; k < e->num; k++) {
		constant(text, sizeof(text), op->from, e->v[k]);
		snprintf(form, sizeof(form), "%zur", k);
		add_form(&t, form, op, text, b);
		snprintf(form, sizeof(form), "r%zu", k);
		if (op->operands > 1)
			add_form(&t, form, op, a, text);
	}
	text_add(&t, "(global (mut i32) (i32.const 16)))\n");
	r = run_text(t.s);
	free(t.s);
	return r;
}

/* ---- trying ---- */

/**
 * struct probe - an export to test with operands
 * @put: which operand goes through memory: 'a', 'b' or 0
 * @a_from: index of the constant first operand, or -1
 * @b_from: of the second
 */
struct probe {
	const struct op *op;
	char variant;
	char form[40];
	char put;
	bool self;
	int a_from, b_from;
};

static bool has_payload(u32 type, u64 bits)
{
	return type >= IR_F32 && float_is_nan(type, bits) && !float_is_canonical(type, bits);
}

/* Is it the right result of the export for operands @a and @b? */
static bool is_right(const struct probe *p, u64 a, u64 b, u64 have, u32 have_trap)
{
	const struct op *op = p->op;
	bool canonical = !has_payload(op->from, a) &&
			 (op->operands < 2 || !has_payload(op->from, b));
	u32 trap;
	u64 want = float_eval(op->op, op->type, op->from, a, b, &trap);

	if (have_trap || trap)
		return have_trap == trap;
	switch (p->variant) {
	case 'b':
	case 'i':
		return have == (want ? 11 : 22);
	case 's':
		return have == (want ? a : b);
	case 't':
		return have == (want ? b : a);
	default:
		return float_agrees(op->op, op->type, want, have, canonical);
	}
}

static bool try_pair(struct run *r, const struct probe *p, const char *name, u64 x, u64 y)
{
	const struct edges *e = &edges[p->op->from];
	u64 values[2] = { p->put == 'b' ? y : x, 0 };
	u64 a = p->a_from >= 0 ? e->v[p->a_from] : x;
	u64 b = p->b_from >= 0 ? e->v[p->b_from] : p->self ? x : y;
	u32 got;

	if (p->put)
		run_call(r, "put", values, NULL);
	values[0] = x;
	values[1] = y;
	got = run_call(r, name, values, NULL);
	if (is_right(p, a, b, values[0], got))
		return true;
	diag("%s %s of %#llx, %#llx: got %#llx, trap %u", p->op->text, name,
	     (unsigned long long)a, (unsigned long long)b, (unsigned long long)values[0], got);
	return false;
}

static bool try_form(struct run *r, const struct probe *p)
{
	const struct edges *e = &edges[p->op->from];
	bool fixed = p->a_from >= 0 || p->b_from >= 0;
	char name[64];
	size_t i, k;

	snprintf(name, sizeof(name), "%.1s%s", &p->variant, p->form);
	for (i = 0; i < e->num; i++) {
		if (fixed) {
			if (!try_pair(r, p, name, e->v[i], e->v[(i * 7 + 3) % e->num]))
				return false;
			if (!try_pair(r, p, name, e->v[(i * 7 + 3) % e->num], e->v[i]))
				return false;
			continue;
		}
		for (k = 0; k < e->num; k++)
			if (!try_pair(r, p, name, e->v[i], e->v[k]))
				return false;
	}
	return true;
}

static bool try_forms(struct run *r, const struct op *op, char variant)
{
	static const struct {
		const char *form;
		char put;
		bool self, unary;
	} forms[] = {
		{ "rr", 0, false, true }, { "mr", 'a', false, true }, { "ss", 0, false, true },
		{ "rm", 'b', false, false }, { "self", 0, true, false },
	};
	struct probe p = { .op = op, .variant = variant, .a_from = -1, .b_from = -1 };
	bool good = true;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(forms); k++) {
		if (op->operands < 2 && !forms[k].unary)
			continue;
		snprintf(p.form, sizeof(p.form), "%s", forms[k].form);
		p.put = forms[k].put;
		p.self = forms[k].self;
		good &= try_form(r, &p);
	}
	p.put = 0;
	p.self = false;
	for (k = 0; k < edges[op->from].num; k++) {
		snprintf(p.form, sizeof(p.form), "%zur", k);
		p.a_from = (int)k;
		good &= try_form(r, &p);
		p.a_from = -1;
		if (op->operands < 2)
			continue;
		snprintf(p.form, sizeof(p.form), "r%zu", k);
		p.b_from = (int)k;
		good &= try_form(r, &p);
		p.b_from = -1;
	}
	return good;
}

static void test_ops(void)
{
	static const struct {
		char variant;
		const char *what;
	} variants[] = {
		{ 'b', "as branch" }, { 's', "as selection" }, { 't', "as selection, turned" },
		{ 'i', "as selection of integers" },
	};
	const char *features = plain ? " without processor features" : "";
	size_t n, k;

	for (n = 0; n < ARRAY_SIZE(ops); n++) {
		struct run r = open_op(&ops[n]);

		ok(try_forms(&r, &ops[n], 0), "%s%s", ops[n].text, features);
		for (k = 0; is_compare(&ops[n]) && k < ARRAY_SIZE(variants); k++)
			ok(try_forms(&r, &ops[n], variants[k].variant), "%s %s%s", ops[n].text,
			   variants[k].what, features);
		run_close(&r);
	}
}

/* ---- what moves floats ---- */

/* Each takes f32 and f64 and gives them back, f32 first. */
static const struct {
	const char *name;
	const char *body;
} ways[] = {
	{ "results", "(local.get 0) (local.get 1)" },
	{ "locals", "(local.set 2 (local.get 0)) (local.set 3 (local.get 1))"
	  " (local.get 2) (local.get 3)" },
	{ "globals", "(global.set $f (local.get 0)) (global.set $d (local.get 1))"
	  " (global.get $f) (global.get $d)" },
	{ "memory", "(f32.store (global.get $p) (local.get 0))"
	  " (f64.store offset=4 (global.get $p) (local.get 1))"
	  " (call $nop) (f32.load (global.get $p)) (f64.load offset=4 (global.get $p))" },
	{ "memory by other types", "(f32.store (global.get $p) (local.get 0))"
	  " (f64.store offset=4 (global.get $p) (local.get 1))"
	  " (f32.reinterpret_i32 (i32.load (global.get $p)))"
	  " (f64.reinterpret_i64 (i64.load offset=4 (global.get $p)))" },
	{ "calls", "(call $same (local.get 0) (local.get 1))" },
	{ "indirect calls", "(call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 0))" },
	{ "calls with stack arguments", "(call $many (local.get 1) (local.get 1) (local.get 1)"
	  " (local.get 1) (i32.const 1) (local.get 1) (local.get 1) (local.get 1) (local.get 1)"
	  " (local.get 0) (i64.const 2) (local.get 1))" },
	{ "blocks", "(block (result f32 f64) (local.get 0) (local.get 1) (br_if 0 (global.get $p))"
	  " (drop) (drop) (f32.const 1) (f64.const 2))" },
	{ "loops", "(local.get 0) (local.get 1) (loop (param f32 f64) (result f32 f64)"
	  " (local.set 3) (local.set 2) (local.get 2) (local.get 3)"
	  " (br_if 0 (i32.ne (local.tee 4 (i32.add (local.get 4) (i32.const 1)))"
	  " (i32.const 5))))" },
	{ "calls that keep them", "(call $nop) (local.get 0) (call $nop) (local.get 1)" },
	{ "a swap", "(local.set 2 (local.get 0)) (local.set 3 (f64.neg (local.get 1)))"
	  " (local.set 5 (local.get 1)) (loop (local.set 6 (local.get 3))"
	  " (local.set 3 (local.get 5)) (local.set 5 (local.get 6))"
	  " (br_if 0 (i32.ne (local.tee 4 (i32.add (local.get 4) (i32.const 1)))"
	  " (i32.const 7)))) (local.get 2) (local.get 3)" },
};

static bool try_way(struct run *r, const char *name)
{
	size_t i, k;

	for (i = 0; i < edges[IR_F32].num; i++)
		for (k = 0; k < edges[IR_F64].num; k++) {
			u64 f = edges[IR_F32].v[i], d = edges[IR_F64].v[k];
			u64 values[2] = { f | 0xabcd00000000, d };

			if (run_call(r, name, values, NULL) || values[0] != f || values[1] != d) {
				diag("%#llx, %#llx: got %#llx, %#llx", (unsigned long long)f,
				     (unsigned long long)d, (unsigned long long)values[0],
				     (unsigned long long)values[1]);
				return false;
			}
		}
	return true;
}

static void test_ways(void)
{
	struct text t = { 0 };
	struct run r;
	size_t n;

	text_add(&t, "(module (memory 1) (type $t (func (param f32 f64) (result f32 f64)))\n"
		 "(table funcref (elem $same)) (func $nop)\n"
		 "(func $same (type $t) (local.get 0) (local.get 1))\n"
		 "(func $many (param f64 f64 f64 f64 i32 f64 f64 f64 f64 f32 i64 f64)"
		 " (result f32 f64) (local.get 9) (local.get 11))\n"
		 "(global $f (mut f32) (f32.const 0)) (global $d (mut f64) (f64.const 0))\n"
		 "(global $p (mut i32) (i32.const 16))\n");
	for (n = 0; n < ARRAY_SIZE(ways); n++)
		text_add(&t, "(func (export \"%s\") (type $t) (local f32 f64 i32 f64 f64) %s)\n",
			 ways[n].name, ways[n].body);
	text_add(&t, ")");
	r = run_text(t.s);
	free(t.s);
	for (n = 0; n < ARRAY_SIZE(ways); n++)
		ok(try_way(&r, ways[n].name), "all bits survive %s", ways[n].name);
	run_close(&r);
}

/* ---- host functions ---- */

static u64 seen[4];

static u64 host_mix(KWASM_HOST4(ctx, a, b, c, d))
{
	seen[0] = a;
	seen[1] = b;
	seen[2] = c;
	seen[3] = d;
	return d;
}

static u64 host_single(KWASM_HOST1(ctx, a))
{
	return a | 0xdead00000000;
}

static void test_host(void)
{
	static const struct kwasm_host_fn fns[] = {
		{ .name = "mix", .sig = "fIiF:F", .fn = host_mix },
		{ .name = "single", .sig = "f:f", .fn = host_single },
	};
	static const struct kwasm_provider provider = {
		.module = "h",
		.fns = fns,
		.num_fns = ARRAY_SIZE(fns),
	};
	const char *wat = "(module (import \"h\" \"mix\" (func $m (param f32 i64 i32 f64)"
		" (result f64))) (import \"h\" \"single\" (func $s (param f32) (result f32)))"
		" (func (export \"mix\") (param f32 f64) (result f64)"
		" (call $m (local.get 0) (i64.const 7) (i32.const -1) (local.get 1)))"
		" (func (export \"const\") (param f32) (result f64)"
		" (call $m (f32.const 1) (i64.const 8) (i32.const 9) (f64.const -2)))"
		" (func (export \"single\") (param f32) (result i64)"
		" (i64.extend_i32_u (i32.reinterpret_f32 (call $s (local.get 0))))))";
	struct run r = run_module(wat_module(wat), &provider, NULL, NULL, NULL);
	u64 values[2] = { 0x7f800001, 0xfff0000000000003 };

	is_int(run_call(&r, "mix", values, NULL), 0, "a host function takes floats");
	is_u64(seen[0], 0x7f800001, "an f32 arrives zero-extended");
	ok(seen[1] == 7 && seen[2] == U32_MAX, "integers beside them arrive");
	is_u64(seen[3], 0xfff0000000000003, "an f64 arrives with all its bits");
	is_u64(values[0], 0xfff0000000000003, "and comes back with them");
	is_int(run_call(&r, "const", values, NULL), 0, "constants as arguments");
	ok(seen[0] == 0x3f800000 && seen[3] == 0xc000000000000000, "are bit patterns, too");
	values[0] = 0xffc00001;
	is_int(run_call(&r, "single", values, NULL), 0, "a host function gives an f32");
	is_u64(values[0], 0xffc00001, "of which 32 bits count");
	run_close(&r);
}

int main(void)
{
	make_edges();
	test_ops();
	plain = true;
	test_ops();
	plain = false;
	test_ways();
	test_host();
	return tap_done();
}
