/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - the kernel side's interface to linear memories beyond env.h.
 */
#ifndef KWASM_KERNEL_MEMORY_H
#define KWASM_KERNEL_MEMORY_H

#include "env.h"

/**
 * struct kwasm_linear_usage - total of all linear memories
 * @memories: reservations
 * @pages: backed WebAssembly pages
 */
struct kwasm_linear_usage {
	u64 memories;
	u64 pages;
};

/** kwasm_linear_usage_get() - current use and the ceilings on it; any context. */
void kwasm_linear_usage_get(struct kwasm_linear_usage *used, struct kwasm_linear_usage *max);

#endif /* KWASM_KERNEL_MEMORY_H */
