// SPDX-License-Identifier: GPL-2.0-only
/*
 * stack.c - the stack limit of a guest on the current kernel stack.
 *
 * Softirqs run on the interrupt stack of their CPU or on a task's stack.  Below the limit there is
 * always room for a host function, a fault and the interrupts on top of them.  A guest gets what it
 * is promised, or nothing: then it stops before its first instruction.  On any other stack, it gets
 * little.
 */
#include <linux/export.h>
#include <linux/sched/task_stack.h>
#include <linux/thread_info.h>

#include <asm/asm.h>
#include <asm/page.h>

#include "run/store.h"
#include "cpu.h"
#include "enter.h"

#define RESERVE_BYTES (5 * 1024)
#define PROMISED_BYTES 4096u
#define UNKNOWN_STACK_BYTES 1024

u64 kwasm_stack_limit(u32 bytes)
{
	unsigned long sp = current_stack_pointer;
	unsigned long bottom = kwasm_cpu_irq_stack_top() - IRQ_STACK_SIZE;
	unsigned long room;

	if (sp - bottom >= IRQ_STACK_SIZE) {
		bottom = (unsigned long)task_stack_page(current);
		if (sp - bottom >= THREAD_SIZE)
			return sp - min_t(u32, bytes, UNKNOWN_STACK_BYTES);
	}
	if (sp - bottom <= RESERVE_BYTES)
		return U64_MAX;
	room = sp - bottom - RESERVE_BYTES;
	if (room < min(bytes, PROMISED_BYTES))
		return U64_MAX;
	return sp - min_t(unsigned long, room, bytes);
}

/*
 * The stack limit of the last outermost entry still fits: it leaves between 4 KiB and the default
 * budget, with some slack for the frames in between.  Contexts are mostly entered on the same stack
 * of the same CPU, so this is the common case.  Two stacks are never so close that the limit of one
 * fits the other.
 */
static bool stack_limit_fits(const struct kwasm_ctx *ctx, u64 rsp)
{
	return rsp - ctx->stack_limit - PROMISED_BYTES <= 4096 + 512;
}

void kwasm_stack_moved(struct kwasm_ctx *ctx, u64 rsp)
{
	if (!stack_limit_fits(ctx, rsp))
		kwasm_store_measure_stack(ctx->instance->store);
	ctx->saved_sp = rsp - sizeof(u64);
	ctx->checked_sp = rsp;
}
EXPORT_SYMBOL_GPL(kwasm_stack_moved);
