// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard.c - precautions around calls from process context: start functions, invoke.
 *
 * They run like packet handlers, BH off and under the watchdog of their CPU, with a longer limit;
 * where the store has a thread, as thread.h says.
 */
#include <linux/bottom_half.h>

#include "kernel/machine/x86/fpu.h"
#include "thread.h"
#include "watchdog.h"

u32 kwasm_call_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values, u32 limit_ms)
{
	struct kwasm_store *store = ctx->instance->store;
	u32 trap;

	if (store->thread)
		return kwasm_thread_enter(store->thread, ctx, enter, values);
	local_bh_disable();
	if (!kwasm_guard_enter(ctx, kwasm_watchdog_scale(limit_ms * (u64)NSEC_PER_MSEC))) {
		ctx->trap = KWASM_TRAP_TIME;
		ctx->trap_pc = 0;
		local_bh_enable();
		return KWASM_TRAP_TIME;
	}
	if (kwasm_store_has_floats(store))
		trap = kwasm_fpu_enter(ctx, enter, values);
	else
		trap = kwasm_enter(ctx, enter, values);
	kwasm_guard_exit(ctx);
	local_bh_enable();
	return trap;
}
