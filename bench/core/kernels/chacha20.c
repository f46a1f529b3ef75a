// SPDX-License-Identifier: GPL-2.0-only
/* chacha20.c - the ChaCha20 stream cipher. */
#include "../kernel.h"

static uint32_t key[16];
static uint8_t text[4096];

#define QUARTER(a, b, c, d)					\
	do {							\
		a += b; d = rotl32(d ^ a, 16);			\
		c += d; b = rotl32(b ^ c, 12);			\
		a += b; d = rotl32(d ^ a, 8);			\
		c += d; b = rotl32(b ^ c, 7);			\
	} while (0)

static NOINLINE void block(uint32_t *out)
{
	uint32_t x[16], i;

	for (i = 0; i < 16; i++)
		x[i] = key[i];
	for (i = 0; i < 10; i++) {
		QUARTER(x[0], x[4], x[8], x[12]);
		QUARTER(x[1], x[5], x[9], x[13]);
		QUARTER(x[2], x[6], x[10], x[14]);
		QUARTER(x[3], x[7], x[11], x[15]);
		QUARTER(x[0], x[5], x[10], x[15]);
		QUARTER(x[1], x[6], x[11], x[12]);
		QUARTER(x[2], x[7], x[8], x[13]);
		QUARTER(x[3], x[4], x[9], x[14]);
	}
	for (i = 0; i < 16; i++)
		out[i] = x[i] + key[i];
	key[12]++;
}

static NOINLINE void crypt(uint8_t *p, uint32_t len)
{
	uint32_t stream[16], i;

	for (; len >= 64; len -= 64, p += 64) {
		block(stream);
		for (i = 0; i < 64; i++)
			p[i] ^= (uint8_t)(stream[i / 4] >> i % 4 * 8);
	}
}

KERNEL(n)
{
	uint32_t seed = 17, sum = 0, i;

	for (i = 0; i < 16; i++)
		key[i] = next_random(&seed) << 8 ^ i;
	fill_random(text, sizeof(text), 18);
	for (i = 0; i < n; i++)
		crypt(text, sizeof(text));
	for (i = 0; i < sizeof(text); i++)
		sum = sum * 31 + text[i];
	return sum;
}
