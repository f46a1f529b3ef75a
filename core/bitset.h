/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitset.h - a set of small integers as words of 64 bits on an arena.
 *
 * A set is a plain array; its owner keeps the number of bits.
 */
#ifndef KWASM_BITSET_H
#define KWASM_BITSET_H

#include "arena.h"

static inline size_t kwasm_bitset_words(u32 bits)
{
	return ((size_t)bits + 63) / 64;
}

static inline bool kwasm_bitset_test(const u64 *set, u32 bit)
{
	return set[bit / 64] >> (bit % 64) & 1;
}

static inline void kwasm_bitset_add(u64 *set, u32 bit)
{
	set[bit / 64] |= 1ULL << (bit % 64);
}

/** kwasm_bitset_create() - an empty set of @bits bits; NULL if the arena is exhausted. */
u64 *kwasm_bitset_create(struct kwasm_arena *arena, u32 bits);

#endif /* KWASM_BITSET_H */
