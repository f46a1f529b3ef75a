/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupted.h - guests that a timer interrupted, and how it sends them elsewhere.
 *
 * Context: hard interrupt, on the CPU of the guest.
 */
#ifndef KWASM_KERNEL_INTERRUPTED_H
#define KWASM_KERNEL_INTERRUPTED_H

#include <linux/ptrace.h>

#include <asm/irq_regs.h>

#include "run/ctx.h"
#include "kernel/machine/invocation.h"
#include "kernel/machine/text.h"
#include "kernel/machine/thread.h"
#include "x64/entry.h"

static_assert(offsetof(struct kwasm_ctx, env[KWASM_ENV_RESUME]) == X64_CTX_RESUME);

/**
 * kwasm_interrupted_guest() - context of the guest whose code was interrupted.
 * @regs: get_irq_regs(); NULL is allowed
 *
 * Return: NULL if something other than compiled code was interrupted, a host function included.
 */
static inline struct kwasm_ctx *kwasm_interrupted_guest(struct pt_regs *regs)
{
	if (!regs || user_mode(regs) || !kwasm_text_contains(regs->ip))
		return NULL;
	/* In sealed text the register always holds the context of the running instance. */
	return (struct kwasm_ctx *)regs->r15;
}

/** kwasm_interrupted_trap() - end the interrupted guest @ctx with @trap. */
static inline void kwasm_interrupted_trap(struct pt_regs *regs, struct kwasm_ctx *ctx, u32 trap)
{
	regs->ip = (unsigned long)kwasm_fault_redirect(ctx, regs->ip, 0, trap);
}

/** kwasm_interrupted_yield() - send the interrupted guest @ctx of a thread to kwasm_yield(). */
static inline void kwasm_interrupted_yield(struct pt_regs *regs, struct kwasm_ctx *ctx)
{
	ctx->env[KWASM_ENV_RESUME] = regs->ip;
	regs->ip = (unsigned long)kwasm_yield;
}

#endif /* KWASM_KERNEL_INTERRUPTED_H */
