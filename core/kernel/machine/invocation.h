/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * invocation.h - the record of the running invocations of a CPU.
 *
 * A slot per CPU has the context of the innermost invocation, whose own slot has the one that it
 * interrupted.  The watchdog timer of that CPU reads it.  Most invocations end before the timer
 * fires and pay only for three things: the slot, which also indicates whether the timer is pending,
 * the start time, and a comparison at the end, which fails if the timer has replaced the start time
 * with a mark.
 */
#ifndef KWASM_KERNEL_INVOCATION_H
#define KWASM_KERNEL_INVOCATION_H

#include <linux/hrtimer.h>
#include <linux/percpu.h>

#include "run/instance.h"
#include "kernel/compat.h"

/* The kernel's data in struct kwasm_ctx.env. */
enum kwasm_env {
	KWASM_ENV_START,	/* kwasm_cycles_low() at the start, or one of the marks below */
	KWASM_ENV_STATS,	/* struct kwasm_handler_stats of the handler that is running */
	KWASM_ENV_ARRIVAL,	/* argument of kwasm_handler_run() from its hook */
	KWASM_ENV_BELOW,	/* the context that this invocation interrupted on its CPU, or 0 */
	KWASM_ENV_BEGAN,	/* if START is a mark: get_cycles() at the start */
	KWASM_ENV_LIMIT,	/* nanoseconds one invocation may take */
	KWASM_ENV_RESUME,	/* where a guest that yielded resumes, see thread.h */
	/*
	 * The program of an instance that is complete; for start functions there is only the
	 * store's owner.
	 */
	KWASM_ENV_PROGRAM,
};

/* Marks: later by far than any time, so that the time since then is negative. */
#define KWASM_SEEN (1ull << 62)			/* the timer has set ctx->deadline */
#define KWASM_EXPIRED (KWASM_SEEN + 1)		/* the invocation is being ended */

/* In kwasm_cpu.running: no guest is running, and the timer is not pending. */
#define KWASM_ASLEEP ((struct kwasm_ctx *)1)

/**
 * struct kwasm_cpu - invocations of a CPU and their watchdog
 * @running: context of the innermost invocation, NULL for none, or KWASM_ASLEEP; written by this
 *	CPU only
 * @period: maximum timer interval while the timer is pending, nanoseconds; U64_MAX while it is not.
 *	An invocation with a shorter limit restarts it.  This CPU, irqs off
 * @fpu_sections: guests that ran in a section of kernel_fpu_begin(), see fpu.h
 * @fpu_saves: guests for which the registers were saved manually
 * @yields: number of times a guest in a thread yielded, see thread.h
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

/**
 * kwasm_invocation_claim() - start an invocation of @ctx, if it is the only one on this CPU and the
 * timer is pending.
 *
 * One instruction, so that the timer cannot stop between the check and the entry.  Context: BH off,
 * interrupts on.  Return: false if more is needed.
 */
static __always_inline bool kwasm_invocation_claim(struct kwasm_ctx *ctx)
{
	struct kwasm_ctx *nobody = NULL;

	return kwasm_this_cpu_try_cmpxchg(kwasm_cpu.running, &nobody, ctx);
}

/**
 * kwasm_invocation_begin() - start an invocation of @ctx, whatever is running on this CPU.
 * @limit_ns: its time limit, from kwasm_watchdog_scale()
 *
 * An invocation that exceeds its limit ends with KWASM_TRAP_TIME: immediately in compiled code, in
 * a host function at the check after it.  It is never ended early, and at the latest after the sum
 * of its limit, the watchdog's period and the timer's latency.
 *
 * Context: BH off; the same context is not entered twice.
 * Return: false if interrupts are off, so that nothing could stop the guest: do not run it.
 */
bool kwasm_invocation_begin(struct kwasm_ctx *ctx, u64 limit_ns);

/** kwasm_invocation_end() - end the invocation of @ctx; same context as its start. */
void kwasm_invocation_end(struct kwasm_ctx *ctx);

/** kwasm_invocation_running() - context of this CPU's innermost invocation, or NULL.  BH off. */
static __always_inline struct kwasm_ctx *kwasm_invocation_running(void)
{
	struct kwasm_ctx *ctx = this_cpu_read(kwasm_cpu.running);

	return ctx == KWASM_ASLEEP ? NULL : ctx;
}

#endif /* KWASM_KERNEL_INVOCATION_H */
