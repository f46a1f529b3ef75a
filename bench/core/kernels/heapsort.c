// SPDX-License-Identifier: GPL-2.0-only
/* heapsort.c - sort records by a 64-bit key in a binary heap. */
#include "../kernel.h"

#define LEN 8192u

struct record {
	uint64_t key;
	uint32_t value;
};

static struct record heap[LEN];

static void sift(struct record *h, uint32_t at, uint32_t len)
{
	struct record r = h[at];
	uint32_t child;

	while ((child = 2 * at + 1) < len) {
		if (child + 1 < len && h[child].key < h[child + 1].key)
			child++;
		if (r.key >= h[child].key)
			break;
		h[at] = h[child];
		at = child;
	}
	h[at] = r;
}

static NOINLINE void sort(struct record *h, uint32_t len)
{
	struct record r;
	uint32_t i;

	for (i = len / 2; i--;)
		sift(h, i, len);
	for (i = len - 1; i; i--) {
		r = h[0];
		h[0] = h[i];
		h[i] = r;
		sift(h, 0, i);
	}
}

KERNEL(n)
{
	uint32_t seed = 10, sum = 0, i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < LEN; j++)
			heap[j] = (struct record){ (uint64_t)next_random(&seed) << 20 ^ j, j };
		sort(heap, LEN);
		for (j = 0; j < LEN; j += 61)
			sum = sum * 31 + heap[j].value;
	}
	return sum;
}
