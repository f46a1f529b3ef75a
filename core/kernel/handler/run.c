// SPDX-License-Identifier: GPL-2.0-only
/*
 * run.c - rare cases on the path of a packet through a handler; the rest is run.h.
 */
#include <linux/bottom_half.h>
#include <linux/irqflags.h>

#include "run/store.h"
#include "run.h"

/* For floats, and limits so short that the timer may have to fire earlier. */
u64 kwasm_run_specially(struct kwasm_ctx *ctx, const struct kwasm_run *run)
{
	if (this_cpu_read(kwasm_cpu.period) > ctx->env[KWASM_ENV_LIMIT])
		kwasm_watchdog_wake(ctx);
	if (run->needs & KWASM_NEEDS_FPU)
		return kwasm_fpu_run(ctx, run->code);
	return kwasm_run_enter(&ctx, run->code);
}
EXPORT_SYMBOL_GPL(kwasm_run_specially);

/*
 * The time of an invocation that just ended: longer than any before, or @cycles is negative because
 * the timer left its mark or because the lower half of the counter went through zero meanwhile.
 * Return: @result, which passes through for the sake of the caller's registers.
 */
u64 kwasm_run_time(struct kwasm_ctx *ctx, u64 cycles, u64 result)
{
	struct kwasm_handler_stats *stats = kwasm_run_stats(ctx);
	u64 start = ctx->env[KWASM_ENV_START];

	cycles = start < KWASM_SEEN ? (u32)cycles : get_cycles() - ctx->env[KWASM_ENV_BEGAN];
	if ((s64)cycles < 0)	/* the counter stepped back, as in a machine that has moved */
		cycles = 0;
	if (start == KWASM_EXPIRED)
		kwasm_watchdog_clear(ctx);
	ctx->env[KWASM_ENV_START] = 0;
	stats->run_cycles += cycles;
	stats->run_max_cycles = max(stats->run_max_cycles, cycles);
	return result;
}
EXPORT_SYMBOL_GPL(kwasm_run_time);

/* @value: the verdict, if that is what is wrong. */
static u32 trapped(struct kwasm_ctx *ctx, u32 kind, u32 value)
{
	struct kwasm_handler_stats *stats = kwasm_run_stats(ctx);
	struct kwasm_trap_info trap = {
		.kind = kind,
		.func = KWASM_DIAG_NONE,
		.offset = KWASM_DIAG_NONE,
		.value = value,
	};

	if (kind != KWASM_TRAP_VERDICT) {
		kwasm_trap_resolve(ctx, &trap);
		kwasm_store_unwind(ctx->instance->store);
		WRITE_ONCE(ctx->kill, KWASM_TRAP_NONE);
	}
	if (trap.kind < KWASM_NUM_TRAPS)
		stats->traps[trap.kind]++;
	return kwasm_handler_trapped(stats->handler, ctx, &trap);
}

u32 kwasm_run_skip(struct kwasm_handler *h)
{
	this_cpu_inc(h->stats->skipped);
	return kwasm_verdict_trapped(h->policy);
}
EXPORT_SYMBOL_GPL(kwasm_run_skip);

/* The caller's stack has no room for a guest, which stopped before its first instruction. */
static u32 no_stack(struct kwasm_ctx *ctx)
{
	struct kwasm_handler_stats *stats = kwasm_run_stats(ctx);

	stats->bytes -= kwasm_packet_skb(ctx->packet)->len;
	return kwasm_run_skip(stats->handler);
}

/* A trap, or a verdict other than drop and accept.  @result: as kwasm_run_enter() returned it. */
static u32 judge(struct kwasm_ctx *ctx, u64 result)
{
	u32 verdict = result;
	u32 kind;

	if (result >> 32 == KWASM_TRAP_STACK && ctx->stack_limit == U64_MAX)
		return no_stack(ctx);
	if (result >> 32)
		return trapped(ctx, result >> 32, 0);
	if (!kwasm_verdict_valid(verdict, !kwasm_run_stats(ctx)->handler->no_queue))
		return trapped(ctx, KWASM_TRAP_VERDICT, verdict);
	kind = array_index_nospec(KWASM_VERDICT_KIND(verdict), KWASM_VERDICT_KINDS);
	kwasm_run_stats(ctx)->verdicts[kind]++;
	/* The packet counts once, by the run that decides. */
	if (kind == KWASM_VERDICT_REPEAT)
		kwasm_run_stats(ctx)->bytes -= kwasm_packet_skb(ctx->packet)->len;
	return verdict;
}

static bool is_running(const struct kwasm_ctx *ctx)
{
	const struct kwasm_ctx *c = kwasm_invocation_running();

	while (c && c != ctx)
		c = (const struct kwasm_ctx *)c->env[KWASM_ENV_BELOW];
	return c;
}

/*
 * The timer is not pending; or a guest is running on this CPU already: one of its host functions
 * sent this packet.  The same instance is not entered twice: its packets to itself pass.  Another
 * one runs on top.
 */
static u32 run_busy(const struct kwasm_run *run, struct sk_buff *skb,
		    const void *arrival)
{
	struct kwasm_handler_stats *stats = this_cpu_read(run->cpus->stats);
	struct kwasm_ctx *ctx = this_cpu_read(run->cpus->ctx);

	if (is_running(ctx)) {
		stats->reentered++;
		return KWASM_VERDICT_ACCEPT;
	}
	if (!kwasm_invocation_begin(ctx, ctx->env[KWASM_ENV_LIMIT]))
		return kwasm_run_skip(stats->handler);
	return kwasm_run_guest(ctx, stats, run, skb, arrival, true, NULL, judge);
}

/*
 * Hooks do not support a repeat verdict (netfilter's loop would leak the packet): it is handled
 * here.
 */
static u32 repeat(struct kwasm_handler *h, struct sk_buff *skb,
		  const void *arrival, u32 verdict)
{
	u32 n;

	for (n = 1; kwasm_verdict_again(verdict, n); n++)
		verdict = kwasm_run_bh(h, skb, arrival, NULL, run_busy, judge);
	if (verdict != KWASM_VERDICT_REPEAT)
		return verdict;
	verdict = kwasm_verdict_final(verdict);
	this_cpu_inc(h->stats->verdicts[verdict]);
	this_cpu_add(h->stats->bytes, skb->len);
	return verdict;
}

u32 kwasm_run_busy(const struct kwasm_run *run, struct sk_buff *skb,
		   const void *arrival)
{
	struct kwasm_handler *h = this_cpu_read(run->cpus->stats)->handler;

	return repeat(h, skb, arrival, run_busy(run, skb, arrival));
}
EXPORT_SYMBOL_GPL(kwasm_run_busy);

u32 kwasm_run_other(struct kwasm_ctx *ctx, u64 result)
{
	const void *arrival = (const void *)ctx->env[KWASM_ENV_ARRIVAL];
	struct kwasm_handler *h = kwasm_run_stats(ctx)->handler;
	struct sk_buff *skb = (struct sk_buff *)ctx->packet;

	return repeat(h, skb, arrival, judge(ctx, result));
}
EXPORT_SYMBOL_GPL(kwasm_run_other);

/*
 * Packets sent by this machine arrive in process context.  With interrupts off, in which nothing
 * could stop a guest, netconsole sends what it prints: the packet is skipped.
 */
u32 kwasm_run_process(struct kwasm_handler *h, struct sk_buff *skb,
		      const void *arrival)
{
	u32 verdict;

	if (irqs_disabled())
		return kwasm_run_skip(h);
	local_bh_disable();
	verdict = kwasm_run_bh(h, skb, arrival, NULL, kwasm_run_busy,
			       kwasm_run_other);
	local_bh_enable();
	return verdict;
}
EXPORT_SYMBOL_GPL(kwasm_run_process);
