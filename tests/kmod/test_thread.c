// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_thread.c - guests in a thread: registers preserved by the yield stub, and the end of calls.
 * tests/kernel/fpu.sh is about the vector registers.
 */
#include <linux/delay.h>
#include <linux/kthread.h>

#include "selftest.h"

#define LIMIT_NS (20 * NSEC_PER_MSEC)
#define ROUNDS 8

static const struct kwasm_module no_floats;	/* what store and thread know of a guest's module */

static void host_short(struct kwasm_ctx *ctx)
{
	udelay(20);
}

static u32 call(struct guest *g, enum guest_op op, u64 limit_ns)
{
	struct kwasm_thread *t = g->store.thread;
	u64 values[4] = { 0 };

	t->limit_ns = limit_ns;
	g->ctx->meta_mark = 0;
	return kwasm_call_enter(g->ctx, guest_thunk(g, op), values, 0);
}

static void test_yield(struct guest *g)
{
	tap_eq(call(g, GUEST_YIELD, U64_MAX), KWASM_TRAP_NONE, "a guest makes way");
	tap_eq(g->ctx->meta_mark, 1, "and keeps every register and all flags that were set");
	tap_eq(call(g, GUEST_YIELD_CLEAR, U64_MAX), KWASM_TRAP_NONE, "another one");
	tap_eq(g->ctx->meta_mark, 1, "keeps all flags that were clear");
}

/* By the best of some rounds, as test_watchdog.c does. */
static void ended(struct guest *g, enum guest_op op, const char *what)
{
	u64 start, shortest = U64_MAX;
	u32 trap = KWASM_TRAP_TIME;
	int i;

	for (i = 0; i < ROUNDS && trap == KWASM_TRAP_TIME; i++) {
		start = ktime_get_ns();
		trap = call(g, op, LIMIT_NS);
		shortest = min(shortest, ktime_get_ns() - start);
	}
	tap_eq(trap, KWASM_TRAP_TIME, what);
	tap_ok(shortest >= LIMIT_NS && shortest <= 3 * LIMIT_NS, "in time");
	tap_eq(call(g, GUEST_HOST, LIMIT_NS), KWASM_TRAP_NONE,
	       "the next call is not affected");
}

struct runner {
	struct guest *g;
	u32 trap;
	struct completion started;
	struct completion ended;
};

static int run(void *arg)
{
	struct runner *r = arg;

	complete(&r->started);
	r->trap = call(r->g, GUEST_SPIN, GUEST_LONG_NS);
	complete(&r->ended);
	return 0;
}

/* On its own CPU: it must yield to the task that disables it. */
static void test_disable(struct guest *g)
{
	struct runner r = { .g = g };
	struct task_struct *task;
	u64 start;

	init_completion(&r.started);
	init_completion(&r.ended);
	migrate_disable();
	task = kthread_create(run, &r, "kwasm_run");
	if (tap_ok(!IS_ERR(task), "a thread to run in")) {
		kthread_bind(task, smp_processor_id());
		wake_up_process(task);
		wait_for_completion(&r.started);
		msleep(20);
		start = ktime_get_ns();
		kwasm_text_disable(&g->text);
		wait_for_completion(&r.ended);
		tap_eq(r.trap, KWASM_TRAP_KILLED, "a loop in a thread ends when its text is disabled");
		tap_ok(ktime_get_ns() - start < GUEST_LONG_NS / 2, "in time");
	}
	migrate_enable();
}

void test_thread(void)
{
	struct guest *g = guest_create(host_short, 0, 0, false);
	static struct kwasm_thread thread;

	if (!tap_ok(g, "a guest for a thread"))
		return;
	g->inst.module = &no_floats;
	kwasm_thread_init(&thread, &g->store, U64_MAX);
	test_yield(g);
	ended(g, GUEST_SPIN, "an endless loop in a thread is ended");
	ended(g, GUEST_HOST_SPIN, "an endless loop over a host function as well");
	test_disable(g);
	guest_destroy(g);
}
