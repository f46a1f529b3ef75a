// SPDX-License-Identifier: GPL-2.0-only
/*
 * live.c - lifetimes of values, for register allocation.
 *
 * One backward walk over the blocks in order of emission: the control flow is reducible and loops
 * are contiguous, so a value that is live into a loop's header is live in the whole loop, and a
 * fixed-point iteration is unnecessary (Wimmer and Franz).  Live sets are lists, saved per block.
 * If the lists or the pairs of values and blocks would exceed a bound that is linear in the size of
 * the function, each lifetime becomes coarse: a range from the definition to the last use or the
 * end of the outermost loop around it that does not contain the definition, and ranges for uses in
 * blocks with a single predecessor.  This is sound for the same reason, and linear.  Values then
 * stay in memory between blocks (ra.local).
 */
#include "live.h"

/* Bounds, beyond which ra.local is chosen: entries of saved live sets, pairs value and block. */
#define MAX_LISTED(num_ins) (8ull * (num_ins) + (1u << 20))
#define MAX_PAIRS(num_ins) (64ull * (num_ins) + (1u << 22))

int ra_grow(struct ra *ra, void *array, u32 num, u32 *max, size_t size)
{
	void *moved, *old;

	if (num < *max)
		return 0;
	memcpy(&old, array, sizeof(old));
	moved = ir_array_grow(ra->f, old, num, 1, max, size);
	if (!moved)
		return -ENOMEM;
	memcpy(array, &moved, sizeof(moved));
	return 0;
}

int ra_error(struct ra *ra, int err, u32 ins, const char *what)
{
	return kwasm_diag_set(ra->f->diag, err, ra->f->index, ra->f->ins[ins].at,
			      "register allocation: %s", what);
}

void ra_describe(struct ra *ra, u32 ins, struct ir_target_ins *t)
{
	const struct ir_ins *i;
	u32 n;

	memset(t, 0, sizeof(*t));
	ra->target->describe(ra->f, ins, t);
	i = &ra->f->ins[ins];
	for (n = 0; n < 3; n++) {
		if (!i->arg[n])
			t->use[n] = IR_LOC_NONE;
		if (t->use[n] == IR_TARGET_ANYLOC && ra_is_const(ra, i->arg[n]))
			t->use[n] = IR_TARGET_ANY;
	}
	if (t->use[0] == IR_LOC_NONE || t->def == IR_LOC_NONE)
		t->tied = false;
	if (!t->tied)
		return;
	if (ra_is_fixed(t->def) || ra_is_fixed(t->use[0])) {
		if (!ra_is_fixed(t->def))
			t->def = t->use[0];
		t->use[0] = t->def;
		t->tied = false;
		return;
	}
	t->use[0] = IR_TARGET_ANY;
	for (n = 1; n < 3; n++)
		if (t->use[n] >= IR_TARGET_ANYLOC && t->use[n] != IR_LOC_NONE &&
		    i->arg[n] == i->arg[0] && !(t->late & (1u << n)))
			t->use[n] = RA_USE_SAME;
}

/* ---- numbering --------------------------------------------------------------------------- */

/* Parameters that arrive in registers become the first instructions of the entry block. */
static void lead_params(struct ra *ra)
{
	struct ir_func *f = ra->f;
	u32 b = f->order[0], last = 0, i, next;
	struct ir_target_ins t;

	ir_for_each_ins(f, b, i, next) {
		if (f->ins[i].op != IR_PARAM || (f->ins[i].flags & IR_FOLDED))
			continue;
		ra_describe(ra, i, &t);
		if (!ra_is_fixed(t.def))
			continue;
		ra->values[i].entry = true;
		ra->values[i].arrives = t.def;
		ra->values[i].hint = t.def;
		if (f->ins[i].prev != last) {
			ir_ins_detach(f, i);
			if (last)
				ir_ins_after(f, last, i);
			else
				ir_ins_before(f, f->blocks[b].first, i);
		}
		last = i;
	}
}

/* Operands are counted if the construction of lifetimes may see them, and a definition as two. */
static void count_uses(struct ra *ra, u32 i)
{
	struct ir_func *f = ra->f;
	u32 n = ir_num_operands(&f->ins[i]);

	ir_note(f, 1 + n);
	while (n--)
		ra->values[*ir_operand(f, i, n)].use_end++;
	ra->values[i].use_end += 2;
}

static bool has_position(const struct ra *ra, u32 i)
{
	return !ra_is_skipped(&ra->f->ins[i]) && !ra->values[i].entry;
}

static int number(struct ra *ra)
{
	struct ir_func *f = ra->f;
	u32 place, i, k = 0, total = 0;

	for (place = 0; place < f->num_order; place++) {
		struct ra_block *b = &ra->blocks[place];

		b->from = 4 * k;
		for (i = f->blocks[f->order[place]].first; i; i = f->ins[i].next) {
			if (f->ins[i].flags & IR_FOLDED)
				continue;
			count_uses(ra, i);
			if (has_position(ra, i))
				ra->ins_block[k++] = place;
		}
		b->to = 4 * k;
		if (b->to == b->from ||
		    !ir_op_is(f->ins[f->blocks[f->order[place]].last].op, IR_OP_END))
			return ra_error(ra, -EINVAL, 0, "a block has no end");
	}
	ra->num_pos = k;
	for (i = 0; i < ra->num_ins; i++) {
		ir_note(f, 1);
		total += ra->values[i].use_end;
		ra->values[i].use = total;
		ra->values[i].use_end = total;
	}
	ra->uses = kwasm_arena_alloc(f->arena, total, sizeof(*ra->uses));
	return ra->uses ? 0 : ir_out_of_memory(f);
}

/* Loops from the back edges of the order, each a run of blocks; successors of jumps. */
static void find_loops(struct ra *ra)
{
	struct ir_func *f = ra->f;
	u32 place, n, open = RA_NONE, depth = 0;

	for (place = 0; place < f->num_order; place++) {
		struct ir_block *b = &f->blocks[f->order[place]];

		ir_note(f, 1 + b->num_preds);
		ra->blocks[place].loop_end = RA_NONE;
		for (n = 0; n < b->num_preds; n++) {
			u32 pred = ra->place[ir_pred(f, f->order[place], n)];

			if (f->blocks[f->order[pred]].num_succs == 1)
				ra->blocks[pred].pred_index = n;
			if (pred < place)
				continue;
			if (ra->blocks[place].loop_end == RA_NONE ||
			    ra->blocks[place].loop_end < pred)
				ra->blocks[place].loop_end = pred;
		}
	}
	for (place = 0; place < f->num_order; place++) {
		struct ra_block *b = &ra->blocks[place];

		ir_note(f, 1);
		while (open != RA_NONE && ra->blocks[open].loop_end < place) {
			open = ra->blocks[open].parent;
			depth--;
		}
		b->parent = RA_NONE;
		if (b->loop_end != RA_NONE) {
			b->parent = open;
			open = place;
			depth++;
			/* an outer loop extends at least as far as its inner loops */
			for (n = b->parent; n != RA_NONE && ra->blocks[n].loop_end < b->loop_end;
			     n = ra->blocks[n].parent)
				ra->blocks[n].loop_end = b->loop_end;
		}
		b->loop = open;
		b->depth = f->blocks[f->order[place]].cold ? RA_COLD
							   : min_t(u32, depth, RA_MAX_DEPTH);
	}
}

/* ---- ranges ------------------------------------------------------------------------------ */

/* Lifetimes are built backwards: [from, to) precedes or overlaps the first range. */
static int add_range(struct ra *ra, u32 v, u32 from, u32 to)
{
	struct ra_value *val = &ra->values[v];
	struct ra_range *r = &ra->ranges[val->range];
	bool full = val->num_ranges >= RA_MAX_RANGES;

	if (val->range != RA_NONE && (r->from <= to || full)) {
		ra->filled |= r->from > to;
		r->from = min(r->from, from);
		r->to = max(r->to, to);
		while (r->next != RA_NONE && r->to >= ra->ranges[r->next].from) {
			r->to = max(r->to, ra->ranges[r->next].to);
			r->next = ra->ranges[r->next].next;
			val->num_ranges--;
		}
		val->end = max(val->end, r->to);
		return 0;
	}
	if (ra_grow(ra, &ra->ranges, ra->num_ranges, &ra->max_ranges, sizeof(*r)))
		return -ENOMEM;
	r = &ra->ranges[ra->num_ranges];
	r->from = from;
	r->to = to;
	r->next = val->range;
	val->range = ra->num_ranges++;
	val->num_ranges++;
	val->end = max(val->end, to);
	return 0;
}

static void set_add(struct ra *ra, u32 v)
{
	if (ra->in_set[v])
		return;
	ra->set[ra->num_set++] = v;
	ra->in_set[v] = ra->num_set;
}

static void set_remove(struct ra *ra, u32 v)
{
	u32 last, at = ra->in_set[v];

	if (!at)
		return;
	last = ra->set[--ra->num_set];
	ra->set[at - 1] = last;
	ra->in_set[last] = at;
	ra->in_set[v] = 0;
}

/* End of the coarse lifetime of a value that is read in block @place, before @end. */
static u32 coarse_end(const struct ra *ra, u32 v, u32 place, u32 end)
{
	u32 def = ra->place[ra->f->ins[v].block];
	u32 loop = ra->blocks[place].loop, top = RA_NONE;

	for (; loop != RA_NONE && loop > def; loop = ra->blocks[loop].parent)
		top = loop;
	return top == RA_NONE ? end : max(end, ra->blocks[ra->blocks[top].loop_end].to);
}

/* A part of the coarse lifetime of @v, in front of all other parts but the first. */
static int add_part(struct ra *ra, u32 v, u32 from, u32 to)
{
	struct ra_value *val = &ra->values[v];
	u32 next = ra->ranges[val->range].next;
	bool full = val->num_ranges >= RA_MAX_RANGES;

	if (next != RA_NONE && (ra->ranges[next].from <= to || full)) {
		ra->filled |= ra->ranges[next].from > to;
		ra->ranges[next].from = min(ra->ranges[next].from, from);
		return 0;
	}
	if (ra_grow(ra, &ra->ranges, ra->num_ranges, &ra->max_ranges, sizeof(*ra->ranges)))
		return -ENOMEM;
	ra->ranges[ra->num_ranges].from = from;
	ra->ranges[ra->num_ranges].to = to;
	ra->ranges[ra->num_ranges].next = next;
	ra->ranges[val->range].next = ra->num_ranges++;
	val->num_ranges++;
	val->end = max(val->end, to);
	return 0;
}

/*
 * A coarse lifetime begins with one range from the definition.  A block that only one other leads
 * to, as to the exit of a loop, is a part of its own: what it reads has to live to the end of that
 * other block, not up to here.
 */
static int need_coarse(struct ra *ra, u32 place, u32 v, u32 end)
{
	const struct ir_func *f = ra->f;
	const struct ir_block *b = &f->blocks[f->order[place]];
	struct ra_value *val = &ra->values[v];
	bool part = b->num_preds == 1 && ra->place[f->ins[v].block] != place;
	u32 pred, to;

	if (part) {
		pred = ra->place[ir_pred(f, f->order[place], 0)];
		to = coarse_end(ra, v, pred, ra->blocks[pred].to);
	} else {
		to = coarse_end(ra, v, place, end);
	}
	if (val->range == RA_NONE && add_range(ra, v, 0, to))
		return -ENOMEM;
	ra->ranges[val->range].to = max(ra->ranges[val->range].to, to);
	val->end = max(val->end, to);
	return part ? add_part(ra, v, ra->blocks[place].from, end) : 0;
}

/* @v is read in block @place; its register or slot is needed up to position @end. */
static int need(struct ra *ra, u32 place, u32 v, u32 end)
{
	struct ra_value *val = &ra->values[v];
	u32 from = ra->blocks[place].from;

	if (ra->local)
		return need_coarse(ra, place, v, end);
	set_add(ra, v);
	if (val->range != RA_NONE && ra->ranges[val->range].from <= from &&
	    ra->ranges[val->range].to >= end)
		return 0;
	return add_range(ra, v, from, end);
}

static void add_use(struct ra *ra, u32 place, u32 v, u32 pos, bool must)
{
	struct ra_use *u = &ra->uses[--ra->values[v].use];

	u->pos = pos;
	u->must = must;
	u->depth = ra->blocks[place].depth;
}

/* The definition of @v at @pos cuts off what @need() assumed before it. */
static int born(struct ra *ra, u32 v, u32 pos)
{
	struct ra_value *val = &ra->values[v];

	set_remove(ra, v);
	if (val->range == RA_NONE && add_range(ra, v, pos, RA_GAP(pos) + 4))
		return -ENOMEM;
	/* parts of a coarse lifetime that its first range has reached */
	if (ra->local && add_range(ra, v, pos, ra->ranges[val->range].to))
		return -ENOMEM;
	ra->ranges[val->range].from = pos;
	ra->born[ra->num_born++] = v;
	return 0;
}

/* ---- instructions ------------------------------------------------------------------------ */

/*
 * A commutative two-address instruction should overwrite an operand that dies, and of two that die
 * the one that is the PHI into which its value flows.
 */
static void commute(struct ra *ra, u32 i, const struct ir_target_ins *t)
{
	struct ir_ins *ins = &ra->f->ins[i];
	bool live0, live1;

	/* in a two-address form, the second operand is always read late */
	if (!t->tied || !t->commutes || (t->late & ~2u) || ra->local ||
	    (t->use[1] != IR_TARGET_ANY && t->use[1] != IR_TARGET_ANYLOC) ||
	    ra_is_const(ra, ins->arg[0]) || ra_is_const(ra, ins->arg[1]))
		return;
	live0 = ra->in_set[ins->arg[0]];
	live1 = ra->in_set[ins->arg[1]];
	if (live1 || (!live0 && ra->values[i].phi != ins->arg[1]))
		return;
	swap(ins->arg[0], ins->arg[1]);
}

/* An operand that is moved into register @reg, or into the two-address register (RA_NO_REG). */
static int moved_use(struct ra *ra, u32 place, u32 pos, u32 v, u8 reg)
{
	if (reg != RA_NO_REG)
		ra->values[v].hint = reg;
	if (ra_is_const(ra, v))
		return 0;
	add_use(ra, place, v, pos + 1, false);
	return need(ra, place, v, pos + 1);
}

static int plain_use(struct ra *ra, u32 place, u32 pos, u32 v, bool must, bool late)
{
	add_use(ra, place, v, late ? pos + 3 : pos + 2, must);
	return need(ra, place, v, late ? pos + 4 : pos + 3);
}

/* Operands, in descending order of their positions, so that each value's uses are sorted. */
static int ins_uses(struct ra *ra, u32 place, u32 pos, u32 i, const struct ir_target_ins *t)
{
	const struct ir_ins *ins = &ra->f->ins[i];
	u32 n, late;

	for (late = 2; late--;) {
		for (n = 0; n < 3; n++) {
			if (t->use[n] != IR_TARGET_ANY && t->use[n] != IR_TARGET_ANYLOC)
				continue;
			if ((n == 0 && t->tied) || ((t->late >> n) & 1) != late)
				continue;
			if (plain_use(ra, place, pos, ins->arg[n], t->use[n] == IR_TARGET_ANY,
				      late))
				return -ENOMEM;
		}
	}
	for (n = 0; n < 3; n++) {
		u8 reg = ra_is_fixed(t->use[n]) ? t->use[n] : RA_NO_REG;

		if (reg == RA_NO_REG && !(n == 0 && t->tied))
			continue;
		if (reg == RA_NO_REG && !ra->in_set[ins->arg[0]] && ra->values[i].hint != RA_NO_REG)
			ra->values[ins->arg[0]].hint = ra->values[i].hint;
		if (moved_use(ra, place, pos, ins->arg[n], reg))
			return -ENOMEM;
	}
	if (!t->list_use || !ir_op_is(ins->op, IR_OP_LIST))
		return 0;
	for (n = 0; n < ins->num_list; n++)
		if (ra_is_fixed(t->list_use[n]) &&
		    moved_use(ra, place, pos, ra->f->pool[ins->list + n], t->list_use[n]))
			return -ENOMEM;
	return 0;
}

static int ins_fixed(struct ra *ra, u32 pos, u32 i, const struct ir_target_ins *t)
{
	const struct ir_ins *ins = &ra->f->ins[i];
	u32 early = 0, late = t->clobbers, n;

	for (n = 0; n < 3; n++) {
		if (!ra_is_fixed(t->use[n]))
			continue;
		early |= 1u << t->use[n];
		if (t->late & (1u << n))
			late |= 1u << t->use[n];
	}
	if (t->list_use && ir_op_is(ins->op, IR_OP_LIST))
		for (n = 0; n < ins->num_list; n++)
			if (ra_is_fixed(t->list_use[n]))
				early |= 1u << t->list_use[n];
	if (ra_is_fixed(t->def))
		late |= 1u << t->def;
	if (ra_fixed_add(ra, pos + 3, late))
		return -ENOMEM;
	return ra_fixed_add(ra, pos + 1, early);
}

static int build_ins(struct ra *ra, u32 place, u32 pos, u32 i)
{
	struct ir_target_ins t;
	int err = 0;

	ra_describe(ra, i, &t);
	if (ra_is_fixed(t.def)) {
		if (ra->values[i].range != RA_NONE)
			err = born(ra, i, pos + 4);
		ra->values[i].hint = t.def;
	} else if (t.def != IR_LOC_NONE) {
		add_use(ra, place, i, pos + 3, !ra_is_const(ra, i));
		if (t.tied)
			add_use(ra, place, i, pos + 1, true);
		err = born(ra, i, t.tied ? pos + 1 : pos + 3);
	}
	if (err)
		return -ENOMEM;
	if (t.tied)
		commute(ra, i, &t);
	/* the others, too, are shorter when they overwrite an operand that dies */
	if (t.def == IR_TARGET_ANY && t.use[0] != IR_LOC_NONE)
		ra->values[i].tied = ra->f->ins[i].arg[0];
	if (ins_fixed(ra, pos, i, &t))
		return -ENOMEM;
	return ins_uses(ra, place, pos, i, &t);
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* Operands of the PHIs of @succ on the edge from block @place. */
static int phi_uses(struct ra *ra, u32 place, u32 succ)
{
	struct ir_func *f = ra->f;
	u32 s = f->order[succ], n, i, v, old;

	n = f->blocks[s].num_preds == 1 ? 0 : ra->blocks[place].pred_index;
	for (i = f->blocks[s].first; i && f->ins[i].op == IR_PHI; i = f->ins[i].next) {
		if (succ > place && ra->values[i].range == RA_NONE)
			continue;
		v = f->pool[f->ins[i].list + n];
		old = ra->values[v].phi;
		if (!old || f->blocks[f->ins[old].block].depth <= f->blocks[s].depth)
			ra->values[v].phi = i;
		if (ra_is_const(ra, v))
			continue;
		add_use(ra, place, v, ra->blocks[place].to - 1, false);
		if (need(ra, place, v, ra->blocks[place].to))
			return -ENOMEM;
	}
	return 0;
}

static int live_out(struct ra *ra, u32 place)
{
	struct ir_func *f = ra->f;
	u32 b = f->order[place], n, k;

	for (n = 0; n < f->blocks[b].num_succs; n++) {
		const struct ra_block *s = &ra->blocks[ra->place[ir_succ(f, b, n)]];

		for (k = 0; k < s->num_live; k++)
			set_add(ra, s->live[k]);
	}
	for (k = 0; k < ra->num_set; k++)
		if (add_range(ra, ra->set[k], ra->blocks[place].from, ra->blocks[place].to))
			return -ENOMEM;
	ra->pairs += ra->num_set;
	for (n = 0; n < f->blocks[b].num_succs; n++)
		if (phi_uses(ra, place, ra->place[ir_succ(f, b, n)]))
			return -ENOMEM;
	return 0;
}

/*
 * The start of a block: PHIs are defined, the rest of the set is live through its loop and saved.
 */
static int live_in(struct ra *ra, u32 place, u32 i)
{
	struct ir_func *f = ra->f;
	struct ra_block *b = &ra->blocks[place];
	u32 k;

	for (; i; i = f->ins[i].prev) {
		if (f->ins[i].op == IR_PHI && ra->values[i].range != RA_NONE)
			if (born(ra, i, b->from))
				return -ENOMEM;
		if (ra->values[i].entry && ra->values[i].range != RA_NONE)
			if (born(ra, i, 0))
				return -ENOMEM;
	}
	if (b->loop_end != RA_NONE) {
		for (k = 0; k < ra->num_set; k++)
			if (add_range(ra, ra->set[k], b->from, ra->blocks[b->loop_end].to))
				return -ENOMEM;
		ra->pairs += (u64)ra->num_set * (b->loop_end - place);
	}
	b->num_live = ra->num_set;
	ra->listed += ra->num_set;
	if (!b->num_live)
		return 0;
	b->live = kwasm_arena_alloc(f->arena, b->num_live, sizeof(*b->live));
	if (!b->live)
		return ir_out_of_memory(f);
	memcpy(b->live, ra->set, b->num_live * sizeof(*b->live));
	return 0;
}

static void set_clear(struct ra *ra)
{
	while (ra->num_set)
		ra->in_set[ra->set[--ra->num_set]] = 0;
}

static int build_block(struct ra *ra, u32 place)
{
	struct ir_func *f = ra->f;
	u32 pos = ra->blocks[place].to, i;
	int err;

	set_clear(ra);
	err = live_out(ra, place);
	for (i = f->blocks[f->order[place]].last; !err && i; i = f->ins[i].prev) {
		if (f->ins[i].op == IR_PHI || ra->values[i].entry)
			break;
		if (!has_position(ra, i))
			continue;
		pos -= 4;
		err = build_ins(ra, place, pos, i);
		if (!err)
			err = ir_step(f);
	}
	return err ? err : live_in(ra, place, i);
}

/* Start over with coarse lifetimes. */
static void reset(struct ra *ra)
{
	u32 i;

	for (i = 0; i < ra->num_ins; i++) {
		struct ra_value *v = &ra->values[i];

		ir_note(ra->f, 1);
		v->range = RA_NONE;
		v->num_ranges = 0;
		v->end = 0;
		v->use = v->use_end;
	}
	for (i = 0; i < ra->f->num_order; i++)
		ra->blocks[i].num_live = 0;
	set_clear(ra);
	ra->num_ranges = 0;
	ra->num_born = 0;
	ra->num_fixed = 0;
	ra->local = true;
}

static int build_all(struct ra *ra)
{
	u32 place = ra->f->num_order, i;
	int err;

	while (place--) {
		err = build_block(ra, place);
		if (err)
			return err;
		if (!ra->local && (ra->listed > MAX_LISTED(ra->num_ins) ||
				   ra->pairs > MAX_PAIRS(ra->num_ins))) {
			reset(ra);
			place = ra->f->num_order;
		}
	}
	if (ra->blocks[0].num_live)
		return ra_error(ra, -EINVAL, ra->blocks[0].live[0], "use without definition");
	/* definitions were visited backwards */
	for (i = 0; i < ra->num_born / 2; i++)
		swap(ra->born[i], ra->born[ra->num_born - 1 - i]);
	return ra_fixed_finish(ra);
}

static int alloc_tables(struct ra *ra)
{
	struct ir_func *f = ra->f;
	struct kwasm_arena *arena = f->arena;
	u32 i;

	ra->values = kwasm_arena_alloc(arena, ra->num_ins, sizeof(*ra->values));
	ra->blocks = kwasm_arena_alloc(arena, f->num_order, sizeof(*ra->blocks));
	ra->place = kwasm_arena_alloc(arena, f->num_blocks, sizeof(*ra->place));
	ra->ins_block = kwasm_arena_alloc(arena, ra->num_ins, sizeof(*ra->ins_block));
	ra->born = kwasm_arena_alloc(arena, ra->num_ins, sizeof(*ra->born));
	ra->set = kwasm_arena_alloc(arena, ra->num_ins, sizeof(*ra->set));
	ra->in_set = kwasm_arena_alloc(arena, ra->num_ins, sizeof(*ra->in_set));
	if (!ra->values || !ra->blocks || !ra->place || !ra->ins_block || !ra->born || !ra->set ||
	    !ra->in_set)
		return ir_out_of_memory(f);
	for (i = 0; i < ra->num_ins; i++) {
		struct ra_value *v = &ra->values[i];

		ir_note(f, 1);
		v->range = RA_NONE;
		v->first = RA_NONE;
		v->last = RA_NONE;
		v->cursor = RA_NONE;
		v->slot = IR_LOC_NONE;
		v->hint = RA_NO_REG;
	}
	for (i = 0; i < f->num_order; i++) {
		ir_note(f, 1);
		ra->place[f->order[i]] = i;
		ra->blocks[i].head = RA_NONE;
		ra->blocks[i].tail = RA_NONE;
	}
	return 0;
}

int ra_live_build(struct ra *ra)
{
	int err;

	ra->num_ins = ra->f->num_ins;
	if (!ra->f->num_order || ra->num_ins > U32_MAX / 8)
		return ra_error(ra, -EINVAL, 0, "no code");
	err = alloc_tables(ra);
	if (err)
		return err;
	lead_params(ra);
	find_loops(ra);
	err = number(ra);
	return err ? err : build_all(ra);
}
