// SPDX-License-Identifier: GPL-2.0-only
/* matmul.c - a product of matrices of doubles, the second one transposed. */
#include "../kernel.h"

#define SIZE 96u

static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static NOINLINE void multiply(void)
{
	uint32_t i, j, k;
	double sum;

	for (i = 0; i < SIZE; i++) {
		for (j = 0; j < SIZE; j++) {
			sum = 0;
			for (k = 0; k < SIZE; k++)
				sum += a[i][k] * b[j][k];
			c[i][j] = sum;
		}
	}
}

KERNEL(n)
{
	uint32_t seed = 23, sum = 0, i, j;

	for (i = 0; i < SIZE; i++) {
		for (j = 0; j < SIZE; j++) {
			a[i][j] = (next_random(&seed) & 0xffff) / 65536.0;
			b[i][j] = (next_random(&seed) & 0xffff) / 65536.0 - 0.5;
		}
	}
	for (i = 0; i < n; i++) {
		multiply();
		for (j = 0; j < SIZE; j++) {
			a[j][i % SIZE] = c[j][j] / SIZE;
			sum = mix_double(sum, c[j][SIZE - 1 - j]);
		}
	}
	return sum;
}
