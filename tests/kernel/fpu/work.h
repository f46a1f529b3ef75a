/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * work.h - arithmetic whose result shows any disturbance of a vector register, of MXCSR or of a
 * flag: chaotic sequences in which no bit is ever forgotten.
 *
 * The same source is compiled for processes and for guests.  Each operation is one of IEEE 754, so
 * both have to agree to the last bit.
 */
#ifndef KWASM_TESTS_FPU_WORK_H
#define KWASM_TESTS_FPU_WORK_H

#include <stdint.h>

/* The logistic map, its value between 0 and 1. */
#define STEP(x, k) ((x) = (k) * (x) * (1.0 - (x)))

static inline uint64_t mix(uint64_t hash, double x)
{
	uint64_t bits;

	__builtin_memcpy(&bits, &x, sizeof(bits));
	hash = (hash ^ bits) * 0x9e3779b97f4a7c15;
	return hash << 23 | hash >> 41;
}

/* @rounds steps of twelve sequences from @seed, @nap between two of them. */
static inline uint64_t work(uint32_t rounds, uint32_t seed, void (*nap)(void))
{
	double a = 1.0 / (seed + 2), b = 1.0 / (seed + 3), c = 1.0 / (seed + 5);
	double d = 1.0 / (seed + 7), e = 1.0 / (seed + 11), f = 1.0 / (seed + 13);
	double g = 1.0 / (seed + 17), h = 1.0 / (seed + 19), i = 1.0 / (seed + 23);
	float p = 1.0f / (seed + 29), q = 0.0f;
	uint64_t hash = seed;

	for (uint32_t n = 0; n < rounds; n++) {
		STEP(a, 3.99);
		STEP(b, 3.98);
		STEP(c, 3.97);
		STEP(d, 3.96);
		STEP(e, 3.95);
		STEP(f, 3.94);
		STEP(g, 3.93);
		STEP(h, 3.92);
		STEP(i, 3.91);
		p = 3.9f * p * (1.0f - p);
		q += p / (float)(1.5 + a);
		hash = mix(hash, __builtin_sqrt(a * b + c) / (d + 0.5));
		if (e < f)
			hash += (uint64_t)(int64_t)(g * 1e15);
		if (h < i)
			hash ^= (uint32_t)(int32_t)(q * 16);
		if (n == rounds / 2 && nap)
			nap();
	}
	hash = mix(mix(mix(mix(hash, a), b), c), d);
	hash = mix(mix(mix(mix(hash, e), f), g), h);
	return mix(mix(mix(hash, i), p), q);
}

#endif /* KWASM_TESTS_FPU_WORK_H */
