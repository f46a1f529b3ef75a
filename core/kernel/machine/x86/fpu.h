/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fpu.h - the vector registers for guests with floats that are not preempted.
 *
 * Normally a kernel_fpu_begin() section.  A softirq that interrupted such a section must not open a
 * second one: there the registers that guests use, the SSE ones without the upper halves of AVX,
 * and MXCSR are saved and restored manually.  Threads: thread.h.
 */
#ifndef KWASM_KERNEL_FPU_H
#define KWASM_KERNEL_FPU_H

#include "run/ctx.h"

/**
 * kwasm_fpu_run() - kwasm_run_enter() with the FPU.
 * @ctx: context of the guest
 * @code: its handler
 *
 * Context: softirq, or BH off; interrupts on.
 * Return: as kwasm_run_enter().
 */
u64 kwasm_fpu_run(struct kwasm_ctx *ctx, const void *code);

/**
 * kwasm_fpu_enter() - kwasm_enter() with the FPU.
 *
 * Parameters and return value as for kwasm_enter(), context as for kwasm_fpu_run().
 */
u32 kwasm_fpu_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values);

/** kwasm_fpu_begin() - kernel_fpu_begin() for a thread that runs guests with floats. */
void kwasm_fpu_begin(void);
void kwasm_fpu_end(void);

/**
 * kwasm_fpu_pause() - leave the section of kwasm_fpu_begin() while @fn runs, which may sleep.
 *
 * The registers are the same afterwards.
 */
void kwasm_fpu_pause(void (*fn)(void));

#endif /* KWASM_KERNEL_FPU_H */
