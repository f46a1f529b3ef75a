// SPDX-License-Identifier: GPL-2.0-only
/*
 * generate.c - random modules: their sections, and the functions that call and sum up.
 *
 * Function index space: the random functions, then the sums (one over the first pages of memory,
 * one over all), then a wrapper for each call.
 */
#include "generate_int.h"

#define ENTRY_BUDGET 160
#define NEAR_BYTES 8192u

static const char data[NUM_DATAS][16] = {
	"0123456789abcdef",
	"\1\2\4\x8\x10 @\x80\xff\xfe\xfd\xfb\0\0\1",
};

static void section(struct gen *g, uint8_t id, struct bytes *content)
{
	put_sized(g->b, id, content->p, content->len);
	bytes_free(content);
}

static uint32_t num_exports(const struct generate_opts *opts)
{
	return opts->funcs * (opts->calls + 1) + 1;
}

static void choose_types(struct gen *g)
{
	uint32_t i, j;

	for (i = 0; i < NUM_TYPES; i++) {
		struct signature *s = &g->types[i];

		s->num_params = (uint8_t)gen_below(g, MAX_ARITY + 1);
		s->num_results = (uint8_t)(gen_below(g, 4) ? 1 : gen_below(g, MAX_ARITY));
		for (j = 0; j < MAX_ARITY; j++) {
			s->params[j] = gen_type(g);
			s->results[j] = gen_type(g);
		}
	}
	for (i = 0; i < g->opts->funcs; i++)
		g->func_type[i] = gen_below(g, NUM_TYPES);
	g->fixed_table = gen_below(g, 2);
	g->globals[0] = 'i';
	for (i = 1; i < NUM_GLOBALS; i++)
		g->globals[i] = gen_type(g);
}

static void put_types(struct bytes *b, uint32_t num, const char *types)
{
	put_leb(b, num);
	while (num--)
		put_u8(b, gen_valtype(*types++));
}

/* A wrapper's results are its function's, floats as integers; the sums return an i32. */
static char as_integer(char type)
{
	return type == 'f' ? 'i' : type == 'F' ? 'I' : type;
}

static void put_type_section(struct gen *g)
{
	struct bytes b = { .p = NULL };
	char results[MAX_ARITY];
	uint32_t i, j;

	put_leb(&b, 2 * NUM_TYPES + 1);
	for (i = 0; i < NUM_TYPES; i++) {
		const struct signature *s = &g->types[i];

		put_u8(&b, 0x60);
		put_types(&b, s->num_params, s->params);
		put_types(&b, s->num_results, s->results);
	}
	for (i = 0; i < NUM_TYPES; i++) {
		const struct signature *s = &g->types[i];

		for (j = 0; j < s->num_results; j++)
			results[j] = as_integer(s->results[j]);
		put_u8(&b, 0x60);
		put_types(&b, 0, NULL);
		put_types(&b, s->num_results, results);
	}
	put(&b, B("\x60\0\1\x7f"));
	section(g, 1, &b);
}

static void put_func_section(struct gen *g)
{
	const struct generate_opts *o = g->opts;
	struct bytes b = { .p = NULL };
	uint32_t i;

	put_leb(&b, o->funcs + 2 + o->funcs * o->calls);
	for (i = 0; i < o->funcs; i++)
		put_leb(&b, g->func_type[i]);
	put_leb(&b, 2 * NUM_TYPES);
	put_leb(&b, 2 * NUM_TYPES);
	for (i = 0; i < o->funcs * o->calls; i++)
		put_leb(&b, NUM_TYPES + g->func_type[i / o->calls]);
	section(g, 3, &b);
}

static void put_globals(struct gen *g)
{
	struct bytes b = { .p = NULL }, *out = g->b;
	uint32_t i;

	put_leb(&b, NUM_GLOBALS);
	g->b = &b;
	for (i = 0; i < NUM_GLOBALS; i++) {
		put_u8(&b, gen_valtype(g->globals[i]));
		put_u8(&b, 1);
		gen_const(g, g->globals[i], i ? gen_interesting(g, g->globals[i]) : FUEL);
		put_u8(&b, 0x0b);
	}
	g->b = out;
	section(g, 6, &b);
}

/* The order of calls is the order of exports. */
static void put_exports(struct gen *g)
{
	const struct generate_opts *o = g->opts;
	struct bytes b = { .p = NULL };
	uint32_t i, j, num = 0, wrapper = o->funcs + 2;
	char name[16];

	put_leb(&b, num_exports(o));
	for (i = 0; i < o->funcs; i++) {
		for (j = 0; j <= o->calls; j++) {
			snprintf(name, sizeof(name), "%u", num++);
			put_sized(&b, -1, name, strlen(name));
			put_u8(&b, 0);
			put_leb(&b, j < o->calls ? wrapper++ : o->funcs);
		}
	}
	snprintf(name, sizeof(name), "%u", num);
	put_sized(&b, -1, name, strlen(name));
	put_u8(&b, 0);
	put_leb(&b, o->funcs + 1);
	section(g, 7, &b);
}

/* Table 0 begins with all functions, twice over and a hole; segment 1 is passive. */
static void put_elems(struct gen *g)
{
	struct bytes b = { .p = NULL };
	uint32_t i;

	put_leb(&b, 2);
	put(&b, B("\0\x41\0\x0b"));
	put_leb(&b, TABLE_SIZE - 2);
	for (i = 0; i < TABLE_SIZE - 2; i++)
		put_leb(&b, i % g->opts->funcs);
	put(&b, B("\1\0"));
	put_leb(&b, 4);
	for (i = 0; i < 4; i++)
		put_leb(&b, gen_below(g, g->opts->funcs));
	section(g, 9, &b);
}

static void put_datas(struct gen *g)
{
	struct bytes b = { .p = NULL };
	uint32_t i;

	put_leb(&b, NUM_DATAS);
	for (i = 0; i < NUM_DATAS; i++) {
		put_u8(&b, 1);
		put_sized(&b, -1, data[i], sizeof(data[i]));
	}
	section(g, 11, &b);
}

static void add_locals(struct gen *g, uint32_t num, char type)
{
	while (num--)
		g->locals[g->num_locals++] = type;
}

static void add_scratch(struct gen *g)
{
	uint32_t i;

	g->scratch = g->num_locals;
	for (i = 0; i < (g->opts->floats ? 4 : 2); i++)
		add_locals(g, 1, "iIfF"[i]);
}

static char crowd_type(uint32_t n)
{
	return n % 3 == 1 ? 'I' : 'i';
}

/* Declare the locals after the parameters. */
static void put_locals(struct gen *g, uint32_t params)
{
	uint32_t i;

	put_leb(g->b, g->num_locals - params + (g->crowd ? CROWD : 0));
	for (i = params; i < g->num_locals; i++) {
		put_leb(g->b, 1);
		put_u8(g->b, gen_valtype(g->locals[i]));
	}
	for (i = 0; g->crowd && i < CROWD; i++) {
		put_leb(g->b, 1);
		put_u8(g->b, gen_valtype(crowd_type(i)));
	}
}

/* Values that only a register or a slot each can keep: what lies in memory is written later. */
static void load_crowd(struct gen *g)
{
	uint32_t i;

	for (i = 0; i < CROWD; i++) {
		char type = crowd_type(i);
		bool wide = type == 'I';

		gen_const(g, 'i', 4 * gen_below(g, 512));
		gen_op_index(g, wide ? WASM_I64_LOAD : WASM_I32_LOAD, 0);
		put_leb(g->b, 0);
		/* mostly 0 or 1, as often the one as the other */
		gen_const(g, type, gen_random(g));
		gen_op(g, wide ? WASM_I64_XOR : WASM_I32_XOR);
		gen_const(g, type, gen_below(g, 4) ? 63 : gen_below(g, 64));
		gen_op(g, wide ? WASM_I64_SHR_U : WASM_I32_SHR_U);
		gen_op_index(g, WASM_LOCAL_SET, g->crowd + i);
	}
}

/* Each is added to what the scratch local of its type has, or decides whether a constant is. */
static void use_crowd(struct gen *g)
{
	uint32_t i;

	for (i = 0; i < CROWD; i++) {
		char type = crowd_type(i);
		uint32_t sum = gen_scratch(g, type);
		bool decides = gen_below(g, 2);

		gen_op_index(g, WASM_LOCAL_GET, g->crowd + i);
		if (decides && type == 'I') {
			gen_const(g, 'I', 0);
			gen_op(g, gen_below(g, 2) ? WASM_I64_NE : WASM_I64_EQ);
		}
		if (decides) {
			gen_op(g, WASM_IF);
			put_u8(g->b, KWASM_VOID);
			gen_const(g, type, 1 + gen_below(g, 1000));
		}
		gen_op_index(g, WASM_LOCAL_GET, sum);
		gen_op(g, type == 'I' ? WASM_I64_ADD : WASM_I32_SUB);
		gen_op_index(g, WASM_LOCAL_SET, sum);
		if (decides)
			gen_op(g, WASM_END);
	}
	for (i = 0; i < 2; i++) {
		gen_const(g, 'i', 8 * gen_below(g, 512));
		gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, "iI"[i]));
		gen_op_index(g, i ? WASM_I64_STORE : WASM_I32_STORE, 0);
		put_leb(g->b, 0);
	}
}

static void random_func(struct gen *g, uint32_t index)
{
	const struct signature *s = &g->types[g->func_type[index]];
	uint32_t i, num = 2 + gen_below(g, gen_below(g, 3) ? 10 : 28);

	g->index = index;
	g->budget = ENTRY_BUDGET + (int)gen_below(g, 240);
	memcpy(g->locals, s->params, s->num_params);
	g->num_locals = s->num_params;
	for (i = 0; i < num; i++)
		add_locals(g, 1, gen_below(g, 12) ? gen_type(g) : 'r');
	g->num_usable = g->num_locals;
	add_scratch(g);
	g->counters = g->num_locals;
	add_locals(g, NUM_COUNTERS, 'i');
	g->num_counting = 0;
	g->crowd = gen_below(g, 20) ? 0 : g->num_locals;
	put_locals(g, s->num_params);
	g->labels[0] = (struct label){ .num = s->num_results };
	memcpy(g->labels[0].types, s->results, s->num_results);
	g->num_labels = 1;
	gen_burn(g);
	if (g->crowd) {
		load_crowd(g);
		g->budget = ENTRY_BUDGET;
	}
	while (g->budget > 60)
		gen_statements(g, 4, 4);
	if (g->crowd)
		use_crowd(g);
	g->crowd = 0;
	g->budget = 40;
	for (i = 0; i < s->num_results; i++)
		gen_expr(g, s->results[i], 3);
	put_u8(g->b, 0x0b);
}

/* h = (h ^ value) * odd, with h in local 1 and an i32 on the stack. */
static void mix(struct gen *g)
{
	gen_op_index(g, WASM_LOCAL_GET, 1);
	gen_op(g, WASM_I32_XOR);
	gen_const(g, 'i', 0x01000193);
	gen_op(g, WASM_I32_MUL);
	gen_op_index(g, WASM_LOCAL_SET, 1);
}

static void mix_value(struct gen *g, char type, uint32_t global)
{
	gen_op_index(g, WASM_GLOBAL_GET, global);
	if (type == 'f')
		gen_op(g, WASM_I32_REINTERPRET_F32);
	if (type == 'F')
		gen_op(g, WASM_I64_REINTERPRET_F64);
	if (as_integer(type) == 'I') {
		gen_op_index(g, WASM_LOCAL_TEE, 2);
		gen_const(g, 'I', 32);
		gen_op(g, WASM_I64_SHR_U);
		gen_op(g, WASM_I32_WRAP_I64);
		mix(g);
		gen_op_index(g, WASM_LOCAL_GET, 2);
		gen_op(g, WASM_I32_WRAP_I64);
	}
	mix(g);
}

/* i32 at, h; i64 t: globals, sizes, which elements are null, memory up to where it ends. */
static void sum_func(struct gen *g, bool all)
{
	uint32_t i;

	put(g->b, B("\2\2\x7f\1\x7e"));
	for (i = 1; i < NUM_GLOBALS; i++)
		mix_value(g, g->globals[i], i);
	for (i = 0; i < 2 * TABLE_SIZE; i++) {
		gen_const(g, 'i', i / 2);
		gen_op_index(g, WASM_TABLE_GET, i & 1);
		gen_op(g, WASM_REF_IS_NULL);
		mix(g);
	}
	gen_op_index(g, WASM_TABLE_SIZE, 1);
	mix(g);
	gen_op_index(g, WASM_MEMORY_SIZE, 0);
	mix(g);
	gen_op(g, WASM_LOOP);
	put_u8(g->b, KWASM_VOID);
	gen_op_index(g, WASM_LOCAL_GET, 0);
	gen_op_index(g, WASM_I32_LOAD, 2);
	put_leb(g->b, 0);
	mix(g);
	gen_op_index(g, WASM_LOCAL_GET, 0);
	gen_const(g, 'i', 4);
	gen_op(g, WASM_I32_ADD);
	gen_op_index(g, WASM_LOCAL_TEE, 0);
	if (all) {
		gen_op_index(g, WASM_MEMORY_SIZE, 0);
		gen_const(g, 'i', 16);
		gen_op(g, WASM_I32_SHL);
	} else {
		gen_const(g, 'i', NEAR_BYTES);
	}
	gen_op(g, WASM_I32_LT_U);
	gen_op_index(g, WASM_BR_IF, 0);
	gen_op(g, WASM_END);
	gen_op_index(g, WASM_LOCAL_GET, 1);
	put_u8(g->b, 0x0b);
}

/* Give it fuel, call it with constants, return its results as integers. */
static void wrapper(struct gen *g, uint32_t func)
{
	const struct signature *s = &g->types[g->func_type[func]];
	uint32_t i, results;

	g->num_locals = 0;
	add_scratch(g);
	results = g->num_locals;
	for (i = 0; i < s->num_results; i++)
		add_locals(g, 1, s->results[i]);
	put_locals(g, 0);
	gen_const(g, 'i', FUEL);
	gen_op_index(g, WASM_GLOBAL_SET, 0);
	for (i = 0; i < s->num_params; i++)
		gen_const(g, s->params[i], gen_interesting(g, s->params[i]));
	gen_op_index(g, WASM_CALL, func);
	for (i = s->num_results; i--;)
		gen_op_index(g, WASM_LOCAL_SET, results + i);
	for (i = 0; i < s->num_results; i++) {
		gen_op_index(g, WASM_LOCAL_GET, results + i);
		gen_canonical(g, s->results[i]);
		if (s->results[i] == 'f')
			gen_op(g, WASM_I32_REINTERPRET_F32);
		if (s->results[i] == 'F')
			gen_op(g, WASM_I64_REINTERPRET_F64);
	}
	put_u8(g->b, 0x0b);
}

static void put_code(struct gen *g)
{
	const struct generate_opts *o = g->opts;
	uint32_t num = o->funcs + 2 + o->funcs * o->calls, i;
	struct bytes b = { .p = NULL }, *out = g->b;

	put_leb(&b, num);
	for (i = 0; i < num; i++) {
		struct bytes body = { .p = NULL };

		g->b = &body;
		if (i < o->funcs)
			random_func(g, i);
		else if (i < o->funcs + 2)
			sum_func(g, i > o->funcs);
		else
			wrapper(g, (i - o->funcs - 2) / o->calls);
		put_sized(&b, -1, body.p, body.len);
		bytes_free(&body);
	}
	g->b = out;
	section(g, 10, &b);
}

uint32_t generate_module(uint64_t seed, const struct generate_opts *opts, struct bytes *out)
{
	struct gen g = { .random = seed, .opts = opts, .b = out };

	choose_types(&g);
	put_header(out);
	put_type_section(&g);
	put_func_section(&g);
	put_sized(out, 4, B("\2\x70\0\x10\x70\1\x10\x20"));	/* the second one may grow to 32 */
	put_sized(out, 5, B("\1\1\1\3"));			/* one page, at most three */
	put_globals(&g);
	put_exports(&g);
	put_elems(&g);
	put_sized(out, 12, B("\2"));
	put_code(&g);
	put_datas(&g);
	return num_exports(opts);
}
