// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit_call.c - emit calls, their stack arguments and further results.
 *
 * Guarantees: an indirect call only reaches functions of its table with exactly its type, including
 * under speculation; after every call into C, a request to leave is checked.
 */
#include "emit.h"

/* The context is the first argument; the others are in their registers. */
static void emit_host(struct emit *e, u32 i, u32 sym)
{
	x64_rr(e->as, X64_MOV, X64_Q, X64_RDI, X64_CTX);
	x64_call_host(e->code, sym);
	emit_kill_check(e, i);
	if (e->f->ins[i].type == IR_I32)
		x64_rr(e->as, X64_MOV, X64_L, X64_RAX, X64_RAX);
	else if (ir_type_is_float(e->f->ins[i].type))
		x64_rr(e->as, X64_MOVD, emit_width(e->f->ins[i].type), X64_XMM0, X64_RAX);
}

/* Who else returns an i32 is unknown, in speculation: its upper half is cleared here. */
static void emit_cross(struct emit *e, u32 i)
{
	x64_call(e->as, e->code->cross_stub);
	x64_call_site(e->code, e->f->ins[i].at);
	if (e->f->ins[i].type == IR_I32)
		x64_rr(e->as, X64_MOV, X64_L, X64_RAX, X64_RAX);
}

static void emit_direct(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	u32 func = (u32)ins->imm;

	switch (ins->form) {
	case X64_FORM_LOCAL:
		x64_call(e->as, e->code->labels[func - e->f->module->num_func_imports]);
		break;
	case X64_FORM_HOST:
		emit_host(e, i, X64_SYM_HOST + func);
		break;
	case X64_FORM_WIDE:
		x64_rr(e->as, X64_MOV, X64_Q, X64_RSI, X64_RSP);
		emit_host(e, i, X64_SYM_HOST + func);
		break;
	default:
		x64_rm(e->as, X64_MOV, X64_Q, X64_RAX,
		       x64_at(X64_CTX, (s32)(e->code->layout.imports + 8 * func)));
		emit_cross(e, i);
	}
}

/* Behind a comparison of the index in rax: out of bounds it traps, in speculation it is 0. */
static void emit_index(struct emit *e, u32 i)
{
	emit_trap_if(e, i, X64_CC_AE, KWASM_TRAP_CALL_UNDEFINED);
	x64_rr(e->as, X64_SBB, X64_L, X64_R10, X64_R10);
	x64_rr(e->as, X64_AND, X64_L, X64_RAX, X64_R10);
}

/* Traps for elements that are null or of another type are in the jump table. */
static void emit_fixed(struct emit *e, u32 i, const struct x64_call_table *t)
{
	x64_ri(e->as, X64_CMP, X64_L, X64_RAX, t->size);
	emit_index(e, i);
	x64_rm(e->as, X64_LEA, X64_Q, X64_SCRATCH, x64_at_label(t->label));
	x64_rm(e->as, X64_MOVSX32, X64_Q, X64_RAX, x64_at_index(X64_SCRATCH, X64_RAX, 2, 0));
	x64_rr(e->as, X64_ADD, X64_Q, X64_RAX, X64_SCRATCH);
	x64_call_reg(e->code, X64_RAX);
	x64_call_site(e->code, e->f->ins[i].at);
}

/* The index is in rax; r10 is free at calls. */
static void emit_indirect(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	u32 table = (u32)(ins->imm >> 32);
	u32 type = (u32)ins->imm;
	const struct x64_call_table *fixed = x64_call_table(e->code, table, type);
	u32 back;

	if (fixed) {
		emit_fixed(e, i, fixed);
		return;
	}
	e->code->tables_called |= kwasm_table_bit(table);
	back = x64_label(e->as);
	x64_rm(e->as, X64_MOV, X64_Q, X64_SCRATCH,
	       x64_at(X64_CTX, (s32)(e->code->layout.tables + 8 * table)));
	x64_rm(e->as, X64_CMP, X64_L, X64_RAX,
	       x64_at(X64_SCRATCH, offsetof(struct kwasm_table, size)));
	emit_index(e, i);
	x64_rm(e->as, X64_MOV, X64_Q, X64_SCRATCH,
	       x64_at(X64_SCRATCH, offsetof(struct kwasm_table, elems)));
	x64_rm(e->as, X64_MOV, X64_Q, X64_RAX, x64_at_index(X64_SCRATCH, X64_RAX, 3, 0));
	x64_rr(e->as, X64_TEST, X64_Q, X64_RAX, X64_RAX);
	emit_trap_if(e, i, X64_CC_E, KWASM_TRAP_CALL_NULL);
	x64_rm(e->as, X64_MOV, X64_L, X64_R10, x64_at(X64_RAX, offsetof(struct kwasm_func, sig)));
	x64_rm(e->as, X64_CMP, X64_L, X64_R10,
	       x64_at(X64_CTX, (s32)(e->code->layout.sigs + 4 * type)));
	emit_trap_if(e, i, X64_CC_NE, KWASM_TRAP_CALL_TYPE);
	/*
	 * under speculation, a function of another type, or of another instance, becomes null; r10
	 * is zeroed by a move, as the flags are live
	 */
	x64_ri(e->as, X64_MOV, X64_L, X64_R10, 0);
	x64_cmov_rr(e->as, X64_CC_NE, X64_Q, X64_RAX, X64_R10);
	x64_rm(e->as, X64_CMP, X64_Q, X64_CTX, x64_at(X64_RAX, offsetof(struct kwasm_func, ctx)));
	x64_jcc(e->as, X64_CC_NE, emit_cold(e, i, X64_COLD_CROSS, 0, back));
	x64_cmov_rr(e->as, X64_CC_NE, X64_Q, X64_RAX, X64_R10);
	x64_rm(e->as, X64_MOV, X64_Q, X64_RAX, x64_at(X64_RAX, offsetof(struct kwasm_func, code)));
	x64_call_reg(e->code, X64_RAX);
	x64_bind(e->as, back);
}

void emit_cold_cross(struct emit *e, const struct x64_cold *cold)
{
	emit_cross(e, cold->ins);
	x64_jmp(e->as, cold->back);
}

static void emit_store_to(struct emit *e, const struct ir_ins *ins, struct x64_mem mem)
{
	if (ins->form == X64_FORM_RI)
		x64_mi(e->as, X64_MOV, X64_Q, mem, ins->disp);
	else
		x64_mr(e->as, x64_is_xmm(ins->src[0]) ? X64_FMOV : X64_MOV, X64_Q, mem,
		       (u8)ins->src[0]);
}

static void load_results(struct emit *e)
{
	x64_rm(e->as, X64_MOV, X64_Q, X64_SCRATCH, X64_CTX_AT(results));
}

void emit_call(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	switch (ins->op) {
	case IR_CALL:
		emit_direct(e, i);
		break;
	case IR_CALLIND:
		emit_indirect(e, i);
		break;
	case IR_CALLRT:
		emit_host(e, i, X64_SYM_RT + (u32)ins->imm);
		break;
	case IR_ARGSTACK:
		emit_store_to(e, ins, x64_at(X64_RSP, 8 * (s32)ins->imm));
		break;
	case IR_RESSTORE:
		load_results(e);
		emit_store_to(e, ins, x64_at(X64_SCRATCH, 8 * (s32)ins->imm));
		break;
	case IR_RESULT:
		load_results(e);
		x64_rm(e->as, x64_is_xmm(ins->dst) ? X64_FMOV : X64_MOV, emit_width(ins->type),
		       (u8)ins->dst, x64_at(X64_SCRATCH, 8 * (s32)ins->imm));
		break;
	default:
		emit_unknown(e, i);
	}
}
