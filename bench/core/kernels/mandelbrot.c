// SPDX-License-Identifier: GPL-2.0-only
/* mandelbrot.c - how soon points leave the Mandelbrot set. */
#include "../kernel.h"

static NOINLINE uint32_t escape(double cr, double ci, uint32_t limit)
{
	double r = 0, i = 0, rr = 0, ii = 0;
	uint32_t n = 0;

	while (n < limit && rr + ii <= 4.0) {
		i = 2.0 * r * i + ci;
		r = rr - ii + cr;
		rr = r * r;
		ii = i * i;
		n++;
	}
	return n;
}

KERNEL(n)
{
	uint32_t sum = 0, x, y;

	for (y = 0; y < n; y++)
		for (x = 0; x < n; x++)
			sum = sum * 31 + escape(3.0 * x / n - 2.25, 2.5 * y / n - 1.25, 100);
	return sum;
}
