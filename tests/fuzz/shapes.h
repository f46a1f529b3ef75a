/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shapes.h - function bodies that cost a compiler more than their size, if it lets them.
 */
#ifndef KWASM_TESTS_SHAPES_H
#define KWASM_TESTS_SHAPES_H

#include "wasm/op.h"
#include "../unit/wasm_build.h"

#define SHAPE_LOCALS 50000u		/* the limit of locals */
#define SHAPE_NESTING 200000u

/* ---- instructions ---- */

static void op(struct bytes *b, u8 code)
{
	put_u8(b, code);
}

static void op_index(struct bytes *b, u8 code, u32 index)
{
	put_u8(b, code);
	put_leb(b, index);
}

static void constant(struct bytes *b, u32 v)
{
	put_u8(b, WASM_I32_CONST);
	put_leb(b, v & 0x3fffffff);		/* unsigned for any length */
	if (b->p[b->len - 1] & 0x40) {
		b->p[b->len - 1] |= 0x80;
		put_u8(b, 0);
	}
}

static void open_block(struct bytes *b, u8 code)
{
	put_u8(b, code);
	put_u8(b, 0x40);
}

/* ---- shapes: append to a body with SHAPE_LOCALS locals, until it has @size bytes ---- */

static void chain(struct bytes *b, size_t size)
{
	while (b->len < size) {
		op_index(b, WASM_LOCAL_GET, 0);
		constant(b, (u32)b->len);
		op(b, WASM_I32_MUL);
		op_index(b, WASM_LOCAL_SET, 0);
	}
}

/* All values are computed first and used last. */
static void long_lives(struct bytes *b, size_t size)
{
	u32 num = 0, i;

	while (b->len < size / 2) {
		op_index(b, WASM_LOCAL_GET, num);
		op(b, WASM_I32_CLZ);
		num = (num + 1) % SHAPE_LOCALS;
		op_index(b, WASM_LOCAL_SET, num);
	}
	for (i = 0; b->len < size; i = (i + 1) % SHAPE_LOCALS) {
		op_index(b, WASM_LOCAL_GET, i);
		op_index(b, WASM_LOCAL_GET, (i * 7919) % SHAPE_LOCALS);
		op(b, WASM_I32_XOR);
		op_index(b, WASM_LOCAL_SET, i);
	}
}

static void wide_table(struct bytes *b, size_t size)
{
	u32 depth = (u32)min_t(size_t, size / 16, SHAPE_NESTING);
	u32 num = (u32)min_t(size_t, size / 4, 65000);
	u32 i;

	for (i = 0; i < depth; i++)
		open_block(b, WASM_BLOCK);
	while (b->len < size) {
		open_block(b, WASM_BLOCK);
		op_index(b, WASM_LOCAL_GET, 0);
		op_index(b, WASM_BR_TABLE, num);
		for (i = 0; i <= num; i++)
			put_leb(b, (i * 7919) % depth);
		op(b, WASM_END);
	}
	for (i = 0; i < depth; i++) {
		op_index(b, WASM_LOCAL_GET, 0);
		op(b, WASM_I32_CLZ);
		op_index(b, WASM_LOCAL_SET, 0);
		op(b, WASM_END);
	}
}

static void branches(struct bytes *b, size_t size)
{
	while (b->len < size) {
		open_block(b, WASM_BLOCK);
		op_index(b, WASM_LOCAL_GET, 1 + (u32)(b->len % 50));
		op_index(b, WASM_BR_IF, 0);
		op_index(b, WASM_LOCAL_GET, 2 + (u32)(b->len % 31));
		op_index(b, WASM_LOCAL_SET, 1 + (u32)(b->len % 37));
		op(b, WASM_END);
	}
}

/* Every block can leave for every other: edges and PHIs in numbers. */
static void nest(struct bytes *b, size_t size)
{
	u32 depth = (u32)min_t(size_t, size / 24, SHAPE_NESTING), i;

	while (b->len < size) {
		for (i = 0; i < depth && b->len < size; i++) {
			open_block(b, WASM_BLOCK);
			op_index(b, WASM_LOCAL_GET, i % 1000);
			op_index(b, WASM_LOCAL_SET, (i * 31) % 1000);
			op_index(b, WASM_LOCAL_GET, i % 1000);
			op_index(b, WASM_BR_IF, (i * 7919) % (i + 1));
		}
		while (i--)
			op(b, WASM_END);
	}
}

/* Loops in loops around writes of many locals: a PHI for each in each. */
static void loops(struct bytes *b, size_t size)
{
	u32 depth = (u32)min_t(size_t, size / 12, SHAPE_NESTING), i;

	for (i = 0; i < depth; i++)
		open_block(b, WASM_LOOP);
	for (i = 0; b->len < size - 5 * depth; i = (i + 1) % SHAPE_LOCALS) {
		op_index(b, WASM_LOCAL_GET, i);
		op(b, WASM_I32_EQZ);
		op_index(b, WASM_LOCAL_SET, i);
	}
	for (i = 0; i < depth; i++) {
		op_index(b, WASM_LOCAL_GET, i % SHAPE_LOCALS);
		op_index(b, WASM_BR_IF, 0);
		op(b, WASM_END);
	}
}

static void loops_in_a_row(struct bytes *b, size_t size)
{
	while (b->len < size) {
		open_block(b, WASM_LOOP);
		op_index(b, WASM_LOCAL_GET, (u32)(b->len % 900));
		op_index(b, WASM_LOCAL_TEE, (u32)(b->len % 700));
		op_index(b, WASM_BR_IF, 0);
		op(b, WASM_END);
	}
}

/* Exits of a loop, each with other values of the same locals. */
static void exits(struct bytes *b, size_t size)
{
	u32 i;

	open_block(b, WASM_BLOCK);
	open_block(b, WASM_LOOP);
	while (b->len < size) {
		for (i = 1; i < 100; i++) {
			op_index(b, WASM_LOCAL_GET, i - 1);
			op(b, WASM_I32_CLZ);
			op_index(b, WASM_LOCAL_SET, i);
		}
		op_index(b, WASM_LOCAL_GET, (u32)(b->len % 100));
		op_index(b, WASM_BR_IF, 1);
	}
	op_index(b, WASM_BR, 0);
	op(b, WASM_END);
	op(b, WASM_END);
	for (i = 0; i < 100; i++) {
		op_index(b, WASM_LOCAL_GET, i);
		op(b, WASM_DROP);
	}
}

/* Cases that fall through and each change a local of their own: edges times locals. */
static void cases(struct bytes *b, size_t size)
{
	u32 num = (u32)min_t(size_t, size / 14, SHAPE_NESTING), i;

	open_block(b, WASM_LOOP);
	for (i = 0; i <= num; i++)
		open_block(b, WASM_BLOCK);
	op_index(b, WASM_LOCAL_GET, 0);
	op_index(b, WASM_BR_TABLE, num);
	for (i = 0; i <= num; i++)
		put_leb(b, i);
	op(b, WASM_END);
	for (i = 0; i < num; i++) {
		while (i == num - 1 && b->len < size - 20)
			op(b, WASM_NOP);
		op_index(b, WASM_LOCAL_GET, i % SHAPE_LOCALS);
		op(b, WASM_I32_CLZ);
		op_index(b, WASM_LOCAL_SET, i % SHAPE_LOCALS);
		op(b, WASM_END);
	}
	op_index(b, WASM_LOCAL_GET, 0);
	op_index(b, WASM_BR_IF, 0);
	op(b, WASM_END);
}

static void operands(struct bytes *b, size_t size)
{
	u32 num, i;

	while (b->len < size) {
		num = (u32)min_t(size_t, (size - b->len) / 4 + 2, 60000);
		for (i = 0; i < num; i++)
			op_index(b, WASM_LOCAL_GET, i % 100);
		for (i = 1; i < num; i++)
			op(b, WASM_I32_SUB);
		op_index(b, WASM_LOCAL_SET, 0);
	}
}

static void accesses(struct bytes *b, size_t size)
{
	while (b->len < size) {
		op_index(b, WASM_LOCAL_GET, (u32)(b->len % 40));
		op_index(b, WASM_LOCAL_GET, (u32)(b->len % 47));
		op_index(b, WASM_I32_LOAD, 2);
		put_leb(b, (u32)(b->len % 64));
		op_index(b, WASM_I32_STORE, 2);
		put_leb(b, (u32)(b->len % 128));
	}
}

static void twins(struct bytes *b, size_t size)
{
	while (b->len < size) {
		op_index(b, WASM_LOCAL_GET, (u32)(b->len % 3));
		constant(b, (u32)(b->len % 5) << 13);
		op(b, WASM_I32_ADD);
		op_index(b, WASM_LOCAL_GET, (u32)(b->len % 7));
		op(b, WASM_I32_DIV_U);
		op_index(b, WASM_LOCAL_SET, (u32)(b->len % 11));
	}
}

/* Functions 0 and 1 are the one with the body and one with eight parameters. */
static void calls(struct bytes *b, size_t size)
{
	u32 i;

	while (b->len < size) {
		for (i = 0; i < 8; i++)
			op_index(b, WASM_LOCAL_GET, (u32)(b->len % 400));
		op_index(b, WASM_CALL, 1);
		op_index(b, WASM_LOCAL_SET, (u32)(b->len % 300));
	}
}

static void indirect(struct bytes *b, size_t size)
{
	u32 i;

	while (b->len < size) {
		for (i = 0; i < 9; i++)
			op_index(b, WASM_LOCAL_GET, (u32)(b->len % 20));
		op_index(b, WASM_CALL_INDIRECT, 1);
		put_leb(b, 0);
		op_index(b, WASM_LOCAL_SET, (u32)(b->len % 30));
	}
}

static void dead(struct bytes *b, size_t size)
{
	op(b, WASM_UNREACHABLE);
	branches(b, size);
}

static const struct shape {
	const char *name;
	void (*put)(struct bytes *b, size_t size);
} shapes[] = {
	{ "one chain of multiplications", chain },
	{ "50,000 long lives", long_lives },
	{ "wide br_tables", wide_table },
	{ "branches", branches },
	{ "nested blocks, far branches", nest },
	{ "nested loops around writes", loops },
	{ "loops in a row", loops_in_a_row },
	{ "exits of a loop", exits },
	{ "cases that each change a local", cases },
	{ "deep operand stacks", operands },
	{ "loads and stores", accesses },
	{ "equal expressions, divisions", twins },
	{ "calls with eight arguments", calls },
	{ "indirect calls", indirect },
	{ "code that is never reached", dead },
};

/* ---- the module ---- */

static void shape_body(struct bytes *code, const struct shape *shape, size_t size)
{
	struct bytes body = { .p = NULL };

	put_leb(&body, 1);
	put_leb(&body, SHAPE_LOCALS);
	put_u8(&body, KWASM_I32);
	shape->put(&body, size);
	op(&body, WASM_END);
	put_sized(code, -1, body.p, body.len);
	bytes_free(&body);
}

static void shape_module(struct bytes *b, const struct shape *shape, size_t size)
{
	struct bytes code = { .p = NULL };

	put_header(b);
	put_sized(b, 1, B("\2\x60\0\0\x60\x8\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\1\x7f"));
	put_sized(b, 3, B("\2\0\1"));
	put_sized(b, 4, B("\1\x70\0\2"));
	put_sized(b, 5, B("\1\0\1"));
	put_sized(b, 9, B("\1\0\x41\0\x0b\2\0\1"));
	put_leb(&code, 2);
	shape_body(&code, shape, size);
	put_sized(&code, -1, B("\0\x20\0\x0b"));
	put_sized(b, 10, code.p, code.len);
	bytes_free(&code);
}

#endif /* KWASM_TESTS_SHAPES_H */
