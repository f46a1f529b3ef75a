/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generate.h - random valid modules that end.
 *
 * A module imports nothing and exports functions without parameters, named "0", "1", ... in the
 * order in which they are to be called: calls of random functions with constant operands, and after
 * each function's calls one that sums up globals, tables and memory.  They return i32 and i64 only,
 * and no bit of a result depends on the payload or sign of a NaN, so that every engine that follows
 * the specification gives the same.
 */
#ifndef KWASM_TESTS_GENERATE_H
#define KWASM_TESTS_GENERATE_H

#include <stdbool.h>

#include "../unit/wasm_build.h"

/**
 * struct generate_opts - options for modules
 * @floats: floating-point instructions too
 * @funcs: random functions
 * @calls: calls of each
 */
struct generate_opts {
	bool floats;
	uint32_t funcs;
	uint32_t calls;
};

/* Write the module of @seed to @out, which is empty; returns the number of its exports. */
uint32_t generate_module(uint64_t seed, const struct generate_opts *opts, struct bytes *out);

#endif /* KWASM_TESTS_GENERATE_H */
