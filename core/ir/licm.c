// SPDX-License-Identifier: GPL-2.0-only
/*
 * licm.c - loop-invariant code motion.
 *
 * Requires: SSA without IR_COPY, loops, order[].  Provides: the same; a preheader, the one block
 * from which its loop is entered, may have gained instructions.  Only pure ones that cannot trap
 * are moved, so executing a skipped one is unobservable; none that another instruction folds for
 * free (constants, extensions, comparisons of branches); divisions only from blocks that execute
 * whenever the loop does.  Bounded: linear; an instruction leaves at most MAX_LEVELS loops, at most
 * MAX_MOVES values leave a loop, since each occupies a register throughout it.
 */
#include "ir.h"

#define MAX_LEVELS 8
#define MAX_MOVES 6

/*
 * @pos: place of each block in order[]
 * @end: of each loop header, position after the loop's last block
 * @preheader: of each loop header, IR_NO_BLOCK if there is none
 * @parent: of each loop header, header of the loop around it
 * @moves: of each loop header, values moved out so far
 */
struct licm {
	struct ir_func *f;
	u32 *pos;
	u32 *end;
	u32 *preheader;
	u32 *parent;
	u32 *moves;
};

static u32 find_preheader(const struct licm *l, u32 header)
{
	const struct ir_func *f = l->f;
	u32 found = IR_NO_BLOCK;
	u32 k;

	for (k = 0; k < f->blocks[header].num_preds; k++) {
		u32 p = ir_pred(f, header, k);

		if (l->pos[p] >= l->pos[header])
			continue;
		if (found != IR_NO_BLOCK)
			return IR_NO_BLOCK;
		found = p;
	}
	if (found != IR_NO_BLOCK && f->blocks[found].num_succs > 1)
		return IR_NO_BLOCK;
	return found;
}

/*
 * Loops are contiguous: the last block of a loop is the last one in order[] that belongs to it or
 * to a loop inside it.
 */
static void find_loops(struct licm *l)
{
	struct ir_func *f = l->f;
	u32 n;

	for (n = 0; n < f->num_order; n++)
		l->pos[f->order[n]] = n;
	for (n = 0; n < f->num_order; n++) {
		ir_note(f, 1 + f->blocks[f->order[n]].num_preds);
		if (f->blocks[f->order[n]].header)
			l->preheader[f->order[n]] = find_preheader(l, f->order[n]);
	}
	for (n = f->num_order; n--;) {
		u32 b = f->order[n];
		u32 loop = f->blocks[b].loop;

		ir_note(f, 1);
		if (loop != IR_NO_BLOCK && !l->end[loop])
			l->end[loop] = n + 1;
	}
}

/* Inner loops follow the headers of outer ones, which are on the stack that @parent links. */
static void nest_loops(struct licm *l)
{
	struct ir_func *f = l->f;
	u32 open = IR_NO_BLOCK;
	u32 n;

	for (n = 0; n < f->num_order; n++) {
		u32 b = f->order[n];

		ir_note(f, 1);
		while (open != IR_NO_BLOCK && f->blocks[b].depth < f->blocks[open].depth)
			open = l->parent[open];
		if (!f->blocks[b].header)
			continue;
		if (open != IR_NO_BLOCK && f->blocks[open].depth == f->blocks[b].depth)
			open = l->parent[open];
		l->parent[b] = open;
		open = b;
	}
	/* a loop extends as far as its inner loops */
	for (n = f->num_order; n--;) {
		u32 b = f->order[n];

		ir_note(f, 1);
		if (f->blocks[b].header && l->parent[b] != IR_NO_BLOCK)
			l->end[l->parent[b]] = max(l->end[l->parent[b]], l->end[b]);
	}
}

static bool is_inside(const struct licm *l, u32 block, u32 loop)
{
	return l->pos[block] >= l->pos[loop] && l->pos[block] < l->end[loop];
}

static bool may_move(const struct ir_func *f, u32 i)
{
	const struct ir_ins *ins = &f->ins[i];

	switch (ir_op_class(ins->op)) {
	case IR_CLASS_DIVIDE:
		return (ins->flags & IR_NOTRAP) && f->blocks[ins->block].header;
	case IR_CLASS_ARITH:
	case IR_CLASS_MULHIGH:
	case IR_CLASS_LOGIC:
	case IR_CLASS_SHIFT:
	case IR_CLASS_COUNT:
	case IR_CLASS_FARITH:
	case IR_CLASS_FEXTREME:
	case IR_CLASS_FSIGN:
	case IR_CLASS_FSQRT:
	case IR_CLASS_FROUND:
	case IR_CLASS_CONVERT:
	case IR_CLASS_PRECISION:
	case IR_CLASS_BITCAST:
		return true;
	case IR_CLASS_TRUNC:
		return !ir_op_is(ins->op, IR_OP_TRAPS);
	default:
		return false;
	}
}

/* Are all operands defined outside @loop?  Constants count as such, wherever they are. */
static bool is_invariant(struct licm *l, u32 i, u32 loop)
{
	struct ir_func *f = l->f;
	u32 k;

	for (k = 0; k < 3; k++) {
		u32 v = f->ins[i].arg[k];

		if (v && f->ins[v].op != IR_CONST && is_inside(l, f->ins[v].block, loop))
			return false;
	}
	return true;
}

/* The constants among the operands of @i move with it. */
static bool bring_constants(struct licm *l, u32 i, u32 to)
{
	struct ir_func *f = l->f;
	u32 k, c;

	for (k = 0; k < 3; k++) {
		u32 v = f->ins[i].arg[k];

		if (!v || f->ins[v].op != IR_CONST || f->ins[v].block == to)
			continue;
		c = ir_ins_new(f, IR_CONST, f->ins[v].type);
		if (!c)
			return false;
		f->ins[c].imm = f->ins[v].imm;
		f->ins[c].at = f->ins[v].at;
		ir_ins_before(f, f->blocks[to].last, c);
		f->ins[i].arg[k] = c;
	}
	return true;
}

static int visit(struct licm *l, u32 i)
{
	struct ir_func *f = l->f;
	u32 loop = f->blocks[f->ins[i].block].loop;
	u32 to = IR_NO_BLOCK;
	u32 levels;

	for (levels = 0; levels < MAX_LEVELS && loop != IR_NO_BLOCK; levels++) {
		if (l->preheader[loop] == IR_NO_BLOCK || l->moves[loop] >= MAX_MOVES ||
		    !is_invariant(l, i, loop))
			break;
		l->moves[loop]++;
		to = l->preheader[loop];
		loop = l->parent[loop];
	}
	if (to == IR_NO_BLOCK)
		return 0;
	if (!bring_constants(l, i, to))
		return -ENOMEM;
	ir_ins_detach(f, i);
	ir_ins_before(f, f->blocks[to].last, i);
	return 0;
}

int ir_licm(struct ir_func *f)
{
	u32 *space = kwasm_arena_alloc(f->arena, f->num_blocks, 5 * sizeof(u32));
	struct licm l = { .f = f };
	u32 n, i, next;
	int err = 0;

	if (!space)
		return ir_out_of_memory(f);
	l.pos = space;
	l.end = space + f->num_blocks;
	l.preheader = space + 2 * f->num_blocks;
	l.parent = space + 3 * f->num_blocks;
	l.moves = space + 4 * f->num_blocks;
	find_loops(&l);
	nest_loops(&l);
	for (n = 0; n < f->num_order && !err; n++) {
		if (f->blocks[f->order[n]].loop == IR_NO_BLOCK)
			continue;
		ir_for_each_ins(f, f->order[n], i, next) {
			err = ir_step(f);
			if (!err && may_move(f, i))
				err = visit(&l, i);
			if (err)
				return err;
		}
	}
	return err;
}
