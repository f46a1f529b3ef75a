// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit_int.c - integer arithmetic to bytes.
 *
 * Guarantees: a 32-bit operation leaves the upper half of its register zero, and reads no more than
 * 32 bits of its operands; divisions never raise #DE.
 */
#include "emit.h"

static const u8 alu_op[IR_NUM_OPS] = {
	[IR_ADD] = X64_ADD, [IR_SUB] = X64_SUB, [IR_MUL] = X64_IMUL,
	[IR_AND] = X64_AND, [IR_OR] = X64_OR, [IR_XOR] = X64_XOR,
	[IR_SHL] = X64_SHL, [IR_SHRS] = X64_SAR, [IR_SHRU] = X64_SHR,
	[IR_ROTL] = X64_ROL, [IR_ROTR] = X64_ROR,
};

/* The value starts as the first operand, which is in its register already if it was tied. */
static void emit_first(struct emit *e, const struct ir_ins *ins)
{
	emit_move(e, emit_width(ins->type), (u8)ins->dst, ins->src[0]);
}

/* dst = src0 op src1 for commutative operations; any of them may be the same. */
static void emit_commutative(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = emit_width(ins->type);
	enum x64_op op = alu_op[ins->op];
	u8 dst = (u8)ins->dst;

	if (op != X64_IMUL)
		emit_made(e, w, dst);
	if (ins->dst == ins->src[1]) {
		emit_rx(e, op, w, dst, ins->src[0]);
	} else if (ins->op == IR_ADD && ins->dst != ins->src[0] && ir_loc_is_reg(ins->src[1])) {
		x64_rm(e->as, X64_LEA, w, dst,
		       x64_at_index((u8)ins->src[0], (u8)ins->src[1], 0, 0));
		emit_made(e, w, X64_NONE);
	} else {
		emit_first(e, ins);
		emit_rx(e, op, w, dst, ins->src[1]);
	}
}

static void emit_imm(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = emit_width(ins->type);
	s64 imm = (s64)ins->imm;
	u8 dst = (u8)ins->dst;

	switch (ins->op) {
	case IR_ADD:
		if (ins->dst == ins->src[0])
			break;
		x64_rm(e->as, X64_LEA, w, dst, x64_at((u8)ins->src[0], (s32)imm));
		return;
	case IR_MUL:
		if (ir_loc_is_reg(ins->src[0]))
			x64_rri(e->as, X64_IMUL, w, dst, (u8)ins->src[0], imm);
		else
			x64_rmi(e->as, X64_IMUL, w, dst, emit_slot(e, ins->src[0]), imm);
		return;
	case IR_AND:
		/* the mask clears the upper half just as the narrow operation does */
		if (imm == (u32)imm)
			w = X64_L;
		break;
	}
	emit_first(e, ins);
	x64_ri(e->as, alu_op[ins->op], w, dst, imm);
	emit_made(e, emit_width(ins->type), dst);
}

static void emit_zero_extension(struct emit *e, const struct ir_ins *ins)
{
	enum x64_op op = ins->access == IR_U8 ? X64_MOVZX8 :
			 ins->access == IR_U16 ? X64_MOVZX16 : X64_MOV;

	emit_rx(e, op, X64_L, (u8)ins->dst, ins->src[0]);
}

static void emit_loaded(struct emit *e, const struct ir_ins *ins)
{
	struct x64_mem mem;

	emit_first(e, ins);
	mem = emit_guest(e, ins, (u8)ins->src[1], ins->imm);
	x64_rm(e->as, alu_op[ins->op], emit_width(ins->type), (u8)ins->dst, mem);
	if (ins->op != IR_MUL)
		emit_made(e, emit_width(ins->type), (u8)ins->dst);
}

void emit_shift(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	enum x64_op three = ins->op == IR_SHL ? X64_SHLX :
			    ins->op == IR_SHRU ? X64_SHRX : X64_SARX;

	if (ins->form == X64_FORM_RR) {
		x64_rrr(e->as, three, w, (u8)ins->dst, (u8)ins->src[0], (u8)ins->src[1]);
		return;
	}
	emit_first(e, ins);
	if (ins->form == X64_FORM_CL) {
		x64_r(e->as, alu_op[ins->op], w, (u8)ins->dst);
	} else {
		x64_ri(e->as, alu_op[ins->op], w, (u8)ins->dst, (s64)ins->imm);
		/* rotations and shifts by 0 leave the zero flag alone */
		if (ins->imm && ins->op != IR_ROTL && ins->op != IR_ROTR)
			emit_made(e, w, (u8)ins->dst);
	}
}

/* ---- division ---- */

static void emit_div_core(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = emit_width(ins->type);
	bool sign = ins->op == IR_DIVS || ins->op == IR_REMS;
	enum x64_op op = sign ? X64_IDIV : X64_DIV;

	if (sign)
		x64_0(e->as, X64_CDQ, w);
	else
		x64_zero(e->as, X64_RDX);
	if (ir_loc_is_reg(ins->src[1]))
		x64_r(e->as, op, w, (u8)ins->src[1]);
	else
		x64_m(e->as, op, w, emit_slot(e, ins->src[1]));
}

void emit_div(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	u32 back;

	if (ins->flags & IR_NOTRAP) {
		emit_div_core(e, ins);
		return;
	}
	if (ir_loc_is_reg(ins->src[1]))
		x64_rr(e->as, X64_TEST, w, (u8)ins->src[1], (u8)ins->src[1]);
	else
		x64_mi(e->as, X64_CMP, w, emit_slot(e, ins->src[1]), 0);
	emit_trap_if(e, i, X64_CC_E, KWASM_TRAP_DIV_ZERO);
	if (ins->op == IR_DIVU || ins->op == IR_REMU) {
		emit_div_core(e, ins);
		return;
	}
	back = x64_label(e->as);
	emit_xi(e, X64_CMP, w, ins->src[1], -1);
	x64_jcc(e->as, X64_CC_E,
		emit_cold(e, i, ins->op == IR_DIVS ? X64_COLD_OVERFLOW : X64_COLD_MINUS_ONE, 0,
			  back));
	/* the quotient is computed after the check, the remainder by -1 is known */
	if (ins->op == IR_DIVS)
		x64_bind(e->as, back);
	emit_div_core(e, ins);
	if (ins->op == IR_REMS)
		x64_bind(e->as, back);
}

void emit_cold_div(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	enum x64_width w = emit_width(ins->type);

	if (cold->kind == X64_COLD_MINUS_ONE) {
		x64_zero(e->as, X64_RDX);
		x64_jmp(e->as, cold->back);
		return;
	}
	/* only the smallest number overflows when 1 is subtracted */
	x64_ri(e->as, X64_CMP, w, X64_RAX, 1);
	x64_jcc(e->as, X64_CC_NO, cold->back);
	x64_call(e->as, e->code->trap_stubs[KWASM_TRAP_INT_OVERFLOW]);
	x64_call_site(e->code, ins->at);
}

/* rdx:rax = rax * operand */
void emit_mulhu(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	if (ir_loc_is_reg(ins->src[1]))
		x64_r(e->as, X64_MUL, X64_Q, (u8)ins->src[1]);
	else
		x64_m(e->as, X64_MUL, X64_Q, emit_slot(e, ins->src[1]));
}

static void emit_two(struct emit *e, const struct ir_ins *ins)
{
	if (ins->op != IR_SUB) {
		emit_commutative(e, ins);
		return;
	}
	emit_first(e, ins);
	emit_rx(e, X64_SUB, emit_width(ins->type), (u8)ins->dst, ins->src[1]);
	emit_made(e, emit_width(ins->type), (u8)ins->dst);
}

void emit_arith(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);

	switch (ins->form) {
	case X64_FORM_RI:
		emit_imm(e, ins);
		break;
	case X64_FORM_RM:
		emit_loaded(e, ins);
		break;
	case X64_FORM_LEA:
		x64_rm(e->as, X64_LEA, w, (u8)ins->dst,
		       x64_at_index((u8)ins->src[0], (u8)ins->src[1], ins->scale, ins->disp));
		break;
	case X64_FORM_ZX:
		emit_zero_extension(e, ins);
		break;
	case X64_FORM_NEG:
		emit_first(e, ins);
		x64_r(e->as, X64_NEG, w, (u8)ins->dst);
		emit_made(e, w, (u8)ins->dst);
		break;
	case X64_FORM_NOT:
		emit_first(e, ins);
		x64_r(e->as, X64_NOT, w, (u8)ins->dst);
		break;
	default:
		emit_two(e, ins);
	}
}

/* ---- one operand ---- */

/* Without lzcnt and tzcnt, bsr and bsf set the zero flag for a zero operand. */
static void emit_count_zeros(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = emit_width(ins->type);
	s64 bits = w == X64_Q ? 64 : 32;
	u8 dst = (u8)ins->dst;

	if (ins->op == IR_CLZ && (e->code->features & X64_CPU_LZCNT)) {
		emit_rx(e, X64_LZCNT, w, dst, ins->src[0]);
	} else if (ins->op == IR_CTZ && (e->code->features & X64_CPU_BMI1)) {
		emit_rx(e, X64_TZCNT, w, dst, ins->src[0]);
	} else if (ins->op == IR_CLZ) {
		x64_ri(e->as, X64_MOV, X64_L, X64_SCRATCH, 2 * bits - 1);
		emit_rx(e, X64_BSR, w, dst, ins->src[0]);
		x64_cmov_rr(e->as, X64_CC_E, w, dst, X64_SCRATCH);
		x64_ri(e->as, X64_XOR, X64_L, dst, bits - 1);
	} else {
		x64_ri(e->as, X64_MOV, X64_L, X64_SCRATCH, bits);
		emit_rx(e, X64_BSF, w, dst, ins->src[0]);
		x64_cmov_rr(e->as, X64_CC_E, w, dst, X64_SCRATCH);
	}
}

/* scratch = (@from >> @shift) & @mask; rcx holds the mask meanwhile. */
static void emit_masked(struct emit *e, enum x64_width w, u8 from, u32 shift, u64 mask)
{
	x64_ri(e->as, X64_MOV, X64_Q, X64_RCX, w == X64_Q ? (s64)mask : (u32)mask);
	x64_rr(e->as, X64_MOV, w, X64_SCRATCH, from);
	if (shift)
		x64_ri(e->as, X64_SHR, w, X64_SCRATCH, shift);
	x64_rr(e->as, X64_AND, w, X64_SCRATCH, X64_RCX);
}

/* Adds neighbouring groups of bits in parallel: 1, 2, 4 bits, then all bytes by a product. */
static void emit_popcnt(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = emit_width(ins->type);
	u8 dst = (u8)ins->dst;

	if (e->code->features & X64_CPU_POPCNT) {
		emit_rx(e, X64_POPCNT, w, dst, ins->src[0]);
		return;
	}
	emit_first(e, ins);
	emit_masked(e, w, dst, 1, 0x5555555555555555ull);
	x64_rr(e->as, X64_SUB, w, dst, X64_SCRATCH);
	emit_masked(e, w, dst, 2, 0x3333333333333333ull);
	x64_rr(e->as, X64_AND, w, dst, X64_RCX);
	x64_rr(e->as, X64_ADD, w, dst, X64_SCRATCH);
	x64_rr(e->as, X64_MOV, w, X64_SCRATCH, dst);
	x64_ri(e->as, X64_SHR, w, X64_SCRATCH, 4);
	x64_rr(e->as, X64_ADD, w, X64_SCRATCH, dst);
	x64_rr(e->as, X64_MOV, w, dst, X64_SCRATCH);
	emit_masked(e, w, dst, 0, 0x0f0f0f0f0f0f0f0full);
	x64_rr(e->as, X64_MOV, w, dst, X64_SCRATCH);
	x64_ri(e->as, X64_MOV, X64_Q, X64_RCX, w == X64_Q ? 0x0101010101010101ll : 0x01010101);
	x64_rr(e->as, X64_IMUL, w, dst, X64_RCX);
	x64_ri(e->as, X64_SHR, w, dst, w == X64_Q ? 56 : 24);
}

void emit_unary(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	enum x64_width w = emit_width(ins->type);
	u8 dst = (u8)ins->dst;

	switch (ins->op) {
	case IR_CLZ:
	case IR_CTZ:
		emit_count_zeros(e, ins);
		break;
	case IR_POPCNT:
		emit_popcnt(e, ins);
		break;
	case IR_EXT8S:
		emit_rx(e, X64_MOVSX8, w, dst, ins->src[0]);
		break;
	case IR_EXT16S:
		emit_rx(e, X64_MOVSX16, w, dst, ins->src[0]);
		break;
	case IR_EXT32S:
	case IR_SEXT:
		emit_rx(e, X64_MOVSX32, X64_Q, dst, ins->src[0]);
		break;
	case IR_WRAP:
		/* even onto itself: this clears the upper half */
		emit_rx(e, X64_MOV, X64_L, dst, ins->src[0]);
		break;
	default:
		emit_unknown(e, i);
	}
}
