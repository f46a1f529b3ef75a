// SPDX-License-Identifier: GPL-2.0-only
/*
 * regalloc_fixed.c - registers that instructions reserve.
 *
 * A list by position for all registers, and a tree of the registers that occur in each part of the
 * list: the next reservation of a register is found in logarithmic time, independent of the number
 * of other entries in between.
 */
#include "live.h"

int ra_fixed_add(struct ra *ra, u32 pos, u32 mask)
{
	mask &= ra->target->allocatable;
	if (!mask)
		return 0;
	if (ra_grow(ra, &ra->fixed, ra->num_fixed, &ra->max_fixed, sizeof(*ra->fixed)))
		return -ENOMEM;
	ra->fixed[ra->num_fixed].pos = pos;
	ra->fixed[ra->num_fixed++].mask = mask;
	return 0;
}

int ra_fixed_finish(struct ra *ra)
{
	u32 i, n = 1;

	for (i = 0; i < ra->num_fixed / 2; i++)
		swap(ra->fixed[i], ra->fixed[ra->num_fixed - 1 - i]);
	while (n < ra->num_fixed)
		n *= 2;
	ra->fixed_leaves = n;
	ra->fixed_tree = kwasm_arena_alloc(ra->f->arena, 2 * (size_t)n, sizeof(*ra->fixed_tree));
	if (!ra->fixed_tree)
		return ir_out_of_memory(ra->f);
	ir_note(ra->f, n / 8);
	for (i = 0; i < ra->num_fixed; i++)
		ra->fixed_tree[n + i] = ra->fixed[i].mask;
	for (i = n; --i;)
		ra->fixed_tree[i] = ra->fixed_tree[2 * i] | ra->fixed_tree[2 * i + 1];
	return 0;
}

u32 ra_fixed_next(const struct ra *ra, u32 at, u32 mask)
{
	const u32 *tree = ra->fixed_tree;
	u32 n = ra->fixed_leaves;

	if (at >= ra->num_fixed)
		return ra->num_fixed;
	if (ra->fixed[at].mask & mask)
		return at;
	at += n;
	while (!(tree[at] & mask)) {
		/* up to the start of the path to the right */
		while (at & 1)
			at >>= 1;
		if (!at)
			return ra->num_fixed;
		at++;
		if (!(at & (at - 1)))
			return ra->num_fixed;
	}
	while (at < n) {
		at *= 2;
		if (!(tree[at] & mask))
			at++;
	}
	return at - n;
}

u32 ra_fixed_find(const struct ra *ra, u32 at, u32 pos)
{
	u32 hi = ra->num_fixed;

	while (at < hi) {
		u32 mid = at + (hi - at) / 2;

		if (ra_fixed_end(&ra->fixed[mid]) <= pos)
			at = mid + 1;
		else
			hi = mid;
	}
	return at;
}
