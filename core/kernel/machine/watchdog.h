/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watchdog.h - ends invocations that run past their time limit.
 *
 * While an invocation runs, a per-CPU slot says so.  A timer of that CPU looks at the slot.  Most
 * invocations are over before it ever does, and pay for three things only: the slot, which also
 * tells whether the timer is pending, the time they began, and a comparison at the end which that
 * time fails if the timer has put a mark in its place.
 */
#ifndef KWASM_KERNEL_WATCHDOG_H
#define KWASM_KERNEL_WATCHDOG_H

#include <linux/hrtimer.h>
#include <linux/percpu.h>

#include "run/instance.h"
#include "kernel/compat.h"

/* The watchdog's part of struct kwasm_ctx.env; the others are in run.h and program.h. */
enum {
	KWASM_GUARD_START,	/* kwasm_cycles_low() of the beginning, or one of the marks below */
	KWASM_GUARD_PREV = 3,	/* the context that this invocation interrupted on its CPU, or 0 */
	KWASM_GUARD_BEGAN,	/* where START is a mark: get_cycles() of the beginning */
	KWASM_GUARD_LIMIT,	/* nanoseconds one invocation may take */
	KWASM_GUARD_RESUME,	/* where a guest goes on that yielded, see thread.h */
};

/* Marks: later by far than any time, so that the time since then is negative. */
#define KWASM_SEEN (1ull << 62)			/* the timer has set ctx->deadline */
#define KWASM_EXPIRED (KWASM_SEEN + 1)		/* the invocation is being ended */

/* In kwasm_cpu.running: nobody runs, and the timer is not pending. */
#define KWASM_ASLEEP ((struct kwasm_ctx *)1)

/**
 * struct kwasm_cpu - the watchdog's state on one CPU
 * @running: context of the innermost invocation, NULL for none, or KWASM_ASLEEP; written by this
 *	CPU only
 * @period: longest time between two looks while the timer is pending, nanoseconds; U64_MAX while
 *	it is not.  An invocation with a shorter limit starts it anew.  This CPU, irqs off
 * @fpu_sections: guests that ran in a section of kernel_fpu_begin(), see fpu.h
 * @fpu_saves: guests for which the registers were saved by hand
 * @yields: times that a guest in a thread made way, see thread.h
 */
struct kwasm_cpu {
	struct kwasm_ctx *running;
	u64 period;
	u64 fpu_sections;
	u64 fpu_saves;
	u64 yields;
	struct hrtimer timer;
};

DECLARE_PER_CPU(struct kwasm_cpu, kwasm_cpu);

/*
 * Start this CPU's timer, or make it come as often as the limit of @ctx demands, which has just
 * begun and stands in kwasm_cpu.running.
 */
void kwasm_watchdog_wake(struct kwasm_ctx *ctx);

/* The invocation of @ctx has ended; nothing that was to end it may end the next one. */
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

/* The time stamp counter modulo 2^32.  The instruction clears the upper half of its register. */
static __always_inline u64 kwasm_cycles_low(void)
{
	u64 low;

	asm volatile("rdtsc" : "=a" (low) : : "rdx");
	return low;
}

/**
 * kwasm_guard_claim() - an invocation of @ctx begins, if it is the only one on this CPU and the
 * timer is pending.
 *
 * One instruction, so that the timer cannot go to sleep between the look and the entry.
 * Context: BH off, interrupts on.  Return: false where there is more to do.
 */
static __always_inline bool kwasm_guard_claim(struct kwasm_ctx *ctx)
{
	struct kwasm_ctx *nobody = NULL;

	return kwasm_this_cpu_try_cmpxchg(kwasm_cpu.running, &nobody, ctx);
}

/**
 * kwasm_guard_enter() - an invocation of @ctx begins, whatever runs on this CPU.
 * @limit_ns: time it may take, from kwasm_watchdog_scale()
 *
 * An invocation past its limit ends with KWASM_TRAP_TIME: at an instruction of its own at once, in
 * a host function at the check after it.  It is never ended early, and no later than after its
 * limit, the watchdog's period and the timer's latency.
 *
 * Context: BH off; the same context is not entered twice.
 * Return: false where interrupts are off, so that nothing could end the guest: do not run it.
 */
bool kwasm_guard_enter(struct kwasm_ctx *ctx, u64 limit_ns);

/** kwasm_guard_exit() - the invocation of @ctx has ended; same context as its beginning. */
void kwasm_guard_exit(struct kwasm_ctx *ctx);

/** kwasm_guard_running() - context of this CPU's innermost invocation, or NULL.  BH off. */
static __always_inline struct kwasm_ctx *kwasm_guard_running(void)
{
	struct kwasm_ctx *ctx = this_cpu_read(kwasm_cpu.running);

	return ctx == KWASM_ASLEEP ? NULL : ctx;
}

/** kwasm_watchdog_expired() - has the guest that runs on this CPU to end?  BH off. */
static inline bool kwasm_watchdog_expired(void)
{
	const struct kwasm_ctx *ctx = kwasm_guard_running();

	return ctx && READ_ONCE(ctx->env[KWASM_GUARD_START]) == KWASM_EXPIRED;
}

#endif /* KWASM_KERNEL_WATCHDOG_H */
