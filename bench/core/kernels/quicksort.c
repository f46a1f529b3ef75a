// SPDX-License-Identifier: GPL-2.0-only
/* quicksort.c - sort 32-bit keys: partition by the median of three, insertion sort at the end. */
#include "../kernel.h"

#define LEN 20000

static int32_t keys[LEN];

static void swap(int32_t *a, int32_t *b)
{
	int32_t t = *a;

	*a = *b;
	*b = t;
}

static void insertion(int32_t *a, int32_t len)
{
	int32_t i, j, v;

	for (i = 1; i < len; i++) {
		v = a[i];
		for (j = i; j > 0 && a[j - 1] > v; j--)
			a[j] = a[j - 1];
		a[j] = v;
	}
}

static NOINLINE void sort(int32_t *a, int32_t len)
{
	while (len > 12) {
		int32_t i = 0, j = len - 1, pivot;

		if (a[len / 2] < a[0])
			swap(&a[len / 2], &a[0]);
		if (a[j] < a[0])
			swap(&a[j], &a[0]);
		if (a[j] < a[len / 2])
			swap(&a[j], &a[len / 2]);
		pivot = a[len / 2];
		for (;;) {
			while (a[i] < pivot)
				i++;
			while (a[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap(&a[i++], &a[j--]);
		}
		sort(a, j + 1);
		a += j + 1;
		len -= j + 1;
	}
	insertion(a, len);
}

KERNEL(n)
{
	uint32_t seed = 9, sum = 0, i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < LEN; j++)
			keys[j] = (int32_t)(next_random(&seed) << 7);
		sort(keys, LEN);
		for (j = 0; j < LEN; j += 97)
			sum = sum * 31 + (uint32_t)keys[j];
	}
	return sum;
}
