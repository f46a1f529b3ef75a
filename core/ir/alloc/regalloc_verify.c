// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_verify.c - proves that allocated code reads the right values.
 *
 * Symbolic execution: the state maps each location to the value it holds, the states of paths that
 * meet keep what they agree on, and the states at the starts of blocks are a fixed point.  A value
 * that is defined again (the next turn of a loop) makes its older copies worthless.  A location
 * holds what was put there last: how many values share a slot, and in which holes, is proven and
 * not assumed.  The checker shares nothing with the allocator but the target's descriptions.
 *
 * Takes blocks times locations of memory: meant for test builds and for `dump`.
 */
#include "ir/ir.h"

#define JUNK 0u			/* holds nothing that may be read */
#define NUM_REGS 32u

/**
 * struct checker - the state of a check
 * @state: by location, at the current instruction
 * @entry: by block, at its start; @seen: it has been reached
 * @name: by value, the number it is known by: constants of the same bits share one, and a PHI with
 *	one operand is that operand
 */
struct checker {
	struct ir_func *f;
	const struct ir_target *target;
	u32 num_locs;
	u32 *state;
	u32 *entry;
	bool *seen;
	u32 *name;
	u32 *consts;	/* hash table of named constants */
	u32 mask;
	bool final;	/* the states are final: report errors */
};

static int wrong(struct checker *c, u32 i, const char *what)
{
	if (!c->final)
		return 0;
	return kwasm_diag_set(c->f->diag, -EINVAL, c->f->index, c->f->ins[i].at,
			      "register allocation check: instruction %u (%s), block %u: %s", i,
			      ir_op_info[c->f->ins[i].op].name, c->f->ins[i].block, what);
}

/* The name of the constant @imm; a new one is named @i, if that is not 0. */
static u32 const_name(struct checker *c, u64 imm, u32 i)
{
	u32 at = (u32)((imm * 0x9e3779b97f4a7c15ull) >> 32) & c->mask;

	while (c->consts[at] && c->f->ins[c->consts[at]].imm != imm)
		at = (at + 1) & c->mask;
	if (!c->consts[at])
		c->consts[at] = i;
	return c->consts[at];
}

static void name_values(struct checker *c)
{
	struct ir_func *f = c->f;
	u32 n, i;

	for (n = 0; n < f->num_order; n++) {
		const struct ir_block *b = &f->blocks[f->order[n]];

		for (i = b->first; i; i = f->ins[i].next) {
			c->name[i] = i;
			if (f->ins[i].op == IR_CONST)
				c->name[i] = const_name(c, f->ins[i].imm, i);
			else if (f->ins[i].op == IR_PHI && b->num_preds == 1)
				c->name[i] = c->name[f->pool[f->ins[i].list]];
		}
	}
}

static bool in_class(const struct checker *c, u32 loc, u32 type)
{
	return loc < NUM_REGS && (c->target->allocatable & (1u << loc)) &&
	       (loc >= IR_LOC_XMM) == ir_type_is_float(type);
}

/* @value, name included, is defined in @loc. */
static void define(struct checker *c, u32 value, u32 loc)
{
	u32 k;

	for (k = 0; k < c->num_locs; k++)
		if (c->state[k] == value)
			c->state[k] = JUNK;
	c->state[loc] = value;
}

static int check_move(struct checker *c, u32 i)
{
	const struct ir_ins *ins = &c->f->ins[i];
	u32 dst = ins->dst, src = ins->src[0];

	if (dst >= c->num_locs || (ins->op != IR_REMAT && src >= c->num_locs))
		return wrong(c, i, "no such location");
	if (dst < NUM_REGS && (c->target->callee_saved & ~c->f->saved & (1u << dst)))
		return wrong(c, i, "writes a callee-saved register that is not saved");
	if (ins->op == IR_REMAT) {
		c->state[dst] = const_name(c, ins->imm, 0);
		return ir_loc_is_slot(dst) ? wrong(c, i, "moves a constant directly to a slot") : 0;
	}
	if (ins->op == IR_XCHG) {
		swap(c->state[dst], c->state[src]);
		return dst >= IR_LOC_XMM || src >= IR_LOC_XMM ? wrong(c, i, "no such exchange") : 0;
	}
	c->state[dst] = c->state[src];
	if (ir_loc_is_slot(dst) && ir_loc_is_slot(src))
		return wrong(c, i, "moves from slot to slot");
	if (ir_loc_is_reg(dst) && ir_loc_is_reg(src) && (dst ^ src) >= IR_LOC_XMM)
		return wrong(c, i, "moves between register classes");
	return 0;
}

static int check_use(struct checker *c, u32 i, u32 n, const struct ir_target_ins *t)
{
	const struct ir_ins *ins = &c->f->ins[i];
	u32 arg = ins->arg[n], loc = ins->src[n], use = t->use[n];
	bool late = t->late & (1u << n);

	if (!arg || use == IR_LOC_NONE)
		return 0;
	if (loc >= c->num_locs)
		return wrong(c, i, "an operand is nowhere");
	if (use < NUM_REGS && loc != use)
		return wrong(c, i, "an operand is not in its fixed register");
	if (use == IR_TARGET_ANY && !(n == 0 && t->tied && loc == t->def) &&
	    !in_class(c, loc, c->f->ins[arg].type))
		return wrong(c, i, "an operand is not in a register of its class");
	if (c->state[loc] != c->name[arg])
		return wrong(c, i, "reads a wrong value");
	if (late && loc == ins->dst && !(n == 0 && t->tied))
		return wrong(c, i, "a late operand is overwritten by the value");
	if (late && use >= NUM_REGS && loc < NUM_REGS && (t->clobbers & (1u << loc)))
		return wrong(c, i, "a late operand is destroyed");
	return 0;
}

static int check_list(struct checker *c, u32 i, const struct ir_target_ins *t)
{
	const struct ir_ins *ins = &c->f->ins[i];
	u32 n;

	if (!t->list_use || !ir_op_is(ins->op, IR_OP_LIST))
		return 0;
	for (n = 0; n < ins->num_list; n++) {
		u32 loc = t->list_use[n];

		if (loc < NUM_REGS && c->state[loc] != c->name[c->f->pool[ins->list + n]])
			return wrong(c, i, "a listed operand is not in its register");
	}
	return 0;
}

static int check_def(struct checker *c, u32 i, const struct ir_target_ins *t)
{
	const struct ir_ins *ins = &c->f->ins[i];

	if (t->def == IR_LOC_NONE)
		return 0;
	if (t->def < NUM_REGS ? ins->dst != t->def : !in_class(c, ins->dst, ins->type))
		return wrong(c, i, "the value is not in a register of its class");
	if (t->def >= NUM_REGS && (t->clobbers & (1u << ins->dst)))
		return wrong(c, i, "the value is destroyed");
	if (t->tied && ins->arg[0] && t->use[0] != IR_LOC_NONE && ins->dst != ins->src[0])
		return wrong(c, i, "a two-address form with two registers");
	if (c->target->callee_saved & ~c->f->saved & (1u << ins->dst))
		return wrong(c, i, "writes a callee-saved register that is not saved");
	define(c, c->name[i], ins->dst);
	return 0;
}

static int check_ins(struct checker *c, u32 i)
{
	const struct ir_ins *ins = &c->f->ins[i];
	struct ir_target_ins t = {};
	u32 n;
	int err = 0;

	if (ins->op == IR_MOVE || ins->op == IR_XCHG || ins->op == IR_REMAT)
		return check_move(c, i);
	if ((ins->flags & IR_FOLDED) || ins->op == IR_PHI)
		return 0;
	c->target->describe(c->f, i, &t);
	if (ins->op == IR_PARAM && t.def < NUM_REGS)
		return ins->dst == t.def ? 0 : wrong(c, i, "a parameter in a wrong register");
	for (n = 0; !err && n < 3; n++)
		err = check_use(c, i, n, &t);
	if (!err)
		err = check_list(c, i, &t);
	c->state[c->target->scratch_gpr] = JUNK;
	c->state[c->target->scratch_xmm] = JUNK;
	for (n = 0; n < NUM_REGS; n++)
		if (t.clobbers & (1u << n))
			c->state[n] = JUNK;
	return err ? err : check_def(c, i, &t);
}

/* Propagate the state of @block to its successor @succ, as predecessor number @k of it. */
static int flow(struct checker *c, u32 succ, u32 k, bool *changed)
{
	struct ir_func *f = c->f;
	const struct ir_block *s = &f->blocks[succ];
	u32 *entry = &c->entry[(size_t)succ * c->num_locs];
	u32 *out = c->state, i, n;
	int err = 0;

	for (i = s->first; s->num_preds > 1 && f->ins[i].op == IR_PHI; i = f->ins[i].next) {
		u32 loc = f->ins[i].dst;

		if (loc >= c->num_locs)
			continue;
		if (!err && out[loc] != c->name[f->pool[f->ins[i].list + k]])
			err = wrong(c, i, "does not get its operand");
	}
	for (i = s->first; s->num_preds > 1 && f->ins[i].op == IR_PHI; i = f->ins[i].next)
		if (f->ins[i].dst < c->num_locs)
			define(c, i, f->ins[i].dst);
	for (n = 0; n < c->num_locs; n++) {
		u32 v = c->seen[succ] && entry[n] != out[n] ? JUNK : out[n];

		*changed |= !c->seen[succ] || entry[n] != v;
		entry[n] = v;
	}
	c->seen[succ] = true;
	return err;
}

static void enter_function(struct checker *c)
{
	struct ir_func *f = c->f;
	struct ir_target_ins t;
	u32 i;

	for (i = f->blocks[f->order[0]].first; i; i = f->ins[i].next) {
		if (f->ins[i].op != IR_PARAM || (f->ins[i].flags & IR_FOLDED))
			continue;
		memset(&t, 0, sizeof(t));
		c->target->describe(f, i, &t);
		if (t.def < NUM_REGS)
			c->entry[(size_t)f->order[0] * c->num_locs + t.def] = i;
	}
	c->seen[f->order[0]] = true;
}

static int check_block(struct checker *c, u32 b, u32 *out, bool *changed)
{
	struct ir_func *f = c->f;
	u32 *state = c->state, i, n, k;
	int err = 0;

	memcpy(state, &c->entry[(size_t)b * c->num_locs], c->num_locs * sizeof(*state));
	for (i = f->blocks[b].first; !err && i; i = f->ins[i].next)
		err = check_ins(c, i);
	for (n = 0; !err && n < f->blocks[b].num_succs; n++) {
		u32 succ = ir_succ(f, b, n);

		for (k = 0; ir_pred(f, succ, k) != b;)
			k++;
		memcpy(out, state, c->num_locs * sizeof(*state));
		c->state = out;
		err = flow(c, succ, k, changed);
		c->state = state;
	}
	return err;
}

static int check_all(struct checker *c)
{
	struct ir_func *f = c->f;
	bool changed = true;
	u32 n, *out;
	int err = 0;

	out = kwasm_arena_alloc(f->arena, c->num_locs, sizeof(*out));
	if (!out)
		return ir_out_of_memory(f);
	enter_function(c);
	while (changed || !c->final) {
		c->final = !changed;
		changed = false;
		for (n = 0; n < f->num_order; n++) {
			if (!c->seen[f->order[n]])
				continue;
			err = check_block(c, f->order[n], out, &changed);
			if (err)
				return err;
		}
		err = kwasm_steps_check(&f->steps);
		if (err)
			return err;
	}
	return 0;
}

int ir_regalloc_verify(struct ir_func *f, const struct ir_target *target)
{
	struct checker c = { .f = f, .target = target };

	c.num_locs = IR_LOC_SLOT + f->num_slots;
	for (c.mask = 1; c.mask < 2 * f->num_ins;)
		c.mask *= 2;
	c.consts = kwasm_arena_alloc(f->arena, c.mask, sizeof(*c.consts));
	c.mask--;
	c.state = kwasm_arena_alloc(f->arena, c.num_locs, sizeof(*c.state));
	c.entry = kwasm_arena_alloc(f->arena, (size_t)f->num_blocks * c.num_locs,
				    sizeof(*c.entry));
	c.seen = kwasm_arena_alloc(f->arena, f->num_blocks, sizeof(*c.seen));
	c.name = kwasm_arena_alloc(f->arena, f->num_ins, sizeof(*c.name));
	if (!c.consts || !c.state || !c.entry || !c.seen || !c.name)
		return ir_out_of_memory(f);
	name_values(&c);
	return check_all(&c);
}
