/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lower.h - shared by the files of lowering.
 */
#ifndef KWASM_X64_LOWER_H
#define KWASM_X64_LOWER_H

#include "x64.h"

/**
 * struct lower - lowering of one function
 * @uses: number of operand slots that refer to an instruction
 * @conds: those of them that are conditions of BR or SELECT in the same block
 * @num_uses: instructions covered by @uses; later ones count as used often
 * @params: of each parameter its register, or LOWER_STACK plus its stack argument; created for the
 *	first one
 */
struct lower {
	struct ir_func *f;
	const struct x64_code *code;
	u32 *uses;
	u32 *conds;
	u32 num_uses;
	u32 *params;
};

#define LOWER_STACK 256u

/* Is it used once, so that its user may absorb it? */
static inline bool lower_single(const struct lower *l, u32 v)
{
	return v < l->num_uses && l->uses[v] == 1;
}

static inline void lower_use(struct lower *l, u32 v)
{
	if (v < l->num_uses)
		l->uses[v]++;
}

static inline void lower_unuse(struct lower *l, u32 v)
{
	if (v < l->num_uses)
		l->uses[v]--;
}

/* Makes @to the operand in @arg. */
static inline void lower_replace(struct lower *l, u32 *arg, u32 to)
{
	if (to)
		lower_use(l, to);
	if (*arg)
		lower_unuse(l, *arg);
	*arg = to;
}

/* A constant's value, sign-extended from its type. */
static inline bool lower_const(const struct lower *l, u32 v, s64 *value)
{
	const struct ir_ins *ins = &l->f->ins[v];

	if (ins->op != IR_CONST)
		return false;
	*value = ins->type == IR_I32 || ins->type == IR_F32 ? (s32)ins->imm : (s64)ins->imm;
	return true;
}

/* A constant that fits into the immediate field of an instruction. */
static inline bool lower_imm32(const struct lower *l, u32 v, s64 *value)
{
	return lower_const(l, v, value) && *value == (s32)*value;
}

/*
 * The operand's upper half is ignored: look through operations that only clear it, except for a
 * constant, whose type determines its width.
 */
static inline void lower_strip(struct lower *l, u32 *arg)
{
	const struct ir_ins *ins = &l->f->ins[*arg];

	if (ins->op == IR_WRAP && l->f->ins[ins->arg[0]].op != IR_CONST)
		lower_replace(l, arg, ins->arg[0]);
}

/** lower_fold_load() - make the load arg[@n] of @user a memory operand if nothing forbids it. */
bool lower_fold_load(struct lower *l, u32 user, u32 n, u32 type);

/** lower_float_select() - SELECT @i as one instruction if it is a minimum or maximum. */
bool lower_float_select(struct lower *l, u32 i);

/* Each lowers one instruction. */
void lower_load(struct lower *l, u32 i);
void lower_store(struct lower *l, u32 i);
void lower_packet(struct lower *l, u32 i);
void lower_set(struct lower *l, u32 i);
void lower_float(struct lower *l, u32 i);
int lower_param(struct lower *l, u32 i);
int lower_call(struct lower *l, u32 i);
int lower_ret(struct lower *l, u32 i);

#endif /* KWASM_X64_LOWER_H */
