// SPDX-License-Identifier: GPL-2.0-only
/*
 * invocation.c - start and end of invocations; calls from process context (start functions,
 * invoke).
 *
 * Guarantees: the watchdog sees every running guest and can stop it.
 *
 * Calls from process context run like packet handlers, BH off and under the watchdog of their CPU,
 * with a longer limit; if the store has a thread, see thread.h.
 */
#include <linux/bottom_half.h>

#include "arch.h"
#include "thread.h"
#include "watchdog.h"

DEFINE_PER_CPU(struct kwasm_cpu, kwasm_cpu);

bool kwasm_invocation_begin(struct kwasm_ctx *ctx, u64 limit_ns)
{
	if (irqs_disabled())
		return false;
	ctx->env[KWASM_ENV_LIMIT] = limit_ns;
	if (!kwasm_invocation_claim(ctx)) {
		ctx->env[KWASM_ENV_BELOW] = (u64)kwasm_invocation_running();
		barrier();	/* the timer finds the chain complete */
		this_cpu_write(kwasm_cpu.running, ctx);
	}
	WRITE_ONCE(ctx->env[KWASM_ENV_START], kwasm_cycles_low());
	if (this_cpu_read(kwasm_cpu.period) > limit_ns)
		kwasm_watchdog_wake(ctx);
	return true;
}

void kwasm_invocation_end(struct kwasm_ctx *ctx)
{
	this_cpu_write(kwasm_cpu.running, (struct kwasm_ctx *)ctx->env[KWASM_ENV_BELOW]);
	ctx->env[KWASM_ENV_BELOW] = 0;
	barrier();	/* the timer does not mark it any more */
	if (ctx->env[KWASM_ENV_START] == KWASM_EXPIRED)
		kwasm_watchdog_clear(ctx);
	ctx->env[KWASM_ENV_START] = 0;
}

u32 kwasm_call_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values, u32 limit_ms)
{
	struct kwasm_store *store = ctx->instance->store;
	u32 trap;

	if (store->thread)
		return kwasm_thread_enter(store->thread, ctx, enter, values);
	local_bh_disable();
	if (!kwasm_invocation_begin(ctx, kwasm_watchdog_scale(limit_ms * (u64)NSEC_PER_MSEC))) {
		ctx->trap = KWASM_TRAP_TIME;
		ctx->trap_pc = 0;
		local_bh_enable();
		return KWASM_TRAP_TIME;
	}
	if (kwasm_store_has_floats(store))
		trap = kwasm_fpu_enter(ctx, enter, values);
	else
		trap = kwasm_enter(ctx, enter, values);
	kwasm_invocation_end(ctx);
	local_bh_enable();
	return trap;
}
