// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpu.c - the processor that compiled code runs on in user space.
 */
#include <cpuid.h>

#include "x64/cpu.h"

u32 x64_cpu_features(void)
{
	unsigned int a, b, c, d;
	u32 set = 0;

	if (__get_cpuid(1, &a, &b, &c, &d))
		set |= (c & bit_SSE4_1 ? X64_CPU_SSE41 : 0) |
		       (c & bit_POPCNT ? X64_CPU_POPCNT : 0);
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
		set |= (b & bit_BMI ? X64_CPU_BMI1 : 0) | (b & bit_BMI2 ? X64_CPU_BMI2 : 0);
	if (__get_cpuid(0x80000001, &a, &b, &c, &d))
		set |= c & bit_LZCNT ? X64_CPU_LZCNT : 0;
	return set;
}

/* Thunks are the kernel's: a process may return and branch plainly. */
const void *x64_cpu_return_thunk(void)
{
	return NULL;
}

const void *x64_cpu_indirect_thunk(unsigned int reg)
{
	return NULL;
}
