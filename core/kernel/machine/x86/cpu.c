// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpu.c - what the kernel knows of the processor: features, thunks, interrupt stacks, the clock.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/static_call.h>

#include <asm/cpufeature.h>
#include <asm/nospec-branch.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#include "x64/cpu.h"
#include "cpu.h"
#include "kernel/compat.h"
#include "kernel/kernel.h"
#include "kernel/machine/symbols.h"

/* The headers hide it from modules. */
u8 *its_static_thunk(int reg);

DEFINE_STATIC_CALL_NULL(kwasm_its_static_thunk, its_static_thunk);

/* Symbols that not every kernel has, 0 for those; written once by kwasm_cpu_init(). */
static struct {
	unsigned long x86_return_thunk;
	unsigned long its_static_thunk;
	unsigned long hardirq_stack_ptr;
} sym __ro_after_init;

int __init kwasm_cpu_init(void)
{
	sym.x86_return_thunk = kwasm_sym_lookup("x86_return_thunk");
	sym.its_static_thunk = kwasm_sym_lookup("its_static_thunk");
	sym.hardirq_stack_ptr = kwasm_sym_lookup("hardirq_stack_ptr");
	if (sym.its_static_thunk)
		static_call_update(kwasm_its_static_thunk, (void *)sym.its_static_thunk);
	return 0;
}

u32 x64_cpu_features(void)
{
	u32 features = 0;

	if (boot_cpu_has(X86_FEATURE_ABM))
		features |= X64_CPU_LZCNT;
	if (boot_cpu_has(X86_FEATURE_BMI1))
		features |= X64_CPU_BMI1;
	if (boot_cpu_has(X86_FEATURE_BMI2))
		features |= X64_CPU_BMI2;
	if (boot_cpu_has(X86_FEATURE_POPCNT))
		features |= X64_CPU_POPCNT;
	if (boot_cpu_has(X86_FEATURE_XMM4_1))
		features |= X64_CPU_SSE41;
	return features;
}

unsigned long kwasm_cpu_irq_stack_top(void)
{
	/* Its location is in a variable that is exported, or in one that is looked up. */
#if KWASM_HAVE_PCPU_HOT
	unsigned long tos = (unsigned long)this_cpu_read(pcpu_hot.hardirq_stack_ptr);
#else
	unsigned long __percpu *ptr = (unsigned long __percpu *)sym.hardirq_stack_ptr;
	unsigned long tos = ptr ? this_cpu_read(*ptr) : 0;
#endif

	/* The kernel stores the address of the topmost word. */
	return tos ? tos + sizeof(long) : 0;
}

u64 kwasm_cycles_to_ns(u64 cycles)
{
	return tsc_khz ? mul_u64_u64_div_u64(cycles, 1000000, tsc_khz) : 0;
}

const void *x64_cpu_return_thunk(void)
{
	if (!cpu_feature_enabled(X86_FEATURE_RETHUNK) || !sym.x86_return_thunk)
		return NULL;
	return READ_ONCE(*(const void **)sym.x86_return_thunk);
}
EXPORT_SYMBOL_GPL(x64_cpu_return_thunk);

const void *x64_cpu_indirect_thunk(unsigned int reg)
{
#ifdef CONFIG_RETPOLINE
#define KWASM_RETPOLINE 1
#elif defined(CONFIG_MITIGATION_RETPOLINE)
#define KWASM_RETPOLINE 1
#endif
#ifdef KWASM_RETPOLINE
#define GEN(reg) [KWASM_REG_##reg] = __x86_indirect_thunk_##reg,
	enum {
		KWASM_REG_rax, KWASM_REG_rcx, KWASM_REG_rdx, KWASM_REG_rbx, KWASM_REG_rsp,
		KWASM_REG_rbp, KWASM_REG_rsi, KWASM_REG_rdi, KWASM_REG_r8, KWASM_REG_r9,
		KWASM_REG_r10, KWASM_REG_r11, KWASM_REG_r12, KWASM_REG_r13, KWASM_REG_r14,
		KWASM_REG_r15,
	};
	static const void *const thunks[] = {
#include <asm/GEN-for-each-reg.h>
	};
#undef GEN

	if (reg >= ARRAY_SIZE(thunks))
		return NULL;
#ifdef X86_FEATURE_INDIRECT_THUNK_ITS
	if (cpu_feature_enabled(X86_FEATURE_INDIRECT_THUNK_ITS) && sym.its_static_thunk)
		return static_call(kwasm_its_static_thunk)(reg);
#endif
	/* The thunks are patched at boot according to the CPU. */
	if (cpu_feature_enabled(X86_FEATURE_RETPOLINE) ||
	    cpu_feature_enabled(X86_FEATURE_RETPOLINE_LFENCE))
		return thunks[reg];
#endif
	return NULL;
}
EXPORT_SYMBOL_GPL(x64_cpu_indirect_thunk);
