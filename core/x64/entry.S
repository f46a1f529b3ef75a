/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.S - the door between C and compiled code.
 *
 * kwasm_enter() saves what C wants back and what a trap has to restore, and chains the stack
 * pointer of the entry around it.  kwasm_leave is the way out from anywhere in compiled code:
 * from a trap stub, or by redirection from a fault or a timer.  It must therefore depend on
 * nothing but the context register, and be a legal target of an indirect branch.  The direction
 * flag is clear there: no compiled code sets it.
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
#define SYM_INNER_LABEL(name, linkage) .globl name; name:
#define ENDBR endbr64
#define RET ret
#define UNWIND_HINT_SAVE
#define UNWIND_HINT_RESTORE
	.section .note.GNU-stack, "", @progbits
.macro CALL_NOSPEC reg
	call	*%\reg
.endm
#endif

	.text

/* u32 kwasm_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values) */
SYM_FUNC_START(kwasm_enter)
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	X64_CTX_SAVED_RSP(%rdi)
	mov	%rdi, %r15
	mov	X64_CTX_MEM_BASE(%rdi), %r14
	mov	%rdx, %rbx
	mov	%rsp, X64_CTX_SAVED_RSP(%rdi)
	CALL_NOSPEC rsi
.Lout:
	UNWIND_HINT_SAVE
	pop	X64_CTX_SAVED_RSP(%r15)
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET

SYM_INNER_LABEL(kwasm_leave, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR
	mov	X64_CTX_SAVED_RSP(%r15), %rsp
	mov	X64_CTX_TRAP(%r15), %eax
	jmp	.Lout
SYM_FUNC_END(kwasm_enter)
