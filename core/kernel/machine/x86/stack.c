// SPDX-License-Identifier: GPL-2.0-only
/*
 * stack.c - the stack limit of a guest on the current kernel stack.
 *
 * Softirqs run on the interrupt stack of their CPU or on a task's stack.  Below the limit there is
 * always room for a host function, a fault and the interrupts on top of them.  On any other stack,
 * a guest gets little.
 */
#include <linux/sched/task_stack.h>
#include <linux/thread_info.h>

#include <asm/asm.h>
#include <asm/page.h>

#include "env.h"
#include "kernel/machine/symbols.h"

#define RESERVE_BYTES (5 * 1024)
#define UNKNOWN_STACK_BYTES 1024

u64 kwasm_stack_limit(u32 bytes)
{
	unsigned long sp = current_stack_pointer;
	unsigned long bottom = kwasm_sym_irq_stack_top() - IRQ_STACK_SIZE;

	if (sp - bottom >= IRQ_STACK_SIZE) {
		bottom = (unsigned long)task_stack_page(current);
		if (sp - bottom >= THREAD_SIZE)
			return sp - min_t(u32, bytes, UNKNOWN_STACK_BYTES);
	}
	if (sp - bottom <= RESERVE_BYTES)
		return U64_MAX;
	return max(sp - bytes, bottom + RESERVE_BYTES);
}
