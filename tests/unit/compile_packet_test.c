// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_packet_test.c - packet loads and context fields that are compiled inline.
 *
 * A packet of 40 bytes of which the first LINEAR are linear; other loads call a host function that
 * returns a recognisable value and clobbers every register that C may clobber.  For each access the
 * exports "NAME", with the offset as operand and values live across the load, and "NAMEk", with
 * constant offset k.
 */
#include "run.h"

#define LINEAR 24u

static const u8 packet[40] = {
	0x80, 0x01, 0xfe, 0x03, 0x84, 0x05, 0x06, 0x87, 0x08, 0x99, 0x0a, 0x0b, 0xfc, 0x0d, 0x0e,
	0x8f, 0x10, 0x11, 0xf2, 0x13, 0x14, 0x95, 0x16, 0xf7, 0xa8, 0xa9,
};

static u32 slow_calls, slow_offset;
static bool slow_traps;

static u64 slow(KWASM_HOST1(ctx, offset))
{
	slow_calls++;
	slow_offset = (u32)offset;
	if (slow_traps)
		kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
	asm volatile("mov $-1, %%rcx; mov %%rcx, %%rdx; mov %%rcx, %%rsi; mov %%rcx, %%rdi;"
		     "mov %%rcx, %%r8; mov %%rcx, %%r9; mov %%rcx, %%r10; mov %%rcx, %%r11"
		     ::: "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
	return 0x5ca1ab1e00000000ull + offset;
}

#define LOAD(field, result, acc, swp) { .name = field, .sig = "i:" result, \
	.fn = slow, .inline_op = KWASM_INLINE_PKTLOAD, .access = acc, .swap = swp }

static const struct kwasm_host_fn table[] = {
	LOAD("u8", "i", KWASM_ACCESS_U8, false),
	LOAD("s8", "i", KWASM_ACCESS_S8, false),
	LOAD("s8l", "I", KWASM_ACCESS_S8, false),
	LOAD("u16", "i", KWASM_ACCESS_U16, false),
	LOAD("be16", "i", KWASM_ACCESS_U16, true),
	LOAD("s16", "i", KWASM_ACCESS_S16, true),
	LOAD("s16l", "I", KWASM_ACCESS_S16, true),
	LOAD("u32", "i", KWASM_ACCESS_U32, false),
	LOAD("be32", "i", KWASM_ACCESS_U32, true),
	LOAD("be32l", "I", KWASM_ACCESS_U32, true),
	LOAD("s32l", "I", KWASM_ACCESS_S32, true),
	LOAD("u64", "I", KWASM_ACCESS_U64, false),
	LOAD("be64", "I", KWASM_ACCESS_U64, true),
	{ .name = "len", .sig = ":i", .fn = slow,
	  .inline_op = KWASM_INLINE_CTXLOAD, .access = KWASM_ACCESS_U32,
	  .ctx_offset = offsetof(struct kwasm_ctx, pkt_len) },
};

static const struct kwasm_provider provider = {
	.module = "p",
	.fns = table,
	.num_fns = ARRAY_SIZE(table),
};

#define NUM_LOADS (ARRAY_SIZE(table) - 1)

static u32 bytes_of(u32 access)
{
	static const u8 bytes[] = { 1, 1, 2, 2, 4, 4, 8 };

	return bytes[access];
}

static u64 loaded(const struct kwasm_host_fn *fn, u32 offset)
{
	bool sign = fn->access == KWASM_ACCESS_S8 || fn->access == KWASM_ACCESS_S16 ||
		    fn->access == KWASM_ACCESS_S32;
	u32 n = bytes_of(fn->access), k;
	u64 v = 0;

	for (k = 0; k < n; k++)
		v |= (u64)packet[offset + (fn->swap ? n - 1 - k : k)] << (8 * k);
	if (sign)
		v = (u64)((s64)(v << (64 - 8 * n)) >> (64 - 8 * n));
	return fn->sig[2] == 'i' ? (u32)v : v;
}

static u64 slow_value(const struct kwasm_host_fn *fn, u32 offset)
{
	return fn->sig[2] == 'i' ? offset : 0x5ca1ab1e00000000ull + offset;
}

static struct run open_loads(void)
{
	struct text t = { 0 };
	struct run r;
	size_t n;
	u32 k;

	text_add(&t, "(module\n");
	for (n = 0; n < NUM_LOADS; n++)
		text_add(&t, "(import \"p\" \"%s\" (func $%s (param i32) (result %s)))\n",
			 table[n].name, table[n].name, table[n].sig[2] == 'i' ? "i32" : "i64");
	text_add(&t, "(import \"p\" \"len\" (func $len (result i32)))\n"
		 "(func (export \"len\") (result i32) (call $len))\n");
	for (n = 0; n < NUM_LOADS; n++) {
		const char *result = table[n].sig[2] == 'i' ? "i32" : "i64";

		/* ten values live across two loads; their sum minus itself is added */
		text_add(&t, "(func (export \"%s\") (param i32) (result i64 i64)"
			 " (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)\n", table[n].name);
		for (k = 1; k <= 10; k++)
			text_add(&t, "(local.set %u (i64.mul (i64.extend_i32_u (local.get 0))"
				 " (i64.const %u)))", k, k * 1001);
		text_add(&t, "(local.set 11 (%s (call $%s (local.get 0))))",
			 table[n].sig[2] == 'i' ? "i64.extend_i32_u" : "i64.add (i64.const 0)",
			 table[n].name);
		text_add(&t, " (local.get 11) (local.get 1)");
		for (k = 2; k <= 10; k++)
			text_add(&t, " (i64.add (local.get %u))", k);
		text_add(&t, ")\n");
		for (k = 0; k < 30; k++)
			text_add(&t, "(func (export \"%s%u\") (result %s) (call $%s (i32.const %u)))\n",
				 table[n].name, k, result, table[n].name, k);
	}
	text_add(&t, ")");
	r = run_module(wat_module(t.s), &provider, NULL, NULL, NULL);
	free(t.s);
	return r;
}

static void receive(struct run *r)
{
	r->inst->ctx->pkt_data = packet;
	r->inst->ctx->pkt_linear = LINEAR;
	r->inst->ctx->pkt_len = sizeof(packet);
}

static bool try_offset(struct run *r, const struct kwasm_host_fn *fn, u32 offset)
{
	bool linear = offset <= LINEAR && LINEAR - offset >= bytes_of(fn->access);
	u64 want = linear ? loaded(fn, offset) : slow_value(fn, offset);
	u64 values[2] = { offset };
	u32 calls = slow_calls;
	char name[16];
	bool good;

	run_call(r, fn->name, values, NULL);
	good = values[0] == want && values[1] == (u64)offset * 1001 * 55 &&
	       slow_calls - calls == (linear ? 0u : 1u) && (linear || slow_offset == offset);
	if (good && offset < 30) {
		snprintf(name, sizeof(name), "%s%u", fn->name, offset);
		values[0] = 0;
		run_call(r, name, values, NULL);
		good = values[0] == want && slow_calls - calls == (linear ? 0u : 2u);
	}
	if (!good)
		diag("%s at %u: got %#llx, want %#llx; others %llu", fn->name, offset,
		     (unsigned long long)values[0], (unsigned long long)want,
		     (unsigned long long)values[1]);
	return good;
}

static void test_loads(struct run *r)
{
	static const u32 far[] = { 1000, 0x7fffffff, 0x80000000, 0xfffffff8, 0xfffffffc,
				   0xfffffffe, 0xffffffff };
	size_t n, k;
	u32 offset;

	for (n = 0; n < NUM_LOADS; n++) {
		bool good = true;

		for (offset = 0; offset < 40; offset++)
			good &= try_offset(r, &table[n], offset);
		for (k = 0; k < ARRAY_SIZE(far); k++)
			good &= try_offset(r, &table[n], far[k]);
		ok(good, "%s inside, across and past the linear part", table[n].name);
	}
}

static void test_edges(struct run *r)
{
	struct kwasm_ctx *ctx = r->inst->ctx;
	struct kwasm_trap_info at = { 0 };
	u64 values[2] = { 0 };

	run_call(r, "len", values, NULL);
	is_u64(values[0], sizeof(packet), "a context field");
	ctx->pkt_linear = 3;
	values[0] = 0;
	run_call(r, "u32", values, NULL);
	is_u64(values[0], 0, "4 bytes of 3 come from the slow path");
	is_u64(slow_offset, 0, "which is asked for them");
	ctx->pkt_data = NULL;
	ctx->pkt_linear = 0;
	slow_calls = 0;
	run_call(r, "u80", values, NULL);
	is_u64(slow_calls, 1, "without a packet nothing is read");
	slow_traps = true;
	is_int(run_call(r, "u80", values, &at), KWASM_TRAP_HOST, "the slow path may trap");
	ok(r->module->bytes[at.offset] == 0x10 && r->module->bytes[at.offset + 1] == 0,
	   "at the call of the function");
	slow_traps = false;
	receive(r);
	is_int(run_call(r, "u80", values, NULL), KWASM_TRAP_NONE, "and the instance goes on");
	is_u64(values[0], packet[0], "with the packet");
}

int main(void)
{
	struct run r = open_loads();

	receive(&r);
	test_loads(&r);
	test_edges(&r);
	run_close(&r);
	return tap_done();
}
