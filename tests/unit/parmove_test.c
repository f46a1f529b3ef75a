// SPDX-License-Identifier: GPL-2.0-only
/*
 * parmove_test.c - random groups of moves, executed sequentially and compared with parallel
 * execution.
 *
 *	registers 0..7 (general), 16..23 (XMM), 8 slots; scratch 15 and 31
 *	each location written at most once, from any location that holds a value of its class
 */
#include "tap.h"
#include "ir/alloc/parmove.h"

#define SLOTS 8
#define LOCS (IR_LOC_SLOT + SLOTS + 1)
#define CONST_BITS 0x100000000ull

struct world {
	struct ir_func f;
	struct kwasm_arena arena;
	struct kwasm_diag diag;
	struct ir_parmove pm;
	u32 end;		/* the instruction before which moves are inserted */
	u32 constant[2];	/* IR_I64, IR_F64 */
	u32 value[2];
	u64 now[LOCS];
	u64 want[LOCS];
};

static const struct ir_target target = { .scratch_gpr = 15, .scratch_xmm = 31 };
static u64 seed;

static u32 rnd(u32 n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)((seed >> 33) % n);
}

static void world_init(struct world *w)
{
	u32 k, b;

	memset(w, 0, sizeof(*w));
	kwasm_arena_init(&w->arena, 1 << 26);
	kwasm_diag_init(&w->diag);
	if (ir_func_init(&w->f, &w->arena, NULL, 0, &w->diag))
		bail_out("out of memory");
	b = ir_block_new(&w->f);
	for (k = 0; k < 2; k++) {
		w->constant[k] = ir_ins_new(&w->f, IR_CONST, k ? IR_F64 : IR_I64);
		w->value[k] = ir_ins_new(&w->f, IR_PARAM, k ? IR_F64 : IR_I64);
	}
	w->end = ir_ins_new(&w->f, IR_TRAP, IR_VOID);
	ir_ins_append(&w->f, b, w->end);
	w->f.num_slots = SLOTS;
	if (ir_parmove_init(&w->pm, &w->f, &target))
		bail_out("out of memory");
}

/* A random location that a value of class @xmm can be in. */
static u32 location(u32 xmm)
{
	u32 n = rnd(8 + SLOTS);

	return n < 8 ? n + (xmm ? IR_LOC_XMM : 0) : IR_LOC_SLOT + n - 8;
}

static void fill(struct world *w, u32 moves)
{
	bool written[LOCS] = {}, read_as[2][LOCS] = {};
	u32 k, dst, src, xmm;

	for (k = 0; k < LOCS; k++)
		w->now[k] = w->want[k] = k + 1;
	while (moves--) {
		xmm = rnd(2);
		dst = location(xmm);
		src = rnd(8) ? location(xmm) : IR_LOC_NONE;
		/* a slot holds a value of one class */
		if (written[dst] || (src != IR_LOC_NONE && read_as[!xmm][src]))
			continue;
		written[dst] = true;
		if (src == IR_LOC_NONE) {
			w->want[dst] = CONST_BITS;
			w->f.ins[w->constant[xmm]].imm = CONST_BITS;
		} else {
			read_as[xmm][src] = true;
			w->want[dst] = src + 1;
		}
		if (ir_parmove_add(&w->pm, dst, src, src == IR_LOC_NONE ? w->constant[xmm] :
									  w->value[xmm]))
			bail_out("add");
	}
}

/* Execute the emitted instructions.  Return: their number, or 0 if one is not allowed. */
static u32 execute(struct world *w)
{
	u32 i, n = 1;

	for (i = w->f.blocks[0].first; i != w->end; i = w->f.ins[i].next, n++) {
		const struct ir_ins *m = &w->f.ins[i];
		bool reg = ir_loc_is_reg(m->dst) && (m->op == IR_REMAT || ir_loc_is_reg(m->src[0]));

		if (m->dst >= LOCS || (m->op != IR_REMAT && m->src[0] >= LOCS))
			return 0;
		if (reg && m->op != IR_REMAT && (m->dst ^ m->src[0]) >= IR_LOC_XMM)
			return 0;
		/* a register of the class of the type */
		if (ir_loc_is_reg(m->dst) && (m->dst >= IR_LOC_XMM) != (m->type >= IR_F32))
			return 0;
		switch (m->op) {
		case IR_MOVE:
			if (ir_loc_is_slot(m->dst) && ir_loc_is_slot(m->src[0]))
				return 0;
			w->now[m->dst] = w->now[m->src[0]];
			break;
		case IR_XCHG:
			if (!reg || m->dst >= IR_LOC_XMM)
				return 0;
			swap(w->now[m->dst], w->now[m->src[0]]);
			break;
		case IR_REMAT:
			if (ir_loc_is_slot(m->dst))
				return 0;
			w->now[m->dst] = m->imm;
			break;
		default:
			return 0;
		}
	}
	return n;
}

/* Scratch registers and the slot for cycles may hold anything. */
static bool same(const struct world *w)
{
	u32 k;

	for (k = 0; k < LOCS - 1; k++)
		if (k != target.scratch_gpr && k != target.scratch_xmm && w->now[k] != w->want[k])
			return false;
	return true;
}

static bool once(u32 moves)
{
	static struct world w;
	bool right;

	world_init(&w);
	fill(&w, moves);
	right = !ir_parmove_flush(&w.pm, w.end) && execute(&w) && same(&w);
	kwasm_arena_release(&w.arena);
	return right;
}

static void test_random(u32 moves)
{
	u32 k, bad = 0;

	for (k = 0; k < 20000; k++) {
		seed = (u64)moves << 32 | k;
		bad += !once(moves);
	}
	is_u64(bad, 0, "20000 groups of up to %u moves", moves);
}

/* 0 <- 1 <- ... <- n-1 <- 0 over @locs */
static u32 rotate(const u16 *locs, u32 n, u32 xmm, u32 *slots)
{
	static struct world w;
	u32 k, count;

	world_init(&w);
	for (k = 0; k < LOCS; k++)
		w.now[k] = w.want[k] = k + 1;
	for (k = 0; k < n; k++) {
		w.want[locs[k]] = locs[(k + 1) % n] + 1;
		if (ir_parmove_add(&w.pm, locs[k], locs[(k + 1) % n], w.value[xmm]))
			bail_out("add");
	}
	count = ir_parmove_flush(&w.pm, w.end) ? 0 : execute(&w);
	if (!same(&w))
		count = 0;
	*slots = w.f.num_slots - SLOTS;
	kwasm_arena_release(&w.arena);
	return count ? count - 1 : 0;
}

static void test_cycles(void)
{
	static const u16 two[] = { 3, 5 }, three[] = { 1, 2, 3 }, xmm[] = { 17, 18 };
	static const u16 slots[] = { IR_LOC_SLOT, IR_LOC_SLOT + 1 };
	static const u16 mixed[] = { 4, IR_LOC_SLOT + 3 };
	u32 extra;

	is_u64(rotate(two, 2, 0, &extra), 1, "two general registers: one exchange");
	is_u64(rotate(three, 3, 0, &extra), 4, "three registers: four moves");
	is_u64(rotate(xmm, 2, 1, &extra), 3, "two XMM registers: three moves");
	is_u64(rotate(mixed, 2, 0, &extra), 3, "register and slot: three moves");
	is_u64(extra, 0, "and no further slot");
	ok(rotate(slots, 2, 0, &extra) > 0, "two slots");
	is_u64(extra, 1, "need a third one");
}

int main(void)
{
	u32 k;

	for (k = 1; k <= 24; k += k < 4 ? 1 : 5)
		test_random(k);
	test_cycles();
	return tap_done();
}
