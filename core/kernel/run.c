// SPDX-License-Identifier: GPL-2.0-only
/*
 * run.c - the path of a packet through a handler.
 *
 * Guarantees: no lock, no allocation, no sleep; an instance is entered by its own CPU only, and
 * never while it is running already; whatever the guest does, a valid verdict comes out.
 */

#include <linux/netdevice.h>

#include "hook.h"
#include "packet.h"
#include "watchdog.h"

/* What the guest may ask about the packet; only what its imports need. */
static __always_inline void packet_setup(struct kwasm_ctx *ctx, const struct kwasm_run *run,
					 const struct kwasm_attachment *at, struct sk_buff *skb,
					 const struct net_device *in,
					 const struct net_device *out, u8 family)
{
	int offset = skb_network_offset(skb);

	ctx->pkt_data = skb_network_header(skb);
	ctx->pkt_len = skb->len - offset;
	ctx->pkt_linear = skb_headlen(skb) - offset;
	ctx->packet = kwasm_packet_from_skb(skb);
	if (!(run->needs & KWASM_NEEDS_META))
		return;
	ctx->meta_hook = at->hook_number;
	ctx->meta_family = family;
	ctx->meta_in = in ? in->ifindex : 0;
	ctx->meta_out = out ? out->ifindex : 0;
	ctx->meta_mark = skb->mark;
	ctx->meta_protocol = ntohs(skb->protocol);
}

static noinline u32 guest_trapped(struct kwasm_attachment *at, struct kwasm_run *run,
				  struct kwasm_ctx *ctx, u32 kind)
{
	struct kwasm_hook_stats *stats = this_cpu_ptr(at->stats);
	struct kwasm_trap_info trap = {
		.kind = kind,
		.func = KWASM_DIAG_NONE,
		.offset = KWASM_DIAG_NONE,
	};

	if (kind != KWASM_TRAP_VERDICT)
		kwasm_trap_resolve(ctx, &trap);
	if (trap.kind < KWASM_NUM_TRAPS)
		stats->traps[trap.kind]++;
	return kwasm_attachment_trapped(at, run, &trap);
}

/* BH is off. */
static __always_inline u32 run_bh(struct kwasm_attachment *at, struct sk_buff *skb,
				  const struct net_device *in, const struct net_device *out,
				  u8 family)
{
	struct kwasm_hook_stats *stats = this_cpu_ptr(at->stats);
	struct kwasm_run *run = rcu_dereference(at->run);
	struct kwasm_slot *slot;
	struct kwasm_ctx *ctx;
	u64 value, cycles;
	u32 trap;

	if (unlikely(!run)) {
		stats->skipped++;
		return KWASM_VERDICT_ACCEPT;
	}
	slot = this_cpu_ptr(run->slots);
	if (unlikely(slot->busy)) {
		stats->reentered++;
		return KWASM_VERDICT_ACCEPT;
	}
	slot->busy = 1;
	ctx = slot->ctx;
	if (run->needs)
		packet_setup(ctx, run, at, skb, in, out, family);
	cycles = get_cycles();
	trap = kwasm_guarded_enter(ctx, run->enter, &value, run->time_limit_ns);
	cycles = get_cycles() - cycles;
	slot->busy = 0;

	stats->packets++;
	stats->bytes += skb->len;
	stats->run_cycles += cycles;
	if (unlikely(cycles > stats->run_max_cycles))
		stats->run_max_cycles = cycles;
	if (likely(!trap && kwasm_verdict_valid(value))) {
		stats->verdicts[KWASM_VERDICT_KIND((u32)value)]++;
		return value;
	}
	return guest_trapped(at, run, ctx, trap ?: KWASM_TRAP_VERDICT);
}

static noinline u32 run_process(struct kwasm_attachment *at, struct sk_buff *skb,
				const struct net_device *in, const struct net_device *out,
				u8 family)
{
	u32 verdict;

	local_bh_disable();
	verdict = run_bh(at, skb, in, out, family);
	local_bh_enable();
	return verdict;
}

u32 kwasm_attachment_run(struct kwasm_attachment *at, struct sk_buff *skb,
			 const struct net_device *in, const struct net_device *out, u8 family)
{
	if (unlikely(!softirq_count()))
		return run_process(at, skb, in, out, family);
	return run_bh(at, skb, in, out, family);
}
EXPORT_SYMBOL_GPL(kwasm_attachment_run);
