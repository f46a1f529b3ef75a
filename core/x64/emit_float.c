// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit_float.c - emit float arithmetic and comparisons.
 *
 * Guarantees: results are bit-exact according to the specification (4.3.3), except for its choices
 * of NaNs; an instruction that writes only the low part of its register has no false dependency on
 * it.  Only encodings without VEX, so that fxsave saves all registers.
 */
#include "emit.h"

#define SIGN(w) ((w) == X64_Q ? 1ull << 63 : 1ull << 31)
#define MAGNITUDE(w) (SIGN(w) - 1)
#define ONE(w) ((w) == X64_Q ? 0x3ff0000000000000ull : 0x3f800000ull)
/* 2 to the power of the mantissa's bits: larger numbers have no fractions. */
#define WHOLE(w) ((w) == X64_Q ? 0x4330000000000000ull : 0x4b000000ull)

static const u8 float_op[IR_NUM_OPS] = {
	[IR_FADD] = X64_FADD, [IR_FSUB] = X64_FSUB, [IR_FMUL] = X64_FMUL, [IR_FDIV] = X64_FDIV,
	[IR_FMIN] = X64_FMIN, [IR_FMAX] = X64_FMAX,
};

void emit_fmove(struct emit *e, u8 dst, u32 src)
{
	if (ir_loc_is_slot(src))
		x64_rm(e->as, X64_FMOV, X64_Q, dst, emit_slot(e, src));
	else if (dst != src)
		x64_rr(e->as, X64_MOVAPS, X64_L, dst, (u8)src);
}

void emit_fconst(struct emit *e, enum x64_width w, u8 dst, u64 bits)
{
	if (bits)
		x64_rm(e->as, X64_FMOV, w, dst, x64_const(e->code, w, bits));
	else
		x64_zero(e->as, dst);
}

/* @dst op= the second operand of @ins, wherever that is. */
static void emit_second(struct emit *e, const struct ir_ins *ins, enum x64_op op, enum x64_width w,
			u8 dst)
{
	struct x64_mem mem;

	switch (ins->form) {
	case X64_FORM_RM:
		mem = emit_guest(e, ins, (u8)ins->src[1], ins->imm);
		x64_rm(e->as, op, w, dst, mem);
		break;
	case X64_FORM_RK:
		x64_rm(e->as, op, w, dst, x64_const(e->code, w, ins->imm));
		break;
	default:
		emit_rx(e, op, w, dst, ins->src[1]);
	}
}

void emit_farith(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	emit_fmove(e, (u8)ins->dst, ins->src[0]);
	emit_second(e, ins, float_op[ins->op], emit_width(ins->type), (u8)ins->dst);
}

/* ---- minimum and maximum ---- */

/* The register with the second operand. */
static u8 other(const struct ir_ins *ins)
{
	return ins->form == X64_FORM_RR && ir_loc_is_reg(ins->src[1]) ? (u8)ins->src[1] :
								    X64_SCRATCH_XMM;
}

/* The CPU's minimum is right if the operands differ and are ordered. */
void emit_extreme(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	u8 dst = (u8)ins->dst;
	u8 b = other(ins);
	u32 back;

	emit_fmove(e, dst, ins->src[0]);
	if (ins->form == X64_FORM_FIRST) {
		if (ins->arg[1])
			emit_rx(e, float_op[ins->op], w, dst, ins->src[1]);
		else
			x64_rm(e->as, float_op[ins->op], w, dst, x64_const(e->code, w, ins->imm));
		return;
	}
	if (ins->form == X64_FORM_RK)
		emit_fconst(e, w, b, ins->imm);
	else
		emit_fmove(e, b, ins->src[1]);
	back = x64_label(e->as);
	x64_rr(e->as, X64_FUCOMI, w, dst, b);
	x64_jcc(e->as, X64_CC_E, emit_cold(e, i, X64_COLD_FLOAT, 0, back));
	x64_rr(e->as, float_op[ins->op], w, dst, b);
	x64_bind(e->as, back);
}

/* Equal: a zero's sign decides.  Unordered: the sum is a quiet NaN. */
static void emit_cold_extreme(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	u32 unordered = x64_label(e->as);
	u8 dst = (u8)ins->dst;
	u8 b = other(ins);

	x64_jcc(e->as, X64_CC_P, unordered);
	x64_rr(e->as, ins->op == IR_FMIN ? X64_FOR : X64_FAND, X64_L, dst, b);
	x64_jmp(e->as, cold->back);
	x64_bind(e->as, unordered);
	x64_rr(e->as, X64_FADD, emit_width(ins->type), dst, b);
	x64_jmp(e->as, cold->back);
}

/* ---- signs ---- */

static void emit_mask(struct emit *e, enum x64_op op, enum x64_width w, u8 dst, u64 bits)
{
	x64_rm(e->as, op, X64_L, dst, x64_const_pair(e->code, w, bits));
}

static void emit_copysign(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = emit_width(ins->type);
	u8 dst = (u8)ins->dst;

	emit_fmove(e, X64_SCRATCH_XMM, ins->src[1]);
	emit_fmove(e, dst, ins->src[0]);
	emit_mask(e, X64_FAND, w, X64_SCRATCH_XMM, SIGN(w));
	emit_mask(e, X64_FAND, w, dst, MAGNITUDE(w));
	x64_rr(e->as, X64_FOR, X64_L, dst, X64_SCRATCH_XMM);
}

void emit_sign(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	u8 dst = (u8)ins->dst;

	if (ins->op == IR_FCOPYSIGN) {
		emit_copysign(e, ins);
		return;
	}
	emit_fmove(e, dst, ins->src[0]);
	if (ins->op == IR_FABS)
		emit_mask(e, X64_FAND, w, dst, MAGNITUDE(w));
	else
		emit_mask(e, X64_FXOR, w, dst, SIGN(w));
}

void emit_sqrt(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	if (ins->dst != ins->src[0])
		x64_zero(e->as, (u8)ins->dst);
	emit_rx(e, X64_FSQRT, emit_width(ins->type), (u8)ins->dst, ins->src[0]);
}

/* ---- rounding ---- */

/* Numbers of the rounding modes; 8: without the exception for inexact results. */
static const u8 round_mode[IR_NUM_OPS] = {
	[IR_FCEIL] = 8 | 2, [IR_FFLOOR] = 8 | 1, [IR_FTRUNC] = 8 | 3, [IR_FNEAREST] = 8 | 0,
};

/*
 * Adjust @dst, the operand rounded to nearest, to the requested rounding: one step back if it was
 * rounded the wrong way.
 */
static void emit_round_back(struct emit *e, const struct ir_ins *ins, enum x64_width w)
{
	u8 dst = (u8)ins->dst, src = (u8)ins->src[0];
	u32 done = x64_label(e->as);

	if (ins->op == IR_FTRUNC) {
		emit_mask(e, X64_FAND, w, dst, MAGNITUDE(w));
		emit_fmove(e, X64_SCRATCH_XMM, src);
		emit_mask(e, X64_FAND, w, X64_SCRATCH_XMM, MAGNITUDE(w));
		x64_rr(e->as, X64_FUCOMI, w, dst, X64_SCRATCH_XMM);
	} else if (ins->op == IR_FFLOOR) {
		x64_rr(e->as, X64_FUCOMI, w, dst, src);
	} else {
		x64_rr(e->as, X64_FUCOMI, w, src, dst);
	}
	x64_jcc(e->as, X64_CC_BE, done);
	x64_rm(e->as, ins->op == IR_FCEIL ? X64_FADD : X64_FSUB, w, dst,
	       x64_const(e->code, w, ONE(w)));
	x64_bind(e->as, done);
}

/*
 * Without SSE4.1: adding and subtracting the number above which there are no fractions rounds to
 * nearest.  Larger numbers are integers already.  A NaN takes the full path and becomes quiet.
 */
static void emit_round_plain(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	u8 dst = (u8)ins->dst, src = (u8)ins->src[0];
	u32 back = x64_label(e->as);
	u32 large = emit_cold(e, i, X64_COLD_FLOAT, 0, back);

	emit_fmove(e, X64_SCRATCH_XMM, src);
	emit_mask(e, X64_FAND, w, X64_SCRATCH_XMM, MAGNITUDE(w));
	x64_rm(e->as, X64_FUCOMI, w, X64_SCRATCH_XMM, x64_const(e->code, w, WHOLE(w)));
	x64_jcc(e->as, X64_CC_AE, large);
	emit_fmove(e, X64_SCRATCH_XMM, src);
	emit_mask(e, X64_FAND, w, X64_SCRATCH_XMM, SIGN(w));
	emit_mask(e, X64_FOR, w, X64_SCRATCH_XMM, WHOLE(w));
	emit_fmove(e, dst, src);
	x64_rr(e->as, X64_FADD, w, dst, X64_SCRATCH_XMM);
	x64_rr(e->as, X64_FSUB, w, dst, X64_SCRATCH_XMM);
	if (ins->op != IR_FNEAREST)
		emit_round_back(e, ins, w);
	/* the result has the operand's sign, even if it is zero */
	emit_fmove(e, X64_SCRATCH_XMM, src);
	emit_mask(e, X64_FAND, w, X64_SCRATCH_XMM, SIGN(w));
	x64_rr(e->as, X64_FOR, X64_L, dst, X64_SCRATCH_XMM);
	x64_bind(e->as, back);
}

static void emit_cold_round(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];

	emit_fmove(e, (u8)ins->dst, ins->src[0]);
	x64_jmp(e->as, cold->back);
}

void emit_round(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	u8 mode = round_mode[ins->op];

	if (!(e->code->features & X64_CPU_SSE41)) {
		emit_round_plain(e, i);
		return;
	}
	if (ins->dst != ins->src[0])
		x64_zero(e->as, (u8)ins->dst);
	if (ir_loc_is_reg(ins->src[0]))
		x64_rri(e->as, X64_FROUND, w, (u8)ins->dst, (u8)ins->src[0], mode);
	else
		x64_rmi(e->as, X64_FROUND, w, (u8)ins->dst, emit_slot(e, ins->src[0]), mode);
}

/* ---- comparisons ---- */

void emit_fcompare(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->otype);
	u8 dst = (u8)ins->dst;
	bool ne = ins->cc == X64_CC_FNE;

	if (x64_only_flags(ins)) {
		emit_second(e, ins, X64_FUCOMI, w, (u8)ins->src[0]);
		return;
	}
	x64_zero(e->as, dst);
	if (ins->cc < X64_CC_FEQ) {
		emit_second(e, ins, X64_FUCOMI, w, (u8)ins->src[0]);
		x64_setcc(e->as, ins->cc, dst);
		return;
	}
	x64_ri(e->as, X64_MOV, X64_L, X64_SCRATCH, ne);
	emit_second(e, ins, X64_FUCOMI, w, (u8)ins->src[0]);
	x64_setcc(e->as, ne ? X64_CC_P : X64_CC_NP, dst);
	x64_cmov_rr(e->as, X64_CC_NE, X64_L, dst, X64_SCRATCH);
}

void emit_branch_fne(struct emit *e, u32 yes, u32 no)
{
	x64_jcc(e->as, X64_CC_P, yes);
	if (yes == e->next) {
		x64_jcc(e->as, X64_CC_E, no);
		return;
	}
	x64_jcc(e->as, X64_CC_NE, yes);
	if (no != e->next)
		x64_jmp(e->as, no);
}

/* ---- out of line ---- */

void emit_cold_float(struct emit *e, const struct x64_cold *cold)
{
	switch (ir_op_class(e->f->ins[cold->ins].op)) {
	case IR_CLASS_FEXTREME:
		emit_cold_extreme(e, cold);
		break;
	case IR_CLASS_FROUND:
		emit_cold_round(e, cold);
		break;
	default:
		emit_cold_convert(e, cold);
	}
}
