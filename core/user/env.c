// SPDX-License-Identifier: GPL-2.0-only
/*
 * env.c - memory, time, checkpoints and the processor for the portable core in user space.
 */
#include <time.h>

#include "user.h"

void *kwasm_zalloc(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

void kwasm_free(const void *p)
{
	free((void *)p);
}

u64 kwasm_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

/* Nobody waits and a fatal signal ends the process: there is nothing to do. */
int kwasm_checkpoint(void)
{
	return 0;
}

u32 kwasm_call_enter(struct kwasm_ctx *ctx, const void *enter, u64 *values, u32 limit_ms)
{
	u32 trap;

	/* A caller's own deadline is the finer one. */
	if (!limit_ms || kwasm_user_deadline_armed())
		return kwasm_enter(ctx, enter, values);
	if (kwasm_user_deadline_arm(ctx, limit_ms * (u64)1000000)) {
		ctx->trap = KWASM_TRAP_TIME;
		ctx->trap_pc = 0;
		return KWASM_TRAP_TIME;
	}
	trap = kwasm_enter(ctx, enter, values);
	kwasm_user_deadline_disarm(ctx);
	return trap;
}

/* Handlers are tried here: what the kernel refuses them is refused. */
u32 kwasm_sleep_begin(struct kwasm_ctx *ctx)
{
	return ctx->packet ? KWASM_TRAP_HOST : KWASM_TRAP_NONE;
}

void kwasm_sleep_end(struct kwasm_ctx *ctx)
{
}
