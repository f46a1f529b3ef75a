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

LIMIT(max_module_bytes, uint, 16 << 20, "largest WebAssembly binary in bytes");
LIMIT(max_functions, uint, 100000, "functions of one module");
LIMIT(max_function_bytes, uint, 1 << 20, "size of one function's body in bytes");
LIMIT(max_locals, uint, 4 << 20, "locals of all functions of one module together");
LIMIT(max_memory_pages, uint, 1024, "64 KiB pages of one instance's memory");
LIMIT(max_table_elems, uint, 1 << 20, "elements of one table");
LIMIT(max_code_bytes, uint, 32 << 20, "machine code of one program in bytes");
LIMIT(max_stack_bytes, uint, 8 << 10, "machine stack of one invocation in bytes");
LIMIT(max_programs, uint, 256, "programs of one network namespace");
LIMIT(max_attachments, uint, 1024, "attachments of one network namespace");
LIMIT(time_limit_us, uint, 1000, "time limit of one packet in microseconds (times time_scale)");
LIMIT(max_time_limit_us, uint, 100000, "longest time limit of one packet a program may be given");
LIMIT(call_limit_ms, uint, 1000, "time limit of a start function (times time_scale)");
LIMIT(invoke_limit_ms, uint, 10000, "time limit of kwasmctl invoke --kernel (times time_scale)");
LIMIT(compile_limit_ms, uint, 10000, "time limit of compiling one program (times time_scale)");
LIMIT(compile_memory_mb, uint, 256, "memory for compiling one function in MiB");

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
