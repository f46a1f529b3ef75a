/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * validate_stack.h - the validator's state and its two stacks; only validate*.c include it.
 *
 * Every function records its error in the validator's reader; errors are sticky.
 */
#ifndef KWASM_VALIDATE_STACK_H
#define KWASM_VALIDATE_STACK_H

#include "op.h"
#include "step.h"
#include "validate.h"

/* Type of an operand from unreachable code: it equals every type. */
#define OPERAND_UNKNOWN KWASM_VOID

/**
 * struct kwasm_frame - an open block
 * @height: operands below it, which it cannot touch
 * @checked: offset of the last br_table that compared the operands with this label
 * @op: the instruction that opened it: block, loop, if, else; block for the function itself
 * @unreachable: the rest of it cannot be reached, its operands are polymorphic
 */
struct kwasm_frame {
	const u8 *params;
	const u8 *results;
	u32 num_params;
	u32 num_results;
	u32 height;
	u32 checked;
	u32 op;
	bool unreachable;
};

/**
 * struct kwasm_validator - the two stacks and the current body
 * @float_types: one byte per function type: it has floats
 * @types: operand types, @height of them, room for @types_room
 * @frames: open blocks, @depth of them; the function's own is the first
 * @locals: types of the parameters and locals
 * @bytes: of the three arrays
 * @steps: of all bodies; @taken of this one, which may take @max_taken
 */
struct kwasm_validator {
	const struct kwasm_module *m;
	struct kwasm_reader r;
	struct kwasm_func_info *info;
	struct kwasm_op op;
	u8 *float_types;
	u8 *types;
	u32 height, types_room;
	struct kwasm_frame *frames;
	u32 depth, frames_room;
	u8 *locals;
	u32 locals_room;
	u64 bytes;
	struct kwasm_steps steps;
	u64 taken, max_taken;
};

#define VALIDATE_FAIL(v, err, ...) kwasm_reader_fail(&(v)->r, err, (v)->op.at, __VA_ARGS__)

/* Account for @n steps of work; fails if they are exhausted or the caller is killed. */
void kwasm_validator_charge(struct kwasm_validator *v, u32 n);

/**
 * kwasm_validator_grow() - grow a work array to @need objects of @size bytes.
 * @array: the current array, with @used valid objects
 * @room: its capacity in objects; updated
 *
 * Return: the array to use from now on, or NULL with the reader failed and @array unchanged.
 */
void *kwasm_validator_grow(struct kwasm_validator *v, void *array, u32 *room, u32 used, u32 need,
			   size_t size);

/* Check that an operand of type @got matches @want. */
void kwasm_operand_check(struct kwasm_validator *v, u8 want, u8 got);

void kwasm_operand_push(struct kwasm_validator *v, u8 type);
void kwasm_operand_push_list(struct kwasm_validator *v, const u8 *types, u32 n);
void kwasm_operand_pop(struct kwasm_validator *v, u8 type);
void kwasm_operand_pop_list(struct kwasm_validator *v, const u8 *types, u32 n);

/* Pop any operand; OPERAND_UNKNOWN in unreachable code or on failure. */
u8 kwasm_operand_pop_any(struct kwasm_validator *v);

/**
 * kwasm_operand_peek_list() - compare the operands on top with @n types.
 *
 * Return: the number of operands present; fewer than @n only in unreachable code, where missing
 * operands have any type.
 */
u32 kwasm_operand_peek_list(struct kwasm_validator *v, const u8 *types, u32 n);

/* Open a block; its parameters have been popped and are pushed again. */
void kwasm_frame_push(struct kwasm_validator *v, const struct kwasm_frame *frame);

/* Close the innermost block: its results, and nothing else, must be on the stack. */
struct kwasm_frame kwasm_frame_pop(struct kwasm_validator *v);

/* The rest of the innermost block cannot be reached. */
void kwasm_frame_set_unreachable(struct kwasm_validator *v);

/* The block that label @index refers to; NULL with the reader failed. */
struct kwasm_frame *kwasm_frame_find(struct kwasm_validator *v, u32 index);

/* The @n types of the operands of a branch to @f. */
const u8 *kwasm_frame_label(const struct kwasm_frame *f, u32 *n);

#endif /* KWASM_VALIDATE_STACK_H */
