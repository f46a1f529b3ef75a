/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lz.h - a byte-oriented LZ77 format: a token of two nibbles (literals, match length - 4), each
 * extended by bytes of 255, then the literals, then the distance in two bytes; 0 ends.
 */
#ifndef KWASM_BENCH_LZ_H
#define KWASM_BENCH_LZ_H

#include "../kernel.h"

#define LZ_TEXT 65536u
#define LZ_HASH_BITS 12

static uint8_t lz_text[LZ_TEXT + 8], lz_packed[LZ_TEXT * 2];

static uint32_t lz_word(const uint8_t *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, 4);
	return v;
}

static uint8_t *lz_put_extra(uint8_t *out, uint32_t n)
{
	if (n < 15)
		return out;
	for (n -= 15; n >= 255; n -= 255)
		*out++ = 255;
	*out++ = (uint8_t)n;
	return out;
}

static uint8_t *lz_put(uint8_t *out, const uint8_t *lit, uint32_t num, uint32_t match,
		       uint32_t distance)
{
	uint32_t len = distance ? match - 4 : 0;

	*out++ = (uint8_t)((num < 15 ? num : 15) << 4 | (len < 15 ? len : 15));
	out = lz_put_extra(out, num);
	while (num--)
		*out++ = *lit++;
	*out++ = (uint8_t)distance;
	*out++ = (uint8_t)(distance >> 8);
	return distance ? lz_put_extra(out, len) : out;
}

static NOINLINE uint32_t lz_compress(const uint8_t *in, uint32_t len, uint8_t *out)
{
	static uint32_t table[1 << LZ_HASH_BITS];
	const uint8_t *p = in, *lit = in, *end = in + len;
	uint8_t *start = out;

	for (uint32_t i = 0; i < COUNT(table); i++)
		table[i] = 0;
	while (p + 8 < end) {
		uint32_t *slot = &table[lz_word(p) * 2654435761u >> (32 - LZ_HASH_BITS)];
		const uint8_t *from = in + *slot;
		uint32_t match = 0;

		*slot = (uint32_t)(p - in);
		if (from < p && p - from < 65536 && lz_word(from) == lz_word(p)) {
			for (match = 4; p + match < end && p[match] == from[match]; match++)
				;
			out = lz_put(out, lit, (uint32_t)(p - lit), match, (uint32_t)(p - from));
			p += match;
			lit = p;
		} else {
			p++;
		}
	}
	out = lz_put(out, lit, (uint32_t)(end - lit), 0, 0);
	return (uint32_t)(out - start);
}

/* Words from a small vocabulary, with noise in between. */
static inline void lz_make_text(void)
{
	static const char vocabulary[] = "packet header verdict accept drop connection state table "
		"address port checksum forward filter interface kernel memory";
	uint32_t seed = 11, at = 0;

	while (at < LZ_TEXT) {
		uint32_t from = next_random(&seed) % (sizeof(vocabulary) - 20);
		uint32_t num = 3 + next_random(&seed) % 14;

		for (; num && at < LZ_TEXT; num--)
			lz_text[at++] = (uint8_t)vocabulary[from++];
		if (at < LZ_TEXT)
			lz_text[at++] = (uint8_t)next_random(&seed);
	}
}

#endif /* KWASM_BENCH_LZ_H */
