// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits.c - module parameters that bound what programs may use.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/time64.h>

#include "limits.h"

#define LIMIT(name, type, value, text)		\
	static type name = value;		\
	module_param(name, type, 0644);		\
	MODULE_PARM_DESC(name, text)

LIMIT(max_module_bytes, uint, 16 << 20, "maximum size of a WebAssembly binary in bytes");
LIMIT(max_functions, uint, 100000, "maximum number of functions in a module");
LIMIT(max_function_bytes, uint, 1 << 20, "maximum size of a function body in bytes");
LIMIT(max_locals, uint, 4 << 20, "maximum number of locals in all functions of a module");
LIMIT(max_memory_pages, uint, 1024, "maximum memory of an instance in 64 KiB pages");
LIMIT(max_table_elems, uint, 1 << 20, "maximum number of elements in a table");
LIMIT(max_code_bytes, uint, 32 << 20, "maximum size of a program's machine code in bytes");
LIMIT(max_stack_bytes, uint, 8 << 10, "maximum machine stack of an invocation in bytes");
LIMIT(max_programs, uint, 256, "maximum number of programs in a network namespace");
LIMIT(max_attachments, uint, 1024, "maximum number of attachments in a network namespace");
LIMIT(max_loads, uint, 16, "maximum number of programs compiled or invoked at the same time; others wait");
LIMIT(time_limit_us, uint, 1000, "default time limit per packet in microseconds (times time_scale)");
LIMIT(max_time_limit_us, uint, 100000, "maximum time limit per packet in microseconds");
LIMIT(call_limit_ms, uint, 1000, "time limit of all start functions of a program together, in milliseconds (times time_scale)");
LIMIT(invoke_limit_ms, uint, 10000, "time limit of kwasmctl invoke --kernel in milliseconds (times time_scale)");
LIMIT(compile_limit_ms, uint, 10000, "time limit for compiling a program in milliseconds (times time_scale)");
LIMIT(compile_memory_mb, uint, 256, "maximum memory for compiling a function in MiB");

void kwasm_limits_get(struct kwasm_limits *limits)
{
	*limits = kwasm_limits_default;
	limits->module_bytes = max_module_bytes;
	limits->functions = max_functions;
	limits->function_bytes = max_function_bytes;
	limits->module_locals = max_locals;
	limits->memory_pages = min(max_memory_pages, 65536u);
	limits->table_elems = max_table_elems;
	limits->code_bytes = max_code_bytes;
	limits->stack_bytes = max_stack_bytes;
	limits->call_ms = call_limit_ms;
}

u64 kwasm_limit_time_ns(void)
{
	return time_limit_us * (u64)NSEC_PER_USEC;
}

u64 kwasm_limit_time_max_ns(void)
{
	return max_time_limit_us * (u64)NSEC_PER_USEC;
}

u64 kwasm_limit_invoke_ns(void)
{
	return invoke_limit_ms * (u64)NSEC_PER_MSEC;
}

u64 kwasm_limit_compile_ns(void)
{
	return compile_limit_ms * (u64)NSEC_PER_MSEC;
}

size_t kwasm_limit_compile_bytes(void)
{
	return (size_t)compile_memory_mb << 20;
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
