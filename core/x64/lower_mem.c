// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower_mem.c - lower operations to machine operations: memory.
 *
 * Guarantees: the effective address remains the 33-bit sum that WebAssembly defines; a load is only
 * absorbed by its user if no instruction in between can observe it.
 */
#include "lower.h"

/* Most instructions between a load and the user that absorbs it; most steps of a bound. */
#define LOAD_DISTANCE 24
#define BOUND_STEPS 4

/* Is @access the whole of @type, so that an instruction can read it from memory in its width? */
static bool access_is_whole(u32 access, u32 type)
{
	if (type == IR_I64 || type == IR_F64)
		return access == IR_U64;
	return access == IR_U32 || access == IR_S32;
}

/* Could executing @user's load only now, instead of at @load, be noticed? */
static bool can_sink(const struct ir_func *f, u32 load, u32 user)
{
	u32 n = 0;
	u32 i;

	for (i = f->ins[load].next; i != user; i = f->ins[i].next)
		if (!i || ++n > LOAD_DISTANCE ||
		    ir_op_is(f->ins[i].op, IR_OP_WRITES | IR_OP_CALLS | IR_OP_TRAPS))
			return false;
	return true;
}

bool lower_fold_load(struct lower *l, u32 user, u32 n, u32 type)
{
	struct ir_ins *ins = &l->f->ins[user];
	u32 v = ins->arg[n];
	struct ir_ins *load = &l->f->ins[v];

	if (load->op != IR_LOAD || load->form || !lower_single(l, v) ||
	    load->block != ins->block || !access_is_whole(load->access, type) ||
	    load->type != type || load->imm > S32_MAX ||
	    l->f->ins[load->arg[0]].op == IR_CONST || !can_sink(l->f, v, user))
		return false;
	ins->form = X64_FORM_RM;
	ins->access = load->access;
	ins->imm = load->imm;
	ins->at = load->at;
	ins->arg[n] = load->arg[0];
	l->uses[v] = 0;
	ir_ins_unlink(l->f, v);
	return true;
}

/* A value that v, an i32, never exceeds. */
static u64 upper_bound(const struct ir_func *f, u32 v)
{
	const struct ir_ins *ins = &f->ins[v];
	u64 shift = 0;
	u64 bound = U32_MAX;
	u32 step;

	for (step = 0; step < BOUND_STEPS; step++) {
		const struct ir_ins *right = &f->ins[ins->arg[1]];

		if (ins->op != IR_SHL || right->op != IR_CONST || ins->form)
			break;
		shift += right->imm & 31;
		ins = &f->ins[ins->arg[0]];
	}
	if (ins->op == IR_AND && !ins->form && f->ins[ins->arg[1]].op == IR_CONST)
		bound = (u32)f->ins[ins->arg[1]].imm;
	else if (ins->op == IR_SHRU && !ins->form && f->ins[ins->arg[1]].op == IR_CONST)
		bound = U32_MAX >> (f->ins[ins->arg[1]].imm & 31);
	else if (ins->op == IR_LOAD && ins->access == IR_U8)
		bound = 0xff;
	else if (ins->op == IR_LOAD && ins->access == IR_U16)
		bound = 0xffff;
	else if (ir_op_class(ins->op) == IR_CLASS_COMPARE)
		bound = 1;
	if (shift > 31 || bound << shift > U32_MAX)
		return U32_MAX;
	return bound << shift;
}

/* Move the constant part of the address into the offset. */
static void fold_address(struct lower *l, struct ir_ins *ins)
{
	struct ir_func *f = l->f;
	const struct ir_ins *add = &f->ins[ins->arg[0]];
	u64 c;

	if (add->op == IR_CONST) {
		ins->imm += (u32)add->imm;
		lower_replace(l, &ins->arg[0], 0);
		ins->form = X64_FORM_ABS;
		return;
	}
	if (add->op != IR_ADD || add->form || f->ins[add->arg[1]].op != IR_CONST)
		return;
	/* the address wraps at 32 bits, the offset does not */
	c = (u32)f->ins[add->arg[1]].imm;
	if (ins->imm + c <= S32_MAX && upper_bound(f, add->arg[0]) + c <= U32_MAX) {
		ins->imm += c;
		lower_replace(l, &ins->arg[0], add->arg[0]);
	}
}

void lower_load(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];

	ins->form = X64_FORM_RR;
	fold_address(l, ins);
}

static bool mask_is_idle(u32 access, s64 mask)
{
	switch (access) {
	case IR_U8:
	case IR_S8:
		return (mask & 0xff) == 0xff;
	case IR_U16:
	case IR_S16:
		return (mask & 0xffff) == 0xffff;
	default:
		return false;
	}
}

void lower_store(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	struct ir_ins *value;
	s64 c;

	if (ins->access != IR_U64)
		lower_strip(l, &ins->arg[1]);
	value = &l->f->ins[ins->arg[1]];
	if (value->op == IR_AND && !value->form && lower_const(l, value->arg[1], &c) &&
	    mask_is_idle(ins->access, c))
		lower_replace(l, &ins->arg[1], value->arg[0]);
	ins->form = X64_FORM_RR;
	fold_address(l, ins);
	if (!lower_const(l, ins->arg[1], &c) || (ins->access == IR_U64 && c != (s32)c))
		return;
	lower_replace(l, &ins->arg[1], 0);
	ins->form = ins->form == X64_FORM_ABS ? X64_FORM_ABS_RI : X64_FORM_RI;
	ins->disp = (s32)c;
}

/* GSET, LSET */
void lower_set(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	s64 c;

	ins->form = X64_FORM_RR;
	if (ins->type == IR_I32)
		lower_strip(l, &ins->arg[0]);
	if (lower_imm32(l, ins->arg[0], &c)) {
		lower_replace(l, &ins->arg[0], 0);
		ins->form = X64_FORM_RI;
		ins->disp = (s32)c;
	}
}

/* A constant offset is part of the address. */
void lower_packet(struct lower *l, u32 i)
{
	struct ir_ins *ins = &l->f->ins[i];
	s64 c;

	ins->form = X64_FORM_RR;
	if (lower_const(l, ins->arg[0], &c) && c >= 0 && c <= S32_MAX - (s64)sizeof(u64)) {
		lower_replace(l, &ins->arg[0], 0);
		ins->form = X64_FORM_RI;
		ins->disp = (s32)c;
	}
}
