/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * build.h - state shared by the parts of the IR builder (build*.c).
 *
 * The builder walks a validated body once, keeps the current value of every local and operand, and
 * makes PHIs where control flow joins:
 *
 *  - A journal lists the locals that changed since the start of each open frame, with their old
 *    values.  An edge to the end of a frame carries its operands and only the locals changed in the
 *    frame; the join needs PHIs for those that differ between its edges.
 *  - A loop header gets PHIs for its parameters and for the locals assigned in the loop, which a
 *  first walk over the body determines.
 *
 * The values on edges count against a budget linear in the body.  A function that exceeds it is
 * built again with those locals in frame slots that gain least as values, in the end with all.
 */
#ifndef KWASM_BUILD_H
#define KWASM_BUILD_H

#include "host.h"
#include "ir.h"
#include "wasm/op.h"
#include "reader.h"

enum build_frame_kind {
	BUILD_FUNC,
	BUILD_BLOCK,
	BUILD_LOOP,
	BUILD_IF,	/* before its else */
};

/**
 * struct build_frame - an open control instruction that can be reached
 * @kind: enum build_frame_kind; a loop without back edges is a BUILD_BLOCK
 * @height: operands below its parameters
 * @block: where its label leads: a loop's header, else the join, IR_NO_BLOCK until it is needed
 * @cond: BUILD_IF: block that ends in the BR
 * @other: BUILD_IF: block where the condition is zero
 * @params: BUILD_IF: its parameters in build.data
 * @loop: BUILD_LOOP: number of the loop in source order
 * @journal: length of the journal when it began
 * @edges: first of @num_edges edges to @block, newest first
 * @stamp: last br_table that names it, as successor number @succ
 */
struct build_frame {
	u32 kind;
	u32 height;
	u32 num_params;
	u32 num_results;
	u32 block;
	u32 cond;
	u32 other;
	u32 params;
	u32 loop;
	u32 journal;
	u32 edges;
	u32 num_edges;
	u32 stamp;
	u32 succ;
};

/**
 * struct build_edge - a branch to a frame's block
 * @from: block that branches
 * @values: values in build.data: a forward edge's operands, then @num_changed pairs of local and
 *	value; a back edge's in the order of the header's PHIs
 * @next: next edge of the frame, U32_MAX after the last
 */
struct build_edge {
	u32 from;
	u32 values;
	u32 num_changed;
	u32 next;
};

/**
 * struct build_change - a journal entry
 * @old: value before the change; not used by the first walk
 * @prev: the local's entry before this one, plus 1, or 0
 */
struct build_change {
	u32 local;
	u32 old;
	u32 prev;
};

/**
 * struct build_loops - results of the first walk
 * @num: loops, in source order
 * @first: start of each loop's locals in @locals; the end is @first + @count
 * @back: a branch to the loop's start exists
 */
struct build_loops {
	u32 num;
	u32 *first;
	u32 *count;
	u32 *locals;
	u32 num_locals;
	u8 *back;
};

/**
 * struct build_merge - values of a local on the edges of a join under construction
 * @seen: edges that carry it
 * @value: what they carry
 * @differs: not all the same
 */
struct build_merge {
	u32 seen;
	u32 value;
	bool differs;
};

/**
 * struct build_home - where a local lives, and what an attempt to build found out about it
 * @heat: accesses, each 4 to the power of the depth of the loops around it
 * @cost: values that edges, joins and loops carried because of it
 * @slot: 1 + number of its frame slot; 0: it is a value
 */
struct build_home {
	u64 heat;
	u64 cost;
	u32 slot;
};

/**
 * struct build - the builder
 * @homes: of each local
 * @err: first error; the rest of the work on the instruction is then meaningless but harmless
 * @work: values carried over edges so far; at most @budget
 * @block: where instructions go, IR_NO_BLOCK in unreachable code
 * @dead: control instructions opened in unreachable code
 * @at: byte offset of the current instruction
 * @stack: operands, @height of them
 * @latest: journal entry of each local, plus 1, or 0
 * @zero: constant 0 of each type in the entry block
 */
struct build {
	struct ir_func *f;
	const struct kwasm_module *module;
	const struct kwasm_func_info *info;
	const struct kwasm_bindings *bindings;
	struct kwasm_reader reader;
	struct build_home *homes;
	int err;
	u64 work, budget;
	u32 block;
	u32 dead;
	u32 at;
	u32 *stack;
	u32 height;
	u8 *local_types;
	u32 *locals;
	u32 *latest;
	struct build_merge *merge;
	u32 zero[IR_F64 + 1];
	struct build_frame *frames;
	u32 num_frames, max_frames;
	struct build_edge *edges;
	u32 num_edges, max_edges;
	struct build_change *journal;
	u32 num_journal, max_journal;
	u32 *data;
	u32 num_data, max_data;
	u32 max_order;
	u32 num_tables;
	u32 next_loop;
	struct build_loops loops;
};

/** build_type() - the IR's type for a WebAssembly value type. */
u32 build_type(u8 type);

/** build_emit() - append a new instruction to the current block.  Return: index, 0 on error. */
u32 build_emit(struct build *b, u32 op, u32 type);

/** build_push() - push a value. */
void build_push(struct build *b, u32 value);

/** build_pop() - pop a value. */
u32 build_pop(struct build *b);

/** build_local_set() - local @x has @value from here on. */
void build_local_set(struct build *b, u32 x, u32 value);

/** build_spend() - account for @n values; false (and an error) when the budget is exceeded. */
bool build_spend(struct build *b, u32 n);

/** build_loops_find() - the first walk over the body.  Return: 0, -ENOMEM, -E2BIG over budget. */
int build_loops_find(struct build *b);

/* build_control.c: the control instructions, and the frame of the function itself. */
void build_func_begin(struct build *b);
void build_block(struct build *b, const struct kwasm_op *op);
void build_loop(struct build *b, const struct kwasm_op *op);
void build_if(struct build *b, const struct kwasm_op *op);
void build_else(struct build *b);
void build_end(struct build *b);
void build_br(struct build *b, u32 label);
void build_br_if(struct build *b, u32 label);
void build_br_table(struct build *b, const struct kwasm_op *op);
void build_return(struct build *b);
void build_unreachable(struct build *b);

/* build_slots.c: frame slots for locals, after an attempt that ran over its budget. */

/**
 * build_slots_choose() - slots for those locals that are worth least as values.
 * @doubt: such an estimate has been too low before
 *
 * Return: whether there was a local to choose.
 */
bool build_slots_choose(struct build *b, bool doubt);

/** build_slots_all() - slots for all locals. */
void build_slots_all(struct build *b);

/* build_join.c: edges, and the PHIs of joins. */

/** build_journal_rewind() - locals get the values back that they had when @frame began. */
void build_journal_rewind(struct build *b, const struct build_frame *frame);

/**
 * build_changes_merge() - changes of a frame become those of the frame around it, at their cost.
 * @list: changes, those of the frame from @first to @num - 1
 * @outer: where those of the frame around begin: what has one there goes; -1: all go
 * @latest: of each local, its latest change, plus 1, or 0
 *
 * Return: how many changes @list has then.
 */
u32 build_changes_merge(struct build *b, struct build_change *list, u32 first, u32 num,
			s64 outer, u32 *latest);

/** build_journal_merge() - @frame's changes become those of the frame around it. */
void build_journal_merge(struct build *b, const struct build_frame *frame, u32 outer);

/** build_edge_add() - an edge from the current block with the top operands and the locals. */
void build_edge_add(struct build *b, struct build_frame *frame);

/** build_edge_other() - the edge of an `if` without `else` for a condition of zero. */
void build_edge_other(struct build *b, struct build_frame *frame);

/** build_join() - start the block of a closed forward @frame and push its results. */
void build_join(struct build *b, const struct build_frame *frame);

/** build_header() - start a loop's header with its PHIs; the frame on top is the loop's. */
void build_header(struct build *b, struct build_frame *frame);

/** build_header_end() - fill in the header's predecessors and PHI operands. */
void build_header_end(struct build *b, const struct build_frame *frame);

/** build_start() - instructions go to @block from here on; it takes its place in order[]. */
void build_start(struct build *b, u32 block);

/** build_start_after() - the same for a block with the one predecessor @from. */
void build_start_after(struct build *b, u32 block, u32 from);

#endif /* KWASM_BUILD_H */
