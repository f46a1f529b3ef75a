// SPDX-License-Identifier: GPL-2.0-only
/*
 * dce.c - dead code elimination.
 *
 * Requires: SSA.  Provides: every value is used by something that has an effect.  A possible trap
 * counts as an effect, unless IR_NOTRAP excludes it.  Bounded: linear in instructions and operands.
 */
#include "ir.h"

struct dce {
	struct ir_func *f;
	u8 *live;
	u32 *work;
	u32 num_work;
};

static bool has_effect(const struct ir_ins *ins)
{
	if (ins->op == IR_RESULT)
		return true;		/* must stay after the call */
	if (ir_op_is(ins->op, IR_OP_WRITES | IR_OP_END))
		return true;
	return ir_op_is(ins->op, IR_OP_TRAPS) && !(ins->flags & IR_NOTRAP);
}

static void mark(u32 *use, void *arg)
{
	struct dce *d = arg;

	if (d->live[*use])
		return;
	d->live[*use] = 1;
	d->work[d->num_work++] = *use;
}

int ir_dce(struct ir_func *f)
{
	struct dce d = { .f = f };
	u32 i, ins, next;
	int err = 0;

	d.live = kwasm_arena_alloc(f->arena, f->num_ins, 1);
	d.work = kwasm_arena_alloc(f->arena, f->num_ins, sizeof(u32));
	if (!d.live || !d.work)
		return ir_out_of_memory(f);
	for (i = 0; i < f->num_order; i++)
		ir_for_each_ins(f, f->order[i], ins, next)
			if (has_effect(&f->ins[ins]))
				mark(&ins, &d);
	while (d.num_work && !err) {
		ir_uses(f, d.work[--d.num_work], mark, &d);
		err = ir_step(f);
	}
	for (i = 0; i < f->num_order && !err; i++)
		ir_for_each_ins(f, f->order[i], ins, next) {
			if (!d.live[ins])
				ir_ins_unlink(f, ins);
			err = ir_step(f);
			if (err)
				break;
		}
	return err;
}
