// SPDX-License-Identifier: GPL-2.0-only
/* spectral.c - the spectral norm of an infinite matrix, by the power method. */
#include "../kernel.h"

#define SIZE 120u

static double u[SIZE], v[SIZE], t[SIZE];

static double element(uint32_t i, uint32_t j)
{
	return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static NOINLINE void times(const double *from, double *to, int transposed)
{
	uint32_t i, j;
	double sum;

	for (i = 0; i < SIZE; i++) {
		sum = 0;
		for (j = 0; j < SIZE; j++)
			sum += (transposed ? element(j, i) : element(i, j)) * from[j];
		to[i] = sum;
	}
}

KERNEL(n)
{
	double uv = 0, vv = 0;
	uint32_t i;

	for (i = 0; i < SIZE; i++)
		u[i] = 1;
	for (i = 0; i < n; i++) {
		times(u, t, 0);
		times(t, v, 1);
		times(v, t, 0);
		times(t, u, 1);
		if (i % 4 == 3) {
			uint32_t j;

			for (j = 0; j < SIZE; j++)
				u[j] /= 2;
		}
	}
	for (i = 0; i < SIZE; i++) {
		uv += u[i] * v[i];
		vv += v[i] * v[i];
	}
	return mix_double(0, __builtin_sqrt(uv / vv));
}
