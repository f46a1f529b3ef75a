// SPDX-License-Identifier: GPL-2.0-only
/*
 * generate_idiom.c - instruction sequences of compilers for one operation: carries, rotations,
 * extensions, byte swaps, bytes put together, a quotient and its remainder, operands of the other
 * width.
 *
 * The compiler matches these patterns, which random generation hardly ever produces.  Each computes
 * an operand once, keeps it in the scratch local of its type, and uses it several times.
 */
#include "generate_int.h"

/* Instructions of i32, and the distance to those of i64. */
static void int_op(struct gen *g, char type, uint32_t code)
{
	static const uint32_t compares = WASM_I64_EQZ - WASM_I32_EQZ;
	static const uint32_t others = WASM_I64_ADD - WASM_I32_ADD;

	if (type == 'I')
		code += code <= WASM_I32_GE_U ? compares : others;
	gen_op(g, code);
}

static void get(struct gen *g, char type)
{
	gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, type));
}

/* An i32 on the stack becomes a @type. */
static void widen(struct gen *g, char type)
{
	if (type == 'I')
		gen_op(g, gen_below(g, 2) ? WASM_I64_EXTEND_I32_U : WASM_I64_EXTEND_I32_S);
}

static uint32_t bits_of(char type)
{
	return type == 'I' ? 64 : 32;
}

static void carry(struct gen *g, char type)
{
	bool swapped = gen_below(g, 2);

	if (swapped)
		get(g, type);
	get(g, type);
	gen_const(g, type, gen_interesting(g, type));
	int_op(g, type, gen_below(g, 4) ? WASM_I32_ADD : WASM_I32_SUB);
	if (!swapped)
		get(g, type);
	int_op(g, type, WASM_I32_EQ + gen_below(g, WASM_I32_GE_U - WASM_I32_EQ + 1));
	widen(g, type);
}

static void compared_sum(struct gen *g, char type)
{
	get(g, type);
	gen_const(g, type, gen_interesting(g, type));
	int_op(g, type, WASM_I32_ADD);
	gen_const(g, type, gen_interesting(g, type));
	int_op(g, type, WASM_I32_EQ + gen_below(g, WASM_I32_GE_U - WASM_I32_EQ + 1));
	if (gen_below(g, 3) == 0)
		gen_op(g, WASM_I32_EQZ);
	widen(g, type);
}

static void rotation(struct gen *g, char type)
{
	uint32_t by = gen_below(g, bits_of(type));

	get(g, type);
	gen_const(g, type, by);
	int_op(g, type, WASM_I32_SHL);
	get(g, type);
	gen_const(g, type, gen_below(g, 4) ? bits_of(type) - by : gen_below(g, 64));
	int_op(g, type, WASM_I32_SHR_U);
	int_op(g, type, gen_below(g, 2) ? WASM_I32_OR : WASM_I32_ADD);
}

static void extension(struct gen *g, char type)
{
	uint32_t by = 8 * gen_below(g, 8);

	get(g, type);
	gen_const(g, type, by);
	int_op(g, type, WASM_I32_SHL);
	gen_const(g, type, gen_below(g, 4) ? by : gen_below(g, 64));
	int_op(g, type, gen_below(g, 2) ? WASM_I32_SHR_U : WASM_I32_SHR_S);
}

static void field(struct gen *g, char type)
{
	get(g, type);
	gen_const(g, type, gen_below(g, bits_of(type)));
	int_op(g, type, gen_below(g, 2) ? WASM_I32_SHR_U : WASM_I32_SHR_S);
	gen_const(g, type, gen_below(g, 3) ? ((uint64_t)1 << gen_below(g, 33)) - 1 :
				     gen_interesting(g, type));
	int_op(g, type, WASM_I32_AND);
}

static void quotient_and_rest(struct gen *g, char type)
{
	uint64_t by = gen_interesting(g, type);
	bool is_signed = gen_below(g, 2);

	get(g, type);
	gen_const(g, type, by ? by : 7);
	int_op(g, type, is_signed ? WASM_I32_REM_S : WASM_I32_REM_U);
	get(g, type);
	gen_const(g, type, by ? by : 7);
	int_op(g, type, is_signed ? WASM_I32_DIV_S : WASM_I32_DIV_U);
	int_op(g, type, gen_below(g, 2) ? WASM_I32_XOR : WASM_I32_SUB);
}

static void byte_swap(struct gen *g, char type)
{
	uint32_t bytes = bits_of(type) / 8, i;

	for (i = 0; i < bytes; i++) {
		get(g, type);
		gen_const(g, type, 8 * i);
		int_op(g, type, WASM_I32_SHR_U);
		gen_const(g, type, gen_below(g, 30) ? 255 : 127);
		int_op(g, type, WASM_I32_AND);
		gen_const(g, type, 8 * (bytes - 1 - i));
		int_op(g, type, WASM_I32_SHL);
		if (i)
			int_op(g, type, WASM_I32_OR);
	}
}

/* Two or four bytes in either order; now and then one of them is missing. */
static void bytes(struct gen *g, char type)
{
	uint32_t num = gen_below(g, 2) ? 2 : 4, at = gen_below(g, 64), i;
	bool swapped = gen_below(g, 2);

	for (i = 0; i < num; i++) {
		gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
		gen_op_index(g, type == 'I' ? WASM_I64_LOAD8_U : WASM_I32_LOAD8_U, 0);
		put_leb(g->b, gen_below(g, 30) ? at + i : at);
		gen_const(g, type, 8 * (swapped ? num - 1 - i : i));
		int_op(g, type, WASM_I32_SHL);
		if (i)
			int_op(g, type, WASM_I32_OR);
	}
}

static void minimum(struct gen *g, char type)
{
	uint64_t c = gen_interesting(g, type);

	get(g, type);
	gen_const(g, type, c);
	get(g, type);
	gen_const(g, type, c);
	int_op(g, type, WASM_I32_EQ + gen_below(g, WASM_I32_GE_U - WASM_I32_EQ + 1));
	gen_op(g, WASM_SELECT);
}

static void test_of_half(struct gen *g, char type)
{
	static const uint32_t ops[] = {
		WASM_I64_AND, WASM_I64_ADD, WASM_I64_SUB, WASM_I64_XOR, WASM_I64_OR,
	};

	get(g, type);
	if (type == 'i')
		gen_op(g, WASM_I64_EXTEND_I32_S);
	gen_const(g, 'I', gen_interesting(g, 'I'));
	gen_op(g, ops[gen_below(g, ARRAY_SIZE(ops))]);
	gen_op(g, WASM_I32_WRAP_I64);
	gen_op(g, WASM_I32_EQZ);
	widen(g, type);
}

/* Load, store to what may be the same place, load again; some of it beyond the first page. */
static void aliases(struct gen *g, char type)
{
	static const uint32_t loads[2][4] = {
		{ WASM_I32_LOAD, WASM_I32_LOAD8_U, WASM_I32_LOAD16_S, WASM_I32_LOAD },
		{ WASM_I64_LOAD, WASM_I64_LOAD8_S, WASM_I64_LOAD16_U, WASM_I64_LOAD32_S },
	};
	uint32_t at = gen_below(g, 20) ? gen_below(g, 8) : 65280 + gen_below(g, 260), k;

	for (k = 0; k < 2; k++) {
		gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
		gen_op_index(g, loads[type == 'I'][gen_below(g, 4)], 0);
		put_leb(g->b, at);
		if (k)
			break;
		gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
		gen_const(g, 'i', 0xf0 | gen_below(g, 16));
		gen_op(g, WASM_I32_AND);
		gen_const(g, type, gen_interesting(g, type));
		gen_op_index(g, type == 'I' ? WASM_I64_STORE16 : WASM_I32_STORE8, 0);
		put_leb(g->b, at + gen_below(g, 2));
	}
	int_op(g, type, WASM_I32_SUB);
}

/* A place is read for its trap, or for its value and then once more. */
static void either_way(struct gen *g, char type)
{
	uint32_t at = gen_below(g, 4) ? gen_below(g, 8) : 65270 + gen_below(g, 260), k;
	bool drop = gen_below(g, 2);

	gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
	gen_const(g, 'i', 1u << gen_below(g, 8));
	gen_op(g, WASM_I32_AND);
	gen_op(g, WASM_IF);
	put_u8(g->b, gen_valtype(type));
	for (k = 0; k < 3; k++) {
		if (k == 1)
			gen_op(g, WASM_ELSE);
		if (k == 2) {
			gen_op(g, WASM_END);
			if (drop)
				return;
		}
		gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
		gen_op_index(g, type == 'I' ? WASM_I64_LOAD : WASM_I32_LOAD, 0);
		put_leb(g->b, at + gen_below(g, 3));
		if (drop) {
			gen_op(g, WASM_DROP);
			gen_const(g, type, k);
		}
	}
	int_op(g, type, WASM_I32_ADD);
}

/* Something with a value that is half or twice as wide as @type. */
static void combine(struct gen *g, char type)
{
	static const uint32_t ops[] = {
		WASM_I32_ADD, WASM_I32_SUB, WASM_I32_MUL, WASM_I32_AND, WASM_I32_OR, WASM_I32_XOR,
		WASM_I32_SHL, WASM_I32_SHR_S, WASM_I32_ROTL,
	};
	uint32_t dice = gen_below(g, 16);

	if (type == 'i')
		gen_op(g, WASM_I32_WRAP_I64);
	else
		gen_op(g, gen_below(g, 3) ? WASM_I64_EXTEND_I32_U : WASM_I64_EXTEND_I32_S);
	if (dice < 9) {
		int_op(g, type, ops[dice]);
	} else if (dice < 15) {
		int_op(g, type, WASM_I32_EQ + gen_below(g, WASM_I32_GE_U - WASM_I32_EQ + 1));
		widen(g, type);
	} else {
		int_op(g, type, WASM_I32_DIV_S + gen_below(g, 4));
	}
}

/* A constant goes through memory or a global and comes back as an operand of the other width. */
static void forwarded(struct gen *g, char type)
{
	char from = type == 'I' ? 'i' : 'I';
	uint32_t at = gen_below(g, 64), global;
	uint64_t c = gen_below(g, 4) ? gen_interesting(g, from) :
				       0 - (uint64_t)gen_below(g, 3) - ((uint64_t)1 << 32);

	for (global = NUM_GLOBALS - 1; global && g->globals[global] != from; global--)
		;
	if (gen_below(g, 2))
		global = 0;
	if (!global)
		gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
	gen_const(g, from, c);
	if (global) {
		gen_op_index(g, WASM_GLOBAL_SET, global);
	} else {
		gen_op_index(g, from == 'I' ? WASM_I64_STORE : WASM_I32_STORE, 0);
		put_leb(g->b, at);
	}
	gen_expr(g, type, 0);
	if (global) {
		gen_op_index(g, WASM_GLOBAL_GET, global);
	} else {
		gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
		gen_op_index(g, from == 'I' ? WASM_I64_LOAD : WASM_I32_LOAD, 0);
		put_leb(g->b, at);
	}
	combine(g, type);
}

/* A sum with something scaled in the other width. */
static void scaled(struct gen *g, char type)
{
	char from = type == 'I' ? 'i' : 'I';

	gen_expr(g, type, 0);
	get(g, type);
	gen_op(g, type == 'I' ? WASM_I32_WRAP_I64 : WASM_I64_EXTEND_I32_U);
	gen_const(g, from, gen_below(g, 5));
	int_op(g, from, WASM_I32_SHL);
	combine(g, type);
}

void gen_shuffle(struct gen *g)
{
	uint32_t chosen[6], num = 0, want = 2 + gen_below(g, 5), tries, k;
	char type = gen_type(g);

	for (tries = 0; tries < 40 && num < want; tries++) {
		chosen[num] = gen_below(g, g->num_usable);
		num += g->locals[chosen[num]] == type;
	}
	for (k = 0; k < num; k++)
		gen_op_index(g, WASM_LOCAL_GET, chosen[k]);
	for (k = 0; k < num; k++)
		gen_op_index(g, WASM_LOCAL_SET, chosen[k]);
}

void gen_idiom(struct gen *g, char type, uint32_t depth)
{
	static void (*const idioms[])(struct gen *g, char type) = {
		bytes, aliases, either_way, forwarded, scaled, carry, compared_sum, rotation,
		extension, field, quotient_and_rest, byte_swap, minimum, test_of_half,
	};
	uint32_t at = gen_below(g, ARRAY_SIZE(idioms));

	/* the first ones need an address */
	if (at < 4) {
		gen_expr(g, 'i', depth - 1);
		gen_const(g, 'i', 255);
		gen_op(g, WASM_I32_AND);
		gen_op_index(g, WASM_LOCAL_SET, gen_scratch(g, 'i'));
	} else {
		gen_expr(g, type, depth - 1);
		gen_op_index(g, WASM_LOCAL_SET, gen_scratch(g, type));
	}
	idioms[at](g, type);
}
