// SPDX-License-Identifier: GPL-2.0-only
/*
 * split.c - split critical edges.
 *
 * Requires: order[], preds, succs.
 * Provides: no edge leads from a block with several successors to one with several predecessors,
 * so that moves for an edge always have a dedicated block.  PHI operands keep their positions.
 * Bounded: linear in the edges.
 */
#include "ir.h"

/*
 * A copy of the predecessors of all blocks, with the successor number of each edge.
 * @first: of each block, start of its entries
 * @from: predecessor
 * @nth: which of the predecessor's successors the block is
 * @slot: of each predecessor of the current block, @nth
 * @behind: of each block, first new block to place after it; @next links them
 */
struct split {
	struct ir_func *f;
	u32 num_blocks;
	u32 num_new;
	u32 *first;
	u32 *from;
	u32 *nth;
	u32 *slot;
	u32 *behind;
	u32 *next;
};

static bool is_critical(const struct ir_func *f, u32 from, u32 to)
{
	return f->blocks[from].num_succs > 1 && f->blocks[to].num_preds > 1;
}

/* Sorts all edges by the block they lead to. */
static int collect(struct split *s)
{
	struct ir_func *f = s->f;
	u32 n = f->num_blocks;
	u32 total = 0;
	u32 i, k;

	s->first = kwasm_arena_alloc(f->arena, n, sizeof(u32));
	for (i = 0; i < f->num_order; i++)
		total += f->blocks[f->order[i]].num_preds;
	s->from = kwasm_arena_alloc(f->arena, total + 1, sizeof(u32));
	s->nth = kwasm_arena_alloc(f->arena, total + 1, sizeof(u32));
	s->slot = kwasm_arena_alloc(f->arena, n, sizeof(u32));
	s->behind = kwasm_arena_alloc(f->arena, n, sizeof(u32));
	s->next = kwasm_arena_alloc(f->arena, total + 1, sizeof(u32));
	if (!s->first || !s->from || !s->nth || !s->slot || !s->behind || !s->next)
		return ir_out_of_memory(f);
	total = 0;
	for (i = 0; i < f->num_order; i++) {
		s->first[f->order[i]] = total;
		total += f->blocks[f->order[i]].num_preds;
	}
	for (i = 0; i < f->num_order; i++) {
		u32 b = f->order[i];

		for (k = 0; k < f->blocks[b].num_succs; k++) {
			u32 at = s->first[ir_succ(f, b, k)]++;

			s->from[at] = b;
			s->nth[at] = k;
		}
	}
	for (i = 0; i < f->num_order; i++)
		s->first[f->order[i]] -= f->blocks[f->order[i]].num_preds;
	for (i = 0; i < n; i++)
		s->behind[i] = IR_NO_BLOCK;
	return 0;
}

/* Puts a new block on the edge from predecessor @k of @to. */
static int split_edge(struct split *s, u32 to, u32 k)
{
	struct ir_func *f = s->f;
	u32 from = ir_pred(f, to, k);
	u32 block = ir_block_new(f);
	u32 jmp = ir_ins_new(f, IR_JMP, IR_VOID);
	u32 lists = ir_pool_new(f, 2);

	if (block == IR_NO_BLOCK || !jmp || lists == U32_MAX)
		return -ENOMEM;
	f->ins[jmp].at = f->ins[f->blocks[from].last].at;
	ir_ins_append(f, block, jmp);
	f->pool[lists] = from;
	f->pool[lists + 1] = to;
	f->blocks[block].preds = lists;
	f->blocks[block].num_preds = 1;
	f->blocks[block].succs = lists + 1;
	f->blocks[block].num_succs = 1;
	f->pool[f->blocks[from].succs + s->slot[from]] = block;
	f->pool[f->blocks[to].preds + k] = block;
	s->next[block - s->num_blocks] = s->behind[from];
	s->behind[from] = block;
	s->num_new++;
	return 0;
}

static int split_block(struct split *s, u32 to)
{
	struct ir_func *f = s->f;
	u32 n = f->blocks[to].num_preds;
	u32 k;
	int err;

	for (k = 0; k < n; k++)
		s->slot[s->from[s->first[to] + k]] = s->nth[s->first[to] + k];
	for (k = 0; k < n; k++) {
		err = ir_step(f);
		if (!err && is_critical(f, ir_pred(f, to, k), to))
			err = split_edge(s, to, k);
		if (err)
			return err;
	}
	return 0;
}

/* Each new block follows its predecessor. */
static int place(struct split *s)
{
	struct ir_func *f = s->f;
	u32 *order = kwasm_arena_alloc(f->arena, f->num_order + s->num_new, sizeof(u32));
	u32 n = 0;
	u32 i, b;

	if (!order)
		return ir_out_of_memory(f);
	for (i = 0; i < f->num_order; i++) {
		order[n++] = f->order[i];
		for (b = s->behind[f->order[i]]; b != IR_NO_BLOCK; b = s->next[b - s->num_blocks])
			order[n++] = b;
	}
	f->order = order;
	f->num_order = n;
	return ir_loops_find(f);
}

int ir_split_edges(struct ir_func *f)
{
	struct split s = { .f = f, .num_blocks = f->num_blocks };
	int err = collect(&s);
	u32 i;

	for (i = 0; i < f->num_order && !err; i++)
		if (f->blocks[f->order[i]].num_preds > 1)
			err = split_block(&s, f->order[i]);
	if (err)
		return err;
	return place(&s);
}
