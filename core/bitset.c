// SPDX-License-Identifier: GPL-2.0-only
/*
 * bitset.c - allocation of bit sets.
 */
#include "bitset.h"

u64 *kwasm_bitset_create(struct kwasm_arena *arena, u32 bits)
{
	return kwasm_arena_alloc(arena, kwasm_bitset_words(bits), sizeof(u64));
}
