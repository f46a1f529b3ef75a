// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc.c - register allocation: the order of its passes, and spill slots.
 *
 *	live.c			lifetimes of values
 *	regalloc_scan.c		intervals of lifetimes get registers
 *	here			values that need one get a slot
 *	regalloc_resolve.c	moves on edges between blocks
 *	regalloc_assign.c	locations and moves into the instructions, with parmove.c
 */
#include "live.h"
#include "parmove.h"

/* A heap of slots in use by the end of their values. */
struct slots {
	u32 *end;
	u16 *slot;
	u32 num;
};

static void slots_push(struct slots *h, u32 end, u16 slot)
{
	u32 at, up;

	for (at = h->num++; at && h->end[up = (at - 1) / 2] > end; at = up) {
		h->end[at] = h->end[up];
		h->slot[at] = h->slot[up];
	}
	h->end[at] = end;
	h->slot[at] = slot;
}

static u16 slots_pop(struct slots *h)
{
	u16 top = h->slot[0];
	u32 end = h->end[--h->num], at = 0, down;
	u16 slot = h->slot[h->num];

	while ((down = 2 * at + 1) < h->num) {
		if (down + 1 < h->num && h->end[down + 1] < h->end[down])
			down++;
		if (end <= h->end[down])
			break;
		h->end[at] = h->end[down];
		h->slot[at] = h->slot[down];
		at = down;
	}
	h->end[at] = end;
	h->slot[at] = slot;
	return top;
}

/* Slots are used again when their value has died. */
static int give_slots(struct ra *ra)
{
	struct ir_func *f = ra->f;
	u32 most = 0, i;
	struct slots h = {};

	for (i = 0; i < ra->num_born; i++)
		most += ra->values[ra->born[i]].spilled;
	h.end = kwasm_arena_alloc(f->arena, most + 1, sizeof(*h.end));
	h.slot = kwasm_arena_alloc(f->arena, most + 1, sizeof(*h.slot));
	if (!h.end || !h.slot)
		return ir_out_of_memory(f);
	f->num_slots = 0;
	for (i = 0; i < ra->num_born; i++) {
		struct ra_value *v = &ra->values[ra->born[i]];

		if (!v->spilled)
			continue;
		if (h.num && h.end[0] <= ra->ranges[v->range].from)
			v->slot = slots_pop(&h);
		else
			v->slot = IR_LOC_SLOT + f->num_slots++;
		/* two are kept back: one for cycles of moves, and no location at all */
		if (f->num_slots > IR_LOC_NONE - IR_LOC_SLOT - 2)
			return ra_error(ra, -E2BIG, ra->born[i],
					"the function needs too many spill slots");
		slots_push(&h, v->end, v->slot);
	}
	return 0;
}

int ra_allocate(struct ir_func *f, const struct ir_target *target, bool local)
{
	struct ra ra = { .f = f, .target = target, .local = local };
	struct ir_parmove pm;
	int err;

	err = ra_live_build(&ra);
	if (err)
		return err;
	err = ra_scan(&ra);
	if (err)
		return err;
	err = give_slots(&ra);
	if (err)
		return err;
	err = ir_parmove_init(&pm, f, target);
	if (err)
		return err;
	err = ra_resolve(&ra);
	if (err)
		return err;
	err = ra_assign(&ra, &pm);
	if (err)
		return err;
	return ra_edges_emit(&ra, &pm);
}

int ir_regalloc(struct ir_func *f, const struct ir_target *target)
{
	return ra_allocate(f, target, false);
}
