/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread.h - guests that run long in a thread.
 *
 * Such a guest is preempted like any code of the kernel, with every preemption model and with
 * floats as well, while handlers of packets run on its CPU at any moment.  A timer that follows the
 * thread looks each millisecond whether somebody else wants the CPU, and sends the guest to the
 * yield stub, at whatever instruction it is.  With floats the thread is in a section of
 * kernel_fpu_begin() otherwise, in which nobody may sleep.
 */
#ifndef KWASM_KERNEL_THREAD_H
#define KWASM_KERNEL_THREAD_H

#include <linux/hrtimer.h>

#include "run/store.h"

/**
 * struct kwasm_thread - what makes calls into a store preemptible
 * @store: whose; used by one thread at a time
 * @timer: pending while the thread is inside, on its CPU, which it does not leave
 * @task: who is inside
 * @ctx: where it entered
 * @limit_ns: time that one call may take, U64_MAX: for ever
 * @deadline: its end, of CLOCK_MONOTONIC
 * @floats: an instance of the store has floats
 * @ending: the timer wants the call to end
 */
struct kwasm_thread {
	struct kwasm_store *store;
	struct hrtimer timer;
	struct task_struct *task;
	struct kwasm_ctx *ctx;
	u64 limit_ns;
	u64 deadline;
	bool floats;
	bool ending;
};

/**
 * kwasm_thread_init() - let calls into a store take long from now on.
 * @t: filled in; has to live as long as @store, and needs no clean-up
 * @store: nobody is inside
 * @limit_ns: time that one call may take, waiting for the CPU included, sleeping in host functions
 *	not; from kwasm_watchdog_scale(), or U64_MAX for no limit
 *
 * kwasm_call(), and kwasm_instance_create() for start functions, then run the guest preemptibly.
 * They have to be called from process context with preemption, BH and interrupts on.  A call past
 * its limit ends with KWASM_TRAP_TIME, that of a task that has to die with KWASM_TRAP_KILLED.
 * Host functions run with BH on; they may sleep only between kwasm_thread_sleep() and
 * kwasm_thread_wake().
 */
void kwasm_thread_init(struct kwasm_thread *t, struct kwasm_store *store, u64 limit_ns);

/**
 * kwasm_thread_sleep() - the host function that is running may sleep until kwasm_thread_wake().
 * @ctx: its context, of a store with a thread
 *
 * Nothing in between may enter the store.  Context: as the host function was called.
 */
void kwasm_thread_sleep(struct kwasm_ctx *ctx);
void kwasm_thread_wake(struct kwasm_ctx *ctx);

/* kwasm_call_enter() for a store with a thread. */
u32 kwasm_thread_enter(struct kwasm_thread *t, struct kwasm_ctx *ctx, const void *enter,
		       u64 *values);

/*
 * Where the timer sends a guest, leaving in env[KWASM_ENV_RESUME] of its context where it was:
 * calls kwasm_thread_yield() and goes on there as if nothing had happened.  See yield.S.
 */
void kwasm_yield(void);
void kwasm_thread_yield(struct kwasm_ctx *ctx);

#endif /* KWASM_KERNEL_THREAD_H */
