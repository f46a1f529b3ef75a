// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard.c - precautions around calls from process context: start functions, invoke.
 *
 * They run like packet handlers, BH off and under the watchdog of their CPU, with a longer limit.
 */
#include <linux/bottom_half.h>

#include "../store.h"
#include "fpu.h"
#include "watchdog.h"

/* Any instance of the store may be called by way of tables and imports. */
static bool uses_floats(const struct kwasm_store *store)
{
	const struct kwasm_instance *inst = store->instances;

	while (inst && !inst->module->float_code)
		inst = inst->next;
	return inst;
}

u32 kwasm_call_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values, u32 limit_ms)
{
	u32 trap;

	local_bh_disable();
	kwasm_guard_enter(ctx, kwasm_watchdog_scale(limit_ms * (u64)NSEC_PER_MSEC));
	if (uses_floats(ctx->instance->store))
		trap = kwasm_fpu_enter(ctx, enter, values);
	else
		trap = kwasm_enter(ctx, enter, values);
	kwasm_guard_exit(ctx);
	local_bh_enable();
	return trap;
}
