// SPDX-License-Identifier: GPL-2.0-only
/* xorshift.c - a 64-bit random number generator, and rolls of a fair die. */
#include "../kernel.h"

static uint64_t state[2];

static uint64_t next(void)
{
	uint64_t a = state[0], b = state[1];

	state[0] = b;
	a ^= a << 23;
	state[1] = a ^ b ^ a >> 18 ^ b >> 5;
	return state[1] + b;
}

static NOINLINE uint32_t below(uint32_t n)
{
	uint64_t m = (next() >> 32) * n;

	while ((uint32_t)m < n && (uint32_t)m < -n % n)
		m = (next() >> 32) * n;
	return (uint32_t)(m >> 32);
}

KERNEL(n)
{
	static uint32_t counts[6];
	uint32_t sum = 0, i;

	state[0] = 0x123456789abcdef;
	state[1] = 0xfedcba987654321;
	for (i = 0; i < 6; i++)
		counts[i] = 0;
	for (i = 0; i < n; i++)
		counts[below(6)]++;
	for (i = 0; i < 6; i++)
		sum = sum * 1000003 + counts[i];
	return sum ^ (uint32_t)next();
}
