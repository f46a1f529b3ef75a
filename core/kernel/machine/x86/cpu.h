/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.h - the clock of the processor, and what kwasm.ko asks the kernel about it.
 */
#ifndef KWASM_KERNEL_CPU_H
#define KWASM_KERNEL_CPU_H

#include <linux/timex.h>
#include <linux/types.h>

/* The cycle counter, get_cycles(), modulo 2^32.  rdtsc clears the upper half of the register. */
static __always_inline u64 kwasm_cycles_low(void)
{
	u64 low;

	asm volatile("rdtsc" : "=a" (low) : : "rdx");
	return low;
}

/** kwasm_cycles_to_ns() - cycles of get_cycles() in nanoseconds, 0 if unknown; any context. */
u64 kwasm_cycles_to_ns(u64 cycles);

/** kwasm_cpu_irq_stack_top() - top of the interrupt stack of this CPU, 0 if unknown. */
unsigned long kwasm_cpu_irq_stack_top(void);

#endif /* KWASM_KERNEL_CPU_H */
