// SPDX-License-Identifier: GPL-2.0-only
/* ackermann.c - the Ackermann function: deep recursion. */
#include "../kernel.h"

static NOINLINE uint32_t ackermann(uint32_t m, uint32_t n)
{
	if (!m)
		return n + 1;
	if (!n)
		return ackermann(m - 1, 1);
	return ackermann(m - 1, ackermann(m, n - 1));
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	for (i = 0; i < n; i++)
		sum = sum * 31 + ackermann(2 + (i & 1), 7 - (i & 1));
	return sum;
}
