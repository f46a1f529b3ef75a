/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * emit.h - shared by the files of emission.
 */
#ifndef KWASM_X64_EMIT_H
#define KWASM_X64_EMIT_H

#include "x64.h"

/* Out-of-line code, after the function's blocks. */
enum x64_cold_kind {
	X64_COLD_TRAP,		/* leave with a trap */
	X64_COLD_OVERFLOW,	/* division by -1: trap if the dividend is the smallest number */
	X64_COLD_MINUS_ONE,	/* remainder by -1: is 0 */
	X64_COLD_PACKET,	/* packet load by a call */
	X64_COLD_CROSS,		/* indirect call of another instance's function */
	X64_COLD_FLOAT,		/* operands of a float operation that the fast way is wrong for */
};

/**
 * struct x64_cold - a piece of out-of-line code
 * @label: where it starts
 * @back: where it returns to
 * @ins: instruction it belongs to
 * @trap: enum kwasm_trap
 */
struct x64_cold {
	u32 label;
	u32 back;
	u32 ins;
	u8 kind;
	u8 trap;
};

/**
 * struct emit - emission of one function
 * @labels: of each block; blocks that only jump have their target's
 * @goal: of each block: where it leads without any other effect, else itself
 * @landing: of each block: it is the target of indirect jumps
 * @order: blocks in the order of emission
 * @next: label after the current block, or X64_UNBOUND
 * @zero_reg: the zero flag is set if this register, in @zero_width, is 0; X64_NONE: unknown
 * @made_reg: the same for the instruction being emitted
 * @compare: the flags are those of this instruction or of one equal to it, 0: of none
 * @saved: callee-saved registers pushed below rbp, @num_saved of them
 * @frame: bytes below those
 */
struct emit {
	struct x64_code *code;
	struct x64_asm *as;
	struct ir_func *f;
	u32 *labels;
	u32 *goal;
	bool *landing;
	u32 *order;
	u32 num_order;
	u32 next;
	struct x64_cold *cold;
	u32 num_cold;
	u32 max_cold;
	u8 zero_reg, made_reg;
	u8 zero_width, made_width;
	u32 compare;
	u8 saved[3];
	u32 num_saved;
	u32 frame;
	int error;
};

static inline enum x64_width emit_width(u32 type)
{
	return type == IR_I64 || type == IR_F64 ? X64_Q : X64_L;
}

/** emit_made() - the zero flag now indicates whether @reg is 0. */
static inline void emit_made(struct emit *e, enum x64_width w, u8 reg)
{
	e->made_reg = reg;
	e->made_width = w;
}

/**
 * emit_is_tested() - does the zero flag already indicate whether location @loc is 0?
 *
 * Never for a slot, whose number is X64_NONE.
 */
static inline bool emit_is_tested(const struct emit *e, enum x64_width w, u32 loc)
{
	return ir_loc_is_reg(loc) && e->zero_reg == loc && e->zero_width == w;
}

/** emit_slot() - memory operand of a spill slot. */
struct x64_mem emit_slot(const struct emit *e, u32 loc);

/** emit_local() - memory operand of a frame slot of LGET and LSET. */
struct x64_mem emit_local(const struct emit *e, u32 slot);

/** emit_rx() - @dst op= location @src, a register or a slot. */
void emit_rx(struct emit *e, enum x64_op op, enum x64_width w, u8 dst, u32 src);

/** emit_xi() - location @dst op= @imm. */
void emit_xi(struct emit *e, enum x64_op op, enum x64_width w, u32 dst, s64 imm);

/** emit_move() - @dst = location @src unless they are the same. */
void emit_move(struct emit *e, enum x64_width w, u8 dst, u32 src);

/** emit_cold() - new out-of-line piece.  Return: its label. */
u32 emit_cold(struct emit *e, u32 ins, u32 kind, u32 trap, u32 back);

/** emit_trap_if() - leave with @trap of instruction @ins if @cc. */
void emit_trap_if(struct emit *e, u32 ins, enum x64_cc cc, u32 trap);

/** emit_kill_check() - after a call to C: leave if it has requested that. */
void emit_kill_check(struct emit *e, u32 ins);

/**
 * emit_guest() - the guest memory operand at @offset + register @addr (X64_NONE: none).
 *
 * May set the scratch register.  The next instruction emitted is the access: its site is recorded.
 */
struct x64_mem emit_guest(struct emit *e, const struct ir_ins *ins, u8 addr, u64 offset);

/** emit_flags_live() - are the flags live after @i? */
bool emit_flags_live(const struct ir_func *f, u32 i);

/** emit_fmove() - XMM register @dst = location @src unless they are the same. */
void emit_fmove(struct emit *e, u8 dst, u32 src);

/** emit_fconst() - XMM register @dst = @bits of width @w; the flags stay. */
void emit_fconst(struct emit *e, enum x64_width w, u8 dst, u64 bits);

/** emit_branch_fne() - to @yes if the float comparison in the flags found no equality, to @no. */
void emit_branch_fne(struct emit *e, u32 yes, u32 no);

/**
 * emit_tail() - instead of a jump to block @b, emit a copy if it is short and not ended by a jump.
 *
 * Return: false if the jump is still needed.
 */
bool emit_tail(struct emit *e, u32 b);

/** emit_by_table() - is @i a SWITCH that jumps indirectly to its targets? */
bool emit_by_table(const struct emit *e, u32 i);

/** emit_unknown() - fail: lowering should have replaced @i. */
void emit_unknown(struct emit *e, u32 i);

/* Instruction @i of a class of operations each. */
void emit_arith(struct emit *e, u32 i);
void emit_mulhu(struct emit *e, u32 i);
void emit_div(struct emit *e, u32 i);
void emit_shift(struct emit *e, u32 i);
void emit_unary(struct emit *e, u32 i);
void emit_compare(struct emit *e, u32 i);
void emit_select(struct emit *e, u32 i);
void emit_farith(struct emit *e, u32 i);
void emit_extreme(struct emit *e, u32 i);
void emit_sign(struct emit *e, u32 i);
void emit_sqrt(struct emit *e, u32 i);
void emit_round(struct emit *e, u32 i);
void emit_fcompare(struct emit *e, u32 i);
void emit_trunc(struct emit *e, u32 i);
void emit_convert(struct emit *e, u32 i);
void emit_precision(struct emit *e, u32 i);
void emit_bitcast(struct emit *e, u32 i);
void emit_state(struct emit *e, u32 i);
void emit_call(struct emit *e, u32 i);
void emit_end(struct emit *e, u32 i);

/* Out-of-line pieces of the groups. */
void emit_cold_div(struct emit *e, const struct x64_cold *cold);
void emit_cold_packet(struct emit *e, const struct x64_cold *cold);
void emit_cold_cross(struct emit *e, const struct x64_cold *cold);
void emit_cold_float(struct emit *e, const struct x64_cold *cold);
void emit_cold_convert(struct emit *e, const struct x64_cold *cold);

/** emit_epilogue() - undo the frame and return. */
void emit_epilogue(struct emit *e);

#endif /* KWASM_X64_EMIT_H */
