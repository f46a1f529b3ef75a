// SPDX-License-Identifier: GPL-2.0-only
/* levenshtein.c - edit distances between words, one row of the matrix at a time. */
#include "../kernel.h"

#define WORDS 64u
#define LEN 48u

static uint8_t words[WORDS][LEN];

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static NOINLINE uint32_t distance(const uint8_t *a, uint32_t la, const uint8_t *b, uint32_t lb)
{
	uint32_t row[LEN + 1], i, j, diagonal, up;

	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 0; i < la; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (j = 0; j < lb; j++) {
			up = row[j + 1];
			row[j + 1] = min(min(up, row[j]) + 1, diagonal + (a[i] != b[j]));
			diagonal = up;
		}
	}
	return row[lb];
}

KERNEL(n)
{
	uint32_t seed = 13, sum = 0, i, j;

	for (i = 0; i < WORDS; i++)
		for (j = 0; j < LEN; j++)
			words[i][j] = 'a' + next_random(&seed) % 6;
	for (i = 0; i < n; i++)
		sum = sum * 31 + distance(words[i % WORDS], 20 + i % 29, words[i * 7 % WORDS],
					  16 + i % 31);
	return sum;
}
