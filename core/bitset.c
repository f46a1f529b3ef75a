// SPDX-License-Identifier: GPL-2.0-only
/*
 * bitset.c - the operations on bit sets that walk all their words.
 */
#include "bitset.h"

u64 *kwasm_bitset_create(struct kwasm_arena *arena, u32 bits)
{
	return kwasm_arena_alloc(arena, kwasm_bitset_words(bits), sizeof(u64));
}

bool kwasm_bitset_union(u64 *dst, const u64 *src, u32 bits)
{
	size_t i, n = kwasm_bitset_words(bits);
	u64 changed = 0;

	for (i = 0; i < n; i++) {
		changed |= src[i] & ~dst[i];
		dst[i] |= src[i];
	}
	return changed;
}

u32 kwasm_bitset_next(const u64 *set, u32 bits, u32 from)
{
	u64 word;
	u32 i;

	if (from >= bits)
		return bits;
	i = from / 64;
	word = set[i] & ~0ULL << (from % 64);
	while (!word) {
		if (++i >= kwasm_bitset_words(bits))
			return bits;
		word = set[i];
	}
	/* The lowest bit set, by way of fls64(), which both environments have. */
	return min(bits, i * 64 + (u32)fls64(word & -word) - 1);
}
