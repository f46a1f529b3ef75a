// SPDX-License-Identifier: GPL-2.0-only
/*
 * fpu.c - the vector registers for guests with floats that are not preempted.
 *
 * Guarantees: the interrupted context finds its registers unchanged, and each guest starts with the
 * rounding mode and exception masks that WebAssembly requires. kernel_fpu_begin() does so itself.
 */
#include <asm/fpu/api.h>

#include "fpu.h"
#include "enter.h"
#include "kernel/machine/invocation.h"

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

/* All exceptions masked, round to nearest, denormals preserved. */
static void load_default_mxcsr(void)
{
	u32 mxcsr = 0x1f80;

	asm volatile("ldmxcsr %0" : : "m" (mxcsr));
}

/* Separate functions, so that only callers that need the area pay for it. */
static noinline u64 run_saved(struct kwasm_ctx *ctx, const void *code)
{
	KWASM_FPU_AREA(area);
	u64 result;

	this_cpu_inc(kwasm_cpu.fpu_saves);
	kwasm_fpu_save(area);
	load_default_mxcsr();
	result = kwasm_run_enter(&ctx, code);
	kwasm_fpu_restore(area);
	return result;
}

static noinline u32 enter_saved(struct kwasm_ctx *ctx, const void *enter, u64 *values)
{
	KWASM_FPU_AREA(area);
	u32 trap;

	this_cpu_inc(kwasm_cpu.fpu_saves);
	kwasm_fpu_save(area);
	load_default_mxcsr();
	trap = kwasm_enter(ctx, enter, values);
	kwasm_fpu_restore(area);
	return trap;
}

u64 kwasm_fpu_run(struct kwasm_ctx *ctx, const void *code)
{
	u64 result;

	if (unlikely(!irq_fpu_usable()))
		return run_saved(ctx, code);
	this_cpu_inc(kwasm_cpu.fpu_sections);
	kernel_fpu_begin();
	result = kwasm_run_enter(&ctx, code);
	kernel_fpu_end();
	return result;
}

u32 kwasm_fpu_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values)
{
	u32 trap;

	if (unlikely(!irq_fpu_usable()))
		return enter_saved(ctx, enter, values);
	this_cpu_inc(kwasm_cpu.fpu_sections);
	kernel_fpu_begin();
	trap = kwasm_enter(ctx, enter, values);
	kernel_fpu_end();
	return trap;
}

void kwasm_fpu_begin(void)
{
	kernel_fpu_begin();
}

void kwasm_fpu_end(void)
{
	kernel_fpu_end();
}

void kwasm_fpu_pause(void (*fn)(void))
{
	KWASM_FPU_AREA(area);

	kwasm_fpu_save(area);
	kernel_fpu_end();
	fn();
	kernel_fpu_begin();
	kwasm_fpu_restore(area);
}
