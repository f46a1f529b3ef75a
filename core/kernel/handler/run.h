/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.h - the path of a packet through a handler, inlined into each hook.
 *
 * No lock, no allocation, no sleep; an instance is only entered by its own CPU, and never while it
 * is running there already.  The result is always a valid verdict.  Every packet pays for every
 * instruction here: values needed after the call are kept in the context, not in registers that
 * would have to be saved first, and rare cases are in run.c.
 */
#ifndef KWASM_KERNEL_RUN_H
#define KWASM_KERNEL_RUN_H

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>

#include "kernel/machine/arch.h"
#include "attachment.h"
#include "skb.h"
#include "kernel/machine/watchdog.h"

/**
 * struct kwasm_arrival - how a packet arrived at a hook
 * @in: index of its input device, 0 for none
 * @out: index of its output device, 0 for none
 * @family: protocol family of its network header, as the guest is told
 *
 * A hook passes a pointer to its own description along with the packet, and a function that
 * translates it: it is called only for handlers that read these fields, and inlined into the hook.
 */
struct kwasm_arrival {
	u32 in;
	u32 out;
	u32 family;
};

typedef void (*kwasm_describe)(const void *arrival, const struct sk_buff *skb,
			       struct kwasm_arrival *to);

static __always_inline struct kwasm_handler_stats *kwasm_run_stats(const struct kwasm_ctx *ctx)
{
	return (struct kwasm_handler_stats *)READ_ONCE(ctx->env[KWASM_ENV_STATS]);
}

/*
 * Setup that not every handler needs.  @describe: NULL on the slow paths, which use the handler's.
 * Return: no more needs.
 */
static __always_inline bool kwasm_run_setup(struct kwasm_ctx *ctx, const struct kwasm_run *run,
					    struct sk_buff *skb, kwasm_describe describe)
{
	const void *arrival = (const void *)READ_ONCE(ctx->env[KWASM_ENV_ARRIVAL]);
	int offset = skb_network_offset(skb);
	u32 needs = READ_ONCE(run->needs);
	struct kwasm_arrival a;

	ctx->pkt_data = skb_network_header(skb);
	ctx->pkt_len = skb->len - offset;
	ctx->pkt_linear = skb_headlen(skb) - offset;
	if (!(needs & ~KWASM_NEEDS_PACKET))
		return true;
	if (!describe)
		describe = kwasm_run_stats(ctx)->handler->describe;
	describe(arrival, skb, &a);
	ctx->meta_hook = run->hook_number;
	ctx->meta_family = a.family;
	ctx->meta_in = a.in;
	ctx->meta_out = a.out;
	ctx->meta_mark = skb->mark;
	ctx->meta_protocol = ntohs(skb->protocol);
	return !(needs & (KWASM_NEEDS_FPU | KWASM_NEEDS_WATCH));
}

/* The rare cases; see run.c. */
typedef u32 (*kwasm_run_rest)(struct kwasm_ctx *ctx, u64 result);
u32 kwasm_run_other(struct kwasm_ctx *ctx, u64 result);
u32 kwasm_run_busy(const struct kwasm_run *run, struct sk_buff *skb,
		   const void *arrival);
u32 kwasm_run_process(struct kwasm_handler *h, struct sk_buff *skb,
		      const void *arrival);
u64 kwasm_run_specially(struct kwasm_ctx *ctx, const struct kwasm_run *run);
u64 kwasm_run_time(struct kwasm_ctx *ctx, u64 cycles, u64 result);

/**
 * kwasm_run_skip() - a packet on which the handler cannot run; it is no trap.
 *
 * Context: any.  Return: KWASM_VERDICT_DROP if that is the policy's verdict, or _ACCEPT.
 */
u32 kwasm_run_skip(struct kwasm_handler *h);

/*
 * An invocation of @ctx, which is in kwasm_cpu.running, from start to end.  @nested: it has already
 * begun, and others may continue below it.  @rest: handles results other than drop and accept.
 */
static __always_inline u32 kwasm_run_guest(struct kwasm_ctx *ctx, struct kwasm_handler_stats *stats,
					   const struct kwasm_run *run, struct sk_buff *skb,
					   const void *arrival, bool nested,
					   kwasm_describe describe, kwasm_run_rest rest)
{
	struct kwasm_ctx *below;
	u64 result, cycles;

	ctx->env[KWASM_ENV_STATS] = (u64)stats;
	ctx->env[KWASM_ENV_ARRIVAL] = (u64)arrival;
	ctx->packet = kwasm_packet_from_skb(skb);
	stats->bytes += skb->len;
	if (!nested)
		WRITE_ONCE(ctx->env[KWASM_ENV_START], kwasm_cycles_low());
	if (run->needs && unlikely(!kwasm_run_setup(ctx, run, skb, describe)))
		result = kwasm_run_specially(ctx, run);
	else
		result = kwasm_run_enter(&ctx, run->code);
	below = nested ? (struct kwasm_ctx *)ctx->env[KWASM_ENV_BELOW] : NULL;
	this_cpu_write(kwasm_cpu.running, below);
	if (nested)
		ctx->env[KWASM_ENV_BELOW] = 0;
	barrier();	/* the timer does not mark it any more */
	cycles = kwasm_cycles_low() - ctx->env[KWASM_ENV_START];
	stats = kwasm_run_stats(ctx);
	if (unlikely(cycles > stats->run_max_cycles)) {
		result = kwasm_run_time(ctx, cycles, result);
		stats = kwasm_run_stats(ctx);
	} else {
		stats->run_cycles += cycles;
	}
	if (unlikely(result > KWASM_VERDICT_ACCEPT))
		return rest(ctx, result);
	/* drop or accept, and one of them in speculation as well */
	OPTIMIZER_HIDE_VAR(result);
	result &= 1;
	stats->verdicts[result]++;
	return result;
}

/* BH is off, interrupts are on. */
static __always_inline u32 kwasm_run_bh(struct kwasm_handler *h, struct sk_buff *skb,
					const void *arrival, kwasm_describe describe,
					u32 (*busy)(const struct kwasm_run *run,
						    struct sk_buff *skb, const void *arrival),
					kwasm_run_rest rest)
{
	const struct kwasm_run *run = rcu_dereference(h->run);
	struct kwasm_handler_stats *stats;
	struct kwasm_ctx *ctx;

	if (unlikely(!run)) {
		this_cpu_inc(h->stats->skipped);
		return KWASM_VERDICT_ACCEPT;
	}
	ctx = this_cpu_read(run->cpus->ctx);
	stats = this_cpu_read(run->cpus->stats);
	if (unlikely(!kwasm_invocation_claim(ctx)))
		return busy(run, skb, arrival);
	return kwasm_run_guest(ctx, stats, run, skb, arrival, false, describe, rest);
}

/**
 * kwasm_attachment_run() - let the handler decide on a packet.
 * @at: the attachment
 * @skb: the packet; its network header is set
 * @arrival: for @describe
 * @describe: the hook type's, as a constant
 *
 * A handler that asks to see the packet again does so a few times at most.
 *
 * Context: inside an RCU read section; softirq, or process context where BH is switched off inside.
 * With interrupts off, where nothing could stop a guest, the packet is counted as skipped, and
 * dropped exactly if the trap policy is to drop.
 * Return: KWASM_VERDICT_DROP, _ACCEPT or _QUEUE with the queue's number in the upper half.
 */
static __always_inline u32 kwasm_attachment_run(struct kwasm_attachment *at, struct sk_buff *skb,
						const void *arrival, kwasm_describe describe)
{
	if (unlikely(!softirq_count() || irqs_disabled()))
		return kwasm_run_process(&at->handler, skb, arrival);
	return kwasm_run_bh(&at->handler, skb, arrival, describe, kwasm_run_busy, kwasm_run_other);
}

#endif /* KWASM_KERNEL_RUN_H */
