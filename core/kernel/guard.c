// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard.c - precautions around calls from process context: start functions, invoke.
 *
 * They run like packet handlers, BH off and under the watchdog of their CPU, with a longer limit.
 */
#include <linux/bottom_half.h>

#include "../instance.h"
#include "watchdog.h"

void kwasm_call_begin(struct kwasm_ctx *ctx, u32 limit_ms)
{
	local_bh_disable();
	kwasm_guard_enter(ctx, kwasm_watchdog_scale(limit_ms * (u64)NSEC_PER_MSEC));
}

void kwasm_call_end(struct kwasm_ctx *ctx)
{
	kwasm_guard_exit(ctx);
	local_bh_enable();
}
