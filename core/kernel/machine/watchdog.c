// SPDX-License-Identifier: GPL-2.0-only
/*
 * watchdog.c - end invocations that exceed their time limit.
 *
 * One pinned timer per CPU, pending only while guests run there.  When it first sees an invocation,
 * it sets its deadline; when it sees the same one after the deadline, it redirects the guest to the
 * leave stub by changing the interrupted instruction pointer, or, if a host function was
 * interrupted, sets ctx->kill, which compiled code checks when the function returns.  A guest that
 * called into another instance of its store ends there first, and then, trap by trap, where it was
 * entered.
 *
 * The timer runs in hard interrupt context on every kernel, so it also fires during softirqs.  It
 * cannot fire with interrupts off: no guest runs then.
 */
#include <linux/cpuhotplug.h>
#include <linux/module.h>

#include "run/store.h"
#include "kernel/compat.h"
#include "kernel/kernel.h"
#include "arch.h"
#include "watchdog.h"

#define PERIOD_NS NSEC_PER_MSEC		/* before time_scale */
#define MIN_PERIOD_NS (50 * NSEC_PER_USEC)
#define MAX_LIMIT_NS (3600 * NSEC_PER_SEC)
#define MAX_SCALE 1000u

static unsigned int time_scale = 1;
module_param(time_scale, uint, 0644);
MODULE_PARM_DESC(time_scale, "factor applied to all time limits, for emulated machines (1 to 1000)");

static u64 period;	/* nanoseconds; limits are compared with it, so it never changes */
static int hotplug_state;

u64 kwasm_watchdog_scale(u64 ns)
{
	return clamp_t(u64, ns, MIN_PERIOD_NS, MAX_LIMIT_NS) *
	       clamp(READ_ONCE(time_scale), 1u, MAX_SCALE);
}

u64 kwasm_watchdog_period(void)
{
	return period;
}

/* Interrupts are off. */
static void set_deadline(struct kwasm_ctx *ctx, u64 now)
{
	u64 cycles = get_cycles();

	ctx->env[KWASM_ENV_BEGAN] = cycles - (u32)(cycles - ctx->env[KWASM_ENV_START]);
	ctx->env[KWASM_ENV_START] = KWASM_SEEN;
	ctx->deadline = now + ctx->env[KWASM_ENV_LIMIT];
}

/*
 * Which instance of the store called the host is not known, so all of them get the flag.  Host
 * functions that are called without any guest have a context without instance.
 */
void kwasm_watchdog_kill(struct kwasm_ctx *ctx, u32 trap)
{
	struct kwasm_instance *inst;

	WRITE_ONCE(ctx->kill, trap);
	if (!ctx->instance)
		return;
	for (inst = ctx->instance->store->instances; inst; inst = inst->next)
		WRITE_ONCE(inst->ctx->kill, trap);
}

void kwasm_watchdog_clear(struct kwasm_ctx *ctx)
{
	ctx->env[KWASM_ENV_START] = 0;
	kwasm_watchdog_kill(ctx, KWASM_TRAP_NONE);
}

/*
 * Check a running context; @regs are the interrupted registers, NULL for invocations other than the
 * innermost.  Return: nanoseconds until the next check.
 */
static u64 look(struct kwasm_ctx *ctx, struct pt_regs *regs, u64 now)
{
	struct kwasm_ctx *guest;

	if (ctx->env[KWASM_ENV_START] < KWASM_SEEN)
		set_deadline(ctx, now);
	if (ctx->env[KWASM_ENV_START] != KWASM_EXPIRED) {
		if (now < ctx->deadline)
			return ctx->deadline - now;
		WRITE_ONCE(ctx->env[KWASM_ENV_START], KWASM_EXPIRED);
	}

	guest = kwasm_interrupted_guest(regs);
	if (guest)
		kwasm_interrupted_trap(regs, guest, KWASM_TRAP_TIME);
	else
		kwasm_watchdog_kill(ctx, KWASM_TRAP_TIME);
	return ctx->env[KWASM_ENV_LIMIT] / 4;
}

/* From @cpu itself with interrupts off, or while it is not up. */
static void fall_asleep(struct kwasm_cpu *cpu)
{
	cpu->running = KWASM_ASLEEP;
	cpu->period = U64_MAX;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct kwasm_cpu *cpu = container_of(timer, struct kwasm_cpu, timer);
	struct pt_regs *regs = get_irq_regs();
	struct kwasm_ctx *ctx = cpu->running;
	ktime_t now = ktime_get();
	u64 next = cpu->period;

	/* Runs on another CPU only after its own went offline: no guest runs there. */
	if (!ctx || cpu != this_cpu_ptr(&kwasm_cpu)) {
		fall_asleep(cpu);
		return HRTIMER_NORESTART;
	}
	for (; ctx; ctx = (struct kwasm_ctx *)ctx->env[KWASM_ENV_BELOW]) {
		next = min(next, look(ctx, regs, ktime_to_ns(now)));
		regs = NULL;
	}
	hrtimer_set_expires(timer, ktime_add_ns(now, max_t(u64, next, MIN_PERIOD_NS)));
	return HRTIMER_RESTART;
}

void kwasm_watchdog_wake(struct kwasm_ctx *ctx)
{
	struct kwasm_cpu *cpu = this_cpu_ptr(&kwasm_cpu);
	unsigned long flags;

	local_irq_save(flags);
	if (ctx->env[KWASM_ENV_START] < KWASM_SEEN)
		set_deadline(ctx, ktime_get_ns());
	cpu->period = clamp_t(u64, ctx->env[KWASM_ENV_LIMIT], MIN_PERIOD_NS, period);
	hrtimer_start(&cpu->timer, ns_to_ktime(cpu->period), HRTIMER_MODE_REL_PINNED_HARD);
	local_irq_restore(flags);
}

/* Before @cpu comes online: its timer may still be pending elsewhere since it went offline. */
static int prepare_cpu(unsigned int cpu)
{
	struct kwasm_cpu *c = per_cpu_ptr(&kwasm_cpu, cpu);

	hrtimer_cancel(&c->timer);
	fall_asleep(c);
	return 0;
}

int __init kwasm_watchdog_init(void)
{
	int cpu, ret;

	for_each_possible_cpu(cpu) {
		struct kwasm_cpu *c = per_cpu_ptr(&kwasm_cpu, cpu);

		kwasm_hrtimer_setup(&c->timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		fall_asleep(c);
	}
	period = kwasm_watchdog_scale(PERIOD_NS);
	ret = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "kwasm:prepare", prepare_cpu, NULL);
	if (ret < 0) {
		pr_err("kwasm: cannot follow CPU hotplug (%d)\n", ret);
		return ret;
	}
	hotplug_state = ret;
	return 0;
}

/* No guest runs any more. */
void kwasm_watchdog_exit(void)
{
	int cpu;

	cpuhp_remove_state_nocalls(hotplug_state);
	for_each_possible_cpu(cpu)
		hrtimer_cancel(&per_cpu_ptr(&kwasm_cpu, cpu)->timer);
}
