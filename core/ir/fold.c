// SPDX-License-Identifier: GPL-2.0-only
/*
 * fold.c - simplification: constants, algebra, branches on constants, redundant PHIs.
 *
 * Requires: SSA, preds, succs, order[].  Provides: the same, simplified, without IR_COPY.  Possible
 * traps are preserved, at the same place.  Bounded: a sweep is linear; there are at most MAX_SWEEPS
 * of them, and an instruction is rewritten at most MAX_STEPS times in one.
 */
#include "fold.h"

#define MAX_SWEEPS 4
#define MAX_STEPS 16

u32 fold_value(struct ir_func *f, u32 v)
{
	while (f->ins[v].op == IR_COPY) {
		u32 next = f->ins[v].arg[0];

		if (f->ins[next].op == IR_COPY)
			f->ins[v].arg[0] = f->ins[next].arg[0];
		v = next;
	}
	return v;
}

static void resolve(u32 *use, void *arg)
{
	*use = fold_value(arg, *use);
}

void fold_resolve(struct ir_func *f, u32 i)
{
	ir_uses(f, i, resolve, f);
}

int fold_resolve_all(struct ir_func *f)
{
	u32 n, i, next;
	int err;

	for (n = 0; n < f->num_order; n++)
		ir_for_each_ins(f, f->order[n], i, next) {
			err = ir_step(f);
			if (err)
				return err;
			fold_resolve(f, i);
		}
	return 0;
}

static bool become(struct ir_func *f, u32 i, u32 op, u32 a, u32 b)
{
	struct ir_ins *ins = &f->ins[i];

	ins->op = op;
	if (!fold_is_compare(op))
		ins->otype = 0;
	ins->flags = 0;
	ins->arg[0] = a;
	ins->arg[1] = b;
	ins->arg[2] = 0;
	ins->imm = 0;
	return true;
}

bool fold_to_const(struct ir_func *f, u32 i, u64 bits)
{
	become(f, i, IR_CONST, 0, 0);
	f->ins[i].imm = bits & fold_mask(f->ins[i].type);
	return true;
}

bool fold_to_copy(struct ir_func *f, u32 i, u32 value)
{
	return become(f, i, IR_COPY, value, 0);
}

bool fold_to_op(struct ir_func *f, u32 i, u32 op, u32 a, u32 b)
{
	return become(f, i, op, a, b);
}

bool fold_to_op_const(struct ir_func *f, u32 i, u32 op, u32 a, u64 c)
{
	u32 type = fold_is_compare(op) ? f->ins[i].otype : f->ins[i].type;
	u32 k = fold_new_const(f, i, type, c);

	return k && become(f, i, op, a, k);
}

u32 fold_new(struct ir_func *f, u32 i, u32 op, u32 type, u32 a, u32 b)
{
	u32 ins = ir_ins_new(f, op, type);

	if (!ins)
		return 0;
	f->ins[ins].at = f->ins[i].at;
	f->ins[ins].arg[0] = a;
	f->ins[ins].arg[1] = b;
	ir_ins_before(f, i, ins);
	return ins;
}

u32 fold_new_const(struct ir_func *f, u32 i, u32 type, u64 bits)
{
	u32 ins = fold_new(f, i, IR_CONST, type, 0, 0);

	if (ins)
		f->ins[ins].imm = bits & fold_mask(type);
	return ins;
}

/* An immutable global of the module's own is its initial value. */
static bool global_const(struct ir_func *f, u32 i)
{
	const struct kwasm_module *m = f->module;
	const struct kwasm_global *global = &m->globals[f->ins[i].imm];

	if (f->ins[i].imm < m->num_global_imports || global->type.mutable ||
	    global->init.kind != KWASM_CONST_VALUE)
		return false;
	return fold_to_const(f, i, global->init.bits);
}

static bool all_const(struct ir_func *f, u32 i)
{
	struct ir_ins *ins = &f->ins[i];
	u32 n = ir_op_info[ins->op].num_args;
	u64 v;

	if (!n || n > 2 || !ir_op_is(ins->op, IR_OP_PURE) || !fold_is_const(f, ins->arg[0]) ||
	    (n == 2 && !fold_is_const(f, ins->arg[1])))
		return false;
	if (!fold_eval(ins, f->ins[ins->arg[0]].imm, f->ins[ins->arg[1]].imm, &v))
		return false;
	return fold_to_const(f, i, v);
}

static bool constant_last(struct ir_func *f, u32 i)
{
	struct ir_ins *ins = &f->ins[i];
	u32 first = ins->arg[0];

	if (!ir_op_is(ins->op, IR_OP_COMMUTES) || !fold_is_const(f, first) ||
	    fold_is_const(f, ins->arg[1]))
		return false;
	ins->arg[0] = ins->arg[1];
	ins->arg[1] = first;
	return true;
}

/* One simplification of @i; false if there is none. */
static bool step(struct ir_func *f, u32 i)
{
	if (all_const(f, i) || constant_last(f, i))
		return true;
	switch (ir_op_class(f->ins[i].op)) {
	case IR_CLASS_ARITH:
	case IR_CLASS_LOGIC:
	case IR_CLASS_SHIFT:
		return fold_arith(f, i);
	case IR_CLASS_DIVIDE:
		return fold_divide(f, i);
	case IR_CLASS_COMPARE:
	case IR_CLASS_SELECT:
		return fold_compare(f, i);
	case IR_CLASS_END:
		return f->ins[i].op == IR_BR && fold_compare(f, i);
	case IR_CLASS_EXTEND:
	case IR_CLASS_RESIZE:
		return fold_convert(f, i);
	case IR_CLASS_STATE:
		return f->ins[i].op == IR_GGET ? global_const(f, i) :
		       f->ins[i].op == IR_STORE && fold_convert(f, i);
	default:
		return ir_op_is(f->ins[i].op, IR_OP_FLOAT) && fold_float(f, i);
	}
}

/* The end of block @b leads to one place only: keep that edge. */
static bool fold_end(struct ir_func *f, u32 b)
{
	struct ir_block *block = &f->blocks[b];
	struct ir_ins *end = &f->ins[block->last];
	u32 taken;
	u64 v;

	if ((end->op != IR_BR && end->op != IR_SWITCH) || !fold_is_const(f, end->arg[0]))
		return false;
	v = f->ins[end->arg[0]].imm;
	if (end->op == IR_BR)
		taken = !v;
	else
		taken = f->pool[end->list + min_t(u64, v, end->num_list - 1)];
	f->pool[block->succs] = f->pool[block->succs + taken];
	block->num_succs = 1;
	end->op = IR_JMP;
	end->arg[0] = 0;
	end->num_list = 0;
	return true;
}

/* The only value of PHI @i apart from itself; 0 if there are several. */
static u32 phi_value(struct ir_func *f, u32 i)
{
	u32 value = 0;
	u32 k;

	ir_note(f, 1 + f->ins[i].num_list);
	for (k = 0; k < f->ins[i].num_list; k++) {
		u32 v = fold_value(f, f->pool[f->ins[i].list + k]);

		f->pool[f->ins[i].list + k] = v;
		if (v == i || v == value)
			continue;
		if (!value)
			value = v;
		else if (!fold_is_const(f, v) || !fold_is_const(f, value) ||
			 f->ins[v].imm != f->ins[value].imm)
			return 0;
	}
	return value;
}

/* The first instruction of block @b that is not a PHI. */
static u32 behind_phis(const struct ir_func *f, u32 b)
{
	u32 i = f->blocks[b].first;

	while (f->ins[i].op == IR_PHI)
		i = f->ins[i].next;
	return i;
}

/*
 * Turn the PHIs of block @b with a single value into copies.  Equal constants may be different
 * instructions that do not dominate this block: such a PHI becomes a new constant.
 */
static int fold_phis(struct ir_func *f, u32 b, bool *changed)
{
	u32 i, next;

	for (i = f->blocks[b].first; f->ins[i].op == IR_PHI; i = next) {
		u32 value = phi_value(f, i);

		next = f->ins[i].next;
		if (!value)
			continue;
		*changed = true;
		if (fold_is_const(f, value)) {
			value = fold_new_const(f, behind_phis(f, b), f->ins[i].type,
					       f->ins[value].imm);
			if (!value)
				return -ENOMEM;
		}
		fold_to_copy(f, i, value);
		ir_ins_detach(f, i);
	}
	return 0;
}

static void fold_ins(struct ir_func *f, u32 i, bool *changed)
{
	u32 steps = 0;

	fold_resolve(f, i);
	while (steps < MAX_STEPS && step(f, i)) {
		fold_resolve(f, i);
		steps++;
	}
	if (steps)
		*changed = true;
	if (f->ins[i].op == IR_COPY)
		ir_ins_detach(f, i);
}

/*
 * One sweep over all blocks.  PHIs are handled first and in reverse order, so that those of inner
 * loops precede those of outer loops, which depend on them.
 */
static int sweep(struct ir_func *f, bool *changed)
{
	u32 before = f->num_ins;
	bool edges = false;
	u32 n, i, next;
	int err;

	for (n = f->num_order; n--;) {
		err = fold_phis(f, f->order[n], changed);
		if (err)
			return err;
	}
	for (n = 0; n < f->num_order; n++) {
		ir_for_each_ins(f, f->order[n], i, next) {
			err = ir_step(f);
			if (err)
				return err;
			fold_ins(f, i, changed);
		}
		if (fold_end(f, f->order[n]))
			edges = true;
	}
	if (f->no_memory)
		return -ENOMEM;
	if (f->num_ins != before)
		*changed = true;
	if (!edges)
		return 0;
	*changed = true;
	return ir_cfg_clean(f);
}

int ir_fold(struct ir_func *f)
{
	bool changed = true;
	u32 sweeps;
	int err;

	for (sweeps = 0; sweeps < MAX_SWEEPS && changed; sweeps++) {
		changed = false;
		err = sweep(f, &changed);
		if (err)
			return err;
	}
	return fold_resolve_all(f) ?: ir_merge_blocks(f);
}
