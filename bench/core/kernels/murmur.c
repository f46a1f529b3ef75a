// SPDX-License-Identifier: GPL-2.0-only
/* murmur.c - a multiply-and-rotate hash over 32-bit words with a tail of bytes. */
#include "../kernel.h"

static uint8_t text[4096];

static uint32_t scramble(uint32_t k)
{
	return rotl32(k * 0xcc9e2d51u, 15) * 0x1b873593u;
}

static NOINLINE uint32_t hash(const uint8_t *p, uint32_t len, uint32_t h)
{
	uint32_t blocks = len / 4, k;

	while (blocks--) {
		__builtin_memcpy(&k, p, 4);
		p += 4;
		h = rotl32(h ^ scramble(k), 13) * 5 + 0xe6546b64u;
	}
	k = 0;
	switch (len & 3) {
	case 3:
		k ^= (uint32_t)p[2] << 16;
		__attribute__((__fallthrough__));
	case 2:
		k ^= (uint32_t)p[1] << 8;
		__attribute__((__fallthrough__));
	case 1:
		h ^= scramble(k ^ p[0]);
	}
	h ^= len;
	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return h ^ h >> 16;
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	fill_random(text, sizeof(text), 2);
	for (i = 0; i < n; i++)
		sum = hash(text + i % 509, 20 + i % 300, sum);
	return sum;
}
