// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_assign.c - write the result of register allocation to the instructions.
 *
 * One forward walk.  In front of each instruction stand, in this order: what its gap moves (ends of
 * intervals, results leaving fixed registers), then what brings operands into fixed and two-address
 * registers.  A value with a slot is stored directly after its definition.
 */
#include "live.h"
#include "parmove.h"

/**
 * struct walk - the forward walk
 * @done: next interval of ra.done
 * @fixed_def: the instruction before, when its value is in the fixed register @fixed_reg
 */
struct walk {
	struct ra *ra;
	struct ir_parmove *pm;
	u32 done;
	u32 fixed_def;
	u32 fixed_reg;
};

/* @value is defined in register @reg, where it must not stay: move it to its home and its slot. */
static int settle(struct walk *w, u32 value, u32 reg, u32 pos)
{
	struct ra *ra = w->ra;
	u32 loc;
	int err;

	if (ra->values[value].range == RA_NONE)
		return 0;
	loc = ra_loc(ra, value, pos);
	err = ir_parmove_add(w->pm, loc, reg, value);
	if (!err && ra->values[value].spilled && !ir_loc_is_slot(loc))
		err = ir_parmove_add(w->pm, ra->values[value].slot, reg, value);
	return err;
}

/* An interval begins inside of a block: where was the value before? */
static int begin_interval(struct walk *w, const struct ra_interval *iv, u32 block_from)
{
	const struct ra *ra = w->ra;
	const struct ra_interval *prev = iv->prev == RA_NONE ? NULL : &ra->iv[iv->prev];
	u32 src = ra->values[iv->value].slot;

	if (!iv->child || iv->start == iv->end || (iv->start == block_from && !ra->local))
		return 0;
	if (prev && prev->start < prev->end && prev->end == iv->start && iv->start != block_from)
		src = prev->reg;
	return ir_parmove_add(w->pm, iv->reg, src, iv->value);
}

static int gap(struct walk *w, u32 place, u32 pos, u32 before)
{
	struct ra *ra = w->ra;
	int err = 0;

	if (w->fixed_def)
		err = settle(w, w->fixed_def, w->fixed_reg, pos);
	w->fixed_def = 0;
	for (; !err && w->done < ra->num_done; w->done++) {
		const struct ra_interval *iv = &ra->iv[ra->done[w->done]];

		if (iv->start >= pos + 4)
			break;
		err = begin_interval(w, iv, ra->blocks[place].from);
	}
	return err ? err : ir_parmove_flush(w->pm, before);
}

/* Operands that must be in fixed registers or in the register of the value. */
static int move_operands(struct walk *w, u32 i, u32 pos, const struct ir_target_ins *t, u32 dst)
{
	struct ra *ra = w->ra;
	struct ir_func *f = ra->f;
	u32 n, v;
	int err = 0;

	for (n = 0; !err && n < 3; n++) {
		u32 to = n == 0 && t->tied ? dst : t->use[n];

		if ((n == 0 && t->tied) || ra_is_fixed(t->use[n])) {
			v = f->ins[i].arg[n];
			err = ir_parmove_add(w->pm, to, ra_moved_from(ra, v, pos), v);
			f->ins[i].src[n] = to;
		}
	}
	if (t->list_use && ir_op_is(f->ins[i].op, IR_OP_LIST)) {
		for (n = 0; !err && n < f->ins[i].num_list; n++) {
			v = f->pool[f->ins[i].list + n];
			if (ra_is_fixed(t->list_use[n]))
				err = ir_parmove_add(w->pm, t->list_use[n],
						     ra_moved_from(ra, v, pos), v);
		}
	}
	return err ? err : ir_parmove_flush(w->pm, i);
}

static int store(struct walk *w, u32 i)
{
	struct ir_func *f = w->ra->f;
	u32 move = ir_ins_new(f, IR_MOVE, f->ins[i].type);

	if (!move)
		return -ENOMEM;
	f->ins[move].dst = w->ra->values[i].slot;
	f->ins[move].src[0] = f->ins[i].dst;
	f->ins[move].at = f->ins[i].at;
	ir_ins_after(f, i, move);
	return 0;
}

static int assign_ins(struct walk *w, u32 i, u32 pos)
{
	struct ra *ra = w->ra;
	struct ir_func *f = ra->f;
	struct ir_target_ins t;
	u32 n, dst = IR_LOC_NONE;
	int err;

	ra_describe(ra, i, &t);
	if (ra_is_fixed(t.def)) {
		dst = t.def;
		w->fixed_def = i;
		w->fixed_reg = t.def;
	} else if (t.def != IR_LOC_NONE) {
		dst = ra_loc(ra, i, t.tied ? pos + 1 : pos + 3);
		if (f->ins[i].op == IR_CONST)
			f->ins[i].flags |= IR_FOLDED;
		else if (!ir_loc_is_reg(dst))
			return ra_error(ra, -EINVAL, i, "a value has no register");
	}
	err = move_operands(w, i, pos, &t, dst);
	if (err)
		return err;
	for (n = 0; n < 3; n++) {
		if (t.use[n] == RA_USE_SAME)
			f->ins[i].src[n] = dst;
		else if (!(n == 0 && t.tied) &&
			 (t.use[n] == IR_TARGET_ANY || t.use[n] == IR_TARGET_ANYLOC))
			f->ins[i].src[n] = ra_loc(ra, f->ins[i].arg[n], pos + 2);
		if (t.use[n] == IR_TARGET_ANY && !ir_loc_is_reg(f->ins[i].src[n]))
			return ra_error(ra, -EINVAL, i, "an operand has no register");
	}
	f->ins[i].dst = dst;
	if (t.def == IR_TARGET_ANY && ra->values[i].spilled)
		return store(w, i);
	return 0;
}

/* PHIs and the parameters in registers: there from the start of the block. */
static int assign_heads(struct walk *w, u32 place)
{
	struct ra *ra = w->ra;
	struct ir_func *f = ra->f;
	u32 from = ra->blocks[place].from, i;
	int err = 0;

	for (i = f->blocks[f->order[place]].first; !err && i; i = f->ins[i].next) {
		const struct ra_value *v = &ra->values[i];

		if (v->entry) {
			f->ins[i].dst = v->arrives;
			err = settle(w, i, v->arrives, from);
		} else if (f->ins[i].op != IR_PHI) {
			break;
		} else if (v->range != RA_NONE) {
			f->ins[i].dst = ra_phi_home(ra, i);
			if (v->spilled && !ir_loc_is_slot(f->ins[i].dst))
				err = ir_parmove_add(w->pm, v->slot, f->ins[i].dst, i);
		}
	}
	return err;
}

static int assign_block(struct walk *w, u32 place)
{
	struct ra *ra = w->ra;
	struct ir_func *f = ra->f;
	u32 pos = ra->blocks[place].from, i, next;
	int err = assign_heads(w, place);

	ir_for_each_ins(f, f->order[place], i, next) {
		if (!err)
			err = ir_step(f);
		if (err)
			return err;
		if (ra_is_skipped(&f->ins[i]) || (i < ra->num_ins && ra->values[i].entry))
			continue;
		err = gap(w, place, pos, i);
		if (!err)
			err = assign_ins(w, i, pos);
		pos += 4;
	}
	return err ? err : ra_phi_edges(ra, place);
}

int ra_assign(struct ra *ra, struct ir_parmove *pm)
{
	struct walk w = { .ra = ra, .pm = pm };
	u32 place;
	int err = 0;

	for (place = 0; !err && place < ra->f->num_order; place++)
		err = assign_block(&w, place);
	return err;
}
