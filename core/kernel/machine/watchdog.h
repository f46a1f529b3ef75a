/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watchdog.h - ends invocations that run past their time limit.
 */
#ifndef KWASM_KERNEL_WATCHDOG_H
#define KWASM_KERNEL_WATCHDOG_H

#include "invocation.h"

/*
 * Start this CPU's timer, or shorten its period as the limit of @ctx requires, which has just
 * started and is in kwasm_cpu.running.
 */
void kwasm_watchdog_wake(struct kwasm_ctx *ctx);

/* The invocation of @ctx has ended; a request to end it must not affect the next one. */
void kwasm_watchdog_clear(struct kwasm_ctx *ctx);

/* A host function interrupted the guest of @ctx: it ends with @trap at the next check. */
void kwasm_watchdog_kill(struct kwasm_ctx *ctx, u32 trap);

/**
 * kwasm_watchdog_scale() - a time limit as it holds on this machine.
 *
 * Return: @ns, at least 50 microseconds and at most an hour, times the module parameter time_scale.
 * Any context.
 */
u64 kwasm_watchdog_scale(u64 ns);

/**
 * kwasm_watchdog_period() - nanoseconds between two looks; never changes.
 *
 * Who runs a guest with a shorter limit calls kwasm_watchdog_wake() if kwasm_cpu.period is longer.
 */
u64 kwasm_watchdog_period(void);

/** kwasm_watchdog_expired() - has the guest that runs on this CPU to end?  BH off. */
static inline bool kwasm_watchdog_expired(void)
{
	const struct kwasm_ctx *ctx = kwasm_invocation_running();

	return ctx && READ_ONCE(ctx->env[KWASM_ENV_START]) == KWASM_EXPIRED;
}

#endif /* KWASM_KERNEL_WATCHDOG_H */
