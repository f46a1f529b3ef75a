/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * main.h - the interface of an engine to main.c.
 */
#ifndef KWASM_BENCH_MAIN_H
#define KWASM_BENCH_MAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Call run(n) of the kernel @name once; false and a word on stderr when that is impossible. */
bool bench_run(const char *name, uint32_t n, uint32_t *sum);

/* Compile a module once and discard it; false if the engine does not compile. */
bool bench_compile(const uint8_t *bytes, size_t size);

/* Kernels of the ahead-of-time engines: one entry per kernel, terminated by a NULL name. */
struct bench_entry {
	const char *name;
	uint32_t (*run)(uint32_t n);
};

#endif /* KWASM_BENCH_MAIN_H */
