// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits.c - module parameters that bound what programs may use.
 */
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/time64.h>

#include "limits.h"

/* Those of a module: max_<name>. */
#define LIMIT(name, user, kernel, text)			\
	static uint max_##name = kernel;		\
	module_param(max_##name, uint, 0644);		\
	MODULE_PARM_DESC(max_##name, "maximum " text);
#include "limits.def"
#undef LIMIT

#define LIMIT(name, type, value, text)		\
	static type name = value;		\
	module_param(name, type, 0644);		\
	MODULE_PARM_DESC(name, text)

LIMIT(max_programs, uint, 256, "maximum number of programs in a network namespace");
LIMIT(max_attachments, uint, 1024, "maximum number of attachments in a network namespace");
LIMIT(max_loads, uint, 16, "maximum number of programs compiled or invoked at the same time; others wait");
LIMIT(time_limit_us, uint, 1000, "default time limit per packet in microseconds (times time_scale)");
LIMIT(max_time_limit_us, uint, 100000, "maximum time limit per packet in microseconds");
LIMIT(call_limit_ms, uint, 1000, "time limit of all start functions of a program together, in milliseconds (times time_scale)");
LIMIT(invoke_limit_ms, uint, 10000, "time limit of kwasmctl invoke --kernel in milliseconds (times time_scale)");
LIMIT(compile_limit_ms, uint, 10000, "time limit for compiling a program in milliseconds (times time_scale)");
LIMIT(program_mb, uint, 0, "default limit of all memory of a program in MiB (0 at load: 256, or 16 for each CPU if that is more)");
LIMIT(max_program_mb, uint, 4096, "maximum of all memory of a program that may be asked for, in MiB");

#undef LIMIT

void kwasm_limits_get(struct kwasm_limits *limits)
{
	*limits = (struct kwasm_limits){
#define LIMIT(name, user, kernel, text) .name = READ_ONCE(max_##name),
#include "limits.def"
#undef LIMIT
	};
	limits->memory_pages = min(limits->memory_pages, 65536u);
	limits->call_ms = call_limit_ms;
}

/* Instances are per CPU, and so is most of what they take. */
int __init kwasm_limits_init(void)
{
	if (!program_mb)
		program_mb = max(256u, 16 * num_possible_cpus());
	return 0;
}

u64 kwasm_limit_program_bytes(void)
{
	return (u64)program_mb << 20;
}

u64 kwasm_limit_program_bytes_max(void)
{
	return (u64)max_program_mb << 20;
}

u64 kwasm_limit_time_ns(void)
{
	return time_limit_us * (u64)NSEC_PER_USEC;
}

u64 kwasm_limit_time_max_ns(void)
{
	return max_time_limit_us * (u64)NSEC_PER_USEC;
}

u64 kwasm_limit_memory_bytes(void)
{
	return min(max_memory_pages, 65536u) * (u64)KWASM_PAGE_SIZE;
}

u64 kwasm_limit_invoke_ns(void)
{
	return invoke_limit_ms * (u64)NSEC_PER_MSEC;
}

u64 kwasm_limit_compile_ns(void)
{
	return compile_limit_ms * (u64)NSEC_PER_MSEC;
}

u32 kwasm_limit_programs(void)
{
	return max_programs;
}

u32 kwasm_limit_attachments(void)
{
	return max_attachments;
}

u32 kwasm_limit_loads(void)
{
	return max(READ_ONCE(max_loads), 1u);
}
