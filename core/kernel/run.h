/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.h - the path of a packet through a handler, to be compiled into each hook.
 *
 * No lock, no allocation, no sleep; an instance is entered by its own CPU only, and never while a
 * guest is running there already, which is left to run.c.  Whatever the guest does, a valid verdict
 * comes out.  Every instruction here is paid by every packet.
 */
#ifndef KWASM_KERNEL_RUN_H
#define KWASM_KERNEL_RUN_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/preempt.h>

#include <asm/nospec-branch.h>

#include "hook.h"
#include "packet.h"
#include "watchdog.h"

/* What the guest may ask about the packet; only what its imports need.  Return: no more needs. */
static __always_inline bool kwasm_run_setup(struct kwasm_ctx *ctx, const struct kwasm_run *run,
					    const struct kwasm_attachment *at,
					    struct sk_buff *skb,
					    const struct nf_hook_state *state)
{
	int offset = skb_network_offset(skb);

	ctx->pkt_data = skb_network_header(skb);
	ctx->pkt_len = skb->len - offset;
	ctx->pkt_linear = skb_headlen(skb) - offset;
	ctx->packet = kwasm_packet_from_skb(skb);
	if (!(run->needs & (KWASM_NEEDS_META | KWASM_NEEDS_FPU)))
		return true;
	ctx->meta_hook = at->hook_number;
	ctx->meta_family = state->pf;
	ctx->meta_in = state->in ? state->in->ifindex : 0;
	ctx->meta_out = state->out ? state->out->ifindex : 0;
	ctx->meta_mark = skb->mark;
	ctx->meta_protocol = ntohs(skb->protocol);
	return !(run->needs & KWASM_NEEDS_FPU);
}

/*
 * Call a function without parameters in @ctx.  Compiled code preserves rbx, rbp, r12 and r13 when
 * it returns; kwasm_leave, its way out by a trap, restores them from ctx->saved.
 * Return: the function's i32, or the trap in the upper half.
 */
static __always_inline u64 kwasm_run_enter(struct kwasm_ctx **ctx, const void *code)
{
	register struct kwasm_ctx *r15 asm("r15") = *ctx;
	u64 ret;

	asm volatile("movq	%%rbx, %c[rbx](%%r15)\n\t"
		     "movq	%%rbp, %c[rbp](%%r15)\n\t"
		     "movq	%%r12, %c[r12](%%r15)\n\t"
		     "movq	%%r13, %c[r13](%%r15)\n\t"
		     "movq	%c[base](%%r15), %%r14\n\t"
		     "leaq	-8(%%rsp), %%rax\n\t"
		     "movq	%%rax, %c[rsp](%%r15)\n\t"
		     CALL_NOSPEC
		     : "=&a" (ret), "+r" (r15), [thunk_target] "+S" (code), ASM_CALL_CONSTRAINT
		     : [rbx] "i" (offsetof(struct kwasm_ctx, saved[0])),
		       [rbp] "i" (offsetof(struct kwasm_ctx, saved[1])),
		       [r12] "i" (offsetof(struct kwasm_ctx, saved[2])),
		       [r13] "i" (offsetof(struct kwasm_ctx, saved[3])),
		       [base] "i" (offsetof(struct kwasm_ctx, mem_base)),
		       [rsp] "i" (offsetof(struct kwasm_ctx, saved_rsp))
		     : "rcx", "rdx", "rdi", "r8", "r9", "r10", "r11", "r14", "memory", "cc");
	*ctx = r15;	/* the same, but the compiler need not keep it elsewhere */
	return ret;
}

/* The rare cases; see run.c. */
u32 kwasm_run_nested(struct kwasm_attachment *at, struct kwasm_run *run, struct sk_buff *skb,
		     const struct nf_hook_state *state);
u32 kwasm_run_floats(struct kwasm_attachment *at, struct kwasm_run *run, struct kwasm_ctx *ctx);
u32 kwasm_run_process(struct kwasm_attachment *at, struct sk_buff *skb,
		      const struct nf_hook_state *state);
u32 kwasm_run_other(struct kwasm_attachment *at, struct kwasm_run *run, struct kwasm_ctx *ctx,
		    u64 result);

/* Time and bytes of one invocation; what it decided is counted by the caller. */
static __always_inline void kwasm_run_account(struct kwasm_hook_stats *stats, u64 start)
{
	u64 cycles = get_cycles() - start;

	stats->run_cycles += cycles;
	if (unlikely(cycles > stats->run_max_cycles))
		stats->run_max_cycles = cycles;
}

/* BH is off, interrupts are on. */
static __always_inline u32 kwasm_run_bh(struct kwasm_attachment *at, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	struct kwasm_hook_stats *stats = this_cpu_ptr(at->stats);
	struct kwasm_run *run = rcu_dereference(at->run);
	struct kwasm_ctx *ctx;
	u64 start, result;

	if (unlikely(!run)) {
		stats->skipped++;
		return KWASM_VERDICT_ACCEPT;
	}
	if (unlikely(this_cpu_read(kwasm_cpu.running)))
		return kwasm_run_nested(at, run, skb, state);
	ctx = this_cpu_read(run->slots->ctx);
	stats->bytes += skb->len;
	if (run->needs && unlikely(!kwasm_run_setup(ctx, run, at, skb, state)))
		return kwasm_run_floats(at, run, ctx);
	start = get_cycles();
	kwasm_guard_begin(ctx);
	result = kwasm_run_enter(&ctx, run->code);
	kwasm_guard_end(ctx);
	kwasm_run_account(stats, start);
	if (unlikely(result > KWASM_VERDICT_ACCEPT))
		return kwasm_run_other(at, run, ctx, result);
	stats->verdicts[result]++;
	return result;
}

/**
 * kwasm_attachment_run() - let the handler decide about a packet.
 * @at: the attachment
 * @skb: the packet; its network header is set
 * @state: devices (NULL for none) and family (NFPROTO_IPV4 or NFPROTO_IPV6) of its arrival
 *
 * Context: inside an RCU read section; softirq, or process context where BH is switched off inside.
 * Return: a verdict in the guest's numbers (packet.h), always a valid one.
 */
static __always_inline u32 kwasm_attachment_run(struct kwasm_attachment *at, struct sk_buff *skb,
						const struct nf_hook_state *state)
{
	if (unlikely(!softirq_count()))
		return kwasm_run_process(at, skb, state);
	return kwasm_run_bh(at, skb, state);
}

#endif /* KWASM_KERNEL_RUN_H */
