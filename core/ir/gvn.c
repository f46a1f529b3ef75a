// SPDX-License-Identifier: GPL-2.0-only
/*
 * gvn.c - value numbering: reuse the results of dominating instructions.
 *
 * Requires: SSA without IR_COPY.  Provides: the same; no pure instruction has a twin that dominates
 * it.  This includes a division that may trap: after its twin, it cannot trap.  Constants are only
 * shared within a block, since each use can have its own at no cost, while a constant that lives
 * throughout the function occupies a register.  Bounded: one walk over the dominator tree; chains
 * in the hash table have a limit.
 */
#include "fold.h"

#define MAX_CHAIN 32

/*
 * @heads: of the hash chains, by instruction; @mask + 1 of them
 * @next: next in the chain
 * @key: of the hash, the process's own
 * @number: of constants: the first one with the same bits; else 0
 */
struct gvn {
	struct ir_func *f;
	struct ir_dom dom;
	u32 *heads;
	u32 mask;
	u32 *next;
	u64 key;
	u32 *number;
};

/* Key of operand @v: equal constants are equal operands, wherever they are defined. */
static u32 operand(const struct gvn *g, u32 v)
{
	return g->number[v] ? g->number[v] : v;
}

/* The key spreads what differs; what is made to collide costs MAX_CHAIN comparisons at most. */
static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}

static u32 hash(const struct gvn *g, u32 i)
{
	const struct ir_ins *ins = &g->f->ins[i];
	u32 a = operand(g, ins->arg[0]);
	u32 b = operand(g, ins->arg[1]);
	u64 h = mix(g->key ^ ins->op, (u32)ins->type << 8 | ins->otype);
	u32 k;

	if (ir_op_is(ins->op, IR_OP_COMMUTES) && a > b)
		swap(a, b);
	h = mix(mix(mix(h, a), b), operand(g, ins->arg[2]));
	h = mix(h, ins->imm);
	if (ins->op == IR_PHI) {
		h = mix(h, ins->block);
		for (k = 0; k < ins->num_list; k++)
			h = mix(h, operand(g, g->f->pool[ins->list + k]));
	}
	return h & g->mask;
}

static bool same_list(const struct gvn *g, const struct ir_ins *x, const struct ir_ins *y)
{
	u32 k;

	if (x->op != IR_PHI)
		return true;
	if (x->block != y->block)
		return false;
	for (k = 0; k < x->num_list; k++)
		if (operand(g, g->f->pool[x->list + k]) != operand(g, g->f->pool[y->list + k]))
			return false;
	return true;
}

static bool same(const struct gvn *g, u32 i, u32 j)
{
	const struct ir_ins *x = &g->f->ins[i];
	const struct ir_ins *y = &g->f->ins[j];
	u32 xa = operand(g, x->arg[0]), xb = operand(g, x->arg[1]);
	u32 ya = operand(g, y->arg[0]), yb = operand(g, y->arg[1]);

	if (x->op != y->op || x->type != y->type || x->otype != y->otype || x->imm != y->imm ||
	    operand(g, x->arg[2]) != operand(g, y->arg[2]))
		return false;
	if ((xa != ya || xb != yb) &&
	    (!ir_op_is(x->op, IR_OP_COMMUTES) || xa != yb || xb != ya))
		return false;
	return same_list(g, x, y);
}

/* The twin of @i in the table; 0 if there is none, and @i is inserted. */
static u32 lookup(struct gvn *g, u32 i)
{
	u32 *head = &g->heads[hash(g, i)];
	u32 left = MAX_CHAIN;
	u32 j;

	for (j = *head; j && left; j = g->next[j], left--)
		if (same(g, i, j))
			return j;
	g->next[i] = *head;
	*head = i;
	return 0;
}

/* Replace the twin @j, which does not dominate @i, with @i: nothing below needs @j. */
static void replace(struct gvn *g, u32 i, u32 j)
{
	u32 *link = &g->heads[hash(g, i)];

	while (*link != j)
		link = &g->next[*link];
	*link = i;
	g->next[i] = g->next[j];
}

static void number_const(struct gvn *g, u32 i)
{
	u32 first = lookup(g, i);

	g->number[i] = first ? g->number[first] : i;
	if (!first)
		return;
	if (g->f->ins[first].block == g->f->ins[i].block) {
		fold_to_copy(g->f, i, first);
		ir_ins_detach(g->f, i);
	} else {
		replace(g, i, first);
	}
}

static void number_ins(struct gvn *g, u32 i)
{
	struct ir_func *f = g->f;
	u32 twin;

	fold_resolve(f, i);
	if (f->ins[i].op == IR_CONST) {
		number_const(g, i);
		return;
	}
	if (f->ins[i].op != IR_PHI && !ir_op_is(f->ins[i].op, IR_OP_PURE))
		return;
	twin = lookup(g, i);
	if (!twin)
		return;
	if (!ir_dominates(&g->dom, f->ins[twin].block, f->ins[i].block)) {
		replace(g, i, twin);
		return;
	}
	fold_to_copy(f, i, twin);
	ir_ins_detach(f, i);
}

static int alloc(struct gvn *g)
{
	struct kwasm_arena *arena = g->f->arena;
	u32 size = 64;

	while (size < g->f->num_ins / 2)
		size *= 2;
	g->mask = size - 1;
	g->key = (u64)kwasm_hash(&size, sizeof(size)) << 32 | kwasm_hash(&g->mask, sizeof(g->mask));
	g->heads = kwasm_arena_alloc(arena, size, sizeof(u32));
	g->next = kwasm_arena_alloc(arena, g->f->num_ins, sizeof(u32));
	g->number = kwasm_arena_alloc(arena, g->f->num_ins, sizeof(u32));
	if (!g->heads || !g->next || !g->number)
		return ir_out_of_memory(g->f);
	return 0;
}

int ir_gvn(struct ir_func *f)
{
	struct gvn g = { .f = f };
	int err = alloc(&g);
	u32 n, i, next;

	if (err)
		return err;
	err = ir_dom_build(f, &g.dom);
	if (err)
		return err;
	for (n = 0; n < f->num_order; n++) {
		ir_for_each_ins(f, g.dom.walk[n], i, next) {
			err = ir_step(f);
			if (err)
				return err;
			number_ins(&g, i);
		}
	}
	return fold_resolve_all(f);
}
