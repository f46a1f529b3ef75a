// SPDX-License-Identifier: GPL-2.0-only
/* base64.c - encode, and decode by a table. */
#include "../kernel.h"

#define LEN 6000u

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t plain[LEN], again[LEN], values[256];
static uint8_t coded[LEN / 3 * 4];

static NOINLINE uint32_t encode(const uint8_t *in, uint32_t len, uint8_t *out)
{
	uint8_t *start = out;
	uint32_t v;

	for (; len >= 3; len -= 3, in += 3, out += 4) {
		v = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
		out[0] = (uint8_t)letters[v >> 18];
		out[1] = (uint8_t)letters[v >> 12 & 63];
		out[2] = (uint8_t)letters[v >> 6 & 63];
		out[3] = (uint8_t)letters[v & 63];
	}
	return (uint32_t)(out - start);
}

static NOINLINE uint32_t decode(const uint8_t *in, uint32_t len, uint8_t *out)
{
	uint8_t *start = out;

	for (; len >= 4; len -= 4, in += 4, out += 3) {
		uint32_t a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];

		if ((a | b | c | d) & 0x80)
			return 0;
		a = a << 18 | b << 12 | c << 6 | d;
		out[0] = (uint8_t)(a >> 16);
		out[1] = (uint8_t)(a >> 8);
		out[2] = (uint8_t)a;
	}
	return (uint32_t)(out - start);
}

KERNEL(n)
{
	uint32_t sum = 0, i, len;

	fill_random(plain, LEN, 12);
	for (i = 0; i < 256; i++)
		values[i] = 0x80;
	for (i = 0; i < 64; i++)
		values[(uint8_t)letters[i]] = (uint8_t)i;
	for (i = 0; i < n; i++) {
		plain[i % LEN]++;
		len = encode(plain, LEN, coded);
		len = decode(coded, len, again);
		sum = sum * 31 + len + again[i * 7 % LEN] + coded[i % LEN];
	}
	return sum;
}
