/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread.h - long-running guests in a thread.
 *
 * Such a guest is preempted like any kernel code, with every preemption model and also with floats,
 * while packet handlers may run on its CPU at any time.  A timer that follows the thread checks
 * each millisecond whether another task needs the CPU, and redirects the guest to the yield stub,
 * at any instruction.  Otherwise a thread with floats is in a kernel_fpu_begin() section, which
 * must not sleep.
 */
#ifndef KWASM_KERNEL_THREAD_H
#define KWASM_KERNEL_THREAD_H

#include <linux/hrtimer.h>

#include "run/store.h"

/**
 * struct kwasm_thread - makes calls into a store preemptible
 * @store: its store; used by one thread at a time
 * @timer: pending while the thread runs a guest, pinned to its CPU
 * @task: the task that runs a guest
 * @ctx: the context that it entered
 * @limit_ns: time limit of a call, U64_MAX: none
 * @deadline: of the call, in CLOCK_MONOTONIC
 * @slept_ns: time in host functions that sleep, during the call
 * @asleep_ns: when the host function that sleeps was called, in CLOCK_MONOTONIC
 * @cancel: whether nobody wants the call any more, set by others; NULL: somebody always does
 * @awake: functions that sleep end the guest
 * @floats: an instance of the store has floats
 * @ending: the timer has requested the end of the call
 */
struct kwasm_thread {
	struct kwasm_store *store;
	struct hrtimer timer;
	struct task_struct *task;
	struct kwasm_ctx *ctx;
	u64 limit_ns;
	u64 deadline;
	u64 slept_ns;
	u64 asleep_ns;
	const bool *cancel;
	bool awake;
	bool floats;
	bool ending;
};

/**
 * kwasm_thread_init() - allow long-running calls into a store.
 * @t: filled in; must live as long as @store, does not need cleanup
 * @store: must not be in use
 * @limit_ns: time limit of a call, including waiting for the CPU; from kwasm_watchdog_scale(), or
 *	U64_MAX for none.  Host functions that sleep may take as long again, all together: the call
 *	ends when the one that goes beyond it returns
 *
 * kwasm_call(), and kwasm_instance_create() for start functions, then run the guest preemptibly.
 * They must be called in process context with preemption, BH and interrupts on.  A call that
 * exceeds its limit ends with KWASM_TRAP_TIME; that of a killed task, or a cancelled one, with
 * KWASM_TRAP_KILLED.  The caller may set @t->cancel and @t->awake before the first call.  Host
 * functions run with BH on; those that may sleep are called with the timer stopped, and may move to
 * another CPU.
 */
void kwasm_thread_init(struct kwasm_thread *t, struct kwasm_store *store, u64 limit_ns);

/* kwasm_call_enter() for a store with a thread. */
u32 kwasm_thread_enter(struct kwasm_thread *t, struct kwasm_ctx *ctx, const void *enter,
		       u64 *values);

/*
 * Target to which the timer redirects a guest, after saving its position in env[KWASM_ENV_RESUME]
 * of its context: calls kwasm_thread_yield() and resumes the guest transparently.  See yield.S.
 */
void kwasm_yield(void);
void kwasm_thread_yield(struct kwasm_ctx *ctx);

#endif /* KWASM_KERNEL_THREAD_H */
