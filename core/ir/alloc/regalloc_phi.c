// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_phi.c - PHIs: where they begin, and what edges bring there.
 *
 * The move on an edge falls away where operand and PHI are in one place.  For registers that is a
 * hint of the scan, for slots a wish that slots.c fulfils where the two do not meet; here a PHI of
 * what is mostly in memory stays in memory, and an operand with the PHI's slot needs no move.
 */
#include "live.h"

/* Operands that are asked where they are, and intervals of each that are looked through. */
#define MAX_ASKED 8

/* Was @value in memory at @pos, which the scan has passed?  Not so constants. */
static bool was_in_memory(const struct ra *ra, u32 value, u32 pos)
{
	u32 at = ra->values[value].last, n;

	for (n = 0; n < MAX_ASKED && at != RA_NONE && ra->iv[at].start > pos; n++)
		at = ra->iv[at].prev;
	return ra->values[value].spilled && (at == RA_NONE || ra->iv[at].end <= pos);
}

bool ra_phi_from_memory(const struct ra *ra, u32 phi)
{
	const struct ir_func *f = ra->f;
	const struct ir_ins *ins = &f->ins[phi];
	u32 n, asked = min_t(u32, ins->num_list, MAX_ASKED), memory = 0;

	if (f->blocks[ins->block].header)
		return false;
	for (n = 0; n < asked; n++) {
		u32 pred = ra->place[ir_pred(f, ins->block, n)];

		memory += was_in_memory(ra, f->pool[ins->list + n], ra->blocks[pred].to - 1);
	}
	return 2 * memory > asked;
}

u32 ra_phi_home(const struct ra *ra, u32 phi)
{
	const struct ra_value *v = &ra->values[phi];

	if (v->first != RA_NONE) {
		const struct ra_interval *iv = &ra->iv[v->first];

		if (!iv->child && iv->start < iv->end)
			return iv->reg;
	}
	return v->slot;
}

/* Is operand @arg of a PHI in the PHI's place already, whatever register it is in besides? */
static bool at_home(const struct ra *ra, u32 arg, u32 home)
{
	return ra->values[arg].spilled && ra->values[arg].slot == home;
}

int ra_phi_edges(struct ra *ra, u32 place)
{
	struct ir_func *f = ra->f;
	const struct ir_block *b = &f->blocks[f->order[place]];
	u32 n, i, k;
	int err = 0;

	for (n = 0; n < b->num_succs; n++) {
		u32 succ = ra->place[ir_succ(f, f->order[place], n)];
		const struct ir_block *s = &f->blocks[f->order[succ]];

		k = s->num_preds == 1 ? 0 : ra->blocks[place].pred_index;
		for (i = s->first; !err && i && f->ins[i].op == IR_PHI; i = f->ins[i].next) {
			u32 arg = f->pool[f->ins[i].list + k], home = ra_phi_home(ra, i);

			if (ra->values[i].range == RA_NONE || at_home(ra, arg, home))
				continue;
			err = ra_edge_add(ra, place, succ, arg, home,
					  ra_moved_from(ra, arg, ra->blocks[place].to - 1));
		}
	}
	return err;
}
