/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watchdog.h - ends invocations that run past their time limit.
 *
 * Each invocation stands between kwasm_guard_enter() and kwasm_guard_exit(), which leave in a
 * per-CPU slot who is running.  A timer of that CPU looks at the slot.
 */
#ifndef KWASM_KERNEL_WATCHDOG_H
#define KWASM_KERNEL_WATCHDOG_H

#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>

#include <asm/asm.h>

#include "../store.h"

/* The watchdog's part of struct kwasm_ctx.env. */
enum {
	KWASM_GUARD_PREV,	/* the context that this invocation interrupted on its CPU, or 0 */
	KWASM_GUARD_RUNS,	/* invocations so far; tells one from the next */
	KWASM_GUARD_SEEN,	/* KWASM_GUARD_RUNS of ctx->deadline, or KWASM_EXPIRED */
	KWASM_GUARD_LIMIT,	/* nanoseconds one invocation may take */
	KWASM_GUARD_RESUME = 5,	/* where a guest goes on that yielded, see thread.h */
};

#define KWASM_EXPIRED U64_MAX	/* the invocation is being ended */

/**
 * struct kwasm_cpu - the watchdog's state on one CPU
 * @running: context of the innermost invocation, NULL for none; written by this CPU only
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

/* The slow path of kwasm_guard_enter(): start this CPU's timer. */
void kwasm_watchdog_wake(struct kwasm_ctx *ctx);

/* The slow path of kwasm_guard_exit(): nothing of the ended invocation may end the next one. */
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
 * kwasm_guard_enter() - an invocation of @ctx begins.
 * @limit_ns: time it may take, from kwasm_watchdog_scale()
 *
 * An invocation past its limit ends with KWASM_TRAP_TIME: at an instruction of its own at once, in
 * a host function at the check after it.  It is never ended early, and no later than after twice
 * the limit and the timer's latency.
 *
 * Context: BH off, or softirq; the same context is not entered twice.
 * Return: false where interrupts are off, so that nothing could end the guest: do not run it.
 */
static __always_inline bool kwasm_guard_enter(struct kwasm_ctx *ctx, u64 limit_ns)
{
	if (unlikely(irqs_disabled()))
		return false;
	ctx->env[KWASM_GUARD_PREV] = (u64)this_cpu_read(kwasm_cpu.running);
	ctx->env[KWASM_GUARD_RUNS]++;
	ctx->env[KWASM_GUARD_LIMIT] = limit_ns;
	barrier();	/* the timer finds @ctx complete */
	this_cpu_write(kwasm_cpu.running, ctx);
	if (unlikely(this_cpu_read(kwasm_cpu.period) > limit_ns))
		kwasm_watchdog_wake(ctx);
	return true;
}

/** kwasm_guard_exit() - the invocation of @ctx has ended; same context as its beginning. */
static __always_inline void kwasm_guard_exit(struct kwasm_ctx *ctx)
{
	this_cpu_write(kwasm_cpu.running, (struct kwasm_ctx *)ctx->env[KWASM_GUARD_PREV]);
	ctx->env[KWASM_GUARD_PREV] = 0;
	barrier();	/* the timer does not mark it any more */
	if (unlikely(READ_ONCE(ctx->env[KWASM_GUARD_SEEN]) == KWASM_EXPIRED))
		kwasm_watchdog_clear(ctx);
}

/*
 * The stack limit of the last outermost entry still fits: it leaves between 4 KiB and the default
 * budget, with some slack for the frames in between.  Contexts are mostly entered on one stack of
 * one CPU, so this is the rule.  Two stacks are never so near that one's limit fits the other.
 */
static __always_inline bool kwasm_guard_stack_fits(const struct kwasm_ctx *ctx)
{
	return current_stack_pointer - ctx->stack_limit - 4096 <= 4096 + 512;
}

/**
 * kwasm_guard_begin() - an invocation of @ctx begins: the short form for packets.
 *
 * The context's limit and, where it runs on top of another guest, KWASM_GUARD_PREV have been set.
 * Context: BH off, interrupts on.  Ends with kwasm_guard_end(), on top of others with
 * kwasm_guard_exit().
 */
static __always_inline void kwasm_guard_begin(struct kwasm_ctx *ctx)
{
	ctx->env[KWASM_GUARD_RUNS]++;
	barrier();	/* the timer finds @ctx complete */
	this_cpu_write(kwasm_cpu.running, ctx);
	if (unlikely(this_cpu_read(kwasm_cpu.period) > ctx->env[KWASM_GUARD_LIMIT]))
		kwasm_watchdog_wake(ctx);
	if (unlikely(!kwasm_guard_stack_fits(ctx)))
		kwasm_store_measure_stack(ctx->instance->store);
}

/** kwasm_guard_end() - the invocation of @ctx has ended, and with it the CPU's only guest. */
static __always_inline void kwasm_guard_end(struct kwasm_ctx *ctx)
{
	this_cpu_write(kwasm_cpu.running, NULL);
	barrier();	/* the timer does not mark it any more */
	if (unlikely(ctx->env[KWASM_GUARD_SEEN] == KWASM_EXPIRED))
		kwasm_watchdog_clear(ctx);
}

/**
 * kwasm_guarded_enter() - kwasm_enter() as the outermost entry, with stack limit and time limit.
 *
 * Parameters and context as for kwasm_enter() and kwasm_guard_enter().
 * Return: 0 or enum kwasm_trap; KWASM_TRAP_TIME at once where interrupts are off.
 */
static __always_inline u32 kwasm_guarded_enter(struct kwasm_ctx *ctx, const void *enter,
					       u64 *values, u64 limit_ns)
{
	u32 trap;

	if (unlikely(!kwasm_guard_enter(ctx, limit_ns))) {
		ctx->trap = KWASM_TRAP_TIME;
		ctx->trap_pc = 0;
		return KWASM_TRAP_TIME;
	}
	if (unlikely(!kwasm_guard_stack_fits(ctx)))
		kwasm_store_measure_stack(ctx->instance->store);
	trap = kwasm_enter(ctx, enter, values);
	if (unlikely(trap))
		WRITE_ONCE(ctx->kill, KWASM_TRAP_NONE);
	kwasm_guard_exit(ctx);
	return trap;
}

/** kwasm_watchdog_expired() - has the guest that runs on this CPU to end?  BH off. */
static inline bool kwasm_watchdog_expired(void)
{
	const struct kwasm_ctx *ctx = this_cpu_read(kwasm_cpu.running);

	return ctx && READ_ONCE(ctx->env[KWASM_GUARD_SEEN]) == KWASM_EXPIRED;
}

#endif /* KWASM_KERNEL_WATCHDOG_H */
