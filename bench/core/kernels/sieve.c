// SPDX-License-Identifier: GPL-2.0-only
/* sieve.c - primes below 2^18 in a byte map. */
#include "../kernel.h"

#define LIMIT 262144u

static uint8_t composite[LIMIT];

static NOINLINE uint32_t sieve(uint32_t limit)
{
	uint32_t count = 0, i, j;

	for (i = 0; i < limit; i++)
		composite[i] = 0;
	for (i = 2; i < limit; i++) {
		if (composite[i])
			continue;
		count++;
		for (j = i * 2; j < limit; j += i)
			composite[j] = 1;
	}
	return count;
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	for (i = 0; i < n; i++)
		sum = sum * 31 + sieve(LIMIT - i);
	return sum;
}
