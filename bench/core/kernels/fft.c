// SPDX-License-Identifier: GPL-2.0-only
/* fft.c - a fast Fourier transform of floats, in place, and back. */
#include "../kernel.h"

#define BITS 10u
#define LEN 1024u

struct complex {
	float re, im;
};

static struct complex data[LEN], roots[LEN / 2];

/* Powers of the first root of unity, by halving angles from -1. */
static void make_roots(void)
{
	double re = -1, im = 0, t, wre = 1, wim = 0;
	uint32_t i;

	for (i = 1; i < BITS; i++) {
		t = __builtin_sqrt((1 + re) / 2);
		im = __builtin_sqrt((1 - re) / 2);
		re = t;
	}
	for (i = 0; i < LEN / 2; i++) {
		roots[i] = (struct complex){ (float)wre, (float)wim };
		t = wre * re - wim * im;
		wim = wre * im + wim * re;
		wre = t;
	}
}

static void reverse(void)
{
	uint32_t i, j = 0, bit;

	for (i = 1; i < LEN; i++) {
		for (bit = LEN / 2; j & bit; bit /= 2)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			struct complex t = data[i];

			data[i] = data[j];
			data[j] = t;
		}
	}
}

static NOINLINE void transform(float sign)
{
	uint32_t half, i, j;

	reverse();
	for (half = 1; half < LEN; half *= 2) {
		for (i = 0; i < LEN; i += 2 * half) {
			for (j = 0; j < half; j++) {
				struct complex w = roots[j * (LEN / 2 / half)];
				struct complex *a = &data[i + j], *b = a + half;
				float re = b->re * w.re - b->im * w.im * sign;
				float im = b->re * w.im * sign + b->im * w.re;

				b->re = a->re - re;
				b->im = a->im - im;
				a->re += re;
				a->im += im;
			}
		}
	}
}

KERNEL(n)
{
	uint32_t seed = 24, sum = 0, i, j;

	make_roots();
	for (i = 0; i < LEN; i++)
		data[i] = (struct complex){ (float)(next_random(&seed) & 1023) / 512 - 1, 0 };
	for (i = 0; i < n; i++) {
		transform(1);
		transform(-1);
		for (j = 0; j < LEN; j++) {
			data[j].re /= LEN;
			data[j].im /= LEN;
		}
		sum = mix_float(sum, data[i % LEN].re);
	}
	return sum;
}
