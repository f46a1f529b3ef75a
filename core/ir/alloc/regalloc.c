// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc.c - register allocation: the order of its passes.
 *
 *	live.c			lifetimes of values
 *	regalloc_scan.c		intervals of lifetimes get registers
 *	slots.c			values that need one get a slot
 *	regalloc_phi.c		where PHIs begin, moves for them
 *	regalloc_resolve.c	moves on edges between blocks
 *	regalloc_assign.c	locations and moves into the instructions, with parmove.c
 */
#include "live.h"
#include "parmove.h"

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
	err = ra_slots_give(&ra);
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
