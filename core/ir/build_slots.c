// SPDX-License-Identifier: GPL-2.0-only
/*
 * build_slots.c - which locals move to frame slots when edges would carry too much.
 *
 * Requires: an attempt to build a function that ran over its budget, and what it counted.
 * Provides: frame slots for some more locals, so many that the next attempt is expected to stay
 * within half of the budget.
 * Bounded: linear in the locals.
 *
 * A local is worth keeping by its accesses, each by the depth of the loops around it, for each
 * value that edges carry because of it.  Those that are worth least go first, in classes of powers
 * of two: a local of an inner loop stays a value though a thousand cases around it change others.
 */
#include "build.h"

#define CLASSES 64u
#define MAX_LOG2 (CLASSES / 2 - 1)

static u32 log2_of(u64 n)
{
	return n ? min_t(u32, 63 - (u32)__builtin_clzll(n), MAX_LOG2) : 0;
}

/* Accesses for each value carried, as a power of two; less is worse. */
static u32 class_of(const struct build_home *home)
{
	return MAX_LOG2 + log2_of(home->heat) - log2_of(home->cost);
}

static bool is_carried(const struct build_home *home)
{
	return !home->slot && home->cost;
}

/*
 * Where costs grow with the square of the body, those of the part that was built say little about
 * the rest: no local costs less than the mean of those that cost more than the mean.
 */
static u64 raise_costs(struct build *b)
{
	u64 sum[2] = { 0 }, num[2] = { 0 }, mean = 0, raised = 0;
	u32 pass, x;

	for (pass = 0; pass < 2; pass++) {
		for (x = 0; x < b->info->num_locals; x++) {
			if (!is_carried(&b->homes[x]) || b->homes[x].cost < mean)
				continue;
			sum[pass] += b->homes[x].cost;
			num[pass]++;
		}
		mean = num[pass] ? sum[pass] / num[pass] : 0;
	}
	for (x = 0; x < b->info->num_locals; x++) {
		struct build_home *home = &b->homes[x];

		if (is_carried(home) && home->cost < mean) {
			raised += mean - home->cost;
			home->cost = mean;
		}
	}
	return raised;
}

/* What the part of the body that was built may cost next time. */
static u64 allowed(const struct build *b)
{
	u64 size = b->info->end - b->info->code;

	return b->budget / 2 * (b->at - b->info->code) / size;
}

/* The class of which some have to go, and all of those below, so that @left becomes @most. */
static u32 last_class(const struct build *b, u64 left, u64 most)
{
	u64 costs[CLASSES] = { 0 };
	u32 x, class;

	for (x = 0; x < b->info->num_locals; x++)
		if (is_carried(&b->homes[x]))
			costs[class_of(&b->homes[x])] += b->homes[x].cost;
	for (class = 0; class < CLASSES - 1 && left > most + costs[class]; class++)
		left -= costs[class];
	return class;
}

bool build_slots_choose(struct build *b, bool doubt)
{
	u64 left = b->work + (doubt ? raise_costs(b) : 0), most = allowed(b);
	u32 last = last_class(b, left, most), before = b->f->num_lslots, pass, x;

	/* of the last class only as many as it takes */
	for (pass = 0; pass < 2; pass++) {
		for (x = 0; x < b->info->num_locals && (!pass || left > most); x++) {
			struct build_home *home = &b->homes[x];

			if (!is_carried(home) ||
			    (pass ? class_of(home) != last : class_of(home) >= last))
				continue;
			home->slot = ++b->f->num_lslots;
			left -= min_t(u64, left, home->cost);
		}
	}
	return b->f->num_lslots > before;
}

void build_slots_all(struct build *b)
{
	u32 x;

	for (x = 0; x < b->info->num_locals; x++)
		if (!b->homes[x].slot)
			b->homes[x].slot = ++b->f->num_lslots;
}
