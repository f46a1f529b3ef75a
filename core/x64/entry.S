/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.S - transitions between C and compiled code.
 *
 * An entry stores the address of its call's return address in ctx->saved_sp, and calls.  The
 * callee returns with the upper half of rax zero.  kwasm_leave is the exit from anywhere in
 * compiled code: from a trap stub, or by redirection from a fault or a timer.  It returns to the
 * innermost entry with the trap in the upper half of rax and, for entries that saved them there,
 * the callee-saved registers of ctx->saved.  It therefore depends only on the context register, and
 * is a valid target of an indirect branch.  The direction flag is clear there: no compiled code
 * sets it.
 *
 * kwasm_enter() keeps all registers on its stack and chains the stack pointer of the entry around
 * it; core/kernel/machine/x86/enter.h has a shorter entry for packets.
 */
#include "entry.h"

#ifdef __KERNEL__
#include <linux/linkage.h>
#include <asm/ibt.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>
#else
#define SYM_FUNC_START(name) .globl name; .type name, @function; .balign 16; name:
#define SYM_FUNC_END(name) .size name, . - name
#define ENDBR endbr64
#define RET ret
#define UNWIND_HINT_FUNC
	.section .note.GNU-stack, "", @progbits
.macro CALL_NOSPEC reg
	call	*%\reg
.endm
#endif

	.text

/* u32 kwasm_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values) */
SYM_FUNC_START(kwasm_enter)
	ENDBR
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	X64_CTX_SAVED_RSP(%rdi)
	mov	%rdi, %r15
	mov	X64_CTX_MEM_BASE(%rdi), %r14
	mov	%rdx, %rbx
	lea	-8(%rsp), %rax
	mov	%rax, X64_CTX_SAVED_RSP(%rdi)
	CALL_NOSPEC rsi
	shr	$32, %rax
	pop	X64_CTX_SAVED_RSP(%r15)
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET
SYM_FUNC_END(kwasm_enter)

SYM_FUNC_START(kwasm_leave)
	ENDBR
	mov	X64_CTX_SAVED_RBX(%r15), %rbx
	mov	X64_CTX_SAVED_RBP(%r15), %rbp
	mov	X64_CTX_SAVED_R12(%r15), %r12
	mov	X64_CTX_SAVED_R13(%r15), %r13
	mov	X64_CTX_SAVED_RSP(%r15), %rsp
	UNWIND_HINT_FUNC
	mov	X64_CTX_TRAP(%r15), %eax
	shl	$32, %rax
	RET
SYM_FUNC_END(kwasm_leave)
