// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_frames_test.c - frames and code of functions with many locals and many edges.
 *
 * Two shapes with N exits or cases and K locals, which a compiler is tempted to give N times K
 * slots, or N times K moves.  Code has to stay below a line through the size of the WebAssembly,
 * frames below a line through K.  What is computed is compared with the same in C.
 */
#include "ir/ir.h"
#include "run.h"
#include "wasm/op.h"
#include "wasm_build.h"

#define DATA 0			/* WORDS words that locals are loaded from */
#define WORDS 4096u
#define FLAGS 40000u		/* exits: a byte for each; cases: which, for each turn */
#define GO_ON 50000u		/* cases: is there another turn? */
#define TURNS 1000u

#define MAX 400u

static const u32 sizes[] = { 10, 50, 100, 200, 400 };

/* The locals: the parameter, a sum, K values. */
#define PARAM 0u
#define SUM 1u
#define VALUE(k) (2 + (k))

static void op(struct bytes *b, u8 code, u32 index)
{
	put_u8(b, code);
	put_leb(b, index);
}

static void load(struct bytes *b, u8 code, u32 offset)
{
	op(b, code, 0);
	put_leb(b, offset);
}

/* A signed LEB of a number without sign. */
static void constant(struct bytes *b, u8 code, u32 v)
{
	put_u8(b, code);
	while (v >= 0x40) {
		put_u8(b, v | 0x80);
		v >>= 7;
	}
	put_u8(b, v);
}

static void load_value(struct bytes *b, u32 k, u32 word)
{
	constant(b, WASM_I32_CONST, 0);
	load(b, WASM_I64_LOAD, DATA + 8 * (word % WORDS));
	op(b, WASM_LOCAL_SET, VALUE(k));
}

static void put_sum(struct bytes *b, u32 num)
{
	u32 k;

	for (k = 0; k < num; k++) {
		op(b, WASM_LOCAL_GET, SUM);
		op(b, WASM_LOCAL_GET, VALUE(k));
		put_u8(b, WASM_I64_ADD);
		op(b, WASM_LOCAL_SET, SUM);
	}
	op(b, WASM_LOCAL_GET, SUM);
}

/* ---- a loop with N exits, all locals loaded again before each, all used after the loop ---- */

static void put_exits(struct bytes *b, u32 num, u32 locals)
{
	u32 i, k;

	put(b, B("\x02\x40\x03\x40"));
	for (i = 0; i < num; i++) {
		for (k = 0; k < locals; k++)
			load_value(b, k, i * locals + k);
		op(b, WASM_LOCAL_GET, PARAM);
		load(b, WASM_I32_LOAD8_U, FLAGS + i);
		constant(b, WASM_I32_CONST, i % 256);
		put_u8(b, WASM_I32_EQ);
		op(b, WASM_BR_IF, 1);
	}
	op(b, WASM_BR, 0);
	put(b, B("\x0b\x0b"));
	put_sum(b, locals);
}

/* Leaves at exit number @turn. */
static u64 expect_exits(u8 *mem, u32 num, u32 locals, u32 turn)
{
	const u64 *words = (const u64 *)(mem + DATA);
	u32 i, k;
	u64 sum = 0;

	for (i = 0; i < num; i++)
		mem[FLAGS + i] = (u8)(i + (i != turn % num));
	for (k = 0; k < locals; k++)
		sum += words[(turn % num * locals + k) % WORDS];
	return sum;
}

/* ---- a loop over a table of N cases, each goes on to the next and changes one local ---- */

static void put_cases(struct bytes *b, u32 num, u32 locals)
{
	u32 i;

	for (i = 0; i < locals; i++)
		load_value(b, i, i);
	put(b, B("\x03\x40\x02\x40"));
	put_times(b, num, "\x02\x40", 2);
	op(b, WASM_LOCAL_GET, PARAM);
	load(b, WASM_I32_LOAD8_U, FLAGS);
	op(b, WASM_BR_TABLE, num);
	for (i = 0; i <= num; i++)
		put_leb(b, i);
	for (i = 0; i < num; i++) {
		put_u8(b, WASM_END);
		op(b, WASM_LOCAL_GET, VALUE(i % locals));
		constant(b, WASM_I64_CONST, 3);
		put_u8(b, WASM_I64_MUL);
		constant(b, WASM_I64_CONST, i + 1);
		put_u8(b, WASM_I64_ADD);
		op(b, WASM_LOCAL_SET, VALUE(i % locals));
	}
	op(b, WASM_LOCAL_GET, PARAM);
	constant(b, WASM_I32_CONST, 1);
	put_u8(b, WASM_I32_ADD);
	op(b, WASM_LOCAL_TEE, PARAM);
	load(b, WASM_I32_LOAD8_U, GO_ON);
	op(b, WASM_BR_IF, 1);
	put(b, B("\x0b\x0b"));
	put_sum(b, locals);
}

/* Runs @turn turns, with cases as the words say. */
static u64 expect_cases(u8 *mem, u32 num, u32 locals, u32 turn)
{
	const u64 *words = (const u64 *)(mem + DATA);
	static u64 values[MAX];
	u64 sum = 0;
	u32 i, k;

	memcpy(values, words, locals * sizeof(*values));
	for (i = 0; i <= turn; i++) {
		mem[FLAGS + i] = (u8)(words[i] >> 40) % min(num, 256u);
		mem[GO_ON + i + 1] = i < turn;
		for (k = mem[FLAGS + i]; k < num; k++)
			values[k % locals] = values[k % locals] * 3 + k + 1;
	}
	for (k = 0; k < locals; k++)
		sum += values[k];
	return sum;
}

static const struct shape {
	const char *name;
	void (*put)(struct bytes *b, u32 num, u32 locals);
	u64 (*expect)(u8 *mem, u32 num, u32 locals, u32 turn);
	u32 code_per_byte;	/* machine code for each byte of WebAssembly */
} shapes[] = {
	{ "exits", put_exits, expect_exits, 2 },
	{ "cases", put_cases, expect_cases, 3 },
};

/* What the lines begin with: entry thunk, prologue, what is no local. */
#define CODE_BASE 512u
#define FRAME_BASE 64u

static struct kwasm_module *build(const struct shape *shape, u32 num, u32 locals, size_t *size)
{
	struct kwasm_limits limits = kwasm_limits_default;
	struct bytes b = { .p = NULL }, body = { .p = NULL }, code = { .p = NULL };
	struct kwasm_module *module;
	struct kwasm_diag error;

	put_leb(&body, 1);
	put_leb(&body, locals + 1);
	put_u8(&body, KWASM_I64);
	shape->put(&body, num, locals);
	put_u8(&body, WASM_END);
	put_leb(&code, 1);
	put_sized(&code, -1, body.p, body.len);
	put_header(&b);
	put_sized(&b, 1, B("\1\x60\1\x7f\1\x7e"));
	put_sized(&b, 3, B("\1\0"));
	put_sized(&b, 5, B("\1\0\1"));
	put_sized(&b, 7, B("\1\2go\0\0"));
	put_sized(&b, 10, code.p, code.len);
	*size = b.len;
	kwasm_diag_init(&error);
	if (kwasm_module_decode(b.p, b.len, &limits, &error, &module))
		bail_out("module refused: %s", error.text);
	bytes_free(&code);
	bytes_free(&body);
	bytes_free(&b);
	return module;
}

struct frame {
	u32 spill, locals;	/* slots */
};

static void note_frame(void *arg, struct ir_func *f, const char *pass)
{
	struct frame *frame = arg;

	if (strcmp(pass, "regalloc"))
		return;
	frame->spill = f->num_slots;
	frame->locals = f->num_lslots;
}

static u32 count_wrong(struct run *r, const struct shape *shape, u32 num, u32 locals)
{
	u8 *mem = (u8 *)r->inst->ctx->mem_base;
	u64 *words = (u64 *)(mem + DATA), x = num * MAX + locals, want;
	u32 i, turn, wrong = 0;

	for (i = 0; i < WORDS; i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		words[i] = x;
	}
	for (turn = 0; turn < TURNS; turn = 3 * turn + 1) {
		u64 value[1] = { 0 };

		want = shape->expect(mem, num, locals, turn);
		wrong += run_call(r, "go", value, NULL) || value[0] != want;
	}
	return wrong;
}

static void test_shape(const struct shape *shape, u32 num, u32 locals)
{
	struct frame frame = { 0 };
	struct kwasm_compile_opts opts = {
		.dump = note_frame, .dump_arg = &frame, .dump_func = KWASM_DIAG_NONE,
		.verify = true,
	};
	size_t size;
	struct kwasm_module *module = build(shape, num, locals, &size);
	struct run r = run_module_as(module, &opts, NULL, NULL, NULL, NULL);
	u32 code = r.code->text_used, bytes = 8 * (frame.spill + frame.locals);

	diag("%s, N %3u, K %3u: %7zu bytes of WebAssembly, %7u of code, frame %4u (%u locals)",
	     shape->name, num, locals, size, code, bytes, frame.locals);
	ok(code <= shape->code_per_byte * size + CODE_BASE, "%s, N %u, K %u: code is in line",
	   shape->name, num, locals);
	ok(bytes <= 8 * locals + FRAME_BASE, "%s, N %u, K %u: the frame is in line", shape->name,
	   num, locals);
	ok(frame.locals < locals / 2 + locals / 4, "%s, N %u, K %u: most locals are values",
	   shape->name, num, locals);
	is_u64(count_wrong(&r, shape, num, locals), 0, "%s, N %u, K %u: results are right",
	       shape->name, num, locals);
	run_close(&r);
}

int main(void)
{
	size_t shape, n, k;

	for (shape = 0; shape < ARRAY_SIZE(shapes); shape++)
		for (n = 0; n < ARRAY_SIZE(sizes); n++)
			for (k = 0; k < ARRAY_SIZE(sizes); k++)
				test_shape(&shapes[shape], sizes[n], sizes[k]);
	return tap_done();
}
