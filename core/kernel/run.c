// SPDX-License-Identifier: GPL-2.0-only
/*
 * run.c - what is rare on the path of a packet through a handler; the rest is run.h.
 */
#include <linux/bottom_half.h>
#include <linux/irqflags.h>

#include "fpu.h"
#include "run.h"

static noinline u32 guest_trapped(struct kwasm_attachment *at, struct kwasm_run *run,
				  struct kwasm_ctx *ctx, u32 kind)
{
	struct kwasm_hook_stats *stats = this_cpu_ptr(at->stats);
	struct kwasm_trap_info trap = {
		.kind = kind,
		.func = KWASM_DIAG_NONE,
		.offset = KWASM_DIAG_NONE,
	};

	if (kind != KWASM_TRAP_VERDICT) {
		kwasm_trap_resolve(ctx, &trap);
		WRITE_ONCE(ctx->kill, KWASM_TRAP_NONE);
	}
	if (trap.kind < KWASM_NUM_TRAPS)
		stats->traps[trap.kind]++;
	return kwasm_attachment_trapped(at, run, &trap);
}

/* A trap, or a verdict other than drop and accept.  @result: as kwasm_run_enter() returned it. */
u32 kwasm_run_other(struct kwasm_attachment *at, struct kwasm_run *run, struct kwasm_ctx *ctx,
		    u64 result)
{
	u32 verdict = result;

	if (result >> 32)
		return guest_trapped(at, run, ctx, result >> 32);
	if (!kwasm_verdict_valid(verdict))
		return guest_trapped(at, run, ctx, KWASM_TRAP_VERDICT);
	this_cpu_ptr(at->stats)->verdicts[KWASM_VERDICT_KIND(verdict)]++;
	return verdict;
}
EXPORT_SYMBOL_GPL(kwasm_run_other);

/*
 * Programs with floats, whether or not a guest is running on this CPU already; all else has been
 * prepared.
 */
u32 kwasm_run_floats(struct kwasm_attachment *at, struct kwasm_run *run, struct kwasm_ctx *ctx)
{
	struct kwasm_hook_stats *stats = this_cpu_ptr(at->stats);
	u64 start = get_cycles(), result;

	ctx->env[KWASM_GUARD_PREV] = (u64)this_cpu_read(kwasm_cpu.running);
	kwasm_guard_begin(ctx);
	result = kwasm_fpu_run(ctx, run->code);
	kwasm_guard_exit(ctx);
	kwasm_run_account(stats, start);
	if (unlikely(result > KWASM_VERDICT_ACCEPT))
		return kwasm_run_other(at, run, ctx, result);
	stats->verdicts[result]++;
	return result;
}
EXPORT_SYMBOL_GPL(kwasm_run_floats);

static bool is_running(const struct kwasm_ctx *ctx)
{
	const struct kwasm_ctx *c = this_cpu_read(kwasm_cpu.running);

	while (c && c != ctx)
		c = (const struct kwasm_ctx *)c->env[KWASM_GUARD_PREV];
	return c;
}

/*
 * A guest is running on this CPU already: one of its host functions sent this packet.  The same
 * instance is not entered twice: its packets to itself pass.  Another one runs on top.
 */
u32 kwasm_run_nested(struct kwasm_attachment *at, struct kwasm_run *run, struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	struct kwasm_hook_stats *stats = this_cpu_ptr(at->stats);
	struct kwasm_ctx *ctx = this_cpu_read(run->slots->ctx);
	u64 start, result;

	if (is_running(ctx)) {
		stats->reentered++;
		return KWASM_VERDICT_ACCEPT;
	}
	stats->bytes += skb->len;
	if (run->needs && !kwasm_run_setup(ctx, run, at, skb, state))
		return kwasm_run_floats(at, run, ctx);
	start = get_cycles();
	ctx->env[KWASM_GUARD_PREV] = (u64)this_cpu_read(kwasm_cpu.running);
	kwasm_guard_begin(ctx);
	result = kwasm_run_enter(&ctx, run->code);
	kwasm_guard_exit(ctx);
	kwasm_run_account(stats, start);
	if (result > KWASM_VERDICT_ACCEPT)
		return kwasm_run_other(at, run, ctx, result);
	stats->verdicts[result]++;
	return result;
}
EXPORT_SYMBOL_GPL(kwasm_run_nested);

/*
 * Packets made on this machine come in process context.  No hook is reached with interrupts off,
 * where nothing could end a guest; should one be all the same, the packet passes.
 */
u32 kwasm_run_process(struct kwasm_attachment *at, struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	u32 verdict;

	if (irqs_disabled()) {
		this_cpu_ptr(at->stats)->skipped++;
		return KWASM_VERDICT_ACCEPT;
	}
	local_bh_disable();
	verdict = kwasm_run_bh(at, skb, state);
	local_bh_enable();
	return verdict;
}
EXPORT_SYMBOL_GPL(kwasm_run_process);
