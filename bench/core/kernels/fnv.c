// SPDX-License-Identifier: GPL-2.0-only
/* fnv.c - the FNV-1a hash of strings, a byte at a time. */
#include "../kernel.h"

static uint8_t text[4096];

static NOINLINE uint32_t hash(const uint8_t *p, uint32_t len)
{
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	fill_random(text, sizeof(text), 1);
	for (i = 0; i < n; i++)
		sum ^= hash(text + i % 512, 64 + i % 1024);
	return sum;
}
