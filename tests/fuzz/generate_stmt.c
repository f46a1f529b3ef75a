// SPDX-License-Identifier: GPL-2.0-only
/*
 * generate_stmt.c - random statements: sequences of instructions that leave the stack as it was.
 *
 * Every loop ends: one that counts does so in a local that nothing else writes, any other one burns
 * fuel.
 */
#include "generate_int.h"

void gen_burn(struct gen *g)
{
	gen_op_index(g, WASM_GLOBAL_GET, 0);
	gen_const(g, 'i', 1);
	gen_op(g, WASM_I32_SUB);
	gen_op_index(g, WASM_LOCAL_TEE, gen_scratch(g, 'i'));
	gen_op_index(g, WASM_GLOBAL_SET, 0);
	gen_op_index(g, WASM_LOCAL_GET, gen_scratch(g, 'i'));
	gen_op(g, WASM_I32_EQZ);
	gen_op(g, WASM_IF);
	put_u8(g->b, KWASM_VOID);
	gen_op(g, WASM_UNREACHABLE);
	gen_op(g, WASM_END);
	g->budget += 11;
}

void gen_block(struct gen *g, uint32_t code, int type, uint32_t num, const char *types, bool closed)
{
	struct label *l = &g->labels[g->num_labels++];

	gen_op(g, code);
	if (type < 0)
		put_u8(g->b, KWASM_VOID);
	else
		put_u8(g->b, (uint8_t)type);
	*l = (struct label){ .num = (uint8_t)num, .closed = closed };
	memcpy(l->types, types, num);
}

void gen_end(struct gen *g)
{
	gen_op(g, WASM_END);
	g->num_labels--;
}

void gen_consume(struct gen *g, uint32_t num, const char *types)
{
	uint32_t at, tries;

	while (num--) {
		for (tries = 0; tries < 4; tries++) {
			at = gen_below(g, g->num_usable);
			if (g->locals[at] == types[num])
				break;
		}
		if (tries < 4)
			gen_op_index(g, WASM_LOCAL_SET, at);
		else
			gen_op(g, WASM_DROP);
	}
}

static void push(struct gen *g, uint32_t num, const char *types, uint32_t depth)
{
	uint32_t i;

	for (i = 0; i < num; i++)
		gen_expr(g, types[i], depth);
}

/* A label to branch to, counted from the innermost one, or -1. */
static int find_label(struct gen *g)
{
	uint32_t i = gen_below(g, g->num_labels);

	return g->labels[i].closed ? -1 : (int)(g->num_labels - 1 - i);
}

static struct label *label_at(struct gen *g, uint32_t outwards)
{
	return &g->labels[g->num_labels - 1 - outwards];
}

static void branch(struct gen *g, uint32_t depth)
{
	int at = find_label(g);
	struct label *l;

	if (at < 0)
		return;
	l = label_at(g, (uint32_t)at);
	push(g, l->num, l->types, depth);
	if (gen_below(g, 12)) {
		gen_expr(g, 'i', depth);
		gen_op_index(g, WASM_BR_IF, (uint32_t)at);
		gen_consume(g, l->num, l->types);
	} else {
		gen_op_index(g, WASM_BR, (uint32_t)at);
	}
}

/* A switch: blocks around a br_table, with code after the end of each. */
static void branches(struct gen *g, uint32_t depth)
{
	uint32_t num = 2 + gen_below(g, 5), targets, i;

	if (g->num_labels + num + 2 > MAX_LABELS)
		return;
	for (i = 0; i < num; i++)
		gen_block(g, WASM_BLOCK, -1, 0, "", false);
	gen_statements(g, gen_below(g, 2), depth);
	gen_expr(g, 'i', depth);
	if (gen_below(g, 3)) {
		gen_const(g, 'i', 7);
		gen_op(g, WASM_I32_AND);
	}
	targets = gen_below(g, 9);
	gen_op_index(g, WASM_BR_TABLE, targets);
	for (i = 0; i <= targets; i++)
		put_leb(g->b, gen_below(g, num));
	for (i = 0; i < num; i++) {
		gen_end(g);
		gen_statements(g, gen_below(g, 3), depth);
	}
}

/* do { ... } while (--counter): no fuel, and its branch has nothing but the loop's values. */
static void counting_loop(struct gen *g, uint32_t depth)
{
	uint32_t counter = g->counters + g->num_counting;

	if (g->num_counting == NUM_COUNTERS || g->num_labels + 2 > MAX_LABELS)
		return;
	g->num_counting++;
	gen_const(g, 'i', 1 + gen_below(g, 6));
	gen_op_index(g, WASM_LOCAL_SET, counter);
	gen_block(g, WASM_LOOP, -1, 0, "", true);
	gen_statements(g, 1 + gen_below(g, 4), depth);
	gen_op_index(g, WASM_LOCAL_GET, counter);
	gen_const(g, 'i', 1);
	gen_op(g, WASM_I32_SUB);
	gen_op_index(g, WASM_LOCAL_TEE, counter);
	gen_op_index(g, WASM_BR_IF, 0);
	gen_end(g);
	g->num_counting--;
}

/* A block or a loop with parameters and results. */
static void typed_block(struct gen *g, uint32_t depth)
{
	uint32_t type = gen_below(g, NUM_TYPES);
	const struct signature *s = &g->types[type];
	bool loop = gen_below(g, 2);

	if (g->num_labels + 2 > MAX_LABELS)
		return;
	push(g, s->num_params, s->params, depth);
	if (loop)
		gen_block(g, WASM_LOOP, (int)type, s->num_params, s->params, gen_below(g, 4));
	else
		gen_block(g, WASM_BLOCK, (int)type, s->num_results, s->results, false);
	if (loop)
		gen_burn(g);
	gen_consume(g, s->num_params, s->params);
	gen_statements(g, gen_below(g, 4), depth);
	push(g, s->num_results, s->results, depth);
	gen_end(g);
	gen_consume(g, s->num_results, s->results);
}

static void condition(struct gen *g, uint32_t depth)
{
	if (g->num_labels + 2 > MAX_LABELS)
		return;
	gen_expr(g, 'i', depth);
	gen_block(g, WASM_IF, -1, 0, "", false);
	gen_statements(g, 1 + gen_below(g, 3), depth);
	if (gen_below(g, 2)) {
		gen_op(g, WASM_ELSE);
		gen_statements(g, 1 + gen_below(g, 2), depth);
	}
	gen_end(g);
}

static void small(struct gen *g, uint32_t mask, uint32_t depth)
{
	gen_expr(g, 'i', depth);
	if (!gen_below(g, 200))
		return;
	gen_const(g, 'i', mask);
	gen_op(g, WASM_I32_AND);
}

static void bulk(struct gen *g, uint32_t depth)
{
	uint32_t data = gen_below(g, NUM_DATAS);

	switch (gen_below(g, 8)) {
	case 0:
	case 1:
		small(g, 4095, depth);
		gen_expr(g, 'i', depth);
		small(g, 127, depth);
		gen_op_index(g, WASM_MEMORY_FILL, 0);
		break;
	case 2:
	case 3:
		small(g, 4095, depth);
		small(g, 4095, depth);
		small(g, 255, depth);
		gen_op_index(g, WASM_MEMORY_COPY, 0);
		put_u8(g->b, 0);
		break;
	case 4:
		small(g, 4095, depth);
		small(g, 15, depth);
		small(g, 15, depth);
		gen_op_index(g, WASM_MEMORY_INIT, data);
		put_u8(g->b, 0);
		break;
	case 5:
		if (!gen_below(g, 6))
			gen_op_index(g, WASM_DATA_DROP, data);
		break;
	default:
		gen_store(g, depth);
	}
}

static void tables(struct gen *g, uint32_t depth)
{
	uint32_t table = g->fixed_table ? 1 : gen_below(g, 2);

	switch (gen_below(g, 5)) {
	case 0:
		small(g, TABLE_SIZE - 1, depth);
		gen_expr(g, 'r', depth);
		gen_op_index(g, WASM_TABLE_SET, table);
		break;
	case 1:
		small(g, TABLE_SIZE / 2 - 1, depth);
		gen_expr(g, 'r', depth);
		small(g, 3, depth);
		gen_op_index(g, WASM_TABLE_FILL, table);
		break;
	case 2:
		small(g, TABLE_SIZE / 2 - 1, depth);
		small(g, TABLE_SIZE / 2 - 1, depth);
		small(g, 7, depth);
		gen_op_index(g, WASM_TABLE_COPY, table);
		put_leb(g->b, gen_below(g, 2));
		break;
	case 3:
		small(g, TABLE_SIZE / 2 - 1, depth);
		small(g, 3, depth);
		small(g, 3, depth);
		gen_op_index(g, WASM_TABLE_INIT, 1);
		put_leb(g->b, table);
		break;
	default:
		if (!gen_below(g, 8))
			gen_op_index(g, WASM_ELEM_DROP, 1);
	}
}

static void call(struct gen *g, uint32_t depth)
{
	const struct signature *s;
	uint32_t func;

	if (g->index + 1 == g->opts->funcs)
		return;
	func = g->index + 1 + gen_below(g, g->opts->funcs - g->index - 1);
	s = &g->types[g->func_type[func]];
	push(g, s->num_params, s->params, depth);
	gen_op_index(g, WASM_CALL, func);
	gen_consume(g, s->num_results, s->results);
}

static void assign(struct gen *g, uint32_t depth)
{
	uint32_t at;

	if (gen_below(g, 4)) {
		at = gen_below(g, g->num_usable);
		gen_expr(g, g->locals[at], depth);
		gen_op_index(g, WASM_LOCAL_SET, at);
		return;
	}
	at = 1 + gen_below(g, NUM_GLOBALS - 1);
	gen_expr(g, g->globals[at], depth);
	gen_canonical(g, g->globals[at]);
	gen_op_index(g, WASM_GLOBAL_SET, at);
}

static void leave(struct gen *g, uint32_t depth)
{
	const struct signature *s = &g->types[g->func_type[g->index]];

	if (gen_below(g, 16)) {
		push(g, s->num_results, s->results, depth);
		gen_op(g, WASM_RETURN);
	} else {
		gen_op(g, WASM_UNREACHABLE);
	}
}

void gen_statements(struct gen *g, uint32_t num, uint32_t depth)
{
	uint32_t dice;

	while (num-- && g->budget > 0 && depth) {
		dice = gen_below(g, 100);
		if (dice < 5)
			gen_shuffle(g);
		else if (dice < 42)
			assign(g, depth);
		else if (dice < 57)
			gen_store(g, depth - 1);
		else if (dice < 67)
			condition(g, depth - 1);
		else if (dice < 74)
			counting_loop(g, depth - 1);
		else if (dice < 80)
			branch(g, depth - 1);
		else if (dice < 84)
			branches(g, depth - 1);
		else if (dice < 88)
			typed_block(g, depth - 1);
		else if (dice < 93)
			bulk(g, depth - 1);
		else if (dice < 95)
			tables(g, depth - 1);
		else if (dice < 99)
			call(g, depth - 1);
		else if (g->num_labels > 1)
			leave(g, depth - 1);
	}
}
