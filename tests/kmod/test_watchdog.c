// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_watchdog.c - guests that do not terminate.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>

#include "selftest.h"

#define LIMIT_NS (20 * NSEC_PER_MSEC)
#define MANY_LIMIT_NS (300 * NSEC_PER_MSEC)
#define ROUNDS 8

static void host_short(struct kwasm_ctx *ctx)
{
	udelay(20);
}

/* By the watchdog's clock: mdelay() has another one, which emulation may get wrong. */
static void host_long(struct kwasm_ctx *ctx)
{
	u64 end = ktime_get_ns() + 5 * LIMIT_NS;

	while (ktime_get_ns() < end)
		cpu_relax();
}

/*
 * Run and check that the guest was stopped by its time limit, neither early nor after three times
 * the limit.  An emulated CPU may stall at any time, so the best round counts.
 */
static void ended(struct guest *g, enum guest_op op, enum guest_where where, const char *what)
{
	u64 start, shortest = U64_MAX;
	u32 trap = KWASM_TRAP_TIME;
	int i;

	for (i = 0; i < ROUNDS && trap == KWASM_TRAP_TIME; i++) {
		start = ktime_get_ns();
		trap = guest_run(g, op, where, LIMIT_NS);
		shortest = min(shortest, ktime_get_ns() - start);
	}
	tap_ok(trap == KWASM_TRAP_TIME, "%s in %s is ended", what, where_name(where));
	tap_ok(shortest >= LIMIT_NS, "not before its limit");
	tap_ok(shortest <= 3 * LIMIT_NS, "within three times its limit");
}

static void test_ending(struct guest *g)
{
	enum guest_where where;

	for (where = 0; where <= IN_SOFTIRQ; where++) {
		ended(g, GUEST_SPIN, where, "an endless loop");
		ended(g, GUEST_HOST_SPIN, where, "an endless loop over a host function");
	}
	tap_eq(guest_run(g, GUEST_RETURN, IN_PROCESS, LIMIT_NS), KWASM_TRAP_NONE,
	       "the next invocation is not affected");
}

static void many_short(void *arg)
{
	struct guest *g = arg;
	u64 end = ktime_get_ns() + 3 * MANY_LIMIT_NS;
	u32 trap = KWASM_TRAP_NONE;
	u64 runs = 0;

	for (; ktime_get_ns() < end && !trap; runs++)
		trap = guest_enter(g, GUEST_HOST, MANY_LIMIT_NS);
	tap_ok(!trap && runs > 100, "many short invocations outlast their limit together");
}

/* The host function returns after the limit, which ends the invocation. */
static void test_late(void)
{
	struct guest *g = guest_create(host_long, 0, 0, false);
	u32 trap = KWASM_TRAP_NONE;
	int i;

	if (!tap_ok(g, "a guest with a slow host function"))
		return;
	for (i = 0; i < ROUNDS && trap == KWASM_TRAP_NONE; i++)
		trap = guest_run(g, GUEST_HOST, IN_PROCESS, LIMIT_NS);
	tap_eq(trap, KWASM_TRAP_TIME,
	       "a host function past the limit ends the guest when it returns");
	tap_eq(guest_run(g, GUEST_RETURN, IN_PROCESS, LIMIT_NS), KWASM_TRAP_NONE,
	       "the next invocation is not affected");
	guest_destroy(g);
}

static struct guest *inner;	/* entered by host_nest() */
static u32 inner_trap;

static void host_nest(struct kwasm_ctx *ctx)
{
	inner_trap = guest_enter(inner, GUEST_SPIN, LIMIT_NS);
}

static void test_nested(void)
{
	struct guest *outer = guest_create(host_nest, 0, 0, false);
	u64 start = ktime_get_ns();

	inner = guest_create(NULL, 0, 0, false);
	if (tap_ok(outer && inner, "a guest inside a guest")) {
		tap_eq(guest_run(outer, GUEST_HOST, IN_SOFTIRQ, GUEST_LONG_NS), KWASM_TRAP_NONE,
		       "the outer one goes on");
		tap_eq(inner_trap, KWASM_TRAP_TIME, "after the inner one was ended");
		tap_eq(guest_run(outer, GUEST_HOST_SPIN, IN_SOFTIRQ, 4 * LIMIT_NS), KWASM_TRAP_TIME,
		       "the outer one is ended by its own limit");
		tap_ok(ktime_get_ns() - start < GUEST_LONG_NS / 2, "in time");
	}
	guest_destroy(inner);
	guest_destroy(outer);
}

static struct guest *callee;	/* another instance of the same store, entered by host_cross() */

/* As compiled code calls another instance. */
static void host_cross(struct kwasm_ctx *ctx)
{
	u64 values[4];
	u32 trap = kwasm_enter(callee->ctx, guest_thunk(callee, GUEST_HOST_SPIN), values);

	if (trap)
		kwasm_ctx_trap(ctx, trap);
}

static void test_cross(void)
{
	struct guest *caller = guest_create(host_cross, 0, 0, false);
	u64 start = ktime_get_ns();

	callee = guest_create(host_short, 0, 0, false);
	if (tap_ok(caller && callee, "two instances in a store")) {
		caller->inst.next = &callee->inst;
		callee->inst.store = &caller->store;
		tap_eq(guest_run(caller, GUEST_HOST, IN_SOFTIRQ, LIMIT_NS), KWASM_TRAP_TIME,
		       "a loop in the other instance is ended, and its caller");
		tap_ok(ktime_get_ns() - start < GUEST_LONG_NS / 2, "in time");
		tap_ok(!caller->ctx->kill && !callee->ctx->kill, "without a trace");
	}
	guest_destroy(callee);
	guest_destroy(caller);
}

struct spinner {
	struct guest *g;
	u32 trap;
	u64 ended_ns;
	struct completion started;
	struct completion ended;
};

static int spin(void *arg)
{
	struct spinner *s = arg;

	complete(&s->started);
	local_bh_disable();
	s->trap = guest_enter(s->g, GUEST_SPIN, GUEST_LONG_NS);
	s->ended_ns = ktime_get_ns();
	local_bh_enable();
	complete(&s->ended);
	return 0;
}

/* Return: nanoseconds from disabling to the end of the loop. */
static u64 disable_remote(struct guest *g)
{
	struct spinner s = { .g = g };
	int cpu = cpumask_any_but(cpu_online_mask, raw_smp_processor_id());
	struct task_struct *task;
	u64 start;

	init_completion(&s.started);
	init_completion(&s.ended);
	task = kthread_create(spin, &s, "kwasm_spin");
	if (!tap_ok(!IS_ERR(task), "a thread to spin in"))
		return 0;
	kthread_bind(task, cpu);
	wake_up_process(task);
	wait_for_completion(&s.started);
	while (READ_ONCE(per_cpu(kwasm_cpu, cpu).running) != g->ctx)
		cond_resched();
	mdelay(10);
	start = ktime_get_ns();
	kwasm_text_disable(&g->text);
	wait_for_completion(&s.ended);
	tap_eq(s.trap, KWASM_TRAP_KILLED, "a loop on another CPU ends when its text is disabled");
	tap_ok(g->ctx->trap_pc - (u64)guest_thunk(g, GUEST_SPIN) < 32, "where it was");
	return s.ended_ns > start ? s.ended_ns - start : 0;
}

/* The best of some rounds, as in ended(). */
static void test_disable_remote(void)
{
	u64 shortest = U64_MAX;
	int i;

	if (num_online_cpus() == 1) {
		tap_skip("a loop on another CPU ends when its text is disabled",
			 "there is one CPU");
		return;
	}
	migrate_disable();
	for (i = 0; i < ROUNDS; i++) {
		struct guest *g = guest_create(host_short, 0, 0, false);

		if (tap_ok(g, "a guest to disable"))
			shortest = min(shortest, disable_remote(g));
		guest_destroy(g);
	}
	migrate_enable();
	tap_ok(shortest < 100 * NSEC_PER_MSEC, "in less than 100 ms");
}

static void test_disable(void)
{
	struct guest *g = guest_create(host_short, 0, 0, false);
	enum guest_where where;

	if (!tap_ok(g, "a guest to disable"))
		return;
	kwasm_text_disable(&g->text);
	for (where = 0; where < NUM_WHERE; where++) {
		tap_ok(guest_run(g, GUEST_RETURN, where, LIMIT_NS) == KWASM_TRAP_KILLED,
		       "disabled text cannot be entered in %s", where_name(where));
	}
	kwasm_text_disable(&g->text);
	tap_eq(guest_run(g, GUEST_SPIN, IN_PROCESS, LIMIT_NS), KWASM_TRAP_KILLED,
	       "disabling twice changes nothing");
	guest_destroy(g);
}

static struct guest *self;	/* disabled by its own host function */

static void host_disable(struct kwasm_ctx *ctx)
{
	local_bh_enable();
	kwasm_text_disable(&self->text);
	local_bh_disable();
}

static void test_disable_inside(void)
{
	self = guest_create(host_disable, 0, 0, false);
	if (tap_ok(self, "a guest that is disabled while it is in a host function"))
		tap_eq(guest_run(self, GUEST_HOST, IN_PROCESS, GUEST_LONG_NS), KWASM_TRAP_KILLED,
		       "it ends on its way back");
	guest_destroy(self);
}

void test_watchdog(void)
{
	struct guest *g = guest_create(host_short, 0, 0, false);

	if (tap_ok(g, "a guest to end")) {
		test_ending(g);
		run_where(IN_PROCESS, many_short, g);
	}
	guest_destroy(g);
	test_late();
	test_nested();
	test_cross();
	test_disable_remote();
	test_disable();
	test_disable_inside();
}
