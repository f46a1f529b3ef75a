/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits.h - the module parameters that bound what programs may use.
 */
#ifndef KWASM_KERNEL_LIMITS_H
#define KWASM_KERNEL_LIMITS_H

#include "types.h"

/** kwasm_limits_get() - limits for a program loaded now, from the module's parameters. */
void kwasm_limits_get(struct kwasm_limits *limits);

int kwasm_limits_init(void);		/* defaults that depend on the machine */
u64 kwasm_limit_program_bytes(void);	/* default of all memory of a program */
u64 kwasm_limit_program_bytes_max(void);	/* maximum for a program */
u64 kwasm_limit_time_ns(void);		/* default time limit of one invocation */
u64 kwasm_limit_time_max_ns(void);	/* maximum for a program */
u64 kwasm_limit_memory_bytes(void);	/* maximum memory of an instance */
u64 kwasm_limit_invoke_ns(void);	/* of one call by request of the tool */
u64 kwasm_limit_compile_ns(void);	/* of compiling one module */
u32 kwasm_limit_programs(void);		/* programs of a namespace */
u32 kwasm_limit_attachments(void);	/* attachments of a namespace */
u32 kwasm_limit_loads(void);		/* programs compiled or invoked at the same time */

#endif /* KWASM_KERNEL_LIMITS_H */
