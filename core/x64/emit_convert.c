// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit_convert.c - emit conversions between integers and floats.
 *
 * Guarantees: an instruction traps if and only if the truncated number does not fit (spec 4.3.3);
 * i32 results have a zero upper half, also where the CPU mispredicts the check.
 *
 * The CPU only converts to signed integers and returns the smallest number for values that do not
 * fit: the common path only checks for that result, the rest is out of line.
 */
#include "emit.h"

#define TWO_63(f64) ((f64) ? 0x43e0000000000000ull : 0x5f000000ull)

static enum x64_width source_width(const struct ir_ins *ins)
{
	return emit_width(ins->otype);
}

static bool is_unsigned(const struct ir_ins *ins)
{
	return ins->op == IR_TRUNCU || ins->op == IR_TRUNCSATU;
}

/* @dst, a general register of width @w, = XMM register @src, which has the precision @from. */
static void emit_cvtt(struct emit *e, enum x64_width w, u8 dst, enum x64_width from, u8 src)
{
	x64_rr(e->as, from == X64_Q ? X64_CVTTSD2SI : X64_CVTTSS2SI, w, dst, src);
}

/* XMM register @dst of precision @to = general location @src of width @w. */
static void emit_cvt(struct emit *e, enum x64_width to, u8 dst, enum x64_width w, u32 src)
{
	x64_zero(e->as, dst);
	emit_rx(e, to == X64_Q ? X64_CVTSI2SD : X64_CVTSI2SS, w, dst, src);
}

static void emit_trap(struct emit *e, const struct ir_ins *ins, u32 trap)
{
	x64_call(e->as, e->code->trap_stubs[trap]);
	x64_call_site(e->code, ins->at);
}

/* ---- to integers ---- */

void emit_trunc(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type), from = source_width(ins);
	u8 dst = (u8)ins->dst, src = (u8)ins->src[0];
	u32 back = x64_label(e->as);
	u32 cold = emit_cold(e, i, X64_COLD_FLOAT, 0, back);

	if (!is_unsigned(ins)) {
		/* only the smallest number overflows when 1 is subtracted */
		emit_cvtt(e, w, dst, from, src);
		x64_ri(e->as, X64_CMP, w, dst, 1);
		x64_jcc(e->as, X64_CC_O, cold);
	} else if (w == X64_L) {
		emit_cvtt(e, X64_Q, dst, from, src);
		x64_rr(e->as, X64_MOV, X64_Q, X64_SCRATCH, dst);
		/* in speculation that passes the check the upper half must be zero, too */
		x64_rr(e->as, X64_MOV, X64_L, dst, dst);
		x64_ri(e->as, X64_SHR, X64_Q, X64_SCRATCH, 32);
		x64_jcc(e->as, X64_CC_NE, cold);
	} else {
		emit_cvtt(e, X64_Q, dst, from, src);
		x64_rr(e->as, X64_TEST, X64_Q, dst, dst);
		x64_jcc(e->as, X64_CC_S, cold);
	}
	x64_bind(e->as, back);
}

/* The smallest number, which is also the mark: is it meant? */
static void emit_cold_signed(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	enum x64_width w = emit_width(ins->type), from = source_width(ins);
	u8 src = (u8)ins->src[0];
	/*
	 * -2^31 - 1 is the first that does not fit, if representable; otherwise -2^31 and -2^63 fit
	 */
	bool between = w == X64_L && from == X64_Q;
	u64 lowest = between ? 0xc1e0000000200000ull :
		     from == X64_Q ? 0xc3e0000000000000ull : w == X64_L ? 0xcf000000 : 0xdf000000;

	x64_rr(e->as, X64_FUCOMI, from, src, src);
	emit_trap_if(e, cold->ins, X64_CC_P, KWASM_TRAP_INT_CONVERSION);
	x64_rm(e->as, X64_FUCOMI, from, src, x64_const(e->code, from, lowest));
	emit_trap_if(e, cold->ins, between ? X64_CC_BE : X64_CC_B, KWASM_TRAP_INT_OVERFLOW);
	x64_zero(e->as, X64_SCRATCH_XMM);
	x64_rr(e->as, X64_FUCOMI, from, X64_SCRATCH_XMM, src);
	x64_jcc(e->as, X64_CC_A, cold->back);
	emit_trap(e, ins, KWASM_TRAP_INT_OVERFLOW);
}

/* Not a number: 0.  Negative: the mark is the result.  Else the largest number. */
static void emit_cold_saturate_signed(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	enum x64_width w = emit_width(ins->type), from = source_width(ins);
	u8 dst = (u8)ins->dst, src = (u8)ins->src[0];
	u32 number = x64_label(e->as);

	x64_rr(e->as, X64_FUCOMI, from, src, src);
	x64_jcc(e->as, X64_CC_NP, number);
	x64_zero(e->as, dst);
	x64_jmp(e->as, cold->back);
	x64_bind(e->as, number);
	x64_zero(e->as, X64_SCRATCH_XMM);
	x64_rr(e->as, X64_FUCOMI, from, X64_SCRATCH_XMM, src);
	x64_jcc(e->as, X64_CC_A, cold->back);
	x64_ri(e->as, X64_MOV, w, dst, w == X64_Q ? S64_MAX : S32_MAX);
	x64_jmp(e->as, cold->back);
}

/* From 2^63 on: convert the excess and add 2^63 again.  Where that fails, the code goes on. */
static void emit_upper_half(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	enum x64_width from = source_width(ins);
	u8 dst = (u8)ins->dst;
	u32 fails = x64_label(e->as);

	emit_fmove(e, X64_SCRATCH_XMM, ins->src[0]);
	x64_rm(e->as, X64_FSUB, from, X64_SCRATCH_XMM,
	       x64_const(e->code, from, TWO_63(from == X64_Q)));
	emit_cvtt(e, X64_Q, dst, from, X64_SCRATCH_XMM);
	x64_rr(e->as, X64_TEST, X64_Q, dst, dst);
	x64_jcc(e->as, X64_CC_S, fails);
	x64_ri(e->as, X64_MOV, X64_Q, X64_SCRATCH, S64_MIN);
	x64_rr(e->as, X64_XOR, X64_Q, dst, X64_SCRATCH);
	x64_jmp(e->as, cold->back);
	x64_bind(e->as, fails);
}

static void emit_cold_unsigned(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	enum x64_width w = emit_width(ins->type), from = source_width(ins);
	u8 dst = (u8)ins->dst, src = (u8)ins->src[0];

	if (w == X64_Q)
		emit_upper_half(e, cold);
	if (ins->op == IR_TRUNCU) {
		x64_rr(e->as, X64_FUCOMI, from, src, src);
		emit_trap_if(e, cold->ins, X64_CC_P, KWASM_TRAP_INT_CONVERSION);
		emit_trap(e, ins, KWASM_TRAP_INT_OVERFLOW);
		return;
	}
	/* not above zero, or no number: 0 */
	x64_zero(e->as, X64_SCRATCH_XMM);
	x64_zero(e->as, dst);
	x64_rr(e->as, X64_FUCOMI, from, src, X64_SCRATCH_XMM);
	x64_jcc(e->as, X64_CC_BE, cold->back);
	x64_ri(e->as, X64_MOV, w, dst, -1);
	x64_jmp(e->as, cold->back);
}

/* ---- from integers ---- */

void emit_convert(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->otype), to = emit_width(ins->type);
	u8 dst = (u8)ins->dst, src = (u8)ins->src[0];
	u32 back;

	if (ins->op == IR_CONVS || w == X64_L) {
		/* an i32 is a positive number of 64 bits */
		emit_cvt(e, to, dst, ins->op == IR_CONVS ? w : X64_Q, ins->src[0]);
		return;
	}
	back = x64_label(e->as);
	x64_rr(e->as, X64_TEST, X64_Q, src, src);
	x64_jcc(e->as, X64_CC_S, emit_cold(e, i, X64_COLD_FLOAT, 0, back));
	emit_cvt(e, to, dst, X64_Q, src);
	x64_bind(e->as, back);
}

/* Half of it, with the bit that is lost kept for rounding, twice. */
static void emit_cold_conv(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	enum x64_width to = emit_width(ins->type);
	u32 even = x64_label(e->as);
	u8 dst = (u8)ins->dst;

	x64_rr(e->as, X64_MOV, X64_Q, X64_SCRATCH, (u8)ins->src[0]);
	x64_ri(e->as, X64_SHR, X64_Q, X64_SCRATCH, 1);
	x64_jcc(e->as, X64_CC_AE, even);
	x64_ri(e->as, X64_OR, X64_Q, X64_SCRATCH, 1);
	x64_bind(e->as, even);
	emit_cvt(e, to, dst, X64_Q, X64_SCRATCH);
	x64_rr(e->as, X64_FADD, to, dst, dst);
	x64_jmp(e->as, cold->back);
}

/* Between the precisions. */
void emit_precision(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	if (ins->dst != ins->src[0])
		x64_zero(e->as, (u8)ins->dst);
	if (ins->op == IR_DEMOTE)
		emit_rx(e, X64_CVTSD2SS, X64_Q, (u8)ins->dst, ins->src[0]);
	else
		emit_rx(e, X64_CVTSS2SD, X64_L, (u8)ins->dst, ins->src[0]);
}

void emit_bitcast(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	u8 dst = (u8)ins->dst;

	if (ir_loc_is_reg(ins->src[0]))
		x64_rr(e->as, X64_MOVD, w, dst, (u8)ins->src[0]);
	else
		x64_rm(e->as, x64_is_xmm(dst) ? X64_FMOV : X64_MOV, w, dst,
		       emit_slot(e, ins->src[0]));
}

/* ---- out of line ---- */

void emit_cold_convert(struct emit *e, const struct x64_cold *cold)
{
	switch (e->f->ins[cold->ins].op) {
	case IR_TRUNCS:
		emit_cold_signed(e, cold);
		break;
	case IR_TRUNCSATS:
		emit_cold_saturate_signed(e, cold);
		break;
	case IR_CONVU:
		emit_cold_conv(e, cold);
		break;
	default:
		emit_cold_unsigned(e, cold);
	}
}
