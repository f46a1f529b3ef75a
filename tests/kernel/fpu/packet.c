// SPDX-License-Identifier: GPL-2.0-only
/*
 * A handler that performs the computation in a packet: after the UDP header the word "FPU!", seed
 * and rounds in network order, and the result.  Drops the packet if it is right, traps if not.
 */
#include <kwasm_guest.h>

#include "work.h"

#define PAYLOAD 28

KWASM_HANDLER(kwasm_packet)
{
	uint64_t want;

	if (kwasm_pkt_len() != PAYLOAD + 20 || kwasm_pkt_be32(PAYLOAD) != 0x46505521)
		return KWASM_ACCEPT;
	want = (uint64_t)kwasm_pkt_be32(PAYLOAD + 12) << 32 | kwasm_pkt_be32(PAYLOAD + 16);
	if (work(kwasm_pkt_be32(PAYLOAD + 8), kwasm_pkt_be32(PAYLOAD + 4), 0) != want)
		__builtin_trap();
	return KWASM_DROP;
}
