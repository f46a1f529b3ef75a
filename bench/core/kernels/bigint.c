// SPDX-License-Identifier: GPL-2.0-only
/* bigint.c - products of 1024-bit numbers in 32-bit limbs, and their reduction by a small one. */
#include "../kernel.h"

#define LIMBS 32u

static uint32_t a[LIMBS], b[LIMBS], product[2 * LIMBS];

static NOINLINE void multiply(void)
{
	uint32_t i, j;
	uint64_t carry;

	for (i = 0; i < 2 * LIMBS; i++)
		product[i] = 0;
	for (i = 0; i < LIMBS; i++) {
		carry = 0;
		for (j = 0; j < LIMBS; j++) {
			carry += (uint64_t)a[i] * b[j] + product[i + j];
			product[i + j] = (uint32_t)carry;
			carry >>= 32;
		}
		product[i + LIMBS] = (uint32_t)carry;
	}
}

static NOINLINE uint32_t modulo(uint32_t by)
{
	uint64_t rest = 0;
	uint32_t i;

	for (i = 2 * LIMBS; i--;)
		rest = (rest << 32 | product[i]) % by;
	return (uint32_t)rest;
}

KERNEL(n)
{
	uint32_t seed = 15, sum = 0, i;

	for (i = 0; i < LIMBS; i++) {
		a[i] = next_random(&seed) << 8 ^ i;
		b[i] = next_random(&seed) << 8 ^ ~i;
	}
	for (i = 0; i < n; i++) {
		multiply();
		a[i % LIMBS] ^= product[LIMBS];
		if (i % 8 == 0)
			sum = sum * 31 + modulo(1000003 + i);
	}
	return sum + product[2 * LIMBS - 1];
}
