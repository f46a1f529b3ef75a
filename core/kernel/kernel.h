/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - the parts of kwasm.ko that main.c starts and stops, in the order of its list.
 *
 * An init function returns 0, or -errno after logging one line with the reason; an exit function
 * undoes it.  All of them run in process context and may sleep.
 */
#ifndef KWASM_KERNEL_KERNEL_H
#define KWASM_KERNEL_KERNEL_H

#include <linux/types.h>

int kwasm_accounts_init(void);
int kwasm_symbols_init(void);
int kwasm_cpu_init(void);

/* Labels in fault.c: the instruction that faults deliberately, and the hook's target for it. */
extern const char kwasm_fault_probe[];
extern const char kwasm_fault_probe_hooked[];

int kwasm_fault_init(void);
void kwasm_fault_exit(void);

/* Is the fault hook in use?  Otherwise each text has an exception table.  Decided at load. */
bool kwasm_fault_is_hooked(void);

int kwasm_watchdog_init(void);
void kwasm_watchdog_exit(void);

#endif /* KWASM_KERNEL_KERNEL_H */
