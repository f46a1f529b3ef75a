// SPDX-License-Identifier: GPL-2.0-only
/* bits.c - population counts, leading and trailing zeros, and rank in a bit map. */
#include "../kernel.h"

#define WORDS 1024u

static uint64_t map[WORDS];

static NOINLINE uint32_t rank(uint32_t bit)
{
	uint32_t count = 0, i;

	for (i = 0; i < bit / 64; i++)
		count += (uint32_t)__builtin_popcountll(map[i]);
	return count + (uint32_t)__builtin_popcountll(map[i] & ((uint64_t)1 << bit % 64) - 1);
}

static NOINLINE uint32_t walk(void)
{
	uint32_t sum = 0, i;
	uint64_t w;

	for (i = 0; i < WORDS; i++)
		for (w = map[i]; w; w &= w - 1)
			sum = sum * 3 + (uint32_t)__builtin_ctzll(w) +
			      (uint32_t)__builtin_clzll(w) * i;
	return sum;
}

KERNEL(n)
{
	uint32_t seed = 14, sum = 0, i;

	for (i = 0; i < WORDS; i++)
		map[i] = (uint64_t)next_random(&seed) << 40 ^ (uint64_t)next_random(&seed) << 20 ^
			 next_random(&seed);
	for (i = 0; i < n; i++) {
		sum = sum * 31 + rank(i * 977 % (WORDS * 64));
		if (i % 16 == 0)
			sum += walk();
	}
	return sum;
}
