// SPDX-License-Identifier: GPL-2.0-only
/*
 * slots.c - spill slots: a scan over the lifetimes of the values that need one.
 *
 * Requires: lifetimes (live.c) and which values are spilled (regalloc_scan.c).
 * Provides: ra_value.slot of every spilled value, f->num_slots.
 * Bounded: O(R log V) for R ranges, at most RA_MAX_RANGES of each of V values.
 *
 * Values are met in the order of their definitions.  A slot is free for one of them when none of
 * its occupants is alive there: an occupant that is in a hole of its lifetime never meets the new
 * one, for of two SSA values that meet one is alive where the other is defined, and what is met
 * later is not alive at what was met before.  So several values share a slot, each in the others'
 * holes, and there are no more slots than values that are alive at once.  Lifetimes that are longer
 * than the truth (filled holes, ra.local) only keep a slot from being free.
 *
 * A value that flows into a PHI wishes for the slot of the PHI: the move on that edge falls away.
 */
#include "live.h"

/* Two are kept back: one for cycles of moves, and no location at all. */
#define MAX_SLOTS (IR_LOC_NONE - IR_LOC_SLOT - 2)

/* Operands of a PHI that are asked for their slots. */
#define MAX_ASKED 8

/* An occupant's next border of a range. */
struct border {
	u32 pos;
	u32 range;
	u16 slot;
	bool begins;
};

/**
 * struct slots - the state of the scan
 * @heap: the next border of each occupant that has one, a binary heap by position
 * @alive: by slot: occupants that are alive
 * @free: by slot, a bit: none is
 * @some: by word of @free, a bit: it is not 0
 */
struct slots {
	struct ra *ra;
	struct border *heap;
	u32 num_heap;
	u32 *alive;
	u64 *free;
	u64 *some;
};

static void heap_push(struct slots *s, struct border border)
{
	u32 at, up;

	for (at = s->num_heap++; at; at = up) {
		up = (at - 1) / 2;
		if (s->heap[up].pos <= border.pos)
			break;
		s->heap[at] = s->heap[up];
	}
	s->heap[at] = border;
}

static struct border heap_pop(struct slots *s)
{
	struct border top = s->heap[0], last = s->heap[--s->num_heap];
	u32 at = 0, down;

	while ((down = 2 * at + 1) < s->num_heap) {
		if (down + 1 < s->num_heap && s->heap[down + 1].pos < s->heap[down].pos)
			down++;
		if (last.pos <= s->heap[down].pos)
			break;
		s->heap[at] = s->heap[down];
		at = down;
	}
	s->heap[at] = last;
	return top;
}

/* One more, or one less, of @slot's occupants is alive. */
static void set_alive(struct slots *s, u32 slot, bool more)
{
	u32 word = slot / 64;

	s->alive[slot] += more ? 1 : -1;
	if (s->alive[slot])
		s->free[word] &= ~(1ull << slot % 64);
	else
		s->free[word] |= 1ull << slot % 64;
	if (s->free[word])
		s->some[word / 64] |= 1ull << word % 64;
	else
		s->some[word / 64] &= ~(1ull << word % 64);
}

/* Borders up to @pos are crossed. */
static void advance(struct slots *s, u32 pos)
{
	const struct ra_range *ranges = s->ra->ranges;

	while (s->num_heap && s->heap[0].pos <= pos) {
		struct border b = heap_pop(s);

		set_alive(s, b.slot, b.begins);
		if (b.begins) {
			b.pos = ranges[b.range].to;
		} else {
			b.range = ranges[b.range].next;
			if (b.range == RA_NONE)
				continue;
			b.pos = ranges[b.range].from;
		}
		b.begins = !b.begins;
		heap_push(s, b);
	}
}

/* The number of @value's slot if that is free, else MAX_SLOTS. */
static u32 free_slot_of(const struct slots *s, u32 value)
{
	u32 loc = s->ra->values[value].slot;

	if (loc == IR_LOC_NONE || s->alive[loc - IR_LOC_SLOT])
		return MAX_SLOTS;
	return loc - IR_LOC_SLOT;
}

/* A free slot of one of the operands of @phi. */
static u32 free_slot_of_operand(const struct slots *s, u32 phi)
{
	const struct ir_func *f = s->ra->f;
	const struct ir_ins *ins = &f->ins[phi];
	u32 slot = MAX_SLOTS, n;

	for (n = 0; n < min_t(u32, ins->num_list, MAX_ASKED) && slot == MAX_SLOTS; n++)
		slot = free_slot_of(s, f->pool[ins->list + n]);
	return slot;
}

static u32 lowest_free(const struct slots *s)
{
	u32 n, word;

	for (n = 0; n <= s->ra->f->num_slots / 4096; n++) {
		if (!s->some[n])
			continue;
		word = 64 * n + (u32)__builtin_ctzll(s->some[n]);
		return 64 * word + (u32)__builtin_ctzll(s->free[word]);
	}
	return MAX_SLOTS;
}

/*
 * The slot that saves a move, where that is free: of the loop's PHI the value goes to, of what it
 * is made of if it is a PHI, of what else goes to its PHI.
 */
static u32 choose(struct slots *s, u32 value)
{
	struct ra *ra = s->ra;
	u32 phi = ra->values[value].phi, slot = MAX_SLOTS;

	if (phi)
		slot = free_slot_of(s, phi);
	if (slot == MAX_SLOTS && ra->f->ins[value].op == IR_PHI)
		slot = free_slot_of_operand(s, value);
	if (slot == MAX_SLOTS && phi)
		slot = free_slot_of_operand(s, phi);
	if (slot == MAX_SLOTS)
		slot = lowest_free(s);
	if (slot == MAX_SLOTS)
		slot = ra->f->num_slots++;
	return slot;
}

static int place(struct slots *s, u32 value)
{
	struct ra *ra = s->ra;
	struct ra_value *v = &ra->values[value];
	const struct ra_range *range = &ra->ranges[v->range];
	struct border end = { .pos = range->to, .range = v->range };
	u32 slot;

	advance(s, range->from);
	slot = choose(s, value);
	if (slot >= MAX_SLOTS)
		return ra_error(ra, -E2BIG, value, "the function needs too many spill slots");
	v->slot = IR_LOC_SLOT + slot;
	set_alive(s, slot, true);
	end.slot = slot;
	heap_push(s, end);
	return 0;
}

int ra_slots_give(struct ra *ra)
{
	struct kwasm_arena *arena = ra->f->arena;
	struct slots s = { .ra = ra };
	u32 most = min_t(u32, ra->num_spilled, MAX_SLOTS), i;
	int err = 0;

	ra->f->num_slots = 0;
	if (!ra->num_spilled)
		return 0;
	s.heap = kwasm_arena_alloc(arena, ra->num_spilled, sizeof(*s.heap));
	s.alive = kwasm_arena_alloc(arena, most, sizeof(*s.alive));
	s.free = kwasm_arena_alloc(arena, most / 64 + 1, sizeof(*s.free));
	s.some = kwasm_arena_alloc(arena, most / 4096 + 1, sizeof(*s.some));
	if (!s.heap || !s.alive || !s.free || !s.some)
		return ir_out_of_memory(ra->f);
	for (i = 0; i < ra->num_born && !err; i++) {
		if (!ra->values[ra->born[i]].spilled)
			continue;
		err = place(&s, ra->born[i]);
		if (!err)
			err = ir_step(ra->f);
	}
	return err;
}
