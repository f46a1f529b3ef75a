// SPDX-License-Identifier: GPL-2.0-only
/* histogram.c - symbols of a time series by their value, and the words that three of them make. */
#include "../kernel.h"

#define LEN 8192u

static int16_t series[LEN];
static uint32_t words[512];

static uint32_t symbol(int32_t v)
{
	static const int16_t limits[] = { -11500, -6700, -3200, 0, 3200, 6700, 11500 };
	uint32_t s = 0, i;

	for (i = 0; i < COUNT(limits); i++)
		s += v >= limits[i];
	return s;
}

static NOINLINE void count(uint32_t step)
{
	uint32_t word = 0, i, j;

	for (i = 0; i + step <= LEN; i += step) {
		int32_t mean = 0;

		for (j = 0; j < step; j++)
			mean += series[i + j];
		word = (word << 3 | symbol(mean / (int32_t)step)) & 511;
		words[word]++;
	}
}

KERNEL(n)
{
	uint32_t seed = 19, sum = 0, i;
	int32_t v = 0;

	for (i = 0; i < LEN; i++) {
		v = v * 7 / 8 + (int32_t)(next_random(&seed) & 8191) - 4096;
		series[i] = (int16_t)v;
	}
	for (i = 0; i < 512; i++)
		words[i] = 0;
	for (i = 0; i < n; i++)
		count(1 + i % 3);
	for (i = 0; i < 512; i++)
		sum = sum * 31 + words[i];
	return sum;
}
