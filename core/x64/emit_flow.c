// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit_flow.c - emit comparisons, selections and block ends.
 *
 * Guarantees: the index of a jump table is masked by a bounds check, including under speculation;
 * its targets begin with endbr64.
 */
#include "emit.h"

/* A SWITCH of no more runs of equal targets than this is a tree of comparisons. */
#define TREE_RUNS 6u
#define TREE_RUNS_RETPOLINE 24u
#define TREE_MAX TREE_RUNS_RETPOLINE

static bool is_zero_test(const struct ir_ins *ins)
{
	return ins->form == X64_FORM_RI && !ins->imm &&
	       (ins->cc == X64_CC_E || ins->cc == X64_CC_NE);
}

/* Are the flags those of a comparison of the same values? */
static bool is_repeated(const struct emit *e, const struct ir_ins *ins)
{
	const struct ir_ins *last = &e->f->ins[e->compare];

	return e->compare && last->form == ins->form && last->otype == ins->otype &&
	       last->arg[0] == ins->arg[0] && last->arg[1] == ins->arg[1] &&
	       last->imm == ins->imm && ins->form != X64_FORM_RM && ins->form != X64_FORM_MI;
}

static void emit_flags(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = emit_width(ins->otype);
	s64 imm = (s64)ins->imm;
	struct x64_mem mem;

	if (is_repeated(e, ins) || (is_zero_test(ins) && emit_is_tested(e, w, ins->src[0])))
		return;
	switch (ins->form) {
	case X64_FORM_RI:
		if (!imm && ir_loc_is_reg(ins->src[0]))
			x64_rr(e->as, X64_TEST, w, (u8)ins->src[0], (u8)ins->src[0]);
		else
			emit_xi(e, X64_CMP, w, ins->src[0], imm);
		break;
	case X64_FORM_RM:
		mem = emit_guest(e, ins, (u8)ins->src[1], ins->imm);
		x64_rm(e->as, X64_CMP, w, (u8)ins->src[0], mem);
		break;
	case X64_FORM_MI:
		mem = emit_guest(e, ins, (u8)ins->src[0], (u32)ins->disp);
		x64_mi(e->as, X64_CMP, w, mem, imm);
		break;
	case X64_FORM_TEST:
		if (ir_loc_is_reg(ins->src[1]))
			x64_rr(e->as, X64_TEST, w, (u8)ins->src[0], (u8)ins->src[1]);
		else
			x64_mr(e->as, X64_TEST, w, emit_slot(e, ins->src[1]), (u8)ins->src[0]);
		break;
	case X64_FORM_TESTI:
		emit_xi(e, X64_TEST, w, ins->src[0], imm);
		break;
	default:
		emit_rx(e, X64_CMP, w, (u8)ins->src[0], ins->src[1]);
	}
}

/* Is the i32 in location @loc 0? */
static void emit_test(struct emit *e, u32 loc)
{
	if (ir_loc_is_reg(loc))
		x64_rr(e->as, X64_TEST, X64_L, (u8)loc, (u8)loc);
	else
		x64_mi(e->as, X64_CMP, X64_L, emit_slot(e, loc), 0);
}

/* Does making the value first spoil an operand? */
static bool overlaps(const struct ir_ins *ins)
{
	return ins->dst == ins->src[0] || ins->dst == ins->src[1];
}

static void emit_cmov(struct emit *e, const struct ir_ins *ins, enum x64_cc cc)
{
	enum x64_width w = emit_width(ins->type);

	if (ir_loc_is_reg(ins->src[1]))
		x64_cmov_rr(e->as, cc, w, (u8)ins->dst, (u8)ins->src[1]);
	else
		x64_cmov_rm(e->as, cc, w, (u8)ins->dst, emit_slot(e, ins->src[1]));
}

/* Without conditional moves of floats: a jump over a move. */
static void emit_float_select(struct emit *e, const struct ir_ins *ins)
{
	u32 over = x64_label(e->as);

	if (ins->cc == X64_CC_FNE) {
		u32 differ = x64_label(e->as);

		x64_jcc(e->as, X64_CC_P, differ);
		x64_jcc(e->as, X64_CC_E, over);
		x64_bind(e->as, differ);
	} else {
		x64_jcc(e->as, x64_cc_not(ins->cc), over);
	}
	emit_fmove(e, (u8)ins->dst, ins->src[1]);
	x64_bind(e->as, over);
}

void emit_select(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	bool is_float = x64_is_xmm(ins->dst);

	if (is_float)
		emit_fmove(e, (u8)ins->dst, ins->src[0]);
	else
		emit_move(e, emit_width(ins->type), (u8)ins->dst, ins->src[0]);
	if (ins->form != X64_FORM_FLAGS)
		emit_test(e, ins->src[2]);
	if (is_float) {
		emit_float_select(e, ins);
	} else if (ins->cc == X64_CC_FNE) {
		emit_cmov(e, ins, X64_CC_NE);
		emit_cmov(e, ins, X64_CC_P);
	} else {
		emit_cmov(e, ins, ins->cc);
	}
}

void emit_compare(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	if (x64_only_flags(ins)) {
		emit_flags(e, ins);
	} else if (overlaps(ins)) {
		emit_flags(e, ins);
		x64_setcc(e->as, ins->cc, (u8)ins->dst);
		x64_rr(e->as, X64_MOVZX8, X64_L, (u8)ins->dst, (u8)ins->dst);
	} else {
		x64_zero(e->as, (u8)ins->dst);
		e->zero_reg = X64_NONE;
		e->compare = 0;
		emit_flags(e, ins);
		x64_setcc(e->as, ins->cc, (u8)ins->dst);
	}
}

/* ---- block ends ---- */

static u32 succ_label(const struct emit *e, u32 i, u32 n)
{
	return e->labels[ir_succ(e->f, e->f->ins[i].block, n)];
}

static void emit_jump(struct emit *e, u32 label)
{
	if (label != e->next)
		x64_jmp(e->as, label);
}

static void emit_branch(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	u32 yes = succ_label(e, i, 0);
	u32 no = succ_label(e, i, 1);

	if (ins->form != X64_FORM_FLAGS && !emit_is_tested(e, X64_L, ins->src[0]))
		emit_test(e, ins->src[0]);
	if (ins->cc == X64_CC_FNE) {
		emit_branch_fne(e, yes, no);
	} else if (ins->cc == X64_CC_FEQ) {
		emit_branch_fne(e, no, yes);
	} else if (yes == e->next) {
		x64_jcc(e->as, x64_cc_not(ins->cc), no);
	} else {
		x64_jcc(e->as, ins->cc, yes);
		emit_jump(e, no);
	}
}

/**
 * struct runs - a SWITCH as intervals of equal targets
 * @first: smallest value of each
 * @succ: successor number
 */
struct runs {
	u32 first[TREE_MAX];
	u32 succ[TREE_MAX];
	u32 num;
};

/* False when there are more than @max. */
static bool find_runs(const struct ir_func *f, const struct ir_ins *ins, struct runs *r, u32 max)
{
	u32 k;

	r->num = 0;
	for (k = 0; k < ins->num_list; k++) {
		u32 succ = f->pool[ins->list + k];

		if (r->num && r->succ[r->num - 1] == succ)
			continue;
		if (r->num == max)
			return false;
		r->first[r->num] = k;
		r->succ[r->num++] = succ;
	}
	return true;
}

/*
 * Binary search over the runs.  Halves that wait are on a stack whose depth is the logarithm of
 * their number.
 */
static void emit_tree(struct emit *e, u32 i, const struct runs *r)
{
	struct {
		u32 label, low, high;
	} wait[8];
	u8 value = (u8)e->f->ins[i].src[0];
	u32 low = 0, high = r->num;
	u32 n = 0;

	for (;;) {
		while (high - low > 1) {
			u32 mid = low + (high - low) / 2;

			x64_ri(e->as, X64_CMP, X64_L, value, r->first[mid]);
			if (high - mid == 1) {
				x64_jcc(e->as, X64_CC_AE, succ_label(e, i, r->succ[mid]));
			} else {
				wait[n].label = x64_label(e->as);
				wait[n].low = mid;
				wait[n].high = high;
				x64_jcc(e->as, X64_CC_AE, wait[n++].label);
			}
			high = mid;
		}
		if (!n) {
			emit_jump(e, succ_label(e, i, r->succ[low]));
			return;
		}
		x64_jmp(e->as, succ_label(e, i, r->succ[low]));
		n--;
		x64_bind(e->as, wait[n].label);
		low = wait[n].low;
		high = wait[n].high;
	}
}

/* emit_by_table() has determined which targets need an endbr64. */
static void emit_table(struct emit *e, u32 i)
{
	struct ir_func *f = e->f;
	const struct ir_ins *ins = &f->ins[i];
	u32 last = ins->num_list - 1;
	u8 value = (u8)ins->src[0];
	u32 table = x64_label(e->as);
	u32 k;

	x64_ri(e->as, X64_CMP, X64_L, value, last);
	x64_jcc(e->as, X64_CC_AE, succ_label(e, i, f->pool[ins->list + last]));
	x64_rr(e->as, X64_SBB, X64_L, X64_RCX, X64_RCX);
	x64_rr(e->as, X64_AND, X64_L, X64_RCX, value);
	x64_rm(e->as, X64_LEA, X64_Q, X64_SCRATCH, x64_at_label(table));
	x64_rm(e->as, X64_MOVSX32, X64_Q, X64_RCX,
	       x64_at_index(X64_SCRATCH, X64_RCX, 2, 0));
	x64_rr(e->as, X64_ADD, X64_Q, X64_SCRATCH, X64_RCX);
	x64_jmp_reg(e->code, X64_SCRATCH);
	x64_align(e->as, 4);
	x64_bind(e->as, table);
	for (k = 0; k < last; k++)
		x64_data_label32(e->as, succ_label(e, i, f->pool[ins->list + k]), table);
}

static bool find_tree(const struct emit *e, u32 i, struct runs *r)
{
	return find_runs(e->f, &e->f->ins[i], r,
			 e->code->retpoline ? TREE_RUNS_RETPOLINE : TREE_RUNS);
}

bool emit_by_table(const struct emit *e, u32 i)
{
	struct runs r;

	return e->f->ins[i].op == IR_SWITCH && !find_tree(e, i, &r);
}

static void emit_switch(struct emit *e, u32 i)
{
	struct runs r;

	if (find_tree(e, i, &r))
		emit_tree(e, i, &r);
	else
		emit_table(e, i);
}

void emit_end(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	switch (ins->op) {
	case IR_JMP:
		if (succ_label(e, i, 0) != e->next && !emit_tail(e, ir_succ(e->f, ins->block, 0)))
			x64_jmp(e->as, succ_label(e, i, 0));
		break;
	case IR_BR:
		emit_branch(e, i);
		break;
	case IR_SWITCH:
		emit_switch(e, i);
		break;
	case IR_RET:
		emit_epilogue(e);
		break;
	case IR_TRAP:
		x64_call(e->as, e->code->trap_stubs[ins->imm]);
		x64_call_site(e->code, ins->at);
		break;
	default:
		emit_unknown(e, i);
	}
}
