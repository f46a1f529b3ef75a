/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * live.h - shared by the passes of register allocation: lifetimes, their parts, their uses.
 *
 * Private to live.c, slots.c and regalloc*.c.
 *
 * Positions.  Instruction number k (in order of emission, without PHIs, folded instructions and
 * the parameters that arrive in registers) owns four positions:
 *
 *	4k	gap: lifetimes are split here; results of fixed registers move to their home
 *	4k + 1	operands move into fixed and two-address registers
 *	4k + 2	operands are read
 *	4k + 3	the value is written, registers are clobbered, late operands are still needed
 *
 * A block covers [from, to), both multiples of four.
 *
 * A value's lifetime is a list of disjoint ascending ranges that never changes once it is built;
 * the holes between them are usable by others.  Allocation cuts it into intervals, each a window
 * [start, end) of the lifetime with one register.  Where a value lives and no interval of it is,
 * the value is in its spill slot, written once after the definition, or is a constant that is
 * made again.  In the holes of its lifetime its slot may hold other values.
 */
#ifndef KWASM_LIVE_H
#define KWASM_LIVE_H

#include "ir/ir.h"

#define RA_NONE U32_MAX
#define RA_NUM_REGS 32
#define RA_NO_REG 0xff
#define RA_GPRS 0x0000ffffu

#define RA_GAP(pos) ((pos) & ~3u)

/* Beyond it a lifetime's holes are filled, so that walking the ranges stays bounded. */
#define RA_MAX_RANGES 48

/* An access to a value. */
struct ra_use {
	u32 pos;
	u8 must;	/* must be in a register here */
	u8 depth;	/* loop depth, at most RA_MAX_DEPTH; RA_COLD in a cold block */
};

#define RA_MAX_DEPTH 4
#define RA_COLD 0xff

struct ra_range {
	u32 from, to;
	u32 next;
};

/**
 * struct ra_interval - a part of a value's lifetime that has, or needs, a register
 * @value: the instruction that defines it
 * @start: first position
 * @end: after the last position
 * @range: a range of the lifetime that ends after the scan's position
 * @use: first of its uses in ra.uses
 * @use_end: after its last use
 * @prev: the value's interval with a register before this one
 * @next: the next one
 * @reg: its register
 * @child: not the value's first interval
 * @placed: starts at a use that needs it
 */
struct ra_interval {
	u32 value;
	u32 start, end;
	u32 range;
	u32 use, use_end;
	u32 prev, next;
	u8 reg;
	bool child;
	bool placed;
};

/**
 * struct ra_value - a value, by the number of its instruction
 * @range: first range of the lifetime, RA_NONE if there is none
 * @num_ranges: their number
 * @end: after the last one
 * @use: first of its uses in ra.uses
 * @use_end: after the last one
 * @first: first interval with a register, RA_NONE if there is none
 * @last: last one so far
 * @cursor: interval that the forward walk of the assignment is at
 * @tied: the operand whose register a two-address instruction should reuse
 * @phi: a PHI this value flows into
 * @slot: location of the spill slot
 * @hint: preferred register of the value, RA_NO_REG: none
 * @spilled: is in its slot at some point
 * @entry: a parameter that arrives in register @arrives
 */
struct ra_value {
	u32 range, num_ranges;
	u32 end;
	u32 use, use_end;
	u32 first, last, cursor;
	u32 tied, phi;
	u16 slot;
	u8 hint;
	bool spilled;
	bool entry;
	u8 arrives;
};

/**
 * struct ra_block - a block, by its place in the order of emission
 * @from: first position
 * @to: after the last position
 * @loop: place of the innermost loop's header, RA_NONE outside of loops
 * @loop_end: of a header: place of the loop's last block
 * @parent: of a header: place of the next outer loop's header
 * @depth: for ra_use.depth
 * @live: values live at its start
 * @pred_index: of a block with one successor: its index among that one's predecessors
 * @head: first of the moves at its start
 * @tail: first of the moves before its end
 */
struct ra_block {
	u32 from, to;
	u32 loop, loop_end, parent;
	u8 depth;
	u32 *live;
	u32 num_live;
	u32 pred_index;
	u32 head, tail;
};

/* Registers that an instruction takes for itself at @pos (4k + 1 or 4k + 3). */
struct ra_fixed {
	u32 pos;
	u32 mask;
};

/* A move on an edge between blocks. */
struct ra_edge_move {
	u32 value;
	u32 next;
	u16 dst, src;
};

/**
 * struct ra - a register allocation
 * @local: the function is too large for exact lifetimes: values live in memory between blocks
 * @filled: some lifetime had more than RA_MAX_RANGES ranges
 * @place: place in f->order by block number
 * @ins_block: place of the block by instruction number k
 * @num_pos: instructions that have positions
 * @born: values in the order of their definitions
 * @set: values live at the point the construction is at; @in_set: 1 + place in @set
 * @pairs: pairs of a value and a block it is live in
 * @fixed: ascending
 * @fixed_tree: @fixed_leaves leaves at the end; each node has the registers of its children
 * @done: intervals with a register, ascending by start
 * @num_spilled: values that need a slot
 */
struct ra {
	struct ir_func *f;
	const struct ir_target *target;
	u32 num_ins;
	bool local;
	bool filled;

	struct ra_value *values;
	struct ra_block *blocks;
	u32 *place;
	u32 *ins_block;
	u32 num_pos;

	struct ra_use *uses;
	struct ra_range *ranges;
	u32 num_ranges, max_ranges;
	u32 *born;
	u32 num_born;
	u32 *set, *in_set;
	u32 num_set;
	u64 pairs, listed;

	struct ra_fixed *fixed;
	u32 num_fixed, max_fixed;
	u32 *fixed_tree;
	u32 fixed_leaves;

	struct ra_interval *iv;
	u32 num_iv, max_iv;
	u32 *done;
	u32 num_done, max_done;
	u32 num_spilled;

	struct ra_edge_move *moves;
	u32 num_moves, max_moves;
};

/* Is @ins a constant, which is rematerialised rather than spilled? */
static inline bool ra_is_const(const struct ra *ra, u32 ins)
{
	return ra->f->ins[ins].op == IR_CONST;
}

/* Is @ins without its own position in the code? */
static inline bool ra_is_skipped(const struct ir_ins *ins)
{
	return ins->op == IR_PHI || (ins->flags & IR_FOLDED);
}

/* ra_describe(): an operand that is arg[0] again and is read from the two-address register. */
#define RA_USE_SAME 0xfffcu

static inline bool ra_is_fixed(u32 use)
{
	return use < RA_NUM_REGS;
}

/* Registers that may hold @value. */
static inline u32 ra_class(const struct ra *ra, u32 value)
{
	bool xmm = ir_type_is_float(ra->f->ins[value].type);

	return ra->target->allocatable & (xmm ? ~RA_GPRS : RA_GPRS);
}

static inline u32 ra_fixed_end(const struct ra_fixed *fixed)
{
	return fixed->pos + ((fixed->pos & 3) == 1 ? 2 : 1);
}

/**
 * ra_grow() - make room for one more element of an array in the arena.
 * @array: address of the pointer; the array moves
 *
 * Return: 0 or -ENOMEM.
 */
int ra_grow(struct ra *ra, void *array, u32 num, u32 *max, size_t size);

/** ra_error() - record that allocation cannot go on, at instruction @ins.  Return: @err. */
int ra_error(struct ra *ra, int err, u32 ins, const char *what);

/**
 * ra_describe() - the target's description of @ins, in canonical form.
 *
 * Two-address forms with a fixed register on one side become fixed on both; remaining tied forms
 * have def and use[0] IR_TARGET_ANY.  Constants have no slot, so IR_TARGET_ANYLOC is ANY for them.
 */
void ra_describe(struct ra *ra, u32 ins, struct ir_target_ins *t);

/** ra_allocate() - ir_regalloc(); @local: values stay in memory between blocks from the start. */
int ra_allocate(struct ir_func *f, const struct ir_target *target, bool local);

/** ra_live_build() - number instructions, find loops, build lifetimes.  Return: 0 or -errno. */
int ra_live_build(struct ra *ra);

/** ra_scan() - assign registers to intervals in order of their starts.  Return: 0 or -errno. */
int ra_scan(struct ra *ra);

/** ra_fixed_add() - @pos uses the registers @mask; positions descend from call to call. */
int ra_fixed_add(struct ra *ra, u32 pos, u32 mask);

/** ra_fixed_finish() - sort and index the added registers.  Return: 0 or -ENOMEM. */
int ra_fixed_finish(struct ra *ra);

/** ra_fixed_next() - first entry from number @at on with a register of @mask, or num_fixed. */
u32 ra_fixed_next(const struct ra *ra, u32 at, u32 mask);

/** ra_fixed_find() - first entry from number @at on that does not end before @pos. */
u32 ra_fixed_find(const struct ra *ra, u32 at, u32 pos);

/** ra_slots_give() - give slots to the values that are spilled.  Return: 0, -E2BIG or -errno. */
int ra_slots_give(struct ra *ra);

/** ra_resolve() - collect the moves that edges between blocks need.  Return: 0 or -errno. */
int ra_resolve(struct ra *ra);

/** ra_phi_from_memory() - do most operands of @phi, all met by the scan, come from memory? */
bool ra_phi_from_memory(const struct ra *ra, u32 phi);

/** ra_phi_home() - where @phi is written on the edges: its first interval may be a reload. */
u32 ra_phi_home(const struct ra *ra, u32 phi);

/** ra_phi_edges() - what the PHIs of the successors take along at the end of block @place. */
int ra_phi_edges(struct ra *ra, u32 place);

struct ir_parmove;

/** ra_assign() - write locations and moves into the instructions.  Return: 0 or -errno. */
int ra_assign(struct ra *ra, struct ir_parmove *pm);

/** ra_edges_emit() - turn the moves of ra_resolve() into instructions.  Return: 0 or -errno. */
int ra_edges_emit(struct ra *ra, struct ir_parmove *pm);

/**
 * ra_loc() - location of @value at @pos; IR_LOC_NONE for a constant outside registers.
 *
 * Positions for one value must not descend.
 */
u32 ra_loc(struct ra *ra, u32 value, u32 pos);

/**
 * ra_moved_from() - where operand @value of a move can be read at @pos.
 *
 * Constants are always made again: being moved does not make part of their lifetime.
 */
static inline u32 ra_moved_from(struct ra *ra, u32 value, u32 pos)
{
	return ra_is_const(ra, value) ? IR_LOC_NONE : ra_loc(ra, value, pos);
}

/** ra_edge_add() - move @value on the edge from @pred to @succ (places). */
int ra_edge_add(struct ra *ra, u32 pred, u32 succ, u32 value, u32 dst, u32 src);

#endif /* KWASM_LIVE_H */
