// SPDX-License-Identifier: GPL-2.0-only
/*
 * ir_test.c - storage of the IR, dominators and loops against their definitions, the verifier on
 * broken IR.
 */
#include "ir/ir.h"
#include "tap.h"

#define NUM_GRAPHS 300
#define MAX_BLOCKS 24

static struct kwasm_arena arena;
static struct kwasm_diag error;

static void func_new(struct ir_func *f)
{
	kwasm_arena_release(&arena);
	kwasm_arena_init(&arena, (size_t)64 << 20);
	kwasm_diag_init(&error);
	if (ir_func_init(f, &arena, NULL, 0, &error))
		bail_out("no function");
}

static void check_links(void)
{
	struct ir_func f;
	u32 b, v[4], i, next, n = 0;

	func_new(&f);
	b = ir_block_new(&f);
	for (i = 0; i < 4; i++)
		v[i] = ir_ins_new(&f, IR_CONST, IR_I32);
	ir_ins_append(&f, b, v[1]);
	ir_ins_append(&f, b, v[3]);
	ir_ins_before(&f, v[1], v[0]);
	ir_ins_after(&f, v[1], v[2]);
	ir_for_each_ins(&f, b, i, next)
		if (i == v[n])
			n++;
	is_u64(n, 4, "append, before and after put instructions in their places");
	ok(f.blocks[b].first == v[0] && f.blocks[b].last == v[3], "the block knows its ends");
	n = 0;
	ir_for_each_ins(&f, b, i, next) {
		if (i != v[1])
			ir_ins_unlink(&f, i);
		n++;
	}
	ok(n == 4 && f.blocks[b].first == v[1] && f.blocks[b].last == v[1],
	   "instructions can be unlinked while they are walked");
	ok(f.ins[v[0]].op == IR_NONE && !f.ins[v[1]].prev && !f.ins[v[1]].next,
	   "what is unlinked is nothing");
	ir_ins_detach(&f, v[1]);
	ok(!f.blocks[b].first && !f.blocks[b].last && f.ins[v[1]].op == IR_CONST,
	   "what is detached stays what it is");
}

static void add_use(u32 *use, void *arg)
{
	*(u32 *)arg = 10 * *(u32 *)arg + *use;
	*use = 9;
}

static void check_uses(void)
{
	struct ir_func f;
	u32 call, list, i, met = 0;

	func_new(&f);
	call = ir_ins_new(&f, IR_CALL, IR_VOID);
	list = ir_pool_new(&f, 3);
	for (i = 0; i < 3; i++)
		f.pool[list + i] = i + 2;
	f.ins[call].list = list;
	f.ins[call].num_list = 3;
	f.ins[call].arg[1] = 1;
	ir_uses(&f, call, add_use, &met);
	is_u64(met, 1234, "operands are met in order, fixed ones first");
	ok(f.pool[list] == 9 && f.ins[call].arg[1] == 9 && !f.ins[call].arg[0],
	   "and can be written, unused ones are left out");
	for (i = 0; i < 5000; i++)
		ir_ins_new(&f, IR_CONST, IR_I32);
	ok(f.num_ins == 5002 && f.ins[call].op == IR_CALL, "the array keeps its contents");
	arena.limit = arena.used;
	for (i = 0; i < 100000 && ir_ins_new(&f, IR_CONST, IR_I32); i++)
		;
	ok(i < 100000 && f.no_memory && strstr(error.text, "memory"),
	   "without memory there is no instruction but an error");
}

static u32 random_next(u32 *state, u32 n)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 16) % n;
}

/* succs[b] as bit masks. */
struct graph {
	u32 n;
	u32 succs[MAX_BLOCKS];
};

static u32 reach(const struct graph *g, u32 from, u32 without)
{
	u32 seen = 0;
	u32 work = from == without ? 0 : 1u << from;
	u32 b;

	while (work) {
		b = __builtin_ctz(work);
		work &= work - 1;
		seen |= 1u << b;
		work |= g->succs[b] & ~seen & ~(without < g->n ? 1u << without : 0);
	}
	return seen;
}

/* @a dominates @b when without @a nothing leads from the entry to @b. */
static bool dominates(const struct graph *g, u32 a, u32 b)
{
	return a == b || !(reach(g, 0, a) >> b & 1);
}

/*
 * Random control flow as structured code has it: forward edges anywhere, back edges to blocks that
 * dominate.  Blocks that nothing reaches get an edge from the block before them.
 */
static void graph_new(struct graph *g, u32 seed)
{
	u32 i, k, to;

	memset(g, 0, sizeof(*g));
	g->n = 2 + random_next(&seed, MAX_BLOCKS - 2);
	for (i = 0; i + 1 < g->n; i++)
		for (k = random_next(&seed, 3); k--;)
			g->succs[i] |= 1u << (i + 1 + random_next(&seed, g->n - i - 1));
	for (i = 1; i < g->n; i++)
		if (!(reach(g, 0, MAX_BLOCKS) >> i & 1))
			g->succs[i - 1] |= 1u << i;
	for (k = random_next(&seed, 6); k--;) {
		i = 1 + random_next(&seed, g->n - 1);
		to = 1 + random_next(&seed, i);
		if (dominates(g, to, i))
			g->succs[i] |= 1u << to;
	}
}

static void put_list(struct ir_func *f, u32 mask, u32 *list, u32 *num)
{
	u32 k;

	*num = __builtin_popcount(mask);
	*list = ir_pool_new(f, *num);
	for (k = 0; mask; mask &= mask - 1)
		f->pool[*list + k++] = __builtin_ctz(mask);
}

static void func_from(struct ir_func *f, const struct graph *g)
{
	static const u8 ends[] = { IR_RET, IR_JMP, IR_BR };
	u32 b, k, value, end;

	func_new(f);
	f->order = kwasm_arena_alloc(&arena, g->n, sizeof(u32));
	for (b = 0; b < g->n; b++)
		f->order[f->num_order++] = ir_block_new(f);
	value = ir_ins_new(f, IR_CONST, IR_I32);
	ir_ins_append(f, 0, value);
	for (b = 0; b < g->n; b++) {
		u32 preds = 0;
		u32 list, num;

		for (k = 0; k < g->n; k++)
			preds |= (g->succs[k] >> b & 1) << k;
		put_list(f, preds, &list, &num);
		f->blocks[b].preds = list;
		f->blocks[b].num_preds = num;
		put_list(f, g->succs[b], &list, &num);
		f->blocks[b].succs = list;
		f->blocks[b].num_succs = num;
		end = ir_ins_new(f, num < 3 ? ends[num] : IR_SWITCH, IR_VOID);
		if (num > 1)
			f->ins[end].arg[0] = value;
		if (num > 2) {
			f->ins[end].list = ir_pool_new(f, num);
			f->ins[end].num_list = num;
			for (k = 0; k < num; k++)
				f->pool[f->ins[end].list + k] = k;
		}
		ir_ins_append(f, b, end);
	}
}

/* Blocks of the loop of @h: those that reach a back edge to it without passing it. */
static u32 loop_of(const struct graph *g, u32 h)
{
	u32 loop = 0;
	u32 b;

	for (b = 0; b < g->n; b++) {
		struct graph cut = *g;
		u32 k, latches = 0;

		if (!dominates(g, h, b))
			continue;
		for (k = 0; k < g->n; k++)
			if (g->succs[k] >> h & 1 && dominates(g, h, k))
				latches |= 1u << k;
		if (latches && (b == h || reach(&cut, b, h) & latches))
			loop |= 1u << b;
	}
	return loop;
}

static bool dominators_match(const struct graph *g, struct ir_func *f)
{
	struct ir_dom dom;
	u32 a, b;

	if (ir_dom_build(f, &dom))
		return false;
	for (a = 0; a < g->n; a++)
		for (b = 0; b < g->n; b++)
			if (ir_dominates(&dom, a, b) != dominates(g, a, b))
				return false;
	for (b = 0; b < g->n; b++)
		if (dom.walk[dom.pre[b]] != b)
			return false;
	return true;
}

static bool loops_match(const struct graph *g, struct ir_func *f)
{
	u32 b, h, depth;

	for (b = 0; b < g->n; b++) {
		depth = 0;
		for (h = 0; h < g->n; h++)
			depth += loop_of(g, h) >> b & 1;
		if (f->blocks[b].depth != depth || f->blocks[b].header != !!loop_of(g, b))
			return false;
		if (depth && !(loop_of(g, f->blocks[b].loop) >> b & 1))
			return false;
	}
	return true;
}

static void check_graphs(void)
{
	u32 doms = 0, loops = 0, verified = 0, split = 0, nested = 0;
	struct ir_func f;
	struct graph g;
	u32 seed, b;

	for (seed = 1; seed <= NUM_GRAPHS; seed++) {
		graph_new(&g, seed);
		func_from(&f, &g);
		doms += dominators_match(&g, &f);
		loops += !ir_loops_find(&f) && loops_match(&g, &f);
		for (b = 0; b < g.n; b++)
			nested += f.blocks[b].header && f.blocks[b].depth > 1;
		verified += !ir_verify(&f);
		split += !ir_split_edges(&f) && !ir_verify(&f) && dominators_match(&g, &f);
		if (*error.text)
			diag("graph %u: %s", seed, error.text);
	}
	is_u64(doms, NUM_GRAPHS, "dominators of random graphs are as defined");
	is_u64(loops, NUM_GRAPHS, "loops are as defined");
	ok(nested > 20, "loops inside loops occurred");
	is_u64(verified, NUM_GRAPHS, "each loop is contiguous, after its predecessors");
	is_u64(split, NUM_GRAPHS, "splitting edges keeps all that");
}

/* b0: 1 = param, 2 = const, br 2 -> b1 b2; b1: 4 = add, jmp b2; b2: 6 = phi 4 1, ret 6 */
static void sample(struct ir_func *f)
{
	static const struct graph g = { .n = 3, .succs = { 6, 4, 0 } };
	u32 add, phi, list, ret;

	func_from(f, &g);
	f->ins[f->blocks[0].first].imm = 3;
	add = ir_ins_new(f, IR_ADD, IR_I32);
	f->ins[add].arg[0] = f->blocks[0].first;
	f->ins[add].arg[1] = f->blocks[0].first;
	ir_ins_before(f, f->blocks[1].last, add);
	phi = ir_ins_new(f, IR_PHI, IR_I32);
	list = ir_pool_new(f, 3);
	f->pool[list] = f->blocks[0].first;
	f->pool[list + 1] = add;
	f->ins[phi].list = list;
	f->ins[phi].num_list = 2;
	ir_ins_before(f, f->blocks[2].last, phi);
	ret = f->blocks[2].last;
	f->pool[list + 2] = phi;
	f->ins[ret].list = list + 2;
	f->ins[ret].num_list = 1;
	ir_loops_find(f);
}

/* Breaks rule @n of the sample; 0 breaks none. */
static void spoil(struct ir_func *f, u32 n)
{
	u32 add = f->blocks[1].first;
	u32 phi = f->blocks[2].first;

	switch (n) {
	case 1:
		f->ins[add].arg[1] = phi;
		break;
	case 2:
		f->ins[f->blocks[0].first].type = IR_I64;
		break;
	case 3:
		f->ins[add].arg[0] = 0;
		break;
	case 4:
		f->ins[phi].num_list = 1;
		break;
	case 5:
		ir_ins_detach(f, phi);
		ir_ins_before(f, f->blocks[2].last, phi);
		ir_ins_detach(f, add);
		ir_ins_before(f, phi, add);
		break;
	case 6:
		ir_ins_unlink(f, f->blocks[1].last);
		break;
	case 7:
		f->pool[f->blocks[2].preds] = 2;
		break;
	case 8:
		f->pool[f->blocks[0].succs] = 2;
		break;
	case 9:
		f->blocks[1].depth = 1;
		break;
	case 10:
		f->ins[f->blocks[0].first].imm = 1ull << 32;
		break;
	case 11:
		f->pool[f->ins[phi].list] = add;
		break;
	}
}

static void check_verifier(void)
{
	static const char *const what[] = {
		"whole", "an operand from below", "an operand of another type", "a missing operand",
		"a phi with too few operands", "a phi after an instruction", "a block without end",
		"a wrong predecessor", "a successor twice", "a wrong depth", "an i32 that is too wide",
		"a phi operand that does not reach it",
	};
	struct ir_func f;
	u32 n;

	for (n = 0; n < ARRAY_SIZE(what); n++) {
		sample(&f);
		spoil(&f, n);
		if (n)
			ok(ir_verify(&f) == -EINVAL && *error.text, "the verifier finds %s",
			   what[n]);
		else
			is_int(ir_verify(&f), 0, "the verifier accepts the sample");
	}
}

int main(void)
{
	check_links();
	check_uses();
	check_graphs();
	check_verifier();
	kwasm_arena_release(&arena);
	return tap_done();
}
