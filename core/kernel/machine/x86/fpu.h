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

#define KWASM_FXSAVE_BYTES 512

/*
 * The area of kwasm_fpu_save() is KWASM_FXSAVE_BYTES at a multiple of 16.  The kernel's stack is
 * aligned to 8 only, so it is found in a larger array.
 */
#define KWASM_FPU_AREA(name)				\
	u8 name##_room[KWASM_FXSAVE_BYTES + 8];		\
	u8 *name = PTR_ALIGN(&name##_room[0], 16)

static __always_inline void kwasm_fpu_save(u8 *area)
{
	asm volatile("fxsave64 %0" : "=m" (*(u8 (*)[KWASM_FXSAVE_BYTES])area));
}

static __always_inline void kwasm_fpu_restore(const u8 *area)
{
	asm volatile("fxrstor64 %0" : : "m" (*(const u8 (*)[KWASM_FXSAVE_BYTES])area));
}

#endif /* KWASM_KERNEL_FPU_H */
