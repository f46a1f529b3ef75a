// SPDX-License-Identifier: GPL-2.0-only
/*
 * skb.c - how host functions reach an sk_buff.
 */
#include "abi/abi.h"
#include "skb.h"

int kwasm_packet_read(const struct kwasm_packet *packet, u32 offset, void *to, u32 len)
{
	const struct sk_buff *skb = kwasm_packet_skb(packet);

	return skb_copy_bits(skb, skb_network_offset(skb) + (int)offset, to, len);
}
