// SPDX-License-Identifier: MIT
/* Drops every ICMP and ICMPv6 message and accepts everything else. */
#include <kwasm_guest.h>

KWASM_HANDLER(kwasm_packet)
{
	struct kwasm_transport t;

	if (kwasm_transport(&t) < 0)
		return KWASM_ACCEPT;
	if (t.protocol == KWASM_PROTO_ICMP || t.protocol == KWASM_PROTO_ICMPV6)
		return KWASM_DROP;
	return KWASM_ACCEPT;
}
