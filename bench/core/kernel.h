/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - the header of every benchmark kernel.
 *
 * A kernel is one file that defines KERNEL(n): n units of work, returning a checksum of all
 * results.  It uses only the compiler's library, does not allocate, keeps its data in static
 * arrays, and returns the same checksum for the same n.
 */
#ifndef KWASM_BENCH_KERNEL_H
#define KWASM_BENCH_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* The native build holds all kernels in one program: RUN is another name for each. */
#ifdef __wasm__
#define KERNEL(n) __attribute__((__export_name__("run"))) uint32_t run(uint32_t n)
#else
#define KERNEL(n) uint32_t RUN(uint32_t n); uint32_t RUN(uint32_t n)
#endif

#define NOINLINE __attribute__((__noinline__))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Inputs: a linear congruential generator, the upper bits. */
static inline uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static inline void fill_random(uint8_t *p, size_t len, uint32_t seed)
{
	while (len--)
		*p++ = (uint8_t)next_random(&seed);
}

static inline uint32_t rotl32(uint32_t v, int by)
{
	return v << by | v >> (32 - by);
}

static inline uint64_t rotl64(uint64_t v, int by)
{
	return v << by | v >> (64 - by);
}

/* A float counts with all of its bits. */
static inline uint32_t mix_double(uint32_t sum, double v)
{
	uint64_t bits;

	__builtin_memcpy(&bits, &v, sizeof(bits));
	return (sum ^ (uint32_t)bits ^ (uint32_t)(bits >> 32)) * 16777619u;
}

static inline uint32_t mix_float(uint32_t sum, float v)
{
	uint32_t bits;

	__builtin_memcpy(&bits, &v, sizeof(bits));
	return (sum ^ bits) * 16777619u;
}

#endif /* KWASM_BENCH_KERNEL_H */
