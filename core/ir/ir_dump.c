// SPDX-License-Identifier: GPL-2.0-only
/*
 * ir_dump.c - a listing of a function's IR, one instruction a line.
 *
 *	b1: preds b0 b3; loop b1 depth 1
 *		v7 = load.i32.u8 v5 +16
 *		v8 = eq.i32 v7, v2
 *		br v8 b2 b4
 *
 * Values print as their instruction's index.  After register allocation each is followed by its
 * location: [r3], [x1] or [s2] for a general register, an XMM register or a spill slot.
 */
#include "ir.h"

#define LINE 96

struct out {
	struct ir_func *f;
	const struct ir_sink *sink;
};

static __printf(2, 3) void put(struct out *o, const char *fmt, ...)
{
	char line[LINE];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	o->sink->write(o->sink->arg, line, min_t(size_t, n, sizeof(line) - 1));
}

static const char *const type_names[] = {
	[IR_VOID] = "void",
	[IR_I32] = "i32",
	[IR_I64] = "i64",
	[IR_F32] = "f32",
	[IR_F64] = "f64",
};

static const char *const access_names[] = {
	[IR_U8] = "u8",
	[IR_S8] = "s8",
	[IR_U16] = "u16",
	[IR_S16] = "s16",
	[IR_U32] = "u32",
	[IR_S32] = "s32",
	[IR_U64] = "u64",
};

/* Name @n of @num; of a wrong number as well, since broken IR is what listings are read for. */
static const char *name_of(const char *const *names, size_t num, u32 n)
{
	return n < num ? names[n] : "?";
}

static void put_loc(struct out *o, u32 loc)
{
	if (loc == IR_LOC_NONE)
		return;
	if (ir_loc_is_slot(loc))
		put(o, "[s%u]", loc - IR_LOC_SLOT);
	else if (loc >= IR_LOC_XMM)
		put(o, "[x%u]", loc - IR_LOC_XMM);
	else
		put(o, "[r%u]", loc);
}

static void put_blocks(struct out *o, u32 list, u32 num)
{
	u32 i;

	for (i = 0; i < num; i++)
		put(o, " b%u", o->f->pool[list + i]);
}

static void put_switch(struct out *o, const struct ir_ins *ins)
{
	u32 i;

	put(o, " [");
	for (i = 0; i < ins->num_list; i++)
		put(o, "%sb%u", i ? " " : "",
		    ir_succ(o->f, ins->block, o->f->pool[ins->list + i]));
	put(o, "]");
}

static void put_operands(struct out *o, u32 index)
{
	const struct ir_ins *ins = &o->f->ins[index];
	u32 n = ir_num_operands(ins);
	const char *sep = " ";
	u32 i;

	for (i = 0; i < n; i++) {
		u32 v = *ir_operand(o->f, index, i);

		if (!v)
			continue;
		put(o, "%sv%u", sep, v);
		if (i < 3)
			put_loc(o, ins->src[i]);
		sep = ", ";
	}
}

static void put_imm(struct out *o, const struct ir_ins *ins)
{
	switch (ins->op) {
	case IR_CONST:
	case IR_REMAT:
		put(o, " 0x%llx", (unsigned long long)ins->imm);
		break;
	case IR_LOAD:
	case IR_STORE:
		if (ins->imm)
			put(o, " +%llu", (unsigned long long)ins->imm);
		break;
	case IR_CALLIND:
		put(o, " table %u type %u", (u32)(ins->imm >> 32), (u32)ins->imm);
		break;
	case IR_PKTLOAD:
	case IR_PARAM:
	case IR_CTXLOAD:
	case IR_GGET:
	case IR_GSET:
	case IR_LGET:
	case IR_LSET:
	case IR_CALL:
	case IR_CALLRT:
	case IR_RESULT:
	case IR_TRAP:
	case IR_ARGSTACK:
	case IR_RESSTORE:
		put(o, " #%llu", (unsigned long long)ins->imm);
		break;
	default:
		if (ins->imm)
			put(o, " imm 0x%llx", (unsigned long long)ins->imm);
	}
}

static bool has_access(u32 op)
{
	return op == IR_LOAD || op == IR_STORE || op == IR_PKTLOAD || op == IR_CTXLOAD;
}

/* Whose value is always an i32. */
static bool is_comparison(u32 op)
{
	return ir_op_class(op) == IR_CLASS_COMPARE || ir_op_class(op) == IR_CLASS_FCOMPARE;
}

static void put_lowered(struct out *o, const struct ir_ins *ins)
{
	if (ins->form)
		put(o, " form %u", ins->form);
	if (ins->cc)
		put(o, " cc %u", ins->cc);
	if (ins->scale)
		put(o, " scale %u", ins->scale);
	if (ins->disp)
		put(o, " disp %d", ins->disp);
	if (ins->flags & IR_NOTRAP)
		put(o, " notrap");
	if (ins->flags & IR_SWAP)
		put(o, " swap");
	if (ins->flags & IR_FOLDED)
		put(o, " folded");
}

static void put_ins(struct out *o, u32 index)
{
	const struct ir_ins *ins = &o->f->ins[index];

	put(o, "\t");
	if (ir_op_is(ins->op, IR_OP_DEF) && ins->type != IR_VOID) {
		put(o, "v%u", index);
		put_loc(o, ins->dst);
		put(o, " = ");
	}
	put(o, "%s", ir_op_info[ins->op].name);
	if (ins->type != IR_VOID && (!ins->otype || !is_comparison(ins->op)))
		put(o, ".%s", name_of(type_names, ARRAY_SIZE(type_names), ins->type));
	if (ins->otype)
		put(o, ".%s", name_of(type_names, ARRAY_SIZE(type_names), ins->otype));
	if (has_access(ins->op))
		put(o, ".%s", name_of(access_names, ARRAY_SIZE(access_names), ins->access));
	if (ins->op == IR_MOVE || ins->op == IR_XCHG || ins->op == IR_REMAT) {
		put(o, " ");
		put_loc(o, ins->dst);
		put(o, " ");
		put_loc(o, ins->src[0]);
	} else {
		put_operands(o, index);
	}
	put_imm(o, ins);
	if (ins->op == IR_SWITCH)
		put_switch(o, ins);
	else if (ir_op_is(ins->op, IR_OP_END))
		put_blocks(o, o->f->blocks[ins->block].succs, o->f->blocks[ins->block].num_succs);
	put_lowered(o, ins);
	put(o, "\n");
}

static void put_block(struct out *o, u32 b)
{
	const struct ir_block *block = &o->f->blocks[b];
	u32 i;

	put(o, "b%u:", b);
	if (block->num_preds) {
		put(o, " preds");
		put_blocks(o, block->preds, block->num_preds);
	}
	if (block->loop != IR_NO_BLOCK)
		put(o, "; loop b%u depth %u", block->loop, block->depth);
	if (block->cold)
		put(o, "; cold");
	put(o, "\n");
	for (i = block->first; i; i = o->f->ins[i].next)
		put_ins(o, i);
}

void ir_dump(struct ir_func *f, const struct ir_sink *sink)
{
	struct out o = { .f = f, .sink = sink };
	u32 i;

	put(&o, "func %u", f->index);
	if (f->num_lslots)
		put(&o, " lslots %u", f->num_lslots);
	if (f->num_slots)
		put(&o, " slots %u", f->num_slots);
	put(&o, "\n");
	for (i = 0; i < f->num_order; i++)
		put_block(&o, f->order[i]);
}
