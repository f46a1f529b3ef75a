/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * invocation.h - what runs on a CPU: the record of its invocations, from beginning to end.
 *
 * A slot per CPU names the context of the innermost invocation, whose slot in turn names the one
 * that it interrupted.  The watchdog's timer of that CPU looks there.  Most invocations are over
 * before it ever does, and pay for three things only: the slot, which also tells whether the timer
 * is pending, the time they began, and a comparison at the end which that time fails if the timer
 * has put a mark in its place.
 */
#ifndef KWASM_KERNEL_INVOCATION_H
#define KWASM_KERNEL_INVOCATION_H

#include <linux/hrtimer.h>
#include <linux/percpu.h>

#include "run/instance.h"
#include "kernel/compat.h"

/* What the kernel keeps in struct kwasm_ctx.env. */
enum kwasm_env {
	KWASM_ENV_START,	/* kwasm_cycles_low() of the beginning, or one of the marks below */
	KWASM_ENV_STATS,	/* struct kwasm_handler_stats of the handler that is running */
	KWASM_ENV_ARRIVAL,	/* what its hook passed to kwasm_handler_run() */
	KWASM_ENV_BELOW,	/* the context that this invocation interrupted on its CPU, or 0 */
	KWASM_ENV_BEGAN,	/* where START is a mark: get_cycles() of the beginning */
	KWASM_ENV_LIMIT,	/* nanoseconds one invocation may take */
	KWASM_ENV_RESUME,	/* where a guest goes on that yielded, see thread.h */
	/*
	 * The program of an instance that is complete; for start functions there is only the
	 * store's owner.
	 */
	KWASM_ENV_PROGRAM,
};

/* Marks: later by far than any time, so that the time since then is negative. */
#define KWASM_SEEN (1ull << 62)			/* the timer has set ctx->deadline */
#define KWASM_EXPIRED (KWASM_SEEN + 1)		/* the invocation is being ended */

/* In kwasm_cpu.running: nobody runs, and the timer is not pending. */
#define KWASM_ASLEEP ((struct kwasm_ctx *)1)

/**
 * struct kwasm_cpu - invocations of one CPU, and what watches them
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

/* The time stamp counter modulo 2^32.  The instruction clears the upper half of its register. */
static __always_inline u64 kwasm_cycles_low(void)
{
	u64 low;

	asm volatile("rdtsc" : "=a" (low) : : "rdx");
	return low;
}

/**
 * kwasm_invocation_claim() - an invocation of @ctx begins, if it is alone on this CPU and the timer
 * is pending.
 *
 * One instruction, so that the timer cannot go to sleep between the look and the entry.
 * Context: BH off, interrupts on.  Return: false where there is more to do.
 */
static __always_inline bool kwasm_invocation_claim(struct kwasm_ctx *ctx)
{
	struct kwasm_ctx *nobody = NULL;

	return kwasm_this_cpu_try_cmpxchg(kwasm_cpu.running, &nobody, ctx);
}

/**
 * kwasm_invocation_begin() - an invocation of @ctx begins, whatever runs on this CPU.
 * @limit_ns: time it may take, from kwasm_watchdog_scale()
 *
 * An invocation past its limit ends with KWASM_TRAP_TIME: at an instruction of its own at once, in
 * a host function at the check after it.  It is never ended early, and no later than after its
 * limit, the watchdog's period and the timer's latency.
 *
 * Context: BH off; the same context is not entered twice.
 * Return: false where interrupts are off, so that nothing could end the guest: do not run it.
 */
bool kwasm_invocation_begin(struct kwasm_ctx *ctx, u64 limit_ns);

/** kwasm_invocation_end() - the invocation of @ctx has ended; same context as its beginning. */
void kwasm_invocation_end(struct kwasm_ctx *ctx);

/** kwasm_invocation_running() - context of this CPU's innermost invocation, or NULL.  BH off. */
static __always_inline struct kwasm_ctx *kwasm_invocation_running(void)
{
	struct kwasm_ctx *ctx = this_cpu_read(kwasm_cpu.running);

	return ctx == KWASM_ASLEEP ? NULL : ctx;
}

#endif /* KWASM_KERNEL_INVOCATION_H */
