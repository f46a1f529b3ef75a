/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yield.S - how a guest in a thread yields the CPU, see thread.h.
 *
 * The timer redirects it here from any instruction, so every register and flag is preserved and
 * nothing below the stack pointer is used.  The saved state has the layout of an interrupt frame:
 * stack traces pass through, and iretq returns without a branch and without changing the flags.
 */
#include <linux/linkage.h>
#include <asm/ibt.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>

#include "x64/entry.h"

	.text

SYM_CODE_START(kwasm_yield)
	UNWIND_HINT_FUNC
	ENDBR
	push	$__KERNEL_DS
	push	%rsp
	pushfq
	addq	$8, 8(%rsp)
	push	$__KERNEL_CS
	push	X64_CTX_RESUME(%r15)
	UNWIND_HINT_IRET_REGS
	push	$-1
	push	%rdi
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	UNWIND_HINT_REGS
	cld
	mov	%r15, %rdi
	call	kwasm_thread_yield
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
	add	$8, %rsp
	UNWIND_HINT_IRET_REGS
	iretq
SYM_CODE_END(kwasm_yield)
