// SPDX-License-Identifier: MIT
/*
 * Drops packets with a hop limit below 8: traceroute probes do not reach a service behind it.
 * Link-local IPv6 control traffic has a hop limit of 255 and is accepted.
 */
#include <kwasm_guest.h>

#define MIN_HOPS 8

KWASM_HANDLER(kwasm_packet)
{
	int32_t hops = kwasm_pkt_u8(kwasm_pkt_family() == KWASM_FAMILY_IPV6 ? 7 : 8);

	return hops >= 0 && hops < MIN_HOPS ? KWASM_DROP : KWASM_ACCEPT;
}
