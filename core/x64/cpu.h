/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.h - what code generation for x86-64 needs from its environment beyond env.h.
 *
 * Implemented in core/kernel/machine/x86/ and core/user/.  Any context.
 */
#ifndef KWASM_X64_CPU_H
#define KWASM_X64_CPU_H

#include "env.h"

/* CPU features that affect the emitted code; detected once at load. */
enum x64_cpu_feature {
	X64_CPU_LZCNT = 1 << 0,
	X64_CPU_BMI1 = 1 << 1,	/* tzcnt */
	X64_CPU_BMI2 = 1 << 2,
	X64_CPU_POPCNT = 1 << 3,
	X64_CPU_SSE41 = 1 << 4,
};

/** x64_cpu_features() - the set of enum x64_cpu_feature of this CPU. */
u32 x64_cpu_features(void);

/**
 * x64_cpu_return_thunk() - target of the jump that compiled functions use instead of a plain ret.
 *
 * Return: the running kernel's return thunk, or NULL if `ret; int3` is right.
 */
const void *x64_cpu_return_thunk(void);

/**
 * x64_cpu_indirect_thunk() - replacement of `jmp *reg` and (called) `call *reg`.
 * @reg: register number
 *
 * Return: the kernel's retpoline for @reg, or NULL if the plain instruction is right.
 */
const void *x64_cpu_indirect_thunk(unsigned int reg);

#endif /* KWASM_X64_CPU_H */
