// SPDX-License-Identifier: GPL-2.0-only
/*
 * thread.c - long-running guests in a thread.
 *
 * Guarantees: another task gets the CPU within about a millisecond while the guest runs compiled
 * code; preemption is transparent to the guest, including vector registers, MXCSR and flags.
 *
 * While a thread runs a guest it stays on its CPU, so a timer pinned there reaches it.  The timer
 * identifies the interrupted guest by the store, whose guests only this thread runs.  The watchdog
 * ignores threads: kwasm_cpu.running only has guests that cannot be preempted.
 */
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>

#include "kernel/compat.h"
#include "arch.h"
#include "thread.h"
#include "watchdog.h"

/* Waiting and input or output with reclaim need more stack than the functions that do not sleep. */
#define SLEEP_STACK_BYTES (8 * 1024)
#define TICK_NS (NSEC_PER_MSEC)

/* The context of the interrupted guest of @t; NULL if something else was interrupted. */
static struct kwasm_ctx *interrupted(const struct kwasm_thread *t, struct pt_regs *regs)
{
	struct kwasm_ctx *ctx = kwasm_interrupted_guest(regs);

	return ctx && ctx->instance->store == t->store ? ctx : NULL;
}

/* Why the call must end, KWASM_TRAP_NONE if it need not. */
static u32 ending(const struct kwasm_thread *t)
{
	if (fatal_signal_pending(t->task) || (t->cancel && READ_ONCE(*t->cancel)))
		return KWASM_TRAP_KILLED;
	if (ktime_get_ns() >= t->deadline || t->slept_ns >= t->limit_ns)
		return KWASM_TRAP_TIME;
	return KWASM_TRAP_NONE;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct kwasm_thread *t = container_of(timer, struct kwasm_thread, timer);
	struct pt_regs *regs = get_irq_regs();
	struct kwasm_ctx *ctx = interrupted(t, regs);
	u32 trap = ending(t);

	if (trap && ctx) {
		kwasm_interrupted_trap(regs, ctx, trap);
	} else if (trap) {
		t->ending = true;
		kwasm_watchdog_kill(t->ctx, trap);
	} else if (ctx && (need_resched() || local_softirq_pending())) {
		kwasm_interrupted_yield(regs, ctx);
	}
	hrtimer_forward_now(timer, ns_to_ktime(TICK_NS));
	return HRTIMER_RESTART;
}

/* Softirqs that wait are served by the end of the section, or of the interrupt, at the latest. */
static void give_way(void)
{
	this_cpu_inc(kwasm_cpu.yields);
	cond_resched();
	if (need_resched())
		schedule();
}

void kwasm_thread_yield(struct kwasm_ctx *ctx)
{
	const struct kwasm_thread *t = ctx->instance->store->thread;

	if (t->floats)
		kwasm_fpu_pause(give_way);
	else
		give_way();
}

static void watch(struct kwasm_thread *t)
{
	hrtimer_start(&t->timer, ns_to_ktime(TICK_NS), HRTIMER_MODE_REL_PINNED_HARD);
	if (t->floats)
		kwasm_fpu_begin();
}

static void unwatch(struct kwasm_thread *t)
{
	if (t->floats)
		kwasm_fpu_end();
	hrtimer_cancel(&t->timer);
}

u32 kwasm_thread_enter(struct kwasm_thread *t, struct kwasm_ctx *ctx, const void *enter,
		       u64 *values)
{
	u64 now = ktime_get_ns();
	u32 trap;

	t->task = current;
	t->ctx = ctx;
	t->slept_ns = 0;
	t->deadline = t->limit_ns < U64_MAX - now ? now + t->limit_ns : U64_MAX;
	t->floats = kwasm_store_has_floats(t->store);
	migrate_disable();
	watch(t);
	trap = kwasm_enter(ctx, enter, values);
	unwatch(t);
	migrate_enable();
	if (t->ending) {
		t->ending = false;
		kwasm_watchdog_clear(ctx);
	}
	return trap;
}

/* A sleeping thread may move to another CPU, and its time counts apart. */
static void thread_sleep(struct kwasm_thread *t)
{
	unwatch(t);
	migrate_enable();
	t->asleep_ns = ktime_get_ns();
}

/*
 * The timer starts anew after each sleep, so a guest that sleeps more often than the timer comes is
 * looked at here.
 */
static void thread_wake(struct kwasm_thread *t)
{
	u64 slept = ktime_get_ns() - t->asleep_ns;
	u32 trap;

	t->slept_ns += slept;
	if (t->deadline != U64_MAX)
		t->deadline += slept;
	migrate_disable();
	watch(t);
	trap = ending(t);
	if (trap) {
		t->ending = true;
		kwasm_watchdog_kill(t->ctx, trap);
	}
}

/* Outside of entries the host function is called by the thread itself, in process context. */
u32 kwasm_sleep_begin(struct kwasm_ctx *ctx)
{
	struct kwasm_thread *t = ctx->store->thread;

	if (!t || t->awake)
		return KWASM_TRAP_HOST;
	if (!ctx->store->depth)
		return KWASM_TRAP_NONE;
	if (current_stack_pointer - (unsigned long)task_stack_page(current) < SLEEP_STACK_BYTES)
		return KWASM_TRAP_STACK;
	thread_sleep(t);
	return KWASM_TRAP_NONE;
}

void kwasm_sleep_end(struct kwasm_ctx *ctx)
{
	if (ctx->store->depth)
		thread_wake(ctx->store->thread);
}

void kwasm_thread_init(struct kwasm_thread *t, struct kwasm_store *store, u64 limit_ns)
{
	memset(t, 0, sizeof(*t));
	t->store = store;
	t->limit_ns = limit_ns;
	kwasm_hrtimer_setup(&t->timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	store->thread = t;
}
