// SPDX-License-Identifier: GPL-2.0-only
/* lzunpack.c - LZ decompression, every copy checked against both ends. */
#include "lz.h"

static uint8_t out[LZ_TEXT];

static NOINLINE uint32_t get_extra(const uint8_t **in, const uint8_t *end, uint32_t n)
{
	uint8_t c;

	do {
		if (*in >= end)
			return 0;
		c = *(*in)++;
		n += c;
	} while (c == 255);
	return n;
}

static NOINLINE uint32_t unpack(const uint8_t *in, uint32_t len, uint8_t *to, uint32_t room)
{
	const uint8_t *end = in + len;
	uint8_t *start = to, *stop = to + room;

	while (in < end) {
		uint32_t token = *in++, num = token >> 4, match = token & 15, distance;

		if (num == 15)
			num = get_extra(&in, end, num);
		if (num + 2 > (uint32_t)(end - in) || num > (uint32_t)(stop - to))
			return 0;
		while (num--)
			*to++ = *in++;
		distance = in[0] | (uint32_t)in[1] << 8;
		in += 2;
		if (!distance)
			break;
		if (match == 15)
			match = get_extra(&in, end, match);
		match += 4;
		if (distance > (uint32_t)(to - start) || match > (uint32_t)(stop - to))
			return 0;
		for (; match; match--, to++)
			*to = *(to - distance);
	}
	return (uint32_t)(to - start);
}

KERNEL(n)
{
	uint32_t sum = 0, i, j, len, got;

	lz_make_text();
	len = lz_compress(lz_text, LZ_TEXT, lz_packed);
	for (i = 0; i < n; i++) {
		got = unpack(lz_packed, len, out, LZ_TEXT);
		for (j = 0; j < got; j += 101)
			sum = sum * 31 + out[j];
	}
	return sum;
}
