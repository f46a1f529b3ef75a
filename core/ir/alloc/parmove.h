/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parmove.h - turn parallel moves into a sequence of instructions.
 */
#ifndef KWASM_PARMOVE_H
#define KWASM_PARMOVE_H

#include "ir/ir.h"

struct ir_parmove_move;

/**
 * struct ir_parmove - a group of moves being collected
 * @moves: the group, @num of them
 * @writer: by location: 1 + number of the move that writes it
 * @readers: by location: number of pending moves that read it
 * @ready: stack of moves whose destination is no longer needed
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
 * ir_parmove_init() - initialise an empty group, which may be filled and flushed repeatedly.
 * @f: with num_slots final, except for one slot that a flush may add
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
 * ir_parmove_flush() - link the moves of the group before instruction @before, in an order
 * equivalent to executing them in parallel, and empty the group.
 *
 * At most one side of a move is a slot.  Only the target's scratch registers and one more slot are
 * used; flags are preserved.  Linear time.  Return: 0 or -ENOMEM.
 */
int ir_parmove_flush(struct ir_parmove *pm, u32 before);

#endif /* KWASM_PARMOVE_H */
