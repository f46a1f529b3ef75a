// SPDX-License-Identifier: GPL-2.0-only
/* scan.c - find a byte eight at a time, and a word in a text by its rarest letter. */
#include "../kernel.h"

#define LEN 16384u

static uint8_t text[LEN + 8];

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

static NOINLINE const uint8_t *find_byte(const uint8_t *p, const uint8_t *end, uint8_t c)
{
	uint64_t pattern = c * ONES, word;

	for (; p + 8 <= end; p += 8) {
		__builtin_memcpy(&word, p, 8);
		word ^= pattern;
		word = (word - ONES) & ~word & HIGHS;
		if (word)
			return p + __builtin_ctzll(word) / 8;
	}
	for (; p < end; p++)
		if (*p == c)
			return p;
	return NULL;
}

static NOINLINE uint32_t count_word(const uint8_t *p, const uint8_t *end, const char *word,
				    uint32_t len)
{
	uint32_t found = 0, i;

	while ((p = find_byte(p, end - len, (uint8_t)word[0]))) {
		for (i = 1; i < len && p[i] == (uint8_t)word[i]; i++)
			;
		found += i == len;
		p++;
	}
	return found;
}

KERNEL(n)
{
	static const char *const words[] = { "zy", "qu", "the", "xylo", "an", "joke" };
	uint32_t seed = 8, sum = 0, i;

	for (i = 0; i < LEN; i++)
		text[i] = "etaoin shrdlu etaoin cmfwypvbgkjqxz"[next_random(&seed) % 35];
	for (i = 0; i < n; i++) {
		const char *w = words[i % COUNT(words)];

		sum = sum * 3 + count_word(text + i % 64, text + LEN, w,
					   w[2] ? w[3] ? 4 : 3 : 2);
	}
	return sum;
}
