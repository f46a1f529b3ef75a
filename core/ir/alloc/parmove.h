/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parmove.h - moves that happen at once, turned into a sequence of instructions.
 */
#ifndef KWASM_PARMOVE_H
#define KWASM_PARMOVE_H

#include "ir/ir.h"

struct ir_parmove_move;

/**
 * struct ir_parmove - a group of moves being collected
 * @moves: the group, @num of them
 * @writer: by location: 1 + number of the move that writes it
 * @readers: by location: moves yet to be made that read it
 * @ready: stack of moves whose destination nobody needs any more
 * @num_locs: size of the tables by location; the last is the slot for cycles
 *
 * One owner at a time; memory is the function's arena.
 */
struct ir_parmove {
	struct ir_func *f;
	const struct ir_target *target;
	struct ir_parmove_move *moves;
	u32 num, max;
	u32 *writer;
	u32 *readers;
	u32 *ready;
	u32 num_ready, max_ready;
	u32 num_locs;
	bool slot_used;
};

/**
 * ir_parmove_init() - an empty group; may be filled and flushed any number of times.
 * @f: with num_slots final, but for one slot that a flush may add
 *
 * Return: 0 or -ENOMEM.
 */
int ir_parmove_init(struct ir_parmove *pm, struct ir_func *f, const struct ir_target *target);

/**
 * ir_parmove_add() - add dst <- src to the group; each location is written once.
 * @src: IR_LOC_NONE makes the constant @value again
 * @value: the value that is moved, for its type
 *
 * Return: 0, -ENOMEM, or -EINVAL: @value is nowhere.
 */
int ir_parmove_add(struct ir_parmove *pm, u32 dst, u32 src, u32 value);

/**
 * ir_parmove_flush() - link the moves of the group, in an order that does what all at once would,
 * in front of instruction @before, and empty the group.
 *
 * Of a move at most one side is a slot.  Only the target's scratch registers and one more slot are
 * used, flags are preserved.  Takes linear time.  Return: 0 or -ENOMEM.
 */
int ir_parmove_flush(struct ir_parmove *pm, u32 before);

#endif /* KWASM_PARMOVE_H */
