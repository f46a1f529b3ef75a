// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit_mem.c - emit memory, global, frame slot and packet accesses.
 *
 * Guarantees: linear memory is only reached as base + 33-bit offset, so that the guard region
 * catches out-of-bounds accesses; packet loads are bounded even under speculation.
 */
#include "emit.h"

struct x64_mem emit_guest(struct emit *e, const struct ir_ins *ins, u8 addr, u64 offset)
{
	struct x64_mem mem = x64_at_index(X64_MEMORY, addr, 0, (s32)offset);

	if (offset > S32_MAX) {
		x64_ri(e->as, X64_MOV, X64_Q, X64_SCRATCH, (s64)offset);
		if (addr != X64_NONE)
			x64_rr(e->as, X64_ADD, X64_Q, X64_SCRATCH, addr);
		mem = x64_at_index(X64_MEMORY, X64_SCRATCH, 0, 0);
	}
	x64_site(e->code, e->as->len, ins->at);
	return mem;
}

/* @dst = memory, by width and extension. */
static void emit_extending_load(struct emit *e, const struct ir_ins *ins, u8 dst,
				struct x64_mem mem)
{
	enum x64_width w = emit_width(ins->type);
	u32 bytes = ir_access_bytes(ins->access);

	if (ins->flags & IR_SWAP) {
		/* the sign bit is in place only after the swap */
		if (ins->access == IR_U64)
			x64_rm(e->as, X64_MOV, X64_Q, dst, mem);
		else
			x64_rm(e->as, bytes == 1 ? X64_MOVZX8 : bytes == 2 ? X64_MOVZX16 : X64_MOV,
			       X64_L, dst, mem);
		return;
	}
	switch (ins->access) {
	case IR_U8:
		x64_rm(e->as, X64_MOVZX8, X64_L, dst, mem);
		break;
	case IR_S8:
		x64_rm(e->as, X64_MOVSX8, w, dst, mem);
		break;
	case IR_U16:
		x64_rm(e->as, X64_MOVZX16, X64_L, dst, mem);
		break;
	case IR_S16:
		x64_rm(e->as, X64_MOVSX16, w, dst, mem);
		break;
	case IR_S32:
		x64_rm(e->as, w == X64_Q ? X64_MOVSX32 : X64_MOV, w, dst, mem);
		break;
	default:
		x64_rm(e->as, X64_MOV, ins->access == IR_U64 ? X64_Q : X64_L, dst, mem);
	}
}

static void emit_swap_bytes(struct emit *e, const struct ir_ins *ins, u8 dst)
{
	enum x64_width w = emit_width(ins->type);

	switch (ins->access) {
	case IR_U16:
		x64_ri(e->as, X64_ROL, X64_W, dst, 8);
		break;
	case IR_S16:
		x64_ri(e->as, X64_ROL, X64_W, dst, 8);
		x64_rr(e->as, X64_MOVSX16, w, dst, dst);
		break;
	case IR_U32:
		x64_r(e->as, X64_BSWAP, X64_L, dst);
		break;
	case IR_S32:
		x64_r(e->as, X64_BSWAP, X64_L, dst);
		if (w == X64_Q)
			x64_rr(e->as, X64_MOVSX32, X64_Q, dst, dst);
		break;
	case IR_U64:
		x64_r(e->as, X64_BSWAP, X64_Q, dst);
		break;
	}
}

static u8 addr_reg(const struct ir_ins *ins)
{
	return ins->arg[0] ? (u8)ins->src[0] : X64_NONE;
}

static void emit_load(struct emit *e, const struct ir_ins *ins)
{
	u8 dst = (u8)ins->dst;
	u8 addr = addr_reg(ins);
	struct x64_mem mem = emit_guest(e, ins, addr, ins->imm);

	if (x64_is_xmm(dst)) {
		x64_rm(e->as, X64_FMOV, emit_width(ins->type), dst, mem);
		return;
	}
	emit_extending_load(e, ins, dst, mem);
}

static enum x64_width store_width(u32 access)
{
	switch (access) {
	case IR_U8:
	case IR_S8:
		return X64_B;
	case IR_U16:
	case IR_S16:
		return X64_W;
	case IR_U64:
		return X64_Q;
	default:
		return X64_L;
	}
}

static void emit_store(struct emit *e, const struct ir_ins *ins)
{
	enum x64_width w = store_width(ins->access);
	struct x64_mem mem;

	mem = emit_guest(e, ins, addr_reg(ins), ins->imm);
	if (!ins->arg[1])
		x64_mi(e->as, X64_MOV, w, mem,
		       w == X64_B ? (u8)ins->disp : w == X64_W ? (u16)ins->disp : ins->disp);
	else
		x64_mr(e->as, x64_is_xmm(ins->src[1]) ? X64_FMOV : X64_MOV, w, mem,
		       (u8)ins->src[1]);
}

/* ---- globals, frame slots ---- */

static struct x64_mem global_cell(struct emit *e, u64 index)
{
	u32 imports = e->f->module->num_global_imports;

	if (index >= imports)
		return x64_at(X64_CTX, (s32)(e->code->layout.globals +
				       (index - imports) * sizeof(struct kwasm_cell)));
	x64_rm(e->as, X64_MOV, X64_Q, X64_SCRATCH,
	       x64_at(X64_CTX, (s32)(e->code->layout.global_ptrs + 8 * index)));
	return x64_at(X64_SCRATCH, 0);
}

static void emit_get(struct emit *e, const struct ir_ins *ins, struct x64_mem mem)
{
	x64_rm(e->as, x64_is_xmm(ins->dst) ? X64_FMOV : X64_MOV, emit_width(ins->type),
	       (u8)ins->dst, mem);
}

static void emit_set(struct emit *e, const struct ir_ins *ins, struct x64_mem mem)
{
	enum x64_width w = emit_width(ins->type);

	if (ins->form == X64_FORM_RI)
		x64_mi(e->as, X64_MOV, w, mem, ins->disp);
	else
		x64_mr(e->as, x64_is_xmm(ins->src[0]) ? X64_FMOV : X64_MOV, w, mem,
		       (u8)ins->src[0]);
}

/* ---- the packet ---- */

static u32 access_bytes(u32 access)
{
	return 1u << (access == IR_U64 ? 3 : access / 2);
}

/*
 * Loads in the linear part are inline.  The data pointer is set by a conditional move on the flags
 * of the bounds check: if speculation bypasses the check, it is null.
 */
static void emit_packet(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];
	u32 bytes = access_bytes(ins->access);
	u8 dst = (u8)ins->dst;
	u32 back = x64_label(e->as);
	u32 slow = emit_cold(e, i, X64_COLD_PACKET, 0, back);
	struct x64_mem mem;

	if (ins->form == X64_FORM_RI) {
		mem = x64_at(dst, ins->disp);
		x64_zero(e->as, dst);
		x64_mi(e->as, X64_CMP, X64_L, X64_CTX_AT(pkt_linear), ins->disp + (s64)bytes);
		x64_jcc(e->as, X64_CC_B, slow);
		x64_cmov_rm(e->as, X64_CC_AE, X64_Q, dst, X64_CTX_AT(pkt_data));
	} else {
		mem = x64_at_index(dst, (u8)ins->src[0], 0, 0);
		x64_rm(e->as, X64_MOV, X64_L, X64_SCRATCH, X64_CTX_AT(pkt_linear));
		x64_ri(e->as, X64_SUB, X64_Q, X64_SCRATCH, bytes);
		x64_zero(e->as, dst);
		x64_rr(e->as, X64_CMP, X64_Q, X64_SCRATCH, (u8)ins->src[0]);
		x64_jcc(e->as, X64_CC_L, slow);
		x64_cmov_rm(e->as, X64_CC_GE, X64_Q, dst, X64_CTX_AT(pkt_data));
	}
	emit_extending_load(e, ins, dst, mem);
	if (ins->flags & IR_SWAP)
		emit_swap_bytes(e, ins, dst);
	x64_bind(e->as, back);
}

/*
 * The stub takes the offset and returns the value in the scratch register, and preserves all
 * others.
 */
void emit_cold_packet(struct emit *e, const struct x64_cold *cold)
{
	const struct ir_ins *ins = &e->f->ins[cold->ins];
	u32 import = (u32)ins->imm;

	e->code->used_slow[import] = 1;
	if (ins->form == X64_FORM_RI)
		x64_ri(e->as, X64_MOV, X64_L, X64_SCRATCH, ins->disp);
	else
		x64_rr(e->as, X64_MOV, X64_L, X64_SCRATCH, (u8)ins->src[0]);
	x64_call(e->as, e->code->slow_stubs + import);
	x64_call_site(e->code, ins->at);
	x64_rr(e->as, X64_MOV, emit_width(ins->type), (u8)ins->dst, X64_SCRATCH);
	x64_jmp(e->as, cold->back);
}

void emit_state(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	switch (ins->op) {
	case IR_LOAD:
		emit_load(e, ins);
		break;
	case IR_STORE:
		emit_store(e, ins);
		break;
	case IR_MEMSIZE:
		x64_rm(e->as, X64_MOV, X64_Q, (u8)ins->dst, X64_CTX_AT(memory));
		x64_rm(e->as, X64_MOV, X64_L, (u8)ins->dst,
		       x64_at((u8)ins->dst, offsetof(struct kwasm_memory, linear.pages)));
		break;
	case IR_PKTLOAD:
		emit_packet(e, i);
		break;
	case IR_CTXLOAD:
		emit_extending_load(e, ins, (u8)ins->dst, x64_at(X64_CTX, (s32)ins->imm));
		break;
	case IR_GGET:
		emit_get(e, ins, global_cell(e, ins->imm));
		break;
	case IR_GSET:
		emit_set(e, ins, global_cell(e, ins->imm));
		break;
	case IR_LGET:
		emit_get(e, ins, emit_local(e, (u32)ins->imm));
		break;
	case IR_LSET:
		emit_set(e, ins, emit_local(e, (u32)ins->imm));
		break;
	default:
		emit_unknown(e, i);
	}
}
