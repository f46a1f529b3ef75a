// SPDX-License-Identifier: GPL-2.0-only
/* decimal.c - numbers to text and back: division and multiplication by ten. */
#include "../kernel.h"

static uint8_t text[32];

static NOINLINE uint32_t print(uint64_t v)
{
	uint8_t digits[20];
	uint32_t len = 0, i;

	do {
		digits[len++] = '0' + (uint8_t)(v % 10);
		v /= 10;
	} while (v);
	for (i = 0; i < len; i++)
		text[i] = digits[len - 1 - i];
	return len;
}

static NOINLINE uint64_t parse(const uint8_t *p, uint32_t len)
{
	uint64_t v = 0;

	while (len--)
		v = v * 10 + (*p++ - '0');
	return v;
}

KERNEL(n)
{
	uint32_t seed = 22, sum = 0, i, len;
	uint64_t v;

	for (i = 0; i < n; i++) {
		v = (uint64_t)next_random(&seed) << (i & 31) ^ i;
		len = print(v);
		sum += len + text[len / 2] + (parse(text, len) == v);
		sum = sum * 31 + (uint32_t)(v / 1000 % 60) + (uint32_t)v / 86400;
	}
	return sum;
}
