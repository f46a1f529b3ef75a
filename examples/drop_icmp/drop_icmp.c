// SPDX-License-Identifier: MIT
/*
 * Drops every ICMP and ICMPv6 message and lets everything else pass.
 *
 * Later fragments pass: without the first one, which is dropped, nothing comes of them.  A packet
 * whose transport header cannot be found for another reason (it is cut short, malformed, or has an
 * absurd number of extension headers) might hide a message and is dropped.
 */
#include <kwasm_guest.h>

KWASM_HANDLER(kwasm_packet)
{
	struct kwasm_transport t;
	int32_t err = kwasm_transport(&t);

	if (err)
		return err == -KWASM_ENOENT ? KWASM_ACCEPT : KWASM_DROP;
	if (t.protocol == KWASM_PROTO_ICMP || t.protocol == KWASM_PROTO_ICMPV6)
		return KWASM_DROP;
	return KWASM_ACCEPT;
}
