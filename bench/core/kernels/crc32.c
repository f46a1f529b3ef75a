// SPDX-License-Identifier: GPL-2.0-only
/* crc32.c - CRC-32 by a table of 256 words. */
#include "../kernel.h"

static uint8_t text[8192];
static uint32_t table[256];

static void make_table(void)
{
	uint32_t i, j, c;

	for (i = 0; i < 256; i++) {
		for (c = i, j = 0; j < 8; j++)
			c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
		table[i] = c;
	}
}

static NOINLINE uint32_t crc(uint32_t c, const uint8_t *p, size_t len)
{
	for (c = ~c; len; len--)
		c = table[(c ^ *p++) & 0xff] ^ c >> 8;
	return ~c;
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	make_table();
	fill_random(text, sizeof(text), 3);
	for (i = 0; i < n; i++)
		sum = crc(sum, text, sizeof(text));
	return sum;
}
