// SPDX-License-Identifier: GPL-2.0-only
/*
 * build_control.c - the builder's control instructions (spec 4.4.8).
 *
 * Blocks that are only opened make no code; code that cannot be reached is passed over, only its
 * nesting is counted.
 */
#include "build.h"
#include "run/trap.h"

static void block_arity(struct build *b, const struct kwasm_op *op, struct build_frame *frame)
{
	const struct kwasm_functype *type;

	if (op->block_index < 0) {
		frame->num_results = op->block_type != KWASM_VOID;
		return;
	}
	type = &b->module->types[op->block_index];
	frame->num_params = type->num_params;
	frame->num_results = type->num_results;
}

/* Opens a frame whose parameters are on the stack; NULL on error. */
static struct build_frame *frame_open(struct build *b, u32 kind, const struct kwasm_op *op)
{
	struct build_frame *frame;

	b->frames = ir_array_grow(b->f, b->frames, b->num_frames, 1, &b->max_frames,
				  sizeof(*b->frames));
	if (!b->frames) {
		b->err = -ENOMEM;
		return NULL;
	}
	frame = &b->frames[b->num_frames++];
	memset(frame, 0, sizeof(*frame));
	frame->kind = kind;
	frame->block = IR_NO_BLOCK;
	frame->edges = U32_MAX;
	frame->journal = b->num_journal;
	if (op)
		block_arity(b, op, frame);
	frame->height = b->height - frame->num_params;
	return frame;
}

static struct build_frame *frame_at(struct build *b, u32 label)
{
	return &b->frames[b->num_frames - 1 - label];
}

static u32 frame_block(struct build *b, struct build_frame *frame)
{
	if (frame->block == IR_NO_BLOCK) {
		frame->block = ir_block_new(b->f);
		if (frame->block == IR_NO_BLOCK)
			b->err = -ENOMEM;
	}
	return frame->block;
}

/* Ends the current block with @op, which leads to @n blocks. */
static void finish_block(struct build *b, u32 op, u32 arg, u32 n, u32 first, u32 second)
{
	u32 succs = ir_pool_new(b->f, n);
	u32 end = build_emit(b, op, IR_VOID);

	if (b->err || succs == U32_MAX) {
		b->err = -ENOMEM;
		return;
	}
	b->f->ins[end].arg[0] = arg;
	b->f->blocks[b->block].succs = succs;
	b->f->blocks[b->block].num_succs = n;
	if (n > 0)
		b->f->pool[succs] = first;
	if (n > 1)
		b->f->pool[succs + 1] = second;
}

/* An unconditional edge to @frame's label. */
static void jump(struct build *b, struct build_frame *frame)
{
	u32 to = frame_block(b, frame);

	if (!b->err)
		build_edge_add(b, frame);
	if (!b->err)
		finish_block(b, IR_JMP, 0, 1, to, 0);
}

static void emit_ret(struct build *b)
{
	u32 n = b->frames[0].num_results;
	u32 list = ir_pool_new(b->f, n);
	u32 ret = build_emit(b, IR_RET, IR_VOID);

	if (b->err || list == U32_MAX) {
		b->err = -ENOMEM;
		return;
	}
	if (n)
		memcpy(&b->f->pool[list], &b->stack[b->height - n], n * sizeof(u32));
	b->f->ins[ret].list = list;
	b->f->ins[ret].num_list = n;
}

void build_func_begin(struct build *b)
{
	struct build_frame *frame = frame_open(b, BUILD_FUNC, NULL);

	if (frame)
		frame->num_results = b->module->types[b->info->type].num_results;
}

void build_block(struct build *b, const struct kwasm_op *op)
{
	frame_open(b, BUILD_BLOCK, op);
}

void build_loop(struct build *b, const struct kwasm_op *op)
{
	u32 loop = b->next_loop++;
	struct build_frame *frame;

	frame = frame_open(b, b->loops.back[loop] ? BUILD_LOOP : BUILD_BLOCK, op);
	if (!frame || frame->kind == BUILD_BLOCK)
		return;
	frame->loop = loop;
	jump(b, frame);
	if (!b->err)
		build_header(b, frame);
}

void build_if(struct build *b, const struct kwasm_op *op)
{
	u32 cond = build_pop(b);
	u32 then = ir_block_new(b->f);
	struct build_frame *frame = frame_open(b, BUILD_IF, op);
	u32 n;

	if (!frame || then == IR_NO_BLOCK) {
		b->err = -ENOMEM;
		return;
	}
	n = frame->num_params;
	frame->other = ir_block_new(b->f);
	frame->cond = b->block;
	frame->params = b->num_data;
	if (!build_spend(b, n))
		return;
	b->data = ir_array_grow(b->f, b->data, b->num_data, n, &b->max_data, sizeof(*b->data));
	if (frame->other == IR_NO_BLOCK || !b->data) {
		b->err = -ENOMEM;
		return;
	}
	memcpy(&b->data[b->num_data], &b->stack[frame->height], n * sizeof(u32));
	b->num_data += n;
	finish_block(b, IR_BR, cond, 2, then, frame->other);
	if (!b->err)
		build_start_after(b, then, frame->cond);
}

void build_else(struct build *b)
{
	struct build_frame *frame = &b->frames[b->num_frames - 1];

	if (b->dead)
		return;
	if (b->block != IR_NO_BLOCK)
		jump(b, frame);
	if (b->err)
		return;
	build_journal_rewind(b, frame);
	frame->kind = BUILD_BLOCK;
	memcpy(&b->stack[frame->height], &b->data[frame->params],
	       frame->num_params * sizeof(u32));
	b->height = frame->height + frame->num_params;
	build_start_after(b, frame->other, frame->cond);
}

/* The end of a frame other than a loop whose end is the target of a branch or an `if`. */
static void end_joined(struct build *b, struct build_frame *frame)
{
	struct build_frame closed;

	if (b->block != IR_NO_BLOCK)
		jump(b, frame);
	if (frame->kind == BUILD_IF && frame_block(b, frame) != IR_NO_BLOCK)
		build_edge_other(b, frame);
	if (b->err)
		return;
	if (frame->kind != BUILD_FUNC)
		build_journal_rewind(b, frame);
	b->height = frame->height;
	closed = *frame;
	if (frame->kind != BUILD_FUNC)
		b->num_frames--;
	build_join(b, &closed);
}

static void end_func(struct build *b)
{
	struct build_frame *frame = &b->frames[0];

	if (frame->num_edges)
		end_joined(b, frame);
	if (!b->err && b->block != IR_NO_BLOCK)
		emit_ret(b);
	b->num_frames = 0;
}

void build_end(struct build *b)
{
	struct build_frame *frame = &b->frames[b->num_frames - 1];

	if (b->dead) {
		b->dead--;
		return;
	}
	if (frame->kind == BUILD_FUNC) {
		end_func(b);
		return;
	}
	if (frame->kind == BUILD_LOOP) {
		build_header_end(b, frame);
	} else if (frame->kind == BUILD_IF || frame->num_edges) {
		end_joined(b, frame);
		return;
	}
	if (b->block != IR_NO_BLOCK)
		build_journal_merge(b, frame, b->frames[b->num_frames - 2].journal);
	else
		b->height = frame->height;
	b->num_frames--;
}

void build_br(struct build *b, u32 label)
{
	struct build_frame *frame = frame_at(b, label);

	if (frame->kind == BUILD_FUNC)
		emit_ret(b);
	else
		jump(b, frame);
	b->block = IR_NO_BLOCK;
}

void build_br_if(struct build *b, u32 label)
{
	struct build_frame *frame = frame_at(b, label);
	u32 cond = build_pop(b);
	u32 to = frame_block(b, frame);
	u32 next = ir_block_new(b->f);
	u32 from = b->block;

	if (next == IR_NO_BLOCK)
		b->err = -ENOMEM;
	if (!b->err)
		build_edge_add(b, frame);
	if (!b->err)
		finish_block(b, IR_BR, cond, 2, to, next);
	if (!b->err)
		build_start_after(b, next, from);
}

/* Fills the table of @ins, makes one edge to each frame named.  Return: their number. */
static u32 table_fill(struct build *b, const struct kwasm_op *op, u32 table)
{
	struct kwasm_reader labels = kwasm_op_labels(&b->reader, op);
	u32 n = 0;
	u32 i;

	b->num_tables++;
	for (i = 0; i <= op->num_targets && !b->err; i++) {
		struct build_frame *frame = frame_at(b, kwasm_read_leb_u32(&labels));

		ir_note(b->f, 1);
		if (frame->stamp != b->num_tables) {
			frame->stamp = b->num_tables;
			frame->succ = n++;
			frame_block(b, frame);
			if (!b->err)
				build_edge_add(b, frame);
		}
		if (!b->err)
			b->f->pool[table + i] = frame->succ;
	}
	return n;
}

/* The successors in the order of their numbers: where the table first names each. */
static void table_succs(struct build *b, const struct kwasm_op *op, u32 table, u32 succs)
{
	struct kwasm_reader labels = kwasm_op_labels(&b->reader, op);
	u32 i;

	for (i = 0; i <= op->num_targets; i++) {
		struct build_frame *frame = frame_at(b, kwasm_read_leb_u32(&labels));

		ir_note(b->f, 1);
		b->f->pool[succs + b->f->pool[table + i]] = frame->block;
	}
}

void build_br_table(struct build *b, const struct kwasm_op *op)
{
	u32 index = build_pop(b);
	u32 table = ir_pool_new(b->f, op->num_targets + 1);
	u32 succs, end, n;

	if (table == U32_MAX) {
		b->err = -ENOMEM;
		return;
	}
	n = table_fill(b, op, table);
	succs = b->err ? U32_MAX : ir_pool_new(b->f, n);
	if (succs == U32_MAX) {
		b->err = b->err ? b->err : -ENOMEM;
		return;
	}
	table_succs(b, op, table, succs);
	end = build_emit(b, n == 1 ? IR_JMP : IR_SWITCH, IR_VOID);
	if (n > 1) {
		b->f->ins[end].arg[0] = index;
		b->f->ins[end].list = table;
		b->f->ins[end].num_list = op->num_targets + 1;
	}
	b->f->blocks[b->block].succs = succs;
	b->f->blocks[b->block].num_succs = n;
	b->block = IR_NO_BLOCK;
}

void build_return(struct build *b)
{
	emit_ret(b);
	b->block = IR_NO_BLOCK;
}

void build_unreachable(struct build *b)
{
	u32 trap = build_emit(b, IR_TRAP, IR_VOID);

	b->f->ins[trap].imm = KWASM_TRAP_UNREACHABLE;
	b->block = IR_NO_BLOCK;
}
