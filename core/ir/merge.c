// SPDX-License-Identifier: GPL-2.0-only
/*
 * merge.c - a block and the only one that follows it, if nothing else leads there, become one.
 *
 * Requires: SSA, preds, succs, order[].
 * Provides: the same with fewer blocks.
 * Bounded: linear in blocks, edges and instructions.
 */
#include "fold.h"

/* PHIs of a block with one predecessor equal their operand. */
static void drop_phis(struct ir_func *f, u32 b)
{
	u32 i, next;

	for (i = f->blocks[b].first; f->ins[i].op == IR_PHI; i = next) {
		next = f->ins[i].next;
		f->ins[i].op = IR_COPY;
		f->ins[i].arg[0] = f->pool[f->ins[i].list];
		ir_ins_detach(f, i);
	}
}

/* Appends the instructions and edges of @tail, @b's only successor, to @b. */
static int append(struct ir_func *f, u32 b, u32 tail)
{
	struct ir_block *block = &f->blocks[b];
	const struct ir_block *from = &f->blocks[tail];
	u32 first, i;
	int err;

	ir_ins_unlink(f, block->last);
	drop_phis(f, tail);
	first = from->first;
	for (i = first; i; i = f->ins[i].next) {
		err = ir_step(f);
		if (err)
			return err;
		f->ins[i].block = b;
	}
	f->ins[first].prev = block->last;
	if (block->last)
		f->ins[block->last].next = first;
	else
		block->first = first;
	block->last = from->last;
	block->succs = from->succs;
	block->num_succs = from->num_succs;
	return 0;
}

int ir_merge_blocks(struct ir_func *f)
{
	u32 *into = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(u32));
	u32 n = 0;
	u32 i, k;
	int err;

	if (!into)
		return ir_out_of_memory(f);
	for (i = 0; i < f->num_order; i++) {
		u32 b = f->order[i];
		u32 pred = f->blocks[b].num_preds == 1 ? into[ir_pred(f, b, 0)] : IR_NO_BLOCK;

		if (pred != IR_NO_BLOCK && f->ins[f->blocks[pred].last].op == IR_JMP) {
			err = append(f, pred, b);
			if (err)
				return err;
			into[b] = pred;
		} else {
			f->order[n++] = b;
			into[b] = b;
		}
	}
	if (n == f->num_order)
		return 0;
	f->num_order = n;
	for (i = 0; i < n; i++) {
		u32 b = f->order[i];

		for (k = 0; k < f->blocks[b].num_preds; k++)
			f->pool[f->blocks[b].preds + k] = into[ir_pred(f, b, k)];
	}
	return fold_resolve_all(f) ?: ir_loops_find(f);
}
