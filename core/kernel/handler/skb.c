// SPDX-License-Identifier: GPL-2.0-only
/*
 * skb.c - how host functions reach an sk_buff and a program's log.
 */
#include "abi/abi.h"
#include "run/store.h"
#include "kernel/netlink/event.h"
#include "kernel/machine/invocation.h"
#include "skb.h"
#include "kernel/program/program.h"

int kwasm_packet_read(const struct kwasm_packet *packet, u32 offset, void *to, u32 len)
{
	const struct sk_buff *skb = kwasm_packet_skb(packet);

	return skb_copy_bits(skb, skb_network_offset(skb) + (int)offset, to, len);
}

/*
 * Lines of start functions are kept, but not reported by an event immediately: a restart calls them
 * while the program may be being removed.
 */
int kwasm_log_write(struct kwasm_ctx *ctx, const char *text, u32 len)
{
	struct kwasm_program *prog = ctx->instance ? ctx->instance->store->owner : NULL;
	int n;

	if (!prog)
		return -ENOSPC;
	n = kwasm_log_add(&prog->log, text, len);
	if (n > 0 && ctx->env[KWASM_ENV_PROGRAM])
		kwasm_event_log(prog);
	return n;
}
