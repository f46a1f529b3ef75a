// SPDX-License-Identifier: GPL-2.0-only
/* siphash.c - SipHash-2-4 of short keys. */
#include "../kernel.h"

static uint8_t text[1024];

#define ROUND							\
	do {							\
		v0 += v1; v2 += v3;				\
		v1 = rotl64(v1, 13) ^ v0;			\
		v3 = rotl64(v3, 16) ^ v2;			\
		v0 = rotl64(v0, 32);				\
		v2 += v1; v0 += v3;				\
		v1 = rotl64(v1, 17) ^ v2;			\
		v3 = rotl64(v3, 21) ^ v0;			\
		v2 = rotl64(v2, 32);				\
	} while (0)

static NOINLINE uint64_t siphash(const uint8_t *p, uint32_t len, uint64_t k0, uint64_t k1)
{
	uint64_t v0 = k0 ^ 0x736f6d6570736575u, v1 = k1 ^ 0x646f72616e646f6du;
	uint64_t v2 = k0 ^ 0x6c7967656e657261u, v3 = k1 ^ 0x7465646279746573u;
	uint64_t m, last = (uint64_t)len << 56;
	uint32_t i;

	for (i = len / 8; i; i--, p += 8) {
		__builtin_memcpy(&m, p, 8);
		v3 ^= m;
		ROUND;
		ROUND;
		v0 ^= m;
	}
	for (i = 0; i < (len & 7); i++)
		last |= (uint64_t)p[i] << 8 * i;
	v3 ^= last;
	ROUND;
	ROUND;
	v0 ^= last;
	v2 ^= 0xff;
	ROUND;
	ROUND;
	ROUND;
	ROUND;
	return v0 ^ v1 ^ v2 ^ v3;
}

KERNEL(n)
{
	uint64_t sum = 1;
	uint32_t i;

	fill_random(text, sizeof(text), 5);
	for (i = 0; i < n; i++)
		sum += siphash(text + i % 700, 4 + i % 60, sum, i);
	return (uint32_t)(sum ^ sum >> 32);
}
