// SPDX-License-Identifier: GPL-2.0-only
/*
 * ir_verify.c - does a function obey the IR's rules?
 *
 * Checks order[], links, block ends, edges from both sides, loops, operand counts, types and that
 * every operand dominates its use.  Operand rules are not checked for instructions with a form from
 * lowering; after register allocation, only the structure is checked.  For test builds and `dump`;
 * a failure is a bug of a pass.
 */
#include "ir.h"

/*
 * @place: position of an instruction in its block, 0 if it is not linked
 * @listed: block is in order[]
 * @stamp: last list that contained a block
 * @edges: of a block: sum of blocks that name it as successor minus sum of its predecessors
 */
struct verifier {
	struct ir_func *f;
	struct ir_dom dom;
	u32 *place;
	u8 *listed;
	u32 *stamp;
	u64 *edges;
};

static int bad_block(struct verifier *v, u32 b, const char *what)
{
	return kwasm_diag_set(v->f->diag, -EINVAL, v->f->index, KWASM_DIAG_NONE, "IR: b%u: %s", b,
			      what);
}

static int bad_ins(struct verifier *v, u32 i, const char *what)
{
	return kwasm_diag_set(v->f->diag, -EINVAL, v->f->index, v->f->ins[i].at,
			      "IR: v%u (%s): %s", i, ir_op_info[v->f->ins[i].op].name, what);
}

static int check_order(struct verifier *v)
{
	struct ir_func *f = v->f;
	u32 i;

	if (!f->num_order || f->order[0] != 0)
		return bad_block(v, 0, "the entry is not first in order[]");
	for (i = 0; i < f->num_order; i++) {
		u32 b = f->order[i];

		if (b >= f->num_blocks)
			return bad_block(v, b, "does not exist");
		if (v->listed[b])
			return bad_block(v, b, "occurs twice in order[]");
		v->listed[b] = 1;
	}
	return 0;
}

static int check_links(struct verifier *v, u32 b)
{
	struct ir_func *f = v->f;
	bool phis = true;
	u32 prev = 0;
	u32 n = 0;
	u32 i;

	for (i = f->blocks[b].first; i; i = f->ins[i].next) {
		if (i >= f->num_ins)
			return bad_block(v, b, "links to an instruction that does not exist");
		if (v->place[i])
			return bad_ins(v, i, "is linked twice");
		v->place[i] = ++n;
		if (f->ins[i].block != b || f->ins[i].prev != prev)
			return bad_ins(v, i, "has wrong links");
		if (f->ins[i].op == IR_NONE || f->ins[i].op >= IR_NUM_OPS)
			return bad_ins(v, i, "has an unknown operation");
		if (f->ins[i].op != IR_PHI)
			phis = false;
		else if (!phis)
			return bad_ins(v, i, "follows an instruction that is not a phi");
		if (f->ins[i].op == IR_PARAM && b != f->order[0])
			return bad_ins(v, i, "is not in the entry block");
		if (ir_op_is(f->ins[i].op, IR_OP_END) != (i == f->blocks[b].last))
			return bad_ins(v, i, "a block has one end, as its last instruction");
		prev = i;
	}
	if (!prev || prev != f->blocks[b].last)
		return bad_block(v, b, "has no end");
	return 0;
}

static int check_end(struct verifier *v, u32 b)
{
	const struct ir_block *block = &v->f->blocks[b];
	const struct ir_ins *end = &v->f->ins[block->last];
	u32 k;

	switch (end->op) {
	case IR_JMP:
		return block->num_succs == 1 ? 0 : bad_ins(v, block->last, "needs 1 successor");
	case IR_BR:
		return block->num_succs == 2 ? 0 : bad_ins(v, block->last, "needs 2 successors");
	case IR_SWITCH:
		for (k = 0; k < end->num_list; k++)
			if (v->f->pool[end->list + k] >= block->num_succs)
				return bad_ins(v, block->last, "has a target that is not a successor");
		return end->num_list ? 0 : bad_ins(v, block->last, "has no default");
	default:
		return block->num_succs ? bad_ins(v, block->last, "must not have successors") : 0;
	}
}

/* Hash block numbers so that their sums distinguish sets. */
static u64 mix(u32 b)
{
	u64 h = (b + 1) * 0x9e3779b97f4a7c15ull;

	return (h ^ h >> 29) * 0xbf58476d1ce4e5b9ull;
}

static int check_list(struct verifier *v, u32 b, u32 list, u32 num, u32 stamp)
{
	u32 k;

	for (k = 0; k < num; k++) {
		u32 other = v->f->pool[list + k];

		if (other >= v->f->num_blocks || !v->listed[other])
			return bad_block(v, b, "has an edge with a block that is not in order[]");
		if (v->stamp[other] == stamp)
			return bad_block(v, b, "has an edge twice");
		v->stamp[other] = stamp;
	}
	return 0;
}

static int check_edges(struct verifier *v, u32 b)
{
	struct ir_block *block = &v->f->blocks[b];
	int err;
	u32 k;

	err = check_list(v, b, block->succs, block->num_succs, 2 * b + 1);
	if (!err)
		err = check_list(v, b, block->preds, block->num_preds, 2 * b + 2);
	if (err)
		return err;
	if (b == v->f->order[0] && block->num_preds)
		return bad_block(v, b, "is the entry and has a predecessor");
	for (k = 0; k < block->num_succs; k++)
		v->edges[ir_succ(v->f, b, k)] += mix(b);
	for (k = 0; k < block->num_preds; k++)
		v->edges[b] -= mix(ir_pred(v->f, b, k));
	return check_end(v, b);
}

/* Loops: headers are marked, bodies refer to their header and follow it contiguously. */
static int check_loops(struct verifier *v)
{
	struct ir_func *f = v->f;
	u32 i, k;

	for (i = 0; i < f->num_order; i++) {
		u32 b = f->order[i];
		u32 loop = f->blocks[b].loop;
		bool header = false;

		for (k = 0; k < f->blocks[b].num_preds; k++)
			if (ir_dominates(&v->dom, b, ir_pred(f, b, k)))
				header = true;
		if (header != f->blocks[b].header)
			return bad_block(v, b, "is a loop header and not marked, or the reverse");
		if (header && loop != b)
			return bad_block(v, b, "is a header of another loop");
		if (loop == IR_NO_BLOCK ? f->blocks[b].depth : !f->blocks[loop].header)
			return bad_block(v, b, "has a wrong loop or depth");
		if (loop != IR_NO_BLOCK && f->blocks[b].depth != f->blocks[loop].depth)
			return bad_block(v, b, "has a depth that differs from its loop header's");
		if (loop != IR_NO_BLOCK && !header &&
		    f->blocks[f->order[i - 1]].depth < f->blocks[b].depth)
			return bad_block(v, b, "is apart from its loop");
	}
	return 0;
}

static bool is_value(struct verifier *v, u32 i)
{
	return i < v->f->num_ins && v->place[i] && ir_op_is(v->f->ins[i].op, IR_OP_DEF) &&
	       v->f->ins[i].type != IR_VOID;
}

static int check_phi(struct verifier *v, u32 i)
{
	struct ir_func *f = v->f;
	struct ir_ins *ins = &f->ins[i];
	u32 k;

	if (ins->num_list != f->blocks[ins->block].num_preds)
		return bad_ins(v, i, "does not have one operand per predecessor");
	for (k = 0; k < ins->num_list; k++) {
		u32 op = f->pool[ins->list + k];

		if (!is_value(v, op))
			return bad_ins(v, i, "has an operand that is not a value");
		if (f->ins[op].type != ins->type && !ins->form)
			return bad_ins(v, i, "has an operand of another type");
		if (!ir_dominates(&v->dom, f->ins[op].block, ir_pred(f, ins->block, k)))
			return bad_ins(v, i, "has an operand that does not reach it");
	}
	return 0;
}

static int check_operands(struct verifier *v, u32 i)
{
	struct ir_func *f = v->f;
	struct ir_ins *ins = &f->ins[i];
	u32 num = ir_num_operands(ins);
	u32 k;

	for (k = 0; k < num; k++) {
		u32 op = *ir_operand(f, i, k);
		u32 from;

		if (!op) {
			if (k >= 3 || (k < ir_op_info[ins->op].num_args && !ins->form))
				return bad_ins(v, i, "lacks an operand");
			continue;
		}
		if (k < 3 && k >= ir_op_info[ins->op].num_args && !ins->form)
			return bad_ins(v, i, "has too many operands");
		if (!is_value(v, op))
			return bad_ins(v, i, "has an operand that is not a value");
		from = f->ins[op].block;
		if (from == ins->block ? v->place[op] >= v->place[i] :
					 !ir_dominates(&v->dom, from, ins->block))
			return bad_ins(v, i, "has an operand that does not dominate it");
	}
	return 0;
}

static u32 arg_type(struct verifier *v, struct ir_ins *ins, u32 n)
{
	return v->f->ins[ins->arg[n]].type;
}

/* Same width, one of them a float. */
static bool is_bitcast(u32 a, u32 b)
{
	return (a == IR_I32 && b == IR_F32) || (a == IR_I64 && b == IR_F64);
}

static bool float_types_fit(struct verifier *v, struct ir_ins *ins)
{
	u32 from = arg_type(v, ins, 0);
	u32 to = ins->type;

	switch (ir_op_class(ins->op)) {
	case IR_CLASS_FCOMPARE:
		return to == IR_I32 && ir_type_is_float(from) && from == ins->otype &&
		       arg_type(v, ins, 1) == from;
	case IR_CLASS_TRUNC:
		return ir_type_is_float(from) && from == ins->otype && !ir_type_is_float(to);
	case IR_CLASS_CONVERT:
		return ir_type_is_float(to) && from == ins->otype && !ir_type_is_float(from);
	case IR_CLASS_PRECISION:
		return ins->op == IR_DEMOTE ? to == IR_F32 && from == IR_F64 :
					      to == IR_F64 && from == IR_F32;
	case IR_CLASS_BITCAST:
		return from == ins->otype && (is_bitcast(from, to) || is_bitcast(to, from));
	default:
		return ir_type_is_float(to) && from == to &&
		       (ir_op_info[ins->op].num_args < 2 || arg_type(v, ins, 1) == to);
	}
}

static bool resized_types_fit(struct verifier *v, struct ir_ins *ins)
{
	u32 from = arg_type(v, ins, 0);

	return ins->op == IR_WRAP ? ins->type == IR_I32 && from == IR_I64 :
				    ins->type == IR_I64 && from == IR_I32;
}

static bool other_types_fit(struct verifier *v, struct ir_ins *ins)
{
	switch (ins->op) {
	case IR_COPY:
	case IR_GSET:
	case IR_LSET:
		return arg_type(v, ins, 0) == ins->type;
	case IR_LOAD:
	case IR_PKTLOAD:
	case IR_SWITCH:
	case IR_BR:
		return arg_type(v, ins, 0) == IR_I32;
	case IR_STORE:
		return arg_type(v, ins, 0) == IR_I32 && arg_type(v, ins, 1) == ins->type;
	default:
		return true;
	}
}

static bool types_fit(struct verifier *v, struct ir_ins *ins)
{
	if (ir_op_is(ins->op, IR_OP_FLOAT))
		return float_types_fit(v, ins);
	switch (ir_op_class(ins->op)) {
	case IR_CLASS_COUNT:
		return arg_type(v, ins, 0) == ins->type;
	case IR_CLASS_EXTEND:
		return arg_type(v, ins, 0) == ins->type &&
		       (ins->op != IR_EXT32S || ins->type == IR_I64);
	case IR_CLASS_MULHIGH:
		return ins->type == IR_I64 && arg_type(v, ins, 0) == IR_I64 &&
		       arg_type(v, ins, 1) == IR_I64;
	case IR_CLASS_ARITH:
	case IR_CLASS_DIVIDE:
	case IR_CLASS_LOGIC:
	case IR_CLASS_SHIFT:
		return arg_type(v, ins, 0) == ins->type && arg_type(v, ins, 1) == ins->type;
	case IR_CLASS_RESIZE:
		return resized_types_fit(v, ins);
	case IR_CLASS_COMPARE:
		return ins->type == IR_I32 && arg_type(v, ins, 0) == ins->otype &&
		       arg_type(v, ins, 1) == ins->otype;
	case IR_CLASS_SELECT:
		return arg_type(v, ins, 0) == IR_I32 && arg_type(v, ins, 1) == ins->type &&
		       arg_type(v, ins, 2) == ins->type;
	default:
		return other_types_fit(v, ins);
	}
}

static int check_ins(struct verifier *v, u32 i)
{
	struct ir_ins *ins = &v->f->ins[i];
	u32 prev = ins->prev;
	int err;

	if (ins->op == IR_PHI)
		return check_phi(v, i);
	err = check_operands(v, i);
	if (err)
		return err;
	if (!ins->form && !types_fit(v, ins))
		return bad_ins(v, i, "has operands of a wrong type");
	if (ins->op == IR_CONST && (ins->type == IR_I32 || ins->type == IR_F32) &&
	    ins->imm > U32_MAX)
		return bad_ins(v, i, "has 32 bits and is not zero-extended");
	if (ins->op == IR_RESULT) {
		u32 k = prev && v->f->ins[prev].op == IR_RESULT ? v->f->ins[prev].imm + 1 : 1;

		if (!prev || ins->imm != k ||
		    (k == 1 && !ir_op_is(v->f->ins[prev].op, IR_OP_CALLS)))
			return bad_ins(v, i, "does not follow its call");
	}
	return 0;
}

/* Register allocation replaces PHIs with moves: values and dominance can no longer be checked. */
static bool is_allocated(struct ir_func *f)
{
	u32 i;

	for (i = 1; i < f->num_ins; i++)
		if (f->ins[i].dst != IR_LOC_NONE)
			return true;
	return false;
}

static int check_all(struct verifier *v)
{
	struct ir_func *f = v->f;
	int err = check_order(v);
	u32 n, i;

	for (n = 0; n < f->num_order && !err; n++)
		err = check_links(v, f->order[n]);
	for (n = 0; n < f->num_order && !err; n++)
		err = check_edges(v, f->order[n]);
	for (n = 0; n < f->num_order && !err; n++)
		if (v->edges[f->order[n]])
			err = bad_block(v, f->order[n], "has predecessors that do not match");
	if (err || is_allocated(f))
		return err;
	err = ir_dom_build(f, &v->dom);
	if (err)
		return err;
	err = check_loops(v);
	for (n = 0; n < f->num_order && !err; n++)
		for (i = f->blocks[f->order[n]].first; i && !err; i = f->ins[i].next)
			err = check_ins(v, i);
	return err;
}

int ir_verify(struct ir_func *f)
{
	struct verifier v = { .f = f };

	v.place = kwasm_arena_alloc(f->arena, f->num_ins, sizeof(*v.place));
	v.listed = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(*v.listed));
	v.stamp = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(*v.stamp));
	v.edges = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(*v.edges));
	if (!v.place || !v.listed || !v.stamp || !v.edges)
		return ir_out_of_memory(f);
	return check_all(&v);
}
