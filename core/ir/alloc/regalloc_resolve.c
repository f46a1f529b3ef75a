// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_resolve.c - moves on edges between blocks, for values with more than one location.
 *
 * If a lifetime crosses an edge and the value's locations before and after it differ, the edge
 * needs a move: at the end of the predecessor if it has no other successor, else at the start of
 * the successor, which then has no other predecessor.  A slot is never written here, since it holds
 * the value from its definition on.  Work is proportional to the blocks that the lifetimes of split
 * values cover, which the construction of lifetimes bounds.
 */
#include "live.h"
#include "parmove.h"

int ra_edge_add(struct ra *ra, u32 pred, u32 succ, u32 value, u32 dst, u32 src)
{
	bool at_tail = ra->f->blocks[ra->f->order[pred]].num_succs == 1;
	u32 *list = at_tail ? &ra->blocks[pred].tail : &ra->blocks[succ].head;
	struct ra_edge_move *m;

	if (dst == src)
		return 0;
	if (ra_grow(ra, &ra->moves, ra->num_moves, &ra->max_moves, sizeof(*m)))
		return -ENOMEM;
	m = &ra->moves[ra->num_moves];
	m->value = value;
	m->dst = dst;
	m->src = src;
	m->next = *list;
	*list = ra->num_moves++;
	return 0;
}

/* Walks the intervals of one value forward from *@cursor. */
static u32 loc_from(const struct ra *ra, u32 value, u32 *cursor, u32 pos)
{
	const struct ra_interval *iv;

	if (*cursor == RA_NONE)
		return ra->values[value].slot;
	for (;;) {
		iv = &ra->iv[*cursor];
		if (iv->next == RA_NONE || ra->iv[iv->next].start > pos)
			break;
		*cursor = iv->next;
	}
	return iv->start <= pos && pos < iv->end ? iv->reg : ra->values[value].slot;
}

u32 ra_loc(struct ra *ra, u32 value, u32 pos)
{
	struct ra_value *v = &ra->values[value];

	if (v->cursor == RA_NONE)
		v->cursor = v->first;
	return loc_from(ra, value, &v->cursor, pos);
}

/**
 * struct edges - locations of a value at the borders of blocks, by place
 * @in: at the start of a block, valid if @in_of is the value
 * @out: at the end of a block, valid if @out_of is the value
 */
struct edges {
	u16 *in, *out;
	u32 *in_of, *out_of;
};

/* Is the value in one place as long as it lives? */
static bool stays(const struct ra *ra, const struct ra_value *v)
{
	const struct ra_interval *iv;

	if (v->first == RA_NONE)
		return true;
	iv = &ra->iv[v->first];
	return v->first == v->last && iv->start == ra->ranges[v->range].from && iv->end >= v->end;
}

static void find_places(struct ra *ra, u32 value, struct edges *e)
{
	u32 cursor = ra->values[value].first, range, place;

	for (range = ra->values[value].range; range != RA_NONE; range = ra->ranges[range].next) {
		const struct ra_range *r = &ra->ranges[range];

		for (place = ra->ins_block[r->from / 4];
		     place < ra->f->num_order && ra->blocks[place].from < r->to; place++) {
			const struct ra_block *b = &ra->blocks[place];

			if (b->from >= r->from) {
				e->in[place] = loc_from(ra, value, &cursor, b->from);
				e->in_of[place] = value;
			}
			if (b->to <= r->to) {
				e->out[place] = loc_from(ra, value, &cursor, b->to - 1);
				e->out_of[place] = value;
			}
		}
	}
}

static int value_edges(struct ra *ra, u32 value, const struct edges *e, u32 place)
{
	struct ir_func *f = ra->f;
	u32 b = f->order[place], n;

	if (e->in_of[place] != value || !ir_loc_is_reg(e->in[place]) ||
	    (f->ins[value].op == IR_PHI && f->ins[value].block == b))
		return 0;
	for (n = 0; n < f->blocks[b].num_preds; n++) {
		u32 pred = ra->place[ir_pred(f, b, n)];

		if (e->out_of[pred] == value &&
		    ra_edge_add(ra, pred, place, value, e->in[place], e->out[pred]))
			return -ENOMEM;
	}
	return 0;
}

static int resolve_value(struct ra *ra, u32 value, struct edges *e)
{
	u32 range, place;

	find_places(ra, value, e);
	for (range = ra->values[value].range; range != RA_NONE; range = ra->ranges[range].next) {
		const struct ra_range *r = &ra->ranges[range];

		for (place = ra->ins_block[r->from / 4];
		     place < ra->f->num_order && ra->blocks[place].from < r->to; place++) {
			if (ra->blocks[place].from >= r->from &&
			    value_edges(ra, value, e, place))
				return -ENOMEM;
		}
	}
	return 0;
}

int ra_resolve(struct ra *ra)
{
	struct kwasm_arena *arena = ra->f->arena;
	u32 n = ra->f->num_order, i;
	struct edges e;
	int err = 0;

	if (ra->local)
		return 0;
	e.in = kwasm_arena_alloc(arena, n, sizeof(*e.in));
	e.out = kwasm_arena_alloc(arena, n, sizeof(*e.out));
	e.in_of = kwasm_arena_alloc(arena, n, sizeof(*e.in_of));
	e.out_of = kwasm_arena_alloc(arena, n, sizeof(*e.out_of));
	if (!e.in || !e.out || !e.in_of || !e.out_of)
		return ir_out_of_memory(ra->f);
	for (i = 0; !err && i < ra->num_born; i++) {
		u32 value = ra->born[i];

		if (!stays(ra, &ra->values[value]))
			err = resolve_value(ra, value, &e);
		if (!err)
			err = ir_step(ra->f);
	}
	return err;
}

static int emit_list(struct ra *ra, struct ir_parmove *pm, u32 list, u32 before)
{
	int err = 0;

	for (; !err && list != RA_NONE; list = ra->moves[list].next)
		err = ir_parmove_add(pm, ra->moves[list].dst, ra->moves[list].src,
				     ra->moves[list].value);
	return err ? err : ir_parmove_flush(pm, before);
}

int ra_edges_emit(struct ra *ra, struct ir_parmove *pm)
{
	struct ir_func *f = ra->f;
	u32 place, i;
	int err = 0;

	for (place = 0; !err && place < f->num_order; place++) {
		const struct ir_block *b = &f->blocks[f->order[place]];

		if (ra->blocks[place].head != RA_NONE) {
			for (i = b->first; f->ins[i].op == IR_PHI;)
				i = f->ins[i].next;
			err = emit_list(ra, pm, ra->blocks[place].head, i);
		}
		if (!err && ra->blocks[place].tail != RA_NONE)
			err = emit_list(ra, pm, ra->blocks[place].tail, b->last);
	}
	return err;
}
