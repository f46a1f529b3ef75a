/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * enter.h - the bare entry into a guest, to be compiled into its caller.
 *
 * kwasm_enter() keeps all registers on its stack; this one lets the compiler say which count.
 */
#ifndef KWASM_KERNEL_ENTER_H
#define KWASM_KERNEL_ENTER_H

#include <asm/asm.h>
#include <asm/nospec-branch.h>

#include "run/ctx.h"

/*
 * Called from kwasm_run_enter() if the stack pointer differs from the last entry; else the limit
 * and ctx->saved_sp are right, since other entries restore them.
 */
void kwasm_stack_moved(struct kwasm_ctx *ctx, u64 rsp);

/*
 * Call a function without parameters in @ctx.  Compiled code preserves rbx, rbp, r12 and r13 when
 * it returns; kwasm_leave, its way out by a trap, restores them from ctx->saved.
 * Return: the function's i32, or the trap in the upper half.
 */
static __always_inline u64 kwasm_run_enter(struct kwasm_ctx **ctx, const void *code)
{
	register struct kwasm_ctx *r15 asm("r15") = *ctx;
	u64 ret;

	asm volatile("movq	%%rbx, %c[rbx](%%r15)\n\t"
		     "movq	%%rbp, %c[rbp](%%r15)\n\t"
		     "movq	%%r12, %c[r12](%%r15)\n\t"
		     "movq	%%r13, %c[r13](%%r15)\n\t"
		     "cmpq	%%rsp, %c[checked](%%r15)\n\t"
		     "je	.Lchecked%=\n\t"
		     "movq	%%r15, %%rdi\n\t"
		     "pushq	%%rsi\n\t"
		     "leaq	8(%%rsp), %%rsi\n\t"
		     "call	kwasm_stack_moved\n\t"
		     "popq	%%rsi\n"
		     ".Lchecked%=:\n\t"
		     "movq	%c[base](%%r15), %%r14\n\t"
		     CALL_NOSPEC
		     : "=&a" (ret), "+r" (r15), [thunk_target] "+S" (code), ASM_CALL_CONSTRAINT
		     : [rbx] "i" (offsetof(struct kwasm_ctx, saved[0])),
		       [rbp] "i" (offsetof(struct kwasm_ctx, saved[1])),
		       [r12] "i" (offsetof(struct kwasm_ctx, saved[2])),
		       [r13] "i" (offsetof(struct kwasm_ctx, saved[3])),
		       [base] "i" (offsetof(struct kwasm_ctx, mem_base)),
		       [checked] "i" (offsetof(struct kwasm_ctx, checked_sp))
		     : "rcx", "rdx", "rdi", "r8", "r9", "r10", "r11", "r14", "memory", "cc");
	*ctx = r15;	/* the same, but the compiler need not keep it elsewhere */
	return ret;
}

#endif /* KWASM_KERNEL_ENTER_H */
