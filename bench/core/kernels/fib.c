// SPDX-License-Identifier: GPL-2.0-only
/* fib.c - Fibonacci numbers by recursion: calls and returns. */
#include "../kernel.h"

static NOINLINE uint32_t fib(uint32_t n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

KERNEL(n)
{
	return fib(n);
}
