// SPDX-License-Identifier: GPL-2.0-only
/*
 * generate_expr.c - random expressions.
 *
 * Every instruction without immediates comes from wasm_ops.def.  Where bits of a float become
 * visible (reinterpretation, memory, globals, copysign) a NaN is made canonical first.
 */
#include "generate_int.h"

struct simple {
	uint32_t code;
	const char *sig;
};

static const struct simple simple[] = {
#define OP(code, name, text, sig, imm, ir) { KWASM_IMM_##imm == KWASM_IMM_NONE ? code : 0, sig },
#include "wasm/wasm_ops.def"
#undef OP
};

static const struct access {
	uint32_t code;
	const char *sig;
	uint32_t align;
} accesses[] = {
#define OP(code, name, text, sig, imm, ir) { code, sig, KWASM_IMM_##imm - KWASM_IMM_MEM0 },
#include "wasm/wasm_ops.def"
#undef OP
};

uint64_t gen_random(struct gen *g)
{
	uint64_t x = g->random += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

uint32_t gen_below(struct gen *g, uint32_t n)
{
	return (uint32_t)((gen_random(g) >> 32) * n >> 32);
}

char gen_type(struct gen *g)
{
	return (g->opts->floats ? "iiiIIfF" : "iiI")[gen_below(g, g->opts->floats ? 7 : 3)];
}

uint32_t gen_scratch(const struct gen *g, char type)
{
	static const char order[] = "iIfF";

	return g->scratch + (uint32_t)(strchr(order, type) - order);
}

uint8_t gen_valtype(char type)
{
	return type == 'r' ? KWASM_FUNCREF : kwasm_type_by_letter(type);
}

void gen_op(struct gen *g, uint32_t code)
{
	g->budget--;
	if (code >> 16) {
		put_u8(g->b, (uint8_t)(code >> 16));
		put_leb(g->b, code & 0xffff);
	} else {
		put_u8(g->b, (uint8_t)code);
	}
}

void gen_op_index(struct gen *g, uint32_t code, uint32_t index)
{
	gen_op(g, code);
	put_leb(g->b, index);
}

static void put_signed(struct bytes *b, int64_t v)
{
	while (v < -64 || v > 63) {
		put_u8(b, (uint8_t)(v & 0x7f) | 0x80);
		v >>= 7;
	}
	put_u8(b, (uint8_t)(v & 0x7f));
}

void gen_const(struct gen *g, char type, uint64_t bits)
{
	switch (type) {
	case 'i':
		gen_op(g, WASM_I32_CONST);
		put_signed(g->b, (int32_t)bits);
		break;
	case 'I':
		gen_op(g, WASM_I64_CONST);
		put_signed(g->b, (int64_t)bits);
		break;
	case 'f':
		gen_op(g, WASM_F32_CONST);
		put(g->b, &bits, 4);
		break;
	case 'F':
		gen_op(g, WASM_F64_CONST);
		put(g->b, &bits, 8);
		break;
	default:
		if (bits & 1) {
			gen_op(g, WASM_REF_NULL);
			put_u8(g->b, KWASM_FUNCREF);
		} else {
			gen_op_index(g, WASM_REF_FUNC, gen_below(g, g->opts->funcs));
		}
	}
}

/* Exact powers of two around which conversions change, and special values. */
static uint64_t interesting_float(struct gen *g, bool wide)
{
	static const uint64_t some[][2] = {
		{ 0, 0 }, { 0x80000000, 0x8000000000000000 }, { 0x3f800000, 0x3ff0000000000000 },
		{ 0xbf800000, 0xbff0000000000000 }, { 0x7f800000, 0x7ff0000000000000 },
		{ 0xff800000, 0xfff0000000000000 }, { 0x7fc00000, 0x7ff8000000000000 },
		{ 0x3f000000, 0x3fe0000000000000 }, { 0xbfc00000, 0xbff8000000000000 },
		{ 0x4f000000, 0x41e0000000000000 }, { 0x4effffff, 0x41dfffffffc00000 },
		{ 0xcf000000, 0xc1e0000000000000 }, { 0xcf000001, 0xc1e0000000200000 },
		{ 0x4f800000, 0x41f0000000000000 }, { 0x4f7fffff, 0x41efffffffe00000 },
		{ 0x5f000000, 0x43e0000000000000 }, { 0xdf000000, 0xc3e0000000000000 },
		{ 0x5f800000, 0x43f0000000000000 }, { 0xbf7fffff, 0xbfefffffffffffff },
		{ 1, 1 }, { 0x007fffff, 0x000fffffffffffff }, { 0x7f7fffff, 0x7fefffffffffffff },
		{ 0x4b000001, 0x4330000000000001 }, { 0x40490fdb, 0x400921fb54442d18 },
	};
	uint64_t bits;

	if (gen_below(g, 3))
		return some[gen_below(g, ARRAY_SIZE(some))][wide];
	bits = gen_random(g);
	return wide ? bits : bits & 0xffffffff;
}

uint64_t gen_interesting(struct gen *g, char type)
{
	uint64_t v;

	if (type == 'f' || type == 'F')
		return interesting_float(g, type == 'F');
	switch (gen_below(g, 6)) {
	case 0:
		v = gen_below(g, 4);
		break;
	case 1:
		v = gen_below(g, 256);
		break;
	case 2:
		v = (uint64_t)1 << gen_below(g, 64);
		break;
	case 3:
		v = ((uint64_t)1 << gen_below(g, 64)) - 1;
		break;
	case 4:
		v = gen_random(g) >> gen_below(g, 64);
		break;
	default:
		v = 1 + gen_below(g, 20);
	}
	if (!gen_below(g, 4))
		v = -v;
	return type == 'i' ? (uint32_t)v : v;
}

void gen_canonical(struct gen *g, char type)
{
	uint32_t local;

	if (type != 'f' && type != 'F')
		return;
	local = gen_scratch(g, type);
	gen_op_index(g, WASM_LOCAL_TEE, local);
	gen_const(g, type, type == 'f' ? 0x7fc00000 : 0x7ff8000000000000);
	gen_op_index(g, WASM_LOCAL_GET, local);
	gen_op_index(g, WASM_LOCAL_GET, local);
	gen_op(g, type == 'f' ? WASM_F32_EQ : WASM_F64_EQ);
	gen_op(g, WASM_SELECT);
}

/* A local of @type among those that expressions read, or -1. */
static int find_local(struct gen *g, char type, uint32_t below)
{
	uint32_t at = gen_below(g, below), i;

	for (i = 0; i < below; i++, at = at + 1 == below ? 0 : at + 1)
		if (g->locals[at] == type)
			return (int)at;
	return -1;
}

static int find_global(struct gen *g, char type)
{
	uint32_t at = 1 + gen_below(g, NUM_GLOBALS - 1);

	return g->globals[at] == type ? (int)at : -1;
}

static void leaf(struct gen *g, char type)
{
	int local;

	local = gen_below(g, 4) ? find_local(g, type, g->num_locals) : -1;
	if (local >= 0) {
		gen_op_index(g, WASM_LOCAL_GET, (uint32_t)local);
		return;
	}
	local = find_global(g, type);
	if (local >= 0 && gen_below(g, 2))
		gen_op_index(g, WASM_GLOBAL_GET, (uint32_t)local);
	else
		gen_const(g, type, gen_interesting(g, type));
}

static bool traps_often(uint32_t code)
{
	return code >= WASM_I32_TRUNC_F32_S && code <= WASM_I64_TRUNC_F64_U &&
	       code != WASM_I64_EXTEND_I32_S && code != WASM_I64_EXTEND_I32_U;
}

static bool is_division(uint32_t code)
{
	return (code >= WASM_I32_DIV_S && code <= WASM_I32_REM_U) ||
	       (code >= WASM_I64_DIV_S && code <= WASM_I64_REM_U);
}

/* Signatures are operands, ':', results; without floats, those with floats are omitted. */
static bool fits(struct gen *g, const struct simple *s, char type)
{
	size_t len = strlen(s->sig);

	if (!s->code || len < 3 || s->sig[len - 1] != type || s->sig[len - 2] != ':')
		return false;
	return g->opts->floats || !strpbrk(s->sig, "fF");
}

/* Mostly a constant, now and then what may be zero. */
static void divisor(struct gen *g, char type, uint32_t depth)
{
	uint64_t v = gen_interesting(g, type);
	uint32_t dice = gen_below(g, 40);

	if (dice < 26) {
		gen_const(g, type, v ? v : 3);
		return;
	}
	gen_expr(g, type, depth);
	if (dice == 39)
		return;
	gen_const(g, type, 1 + 2 * gen_below(g, 4));
	gen_op(g, type == 'i' ? WASM_I32_OR : WASM_I64_OR);
}

static void simple_op(struct gen *g, char type, uint32_t depth)
{
	uint32_t at = gen_below(g, ARRAY_SIZE(simple));
	const struct simple *s;
	const char *operand;

	do {
		at = gen_below(g, ARRAY_SIZE(simple));
		s = &simple[at];
	} while (!fits(g, s, type) || (traps_often(s->code) && gen_below(g, 8)));
	for (operand = s->sig; *operand != ':'; operand++) {
		bool last = operand[1] == ':' && operand > s->sig;

		if (last && is_division(s->code))
			divisor(g, *operand, depth - 1);
		else if (last && gen_below(g, 3) == 0)
			gen_const(g, *operand, gen_interesting(g, *operand));
		else
			gen_expr(g, *operand, depth - 1);
		if ((last && (s->code == WASM_F32_COPYSIGN || s->code == WASM_F64_COPYSIGN)) ||
		    s->code == WASM_I32_REINTERPRET_F32 || s->code == WASM_I64_REINTERPRET_F64)
			gen_canonical(g, *operand);
	}
	gen_op(g, s->code);
}

/* An address: mostly within the first pages of memory, mostly something plus something scaled. */
static void address(struct gen *g, uint32_t depth)
{
	gen_expr(g, 'i', depth);
	if (!gen_below(g, 300))
		return;
	gen_const(g, 'i', gen_below(g, 2) ? 1023 : 255);
	gen_op(g, WASM_I32_AND);
	if (gen_below(g, 2)) {
		gen_const(g, 'i', gen_below(g, 5));
		gen_op(g, WASM_I32_SHL);
	}
	if (gen_below(g, 3) == 0) {
		gen_const(g, 'i', gen_below(g, 2048));
		gen_op(g, WASM_I32_ADD);
	}
}

static void mem_arg(struct gen *g, const struct access *a)
{
	static const uint32_t far[] = { 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff };

	put_leb(g->b, gen_below(g, a->align + 1));
	if (!gen_below(g, 300))
		put_leb(g->b, far[gen_below(g, ARRAY_SIZE(far))]);
	else
		put_leb(g->b, gen_below(g, 2) ? gen_below(g, 64) : 0);
}

/* A random load of @type, or with @type ':' a store. */
static const struct access *find_access(struct gen *g, char type)
{
	const struct access *a;
	size_t len;

	do {
		a = &accesses[gen_below(g, ARRAY_SIZE(accesses))];
		len = strlen(a->sig);
	} while (a->align > 3 || a->sig[len - 1] != type ||
		 (!g->opts->floats && strpbrk(a->sig, "fF")));
	return a;
}

static void load(struct gen *g, char type, uint32_t depth)
{
	const struct access *a = find_access(g, type);

	address(g, depth - 1);
	gen_op(g, a->code);
	mem_arg(g, a);
}

void gen_store(struct gen *g, uint32_t depth)
{
	const struct access *a = find_access(g, ':');

	address(g, depth);
	gen_expr(g, a->sig[1], depth);
	gen_canonical(g, a->sig[1]);
	gen_op(g, a->code);
	mem_arg(g, a);
}

static void choose(struct gen *g, char type, uint32_t depth)
{
	gen_expr(g, type, depth - 1);
	gen_expr(g, type, depth - 1);
	gen_expr(g, 'i', depth - 1);
	if (type == 'r' || !gen_below(g, 4)) {
		gen_op_index(g, WASM_SELECT_T, 1);
		put_u8(g->b, gen_valtype(type));
	} else {
		gen_op(g, WASM_SELECT);
	}
}

/* A block, a loop or an if with one result. */
static void structured(struct gen *g, char type, uint32_t depth)
{
	uint32_t kind = gen_below(g, 3);
	char types[1] = { type };

	if (g->num_labels + 2 > MAX_LABELS) {
		leaf(g, type);
		return;
	}
	if (kind == 2)
		gen_expr(g, 'i', depth - 1);
	gen_op(g, kind == 0 ? WASM_BLOCK : kind == 1 ? WASM_LOOP : WASM_IF);
	put_u8(g->b, gen_valtype(type));
	g->labels[g->num_labels++] = (struct label){
		.num = kind != 1, .types = { type }, .closed = kind == 1 && gen_below(g, 4),
	};
	if (kind == 1)
		gen_burn(g);
	gen_statements(g, gen_below(g, 3), depth - 1);
	gen_expr(g, type, depth - 1);
	if (kind == 0 && gen_below(g, 2)) {
		gen_expr(g, 'i', depth - 1);
		gen_op_index(g, WASM_BR_IF, 0);
	}
	if (kind == 2) {
		gen_op(g, WASM_ELSE);
		gen_statements(g, gen_below(g, 2), depth - 1);
		gen_expr(g, types[0], depth - 1);
	}
	gen_end(g);
}

static void call(struct gen *g, const struct signature *s, char type, uint32_t depth)
{
	uint32_t i, keep;

	for (i = 0; i < s->num_params; i++)
		gen_expr(g, s->params[i], depth > 1 ? depth - 2 : 0);
	for (i = g->index + 1; g->types + g->func_type[i] != s; i++)
		;
	if (gen_below(g, 3)) {
		gen_op_index(g, WASM_CALL, i);
	} else {
		if (gen_below(g, 20))
			gen_const(g, 'i', i);
		else
			gen_expr(g, 'i', 1);
		if (gen_below(g, 2)) {
			gen_op_index(g, WASM_LOCAL_TEE, gen_scratch(g, 'i'));
			gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
			gen_op(g, WASM_I32_AND);
		}
		gen_op_index(g, WASM_CALL_INDIRECT, (uint32_t)(s - g->types));
		put_leb(g->b, 0);
	}
	for (keep = 0; s->results[keep] != type; keep++)
		;
	gen_consume(g, s->num_results - keep - 1, s->results + keep + 1);
	if (!keep)
		return;
	/* The one that is wanted is on top of others. */
	gen_op_index(g, WASM_LOCAL_SET, gen_scratch(g, type));
	gen_consume(g, keep, s->results);
	gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, type));
}

/* The type of a later function that has a result of @type: calls do not return. */
static const struct signature *callee(struct gen *g, char type)
{
	uint32_t tries, i;

	for (tries = 0; tries < 3 && g->index + 1 < g->opts->funcs; tries++) {
		i = g->index + 1 + gen_below(g, g->opts->funcs - g->index - 1);
		i = g->func_type[i];
		if (memchr(g->types[i].results, type, g->types[i].num_results))
			return &g->types[i];
	}
	return NULL;
}

static void special(struct gen *g, char type, uint32_t depth)
{
	if (type == 'r') {
		gen_expr(g, 'i', depth - 1);
		gen_const(g, 'i', TABLE_SIZE - 1);
		gen_op(g, WASM_I32_AND);
		gen_op_index(g, WASM_TABLE_GET, gen_below(g, 2));
		return;
	}
	if (type != 'i') {
		load(g, type, depth);
		return;
	}
	switch (gen_below(g, 5)) {
	case 0:
		gen_op_index(g, WASM_MEMORY_SIZE, 0);
		break;
	case 1:
		gen_const(g, 'i', gen_below(g, 8) ? 0 : gen_below(g, 3));
		gen_op_index(g, WASM_MEMORY_GROW, 0);
		break;
	case 2:
		gen_op_index(g, WASM_TABLE_SIZE, gen_below(g, 2));
		break;
	case 3:
		gen_expr(g, 'r', depth - 1);
		gen_const(g, 'i', gen_below(g, 3));
		gen_op_index(g, WASM_TABLE_GROW, 1);
		break;
	default:
		gen_expr(g, 'r', depth - 1);
		gen_op(g, WASM_REF_IS_NULL);
	}
}

static void tee(struct gen *g, char type, uint32_t depth)
{
	int local = find_local(g, type, g->num_usable);

	gen_expr(g, type, depth - 1);
	if (local >= 0)
		gen_op_index(g, WASM_LOCAL_TEE, (uint32_t)local);
}

void gen_expr(struct gen *g, char type, uint32_t depth)
{
	const struct signature *s;
	uint32_t dice = gen_below(g, 64);

	if (!depth || g->budget <= 0) {
		leaf(g, type);
	} else if (dice < 8) {
		leaf(g, type);
	} else if (dice < 12) {
		tee(g, type, depth);
	} else if (dice < 16) {
		choose(g, type, depth);
	} else if (dice < 19) {
		structured(g, type, depth);
	} else if (dice < 21) {
		s = callee(g, type);
		if (s)
			call(g, s, type, depth);
		else
			leaf(g, type);
	} else if (dice < 23 || type == 'r') {
		special(g, type, depth);
	} else if (dice < 30) {
		load(g, type, depth);
	} else if (dice < 36 && (type == 'i' || type == 'I')) {
		gen_idiom(g, type, depth);
	} else {
		simple_op(g, type, depth);
	}
}
