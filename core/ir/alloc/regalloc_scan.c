// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_scan.c - linear scan: intervals get registers in order of their starts.
 *
 * Second-chance linear scan on SSA lifetimes with holes: an interval without a register for all of
 * its length is split; an evicted value is in its slot and is reloaded before the next use that
 * needs a register.  Splits are hoisted out of loops if the lifetime allows it.
 *
 * Bounds: at most one active interval per register; at most MAX_HOLES intervals wait in a hole,
 * further ones end there; every postponed interval starts later than the scan's position, at a gap
 * before one of its uses or at a loop header before it, so there are at most as many intervals as
 * uses, headers above them (MAX_HOIST) and split points.
 */
#include "live.h"

#define MAX_HOLES 64
#define MAX_HOIST 32

/**
 * struct scan - the state of the scan
 * @active: interval in each register, valid where @busy has the bit
 * @active_to: end of the current range of that interval
 * @active_min: lower bound of these ends
 * @hole: intervals that are in a hole of their lifetime
 * @hole_min: no interval of @hole leaves its hole or ends before this position
 * @heap: split intervals that wait, a binary heap by start
 * @next_born: next value of ra.born
 * @fixed_at: first entry of ra.fixed that does not end before the current position
 * @clash: two intervals need the same register: the lifetimes are not those of SSA
 */
struct scan {
	struct ra *ra;
	u32 busy;
	u32 active[RA_NUM_REGS];
	u32 active_to[RA_NUM_REGS];
	u32 active_min;
	u32 hole[MAX_HOLES];
	u32 num_hole;
	u32 hole_min;
	u32 *heap;
	u32 num_heap, max_heap;
	u32 next_born;
	u32 fixed_at;
	bool clash;
};

/**
 * struct offer - availability of registers for the current interval
 * @blocked: registers that an instruction or an interval in a hole needs within its lifetime
 * @block: where, valid for @blocked
 */
struct offer {
	u32 blocked;
	u32 block[RA_NUM_REGS];
};

/* ---- the queue --------------------------------------------------------------------------- */

static int heap_push(struct scan *s, u32 iv)
{
	const struct ra_interval *all = s->ra->iv;
	u32 at, up;

	if (ra_grow(s->ra, &s->heap, s->num_heap, &s->max_heap, sizeof(*s->heap)))
		return -ENOMEM;
	for (at = s->num_heap++; at; at = up) {
		up = (at - 1) / 2;
		if (all[s->heap[up]].start <= all[iv].start)
			break;
		s->heap[at] = s->heap[up];
	}
	s->heap[at] = iv;
	return 0;
}

static u32 heap_pop(struct scan *s)
{
	const struct ra_interval *all = s->ra->iv;
	u32 top = s->heap[0], iv = s->heap[--s->num_heap];
	u32 at = 0, down;

	while ((down = 2 * at + 1) < s->num_heap) {
		if (down + 1 < s->num_heap &&
		    all[s->heap[down + 1]].start < all[s->heap[down]].start)
			down++;
		if (all[iv].start <= all[s->heap[down]].start)
			break;
		s->heap[at] = s->heap[down];
		at = down;
	}
	s->heap[at] = iv;
	return top;
}

static u32 interval_new(struct ra *ra)
{
	if (ra_grow(ra, &ra->iv, ra->num_iv, &ra->max_iv, sizeof(*ra->iv)))
		return RA_NONE;
	memset(&ra->iv[ra->num_iv], 0, sizeof(*ra->iv));
	return ra->num_iv++;
}

/* The next interval by start, RA_NONE with *@err 0 when all are done. */
static u32 next_interval(struct scan *s, int *err)
{
	struct ra *ra = s->ra;
	const struct ra_value *v;
	u32 value, iv;

	*err = 0;
	if (s->next_born == ra->num_born)
		return s->num_heap ? heap_pop(s) : RA_NONE;
	value = ra->born[s->next_born];
	v = &ra->values[value];
	if (s->num_heap && ra->iv[s->heap[0]].start <= ra->ranges[v->range].from)
		return heap_pop(s);
	iv = interval_new(ra);
	if (iv == RA_NONE) {
		*err = -ENOMEM;
		return RA_NONE;
	}
	s->next_born++;
	ra->iv[iv].value = value;
	ra->iv[iv].start = ra->ranges[v->range].from;
	ra->iv[iv].end = v->end;
	ra->iv[iv].range = v->range;
	ra->iv[iv].use = v->use;
	ra->iv[iv].use_end = v->use_end;
	return iv;
}

/* ---- windows of lifetimes ---------------------------------------------------------------- */

/* First use of @iv at or after @pos. */
static u32 use_at(const struct ra *ra, const struct ra_interval *iv, u32 pos)
{
	u32 lo = iv->use, hi = iv->use_end;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (ra->uses[mid].pos < pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* First use from number @use on that needs a register, or use_end. */
static u32 must_use(const struct ra *ra, const struct ra_interval *iv, u32 use)
{
	while (use < iv->use_end && !ra->uses[use].must)
		use++;
	return use;
}

/* Move the start of @iv to @pos, or later if @pos is in a hole. */
static void trim(const struct ra *ra, struct ra_interval *iv, u32 pos)
{
	while (iv->range != RA_NONE && ra->ranges[iv->range].to <= pos)
		iv->range = ra->ranges[iv->range].next;
	iv->start = iv->range == RA_NONE ? pos : max(pos, ra->ranges[iv->range].from);
	iv->use = use_at(ra, iv, pos);
}

/* Split @iv at @pos.  Return: the second part, or RA_NONE (-ENOMEM). */
static u32 split(struct ra *ra, u32 iv, u32 pos)
{
	u32 tail = interval_new(ra);

	if (tail == RA_NONE)
		return RA_NONE;
	ra->iv[tail] = ra->iv[iv];
	ra->iv[tail].child = true;
	ra->iv[tail].placed = false;
	ra->iv[iv].end = pos;
	ra->iv[iv].use_end = use_at(ra, &ra->iv[iv], pos);
	trim(ra, &ra->iv[tail], pos);
	return tail;
}

/* The outermost loop header at or after @lo whose loop contains @pos; else @pos itself. */
static u32 hoist(const struct ra *ra, u32 lo, u32 pos)
{
	u32 place = ra->ins_block[pos / 4], loop = ra->blocks[place].loop, n;

	if (ra->local || ra->blocks[place].depth == RA_COLD)
		return pos;
	for (n = 0; n < MAX_HOIST && loop != RA_NONE && ra->blocks[loop].from >= lo; n++) {
		pos = ra->blocks[loop].from;
		loop = ra->blocks[loop].parent;
	}
	return pos;
}

/* Distance of a use, shorter for uses in loops.  No use: farthest. */
static u64 distance(const struct ra *ra, const struct ra_interval *iv, u32 use, u32 pos)
{
	const struct ra_use *u = &ra->uses[use];
	u64 d;

	if (use >= iv->use_end)
		return U64_MAX;
	d = (u64)(u->pos > pos ? u->pos - pos : 0) + 4;
	d <<= u->depth == RA_COLD ? 18 : 3 * (RA_MAX_DEPTH - u->depth);
	return ra_is_const(ra, iv->value) ? 2 * d : d;
}

/* First position at or after @pos where the lifetimes of @a and @b intersect, or U32_MAX. */
static u32 meet(const struct ra *ra, const struct ra_interval *a, const struct ra_interval *b,
		u32 pos)
{
	u32 x = a->range, y = b->range, end = min(a->end, b->end);

	while (x != RA_NONE && y != RA_NONE) {
		const struct ra_range *p = &ra->ranges[x], *q = &ra->ranges[y];
		u32 from = max(max(p->from, q->from), pos);

		if (from >= end)
			break;
		if (from < p->to && from < q->to)
			return from;
		if (p->to < q->to)
			x = p->next;
		else
			y = q->next;
	}
	return U32_MAX;
}

/* ---- active, waiting in a hole, over ----------------------------------------------------- */

static void hole_advance(struct scan *s, u32 pos)
{
	struct ra *ra = s->ra;
	u32 n = 0, k, next = U32_MAX;

	for (k = 0; k < s->num_hole; k++) {
		struct ra_interval *iv = &ra->iv[s->hole[k]];

		while (iv->range != RA_NONE && ra->ranges[iv->range].to <= pos)
			iv->range = ra->ranges[iv->range].next;
		if (iv->range == RA_NONE || iv->end <= pos ||
		    ra->ranges[iv->range].from >= iv->end)
			continue;
		if (ra->ranges[iv->range].from <= pos) {
			s->clash |= s->busy & (1u << iv->reg);
			s->busy |= 1u << iv->reg;
			s->active[iv->reg] = s->hole[k];
			s->active_to[iv->reg] = min(ra->ranges[iv->range].to, iv->end);
			s->active_min = min(s->active_min, s->active_to[iv->reg]);
			continue;
		}
		next = min(next, ra->ranges[iv->range].from);
		s->hole[n++] = s->hole[k];
	}
	s->num_hole = n;
	s->hole_min = next;
}

/* The current range of the interval in @reg is over. */
static int active_advance(struct scan *s, u32 reg, u32 pos)
{
	struct ra *ra = s->ra;
	struct ra_interval *iv = &ra->iv[s->active[reg]];
	u32 tail;

	while (iv->range != RA_NONE && ra->ranges[iv->range].to <= pos)
		iv->range = ra->ranges[iv->range].next;
	if (iv->range != RA_NONE && iv->end > pos && ra->ranges[iv->range].from <= pos) {
		s->active_to[reg] = min(ra->ranges[iv->range].to, iv->end);
		return 0;
	}
	s->busy &= ~(1u << reg);
	if (iv->range == RA_NONE || iv->end <= pos || ra->ranges[iv->range].from >= iv->end)
		return 0;
	if (s->num_hole < MAX_HOLES) {
		s->hole[s->num_hole++] = s->active[reg];
		s->hole_min = min(s->hole_min, ra->ranges[iv->range].from);
		return 0;
	}
	tail = split(ra, s->active[reg], pos);
	return tail == RA_NONE ? -ENOMEM : heap_push(s, tail);
}

/* Whose range is over leaves its register. */
static int actives_advance(struct scan *s, u32 pos)
{
	u32 set;
	int err;

	for (set = s->busy; set; set &= set - 1) {
		u32 reg = (u32)__builtin_ctz(set);

		if (s->active_to[reg] > pos)
			continue;
		err = active_advance(s, reg, pos);
		if (err)
			return err;
	}
	s->active_min = U32_MAX;
	for (set = s->busy; set; set &= set - 1)
		s->active_min = min(s->active_min, s->active_to[__builtin_ctz(set)]);
	return 0;
}

static int advance(struct scan *s, u32 pos)
{
	const struct ra *ra = s->ra;
	int err = 0;

	if (s->active_min <= pos)
		err = actives_advance(s, pos);
	if (s->hole_min <= pos)
		hole_advance(s, pos);
	while (s->fixed_at < ra->num_fixed && ra_fixed_end(&ra->fixed[s->fixed_at]) <= pos)
		s->fixed_at++;
	return err;
}

/* ---- free registers ------------------------------------------------------------------------ */

/* Blocks the registers of @mask that instructions take inside @iv's lifetime. */
static void offer_fixed(struct scan *s, const struct ra_interval *iv, u32 mask, struct offer *o)
{
	const struct ra *ra = s->ra;
	u32 at = s->fixed_at, range, set;

	for (range = iv->range; range != RA_NONE && mask; range = ra->ranges[range].next) {
		u32 from = max(ra->ranges[range].from, iv->start);
		u32 to = min(ra->ranges[range].to, iv->end);

		if (from >= iv->end)
			break;
		if (range != iv->range)
			at = ra_fixed_find(ra, at, from);
		for (;;) {
			at = ra_fixed_next(ra, at, mask);
			if (at >= ra->num_fixed || ra->fixed[at].pos >= to)
				break;
			for (set = ra->fixed[at].mask & mask; set; set &= set - 1)
				o->block[__builtin_ctz(set)] = ra->fixed[at].pos;
			o->blocked |= ra->fixed[at].mask & mask;
			mask &= ~ra->fixed[at].mask;
		}
	}
}

static void offer_make(struct scan *s, const struct ra_interval *iv, u32 mask, struct offer *o)
{
	const struct ra *ra = s->ra;
	u32 k, at, bit;

	o->blocked = 0;
	offer_fixed(s, iv, mask, o);
	/*
	 * The definition of an unsplit value cannot be in a hole of another and intersect it later:
	 * of two SSA values that intersect, one is live at the definition of the other.
	 */
	if (!iv->child && !ra->filled)
		return;
	for (k = 0; k < s->num_hole; k++) {
		const struct ra_interval *other = &ra->iv[s->hole[k]];

		bit = 1u << other->reg;
		if (!(mask & bit))
			continue;
		at = meet(ra, iv, other, iv->start);
		if (at == U32_MAX || ((o->blocked & bit) && o->block[other->reg] <= at))
			continue;
		o->blocked |= bit;
		o->block[other->reg] = at;
	}
}

/* ---- decisions --------------------------------------------------------------------------- */

static int assign(struct scan *s, u32 at, u32 reg)
{
	struct ra *ra = s->ra;
	struct ra_interval *iv = &ra->iv[at];
	struct ra_value *v = &ra->values[iv->value];

	if (ra_grow(ra, &ra->done, ra->num_done, &ra->max_done, sizeof(*ra->done)))
		return -ENOMEM;
	ra->done[ra->num_done++] = at;
	iv->reg = reg;
	iv->prev = v->last;
	iv->next = RA_NONE;
	if (v->last == RA_NONE)
		v->first = at;
	else
		ra->iv[v->last].next = at;
	v->last = at;
	if (v->phi && ra->values[v->phi].hint == RA_NO_REG)
		ra->values[v->phi].hint = reg;
	s->busy |= 1u << reg;
	s->active[reg] = at;
	s->active_to[reg] = min(ra->ranges[iv->range].to, iv->end);
	s->active_min = min(s->active_min, s->active_to[reg]);
	ra->f->saved |= (1u << reg) & ra->target->callee_saved;
	return 0;
}

static void spill(struct ra *ra, u32 value)
{
	ra->num_spilled += !ra->values[value].spilled;
	ra->values[value].spilled = true;
}

/*
 * @at has no register from its start on: it is in its slot, or not made yet, up to a use that needs
 * one, and is put off until then; not to a position before @lo.
 */
static int put_off(struct scan *s, u32 at, u32 lo)
{
	struct ra *ra = s->ra;
	struct ra_interval *iv = &ra->iv[at];
	u32 use = must_use(ra, iv, use_at(ra, iv, lo)), from;

	if (iv->range == RA_NONE || iv->start >= iv->end)
		return 0;
	from = use < iv->use_end ? hoist(ra, lo, RA_GAP(ra->uses[use].pos)) : U32_MAX;
	if ((from > iv->start || ra->local) && !ra_is_const(ra, iv->value))
		spill(ra, iv->value);
	if (from == U32_MAX)
		return 0;
	trim(ra, iv, from);
	iv->child = true;
	iv->placed = true;
	return heap_push(s, at);
}

/* Uses of @iv, weighted by frequency; counting stops when the result is clear. */
static bool worth_saving(const struct ra *ra, const struct ra_interval *iv)
{
	u32 use, sum = 0;

	for (use = iv->use; use < iv->use_end && sum < 4; use++)
		if (ra->uses[use].depth != RA_COLD)
			sum += 1u << (2 * ra->uses[use].depth);
	return sum >= 4;
}

/* A register of @mask that would save a move, RA_NO_REG if there is none. */
static u32 hinted(const struct ra *ra, const struct ra_interval *iv, u32 mask)
{
	const struct ra_value *v = &ra->values[iv->value];
	u32 from[4] = { iv->child ? iv->value : 0, v->phi, v->tied, 0 };
	u32 n;

	if (v->hint != RA_NO_REG && (mask & (1u << v->hint)))
		return v->hint;
	if (ra->f->ins[iv->value].op == IR_PHI)
		from[3] = ra->f->pool[ra->f->ins[iv->value].list];
	for (n = 0; n < 4; n++) {
		u32 last = from[n] ? ra->values[from[n]].last : RA_NONE;

		if (last != RA_NONE && (mask & (1u << ra->iv[last].reg)))
			return ra->iv[last].reg;
	}
	return RA_NO_REG;
}

/* The best register of @set: one that saves a move, or a caller-saved one. */
static u32 choose(const struct ra *ra, const struct ra_interval *iv, u32 set)
{
	u32 reg = hinted(ra, iv, set), plain = set & ~ra->target->callee_saved;

	return reg != RA_NO_REG ? reg : (u32)__builtin_ctz(plain ? plain : set);
}

/* The one of @set that is blocked last. */
static u32 longest(const struct offer *o, u32 set)
{
	u32 best = RA_NO_REG;

	for (; set; set &= set - 1) {
		u32 reg = (u32)__builtin_ctz(set);

		if (best == RA_NO_REG || o->block[reg] > o->block[best])
			best = reg;
	}
	return best;
}

/*
 * Where an interval in a register that is free up to @limit should be split, 0 when the register
 * is of no use: it must hold the value at a use at least.
 */
static u32 split_point(const struct ra *ra, const struct ra_interval *iv, u32 limit)
{
	u32 pos = RA_GAP(limit), use;

	if (pos <= iv->start || iv->use == iv->use_end || ra->uses[iv->use].pos >= pos)
		return 0;
	use = use_at(ra, iv, pos);
	return hoist(ra, max(ra->uses[use - 1].pos, iv->start) + 1, pos);
}

/* Assign register @reg to @at up to @pos; the rest is allocated separately. */
static int assign_until(struct scan *s, u32 at, u32 reg, u32 pos)
{
	u32 tail = split(s->ra, at, pos);
	int err;

	if (tail == RA_NONE)
		return -ENOMEM;
	err = assign(s, at, reg);
	if (err || s->ra->iv[tail].range == RA_NONE)
		return err;
	return heap_push(s, tail);
}

/* Find a free register.  Return: 1 if one was found, 0, or -errno. */
static int take_free(struct scan *s, u32 at, u32 mask, const struct offer *o)
{
	struct ra *ra = s->ra;
	const struct ra_interval *iv = &ra->iv[at];
	u32 full = mask & ~s->busy & ~o->blocked;
	u32 unsaved = ra->target->callee_saved & ~ra->f->saved, reg, same, pos = 0;
	int err;

	if (full & ~unsaved || (full && worth_saving(ra, iv))) {
		err = assign(s, at, choose(ra, iv, full & ~unsaved ? full & ~unsaved : full));
		return err ? err : 1;
	}
	reg = longest(o, mask & ~s->busy & o->blocked & ~unsaved);
	if (reg != RA_NO_REG) {
		same = hinted(ra, iv, mask & ~s->busy & o->blocked & ~unsaved);
		if (same != RA_NO_REG && o->block[same] == o->block[reg])
			reg = same;
		pos = split_point(ra, iv, o->block[reg]);
	}
	if (!pos && !full)
		return 0;
	err = pos ? assign_until(s, at, reg, pos) : assign(s, at, choose(ra, iv, full));
	return err ? err : 1;
}

/* Must the interval stay where it is during the instruction at @pos? */
static bool pinned(const struct ra *ra, const struct ra_interval *iv, u32 pos)
{
	u32 use;

	for (use = use_at(ra, iv, pos); use < iv->use_end; use++) {
		if (RA_GAP(ra->uses[use].pos) > pos)
			return false;
		if (ra->uses[use].must)
			return true;
	}
	return false;
}

/* Free @reg for @at by evicting its interval to its slot. */
static int evict(struct scan *s, u32 at, u32 reg, u32 limit)
{
	struct ra *ra = s->ra;
	u32 pos = ra->iv[at].start, victim = s->active[reg], tail, use, from, cut;
	int err;

	use = use_at(ra, &ra->iv[victim], pos);
	from = ra->iv[victim].start;
	if (use > ra->iv[victim].use)
		from = max(from, ra->uses[use - 1].pos + 1);
	cut = hoist(ra, from, RA_GAP(pos));
	tail = split(ra, victim, cut < from ? pos : cut);
	if (tail == RA_NONE)
		return -ENOMEM;
	if (limit != U32_MAX)
		err = assign_until(s, at, reg, split_point(ra, &ra->iv[at], limit));
	else
		err = assign(s, at, reg);
	return err ? err : put_off(s, tail, pos + 1);
}

/* All registers are in use: evict the interval whose next use is farthest. */
static int take_held(struct scan *s, u32 at, u32 mask, const struct offer *o)
{
	struct ra *ra = s->ra;
	const struct ra_interval *iv = &ra->iv[at];
	u32 pos = iv->start, set, best = RA_NO_REG;
	bool stay = !pinned(ra, iv, pos);
	u64 far, best_far = stay ? distance(ra, iv, use_at(ra, iv, pos + 1), pos) : 0;

	for (set = s->busy & mask; set; set &= set - 1) {
		u32 reg = (u32)__builtin_ctz(set);
		const struct ra_interval *held = &ra->iv[s->active[reg]];

		if (pinned(ra, held, pos))
			continue;
		if ((o->blocked & (1u << reg)) && !split_point(ra, iv, o->block[reg]))
			continue;
		far = distance(ra, held, use_at(ra, held, pos), pos);
		if (far > best_far || (!stay && best == RA_NO_REG)) {
			best_far = far;
			best = reg;
		}
	}
	if (best != RA_NO_REG)
		return evict(s, at, best, o->blocked & (1u << best) ? o->block[best] : U32_MAX);
	if (stay)
		return put_off(s, at, pos + 1);
	return ra_error(ra, -EINVAL, iv->value, "no register is left for an operand");
}

/* In a function without exact lifetimes an interval ends with its block. */
static int end_with_block(struct scan *s, u32 at)
{
	struct ra *ra = s->ra;
	u32 end = ra->blocks[ra->ins_block[ra->iv[at].start / 4]].to, tail;

	if (ra->iv[at].end <= end)
		return 0;
	tail = split(ra, at, end);
	if (tail == RA_NONE)
		return -ENOMEM;
	return put_off(s, tail, end);
}

/* Does the first instruction of its block want the PHI @iv in a register? */
static bool wanted_at_once(const struct ra *ra, const struct ra_interval *iv)
{
	u32 use = must_use(ra, iv, iv->use);

	return use < iv->use_end && RA_GAP(ra->uses[use].pos) == iv->start;
}

/* Constants are made where they are needed; PHIs of huge functions begin in memory, others may. */
static bool begins_late(const struct ra *ra, const struct ra_interval *iv)
{
	if (iv->placed)
		return false;
	if (ra->f->ins[iv->value].op != IR_PHI)
		return ra_is_const(ra, iv->value);
	return ra->local || (ra_phi_from_memory(ra, iv->value) && !wanted_at_once(ra, iv));
}

static int place(struct scan *s, u32 at)
{
	struct ra *ra = s->ra;
	const struct ra_interval *iv = &ra->iv[at];
	bool is_phi = ra->f->ins[iv->value].op == IR_PHI;
	struct offer o;
	u32 mask = ra_class(ra, iv->value);
	int err = advance(s, iv->start);

	if (err)
		return err;
	if (s->clash)
		return ra_error(ra, -EINVAL, iv->value, "lifetimes overlap");
	if (begins_late(ra, iv))
		return put_off(s, at, is_phi ? iv->start + 1 : iv->start);
	if (ra->local) {
		err = end_with_block(s, at);
		if (err)
			return err;
	}
	iv = &ra->iv[at];
	offer_make(s, iv, mask, &o);
	err = take_free(s, at, mask, &o);
	if (err)
		return min(err, 0);
	return take_held(s, at, mask, &o);
}

int ra_scan(struct ra *ra)
{
	struct scan s = { .ra = ra, .active_min = U32_MAX, .hole_min = U32_MAX };
	u32 at;
	int err;

	/* what instructions take by themselves; assign() adds the rest */
	ra->f->saved = ra->fixed_tree[1] & ra->target->callee_saved;
	while ((at = next_interval(&s, &err)) != RA_NONE) {
		err = place(&s, at);
		if (!err)
			err = ir_step(ra->f);
		if (err)
			return err;
	}
	return err;
}
