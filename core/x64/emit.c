// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit.c - emit allocated instructions: frame, blocks, moves, out-of-line code.
 *
 * Guarantees: rbp chains in every function; a function's stack use is checked against the limit
 * before the stack is touched, except for small frames of leaf functions; every instruction that
 * can fault and every explicit trap has a site, in ascending order.
 *
 *	[rbp + 16 + 8 k]	stack argument k
 *	[rbp - 8 k]		saved registers, then spill slots, then frame slots
 *	[rsp + 8 k]		outgoing stack argument k
 */
#include "emit.h"

/* ---- operands ---- */

struct x64_mem emit_slot(const struct emit *e, u32 loc)
{
	return x64_at(X64_RBP, -8 * (s32)(e->num_saved + loc - IR_LOC_SLOT + 1));
}

struct x64_mem emit_local(const struct emit *e, u32 slot)
{
	return x64_at(X64_RBP, -8 * (s32)(e->num_saved + e->f->num_slots + slot + 1));
}

void emit_rx(struct emit *e, enum x64_op op, enum x64_width w, u8 dst, u32 src)
{
	if (ir_loc_is_reg(src))
		x64_rr(e->as, op, w, dst, (u8)src);
	else
		x64_rm(e->as, op, w, dst, emit_slot(e, src));
}

void emit_xi(struct emit *e, enum x64_op op, enum x64_width w, u32 dst, s64 imm)
{
	if (ir_loc_is_reg(dst))
		x64_ri(e->as, op, w, (u8)dst, imm);
	else
		x64_mi(e->as, op, w, emit_slot(e, dst), imm);
}

void emit_move(struct emit *e, enum x64_width w, u8 dst, u32 src)
{
	if (dst != src)
		emit_rx(e, X64_MOV, w, dst, src);
}

/* ---- out of line ---- */

u32 emit_cold(struct emit *e, u32 ins, u32 kind, u32 trap, u32 back)
{
	struct x64_cold *cold;

	cold = ir_array_grow(e->f, e->cold, e->num_cold, 1, &e->max_cold, sizeof(*cold));
	if (!cold) {
		e->error = -ENOMEM;
		return 0;
	}
	e->cold = cold;
	cold += e->num_cold++;
	*cold = (struct x64_cold){
		.label = x64_label(e->as), .back = back, .ins = ins, .kind = kind, .trap = trap,
	};
	return cold->label;
}

void emit_trap_if(struct emit *e, u32 ins, enum x64_cc cc, u32 trap)
{
	x64_jcc(e->as, cc, emit_cold(e, ins, X64_COLD_TRAP, trap, 0));
}

void emit_kill_check(struct emit *e, u32 ins)
{
	x64_mi(e->as, X64_CMP, X64_L, X64_CTX_AT(kill), 0);
	emit_trap_if(e, ins, X64_CC_NE, KWASM_TRAP_NONE);
}

/* Pieces may add further ones. */
static void emit_cold_code(struct emit *e)
{
	u32 n;

	for (n = 0; n < e->num_cold; n++) {
		struct x64_cold cold = e->cold[n];

		ir_note(e->f, 2);
		x64_bind(e->as, cold.label);
		switch (cold.kind) {
		case X64_COLD_TRAP:
			x64_call(e->as, e->code->trap_stubs[cold.trap]);
			x64_call_site(e->code, e->f->ins[cold.ins].at);
			break;
		case X64_COLD_PACKET:
			emit_cold_packet(e, &cold);
			break;
		case X64_COLD_CROSS:
			emit_cold_cross(e, &cold);
			break;
		case X64_COLD_FLOAT:
			emit_cold_float(e, &cold);
			break;
		default:
			emit_cold_div(e, &cold);
		}
	}
}

/* ---- moves ---- */

bool emit_flags_live(const struct ir_func *f, u32 i)
{
	do {
		i = f->ins[i].next;
	} while (i && (f->ins[i].op == IR_MOVE || f->ins[i].op == IR_XCHG ||
		       f->ins[i].op == IR_REMAT));
	return i && f->ins[i].form == X64_FORM_FLAGS;
}

static void emit_const(struct emit *e, u32 i, u32 dst)
{
	s64 imm = (s64)e->f->ins[i].imm;

	if (ir_loc_is_slot(dst)) {
		if (imm == (s32)imm) {
			x64_mi(e->as, X64_MOV, X64_Q, emit_slot(e, dst), imm);
		} else {
			x64_ri(e->as, X64_MOV, X64_Q, X64_SCRATCH, imm);
			x64_mr(e->as, X64_MOV, X64_Q, emit_slot(e, dst), X64_SCRATCH);
		}
	} else if (x64_is_xmm(dst)) {
		/* the bits above 32 of a float are ignored, so zeroes will do */
		emit_fconst(e, (u64)imm <= U32_MAX ? X64_L : X64_Q, (u8)dst, (u64)imm);
	} else if (!imm && !emit_flags_live(e->f, i)) {
		x64_zero(e->as, (u8)dst);
	} else {
		x64_ri(e->as, X64_MOV, X64_Q, (u8)dst, imm);
	}
}

/*
 * An i32 is reloaded in its width: should the load overtake the store in speculation and read what
 * the stack held before, the value is still an offset that the reservation holds.
 */
static enum x64_width reload_width(const struct ir_ins *ins, u32 dst)
{
	return ins->type == IR_I32 && !x64_is_xmm(dst) ? X64_L : X64_Q;
}

static void emit_locs(struct emit *e, const struct ir_ins *ins)
{
	u32 dst = ins->dst, src = ins->src[0];

	if (ir_loc_is_slot(dst))
		x64_mr(e->as, x64_is_xmm(src) ? X64_FMOV : X64_MOV, X64_Q, emit_slot(e, dst),
		       (u8)src);
	else if (ir_loc_is_slot(src))
		x64_rm(e->as, x64_is_xmm(dst) ? X64_FMOV : X64_MOV, reload_width(ins, dst), (u8)dst,
		       emit_slot(e, src));
	else if (x64_is_xmm(dst))
		x64_rr(e->as, X64_MOVAPS, X64_L, (u8)dst, (u8)src);
	else
		x64_rr(e->as, X64_MOV, ins->type == IR_I32 ? X64_L : X64_Q, (u8)dst, (u8)src);
}

void emit_unknown(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	e->error = kwasm_diag_set(e->f->diag, -EOPNOTSUPP, e->f->index, ins->at,
				  "operation %s is not supported by the back end",
				  ir_op_info[ins->op].name);
}

static void emit_moves(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	switch (ins->op) {
	case IR_REMAT:
		emit_const(e, i, ins->dst);
		break;
	case IR_MOVE:
		emit_locs(e, ins);
		break;
	case IR_XCHG:
		/* of general registers only */
		x64_rr(e->as, X64_XCHG, X64_Q, (u8)ins->dst, (u8)ins->src[0]);
		break;
	case IR_PARAM:
		if (ins->form == X64_FORM_STACK)
			x64_rm(e->as, x64_is_xmm(ins->dst) ? X64_FMOV : X64_MOV,
			       emit_width(ins->type), (u8)ins->dst,
			       x64_at(X64_RBP, 16 + 8 * ins->disp));
		break;
	default:
		emit_unknown(e, i);
	}
}

/* ---- frame ---- */

static bool frame_layout(struct emit *e)
{
	struct ir_func *f = e->f;
	u64 bytes;
	u8 reg;

	for (reg = 0; reg < 16; reg++)
		if (f->saved & X64_BIT(reg))
			e->saved[e->num_saved++] = reg;
	bytes = 8ull * f->num_slots + 8ull * f->num_lslots + 8ull * f->num_out;
	/* rsp is a multiple of 16 after push rbp, and must be at calls */
	bytes += (bytes + 8 * e->num_saved) & 8;
	if (bytes > X64_MAX_FRAME)
		return false;
	e->frame = (u32)bytes;
	return true;
}

static bool calls_guest(struct ir_func *f)
{
	u32 n, i;

	for (n = 0; n < f->num_order; n++)
		for (i = f->blocks[f->order[n]].first; i; i = f->ins[i].next)
			if (f->ins[i].op == IR_CALL || f->ins[i].op == IR_CALLIND)
				return true;
	return false;
}

static void emit_prologue(struct emit *e)
{
	const struct kwasm_func_info *info = &e->f->module->funcs[e->f->index];
	u32 n;

	if (info->escapes || info->declared)
		x64_0(e->as, X64_ENDBR64, X64_Q);
	x64_r(e->as, X64_PUSH, X64_Q, X64_RBP);
	x64_rr(e->as, X64_MOV, X64_Q, X64_RBP, X64_RSP);
	if (e->frame > X64_SMALL_FRAME || calls_guest(e->f)) {
		/* the null instruction has no offset: use the body's start */
		e->f->ins[0].at = info->code;
		x64_stack_check(e->code, e->frame,
				emit_cold(e, 0, X64_COLD_TRAP, KWASM_TRAP_STACK, 0));
	}
	for (n = 0; n < e->num_saved; n++)
		x64_r(e->as, X64_PUSH, X64_Q, e->saved[n]);
	if (e->frame)
		x64_ri(e->as, X64_SUB, X64_Q, X64_RSP, e->frame);
}

void emit_epilogue(struct emit *e)
{
	u32 n;

	if (e->frame && e->num_saved)
		x64_rm(e->as, X64_LEA, X64_Q, X64_RSP, x64_at(X64_RBP, -8 * (s32)e->num_saved));
	for (n = e->num_saved; n--;)
		x64_r(e->as, X64_POP, X64_Q, e->saved[n]);
	if (e->frame && !e->num_saved)
		x64_0(e->as, X64_LEAVE, X64_Q);
	else
		x64_r(e->as, X64_POP, X64_Q, X64_RBP);
	x64_return(e->code);
}

/* ---- blocks ---- */

/* Maximum number of jumps followed to find the destination of a block that only jumps. */
#define MAX_HOPS 8

static bool only_jumps(struct ir_func *f, u32 b)
{
	u32 i = f->blocks[b].first;

	for (; f->ins[i].op == IR_PHI || (f->ins[i].flags & IR_FOLDED); i = f->ins[i].next)
		ir_note(f, 1);
	ir_note(f, 1);
	return f->ins[i].op == IR_JMP;
}

/* The block to which @b leads without any other effect; @b itself if the chain is too long. */
static u32 destination(struct ir_func *f, u32 b)
{
	u32 to = b;
	u32 n;

	for (n = 0; n < MAX_HOPS && only_jumps(f, to); n++)
		to = ir_succ(f, to, 0);
	return only_jumps(f, to) ? b : to;
}

/*
 * For each loop header a block that jumps back to it: placed before the header it needs no jump,
 * which saves one per iteration at the cost of one on entry.
 */
static u32 *find_latches(struct ir_func *f)
{
	u32 *latches = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(u32));
	u32 n, b, to;

	if (!latches)
		return NULL;
	for (n = 0; n < f->num_blocks; n++)
		latches[n] = IR_NO_BLOCK;
	for (n = 1; n < f->num_order; n++) {
		const struct ir_block *block = &f->blocks[f->order[n]];

		b = f->order[n];
		if (f->ins[block->last].op != IR_JMP || block->cold || block->header ||
		    destination(f, b) != b)
			continue;
		to = ir_succ(f, b, 0);
		if (f->blocks[to].header && !f->blocks[to].cold && to != f->order[0] &&
		    block->loop == to)
			latches[to] = b;
	}
	return latches;
}

static void place_block(struct emit *e, u32 b)
{
	e->labels[b] = x64_label(e->as);
	e->order[e->num_order++] = b;
}

/*
 * Labels and order: cold blocks come last; a block that only jumps is omitted and has the label of
 * its destination.
 */
static int place_blocks(struct emit *e)
{
	struct ir_func *f = e->f;
	u32 *latches = find_latches(f);
	u32 n, b, cold;

	e->labels = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(u32));
	e->order = kwasm_arena_alloc(f->arena, f->num_order, sizeof(u32));
	e->goal = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(u32));
	if (!e->labels || !e->order || !e->goal || !latches)
		return ir_out_of_memory(f);
	for (cold = 0; cold < 2; cold++)
		for (n = 0; n < f->num_order; n++) {
			b = f->order[n];
			if (f->blocks[b].cold != cold || (n && destination(f, b) != b) ||
			    e->labels[b])
				continue;
			if (latches[b] != IR_NO_BLOCK)
				place_block(e, latches[b]);
			place_block(e, b);
		}
	for (n = 0; n < f->num_order; n++) {
		b = f->order[n];
		e->goal[b] = n ? destination(f, b) : b;
		e->labels[b] = e->labels[e->goal[b]];
	}
	return 0;
}

/* Targets of jump tables begin with endbr64. */
static int mark_landings(struct emit *e)
{
	struct ir_func *f = e->f;
	u32 n, k;

	e->landing = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(bool));
	if (!e->landing)
		return ir_out_of_memory(f);
	for (n = 0; n < f->num_order; n++) {
		const struct ir_block *block = &f->blocks[f->order[n]];

		if (!emit_by_table(e, block->last))
			continue;
		for (k = 0; k < block->num_succs; k++)
			e->landing[e->goal[ir_succ(f, f->order[n], k)]] = true;
	}
	return 0;
}

/* The meaning of the flags after @ins; register moves and conditional moves preserve them. */
static void track_flags(struct emit *e, u32 i)
{
	const struct ir_ins *ins = &e->f->ins[i];

	if (ins->op == IR_MOVE || (ins->op == IR_SELECT && ins->form == X64_FORM_FLAGS)) {
		if (ins->dst == e->zero_reg)
			e->zero_reg = X64_NONE;
		return;
	}
	e->zero_reg = e->made_reg;
	e->zero_width = e->made_width;
	e->compare = x64_only_flags(ins) && ir_op_is(ins->op, IR_OP_DEF) &&
		     ir_op_is(ins->op, IR_OP_PURE) ? i : 0;
}

static bool emits_nothing(const struct ir_ins *ins)
{
	return ins->flags & IR_FOLDED || ins->op == IR_PHI;
}

static void (*const emitters[])(struct emit *e, u32 i) = {
	[IR_CLASS_VALUE] = emit_moves,
	[IR_CLASS_ARITH] = emit_arith,
	[IR_CLASS_MULHIGH] = emit_mulhu,
	[IR_CLASS_DIVIDE] = emit_div,
	[IR_CLASS_LOGIC] = emit_arith,
	[IR_CLASS_SHIFT] = emit_shift,
	[IR_CLASS_COUNT] = emit_unary,
	[IR_CLASS_EXTEND] = emit_unary,
	[IR_CLASS_RESIZE] = emit_unary,
	[IR_CLASS_COMPARE] = emit_compare,
	[IR_CLASS_SELECT] = emit_select,
	[IR_CLASS_FARITH] = emit_farith,
	[IR_CLASS_FEXTREME] = emit_extreme,
	[IR_CLASS_FSIGN] = emit_sign,
	[IR_CLASS_FSQRT] = emit_sqrt,
	[IR_CLASS_FROUND] = emit_round,
	[IR_CLASS_FCOMPARE] = emit_fcompare,
	[IR_CLASS_TRUNC] = emit_trunc,
	[IR_CLASS_CONVERT] = emit_convert,
	[IR_CLASS_PRECISION] = emit_precision,
	[IR_CLASS_BITCAST] = emit_bitcast,
	[IR_CLASS_STATE] = emit_state,
	[IR_CLASS_CALL] = emit_call,
	[IR_CLASS_END] = emit_end,
	[IR_CLASS_MOVE] = emit_moves,
};

static int emit_body(struct emit *e, u32 b)
{
	struct ir_func *f = e->f;
	u32 i;
	int err;

	e->zero_reg = X64_NONE;
	e->compare = 0;
	for (i = f->blocks[b].first; i; i = f->ins[i].next) {
		err = ir_step(f);
		if (err)
			return err;
		if (emits_nothing(&f->ins[i]))
			continue;
		e->made_reg = X64_NONE;
		emitters[ir_op_class(f->ins[i].op)](e, i);
		if (e->error)
			return e->error;
		track_flags(e, i);
	}
	return 0;
}

static int emit_block(struct emit *e, u32 b)
{
	x64_bind(e->as, e->labels[b]);
	if (e->landing[b])
		x64_0(e->as, X64_ENDBR64, X64_Q);
	return emit_body(e, b);
}

/* Instructions of a block that is copied, its end not counted. */
#define MAX_TAIL 3u

static bool is_tail(const struct emit *e, u32 b)
{
	const struct ir_func *f = e->f;
	u32 num = 0;
	u32 i;

	for (i = f->blocks[b].first; i != f->blocks[b].last; i = f->ins[i].next) {
		if (emits_nothing(&f->ins[i]))
			continue;
		if (ir_op_is(f->ins[i].op, IR_OP_CALLS) || num++ == MAX_TAIL)
			return false;
	}
	return f->ins[i].op == IR_BR || (f->ins[i].op == IR_RET && !e->num_saved && !e->frame);
}

bool emit_tail(struct emit *e, u32 b)
{
	b = e->goal[b];
	if (!is_tail(e, b))
		return false;
	e->error = e->error ?: emit_body(e, b);
	return true;
}

/* The entry block is cold if the whole function only traps: it still comes first. */
static void entry_first(struct ir_func *f)
{
	f->blocks[f->order[0]].cold = false;
}

int x64_emit(void *arg, struct ir_func *f)
{
	u32 index = f->index - f->module->num_func_imports;
	struct x64_code *code = arg;
	struct emit e = { .code = code, .as = &code->as, .f = f };
	u32 n;
	int err;

	entry_first(f);
	err = place_blocks(&e) ?: mark_landings(&e);
	if (err)
		return err;
	if (!frame_layout(&e))
		return kwasm_diag_set(f->diag, -E2BIG, f->index, KWASM_DIAG_NONE,
				      "the function needs a stack frame of more than %u bytes",
				      X64_MAX_FRAME);
	if (f->module->funcs[f->index].escapes)
		x64_thunk(code, index);
	x64_align(e.as, 16);
	x64_bind(e.as, code->labels[index]);
	code->funcs[index].start = e.as->len;
	emit_prologue(&e);
	for (n = 0; n < e.num_order && !e.error; n++) {
		e.next = n + 1 < e.num_order ? e.labels[e.order[n + 1]] : X64_UNBOUND;
		err = emit_block(&e, e.order[n]);
		if (err)
			return err;
	}
	emit_cold_code(&e);
	code->funcs[index].end = e.as->len;
	return e.error ? e.error : x64_asm_status(code, f->index, f->diag);
}
