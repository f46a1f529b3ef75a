/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skb.h - the kernel's packet in ctx->packet.
 */
#ifndef KWASM_KERNEL_SKB_H
#define KWASM_KERNEL_SKB_H

#include <linux/skbuff.h>

/* struct kwasm_packet is the sk_buff itself: nothing to set up per packet. */
static inline struct kwasm_packet *kwasm_packet_from_skb(struct sk_buff *skb)
{
	return (struct kwasm_packet *)skb;
}

static inline const struct sk_buff *kwasm_packet_skb(const struct kwasm_packet *packet)
{
	return (const struct sk_buff *)packet;
}

#endif /* KWASM_KERNEL_SKB_H */
