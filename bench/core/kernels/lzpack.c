// SPDX-License-Identifier: GPL-2.0-only
/* lzpack.c - LZ compression of 64 KiB with a hash table of positions. */
#include "lz.h"

KERNEL(n)
{
	uint32_t sum = 0, i, len, j;

	lz_make_text();
	for (i = 0; i < n; i++) {
		lz_text[i % LZ_TEXT]++;
		len = lz_compress(lz_text, LZ_TEXT, lz_packed);
		for (j = 0; j < len; j += 101)
			sum = sum * 31 + lz_packed[j];
		sum += len;
	}
	return sum;
}
