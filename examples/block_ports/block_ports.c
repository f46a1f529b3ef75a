// SPDX-License-Identifier: MIT
/*
 * Drops TCP segments to the ports in a list.
 *
 * The list is sorted; the lookup is a binary search, whose loop need not be bounded for a verifier.
 *
 * Later fragments pass: without the first one, whose port is looked at, nothing comes of them.  A
 * packet that shows no port although it might have one (it is cut short, malformed, or has an
 * absurd number of extension headers) is dropped.
 */
#include <kwasm_guest.h>

static const uint16_t blocked[] = {
	21, 23, 25, 69, 110, 135, 137, 138, 139, 143, 161, 389, 445, 512, 513, 514, 1433, 1521,
	2049, 3306, 3389, 5432, 5900, 6379, 9200, 11211, 27017,
};

static int port_is_blocked(uint32_t port)
{
	uint32_t low = 0, high = sizeof(blocked) / sizeof(blocked[0]);

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (blocked[middle] == port)
			return 1;
		if (blocked[middle] < port)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

KWASM_HANDLER(kwasm_packet)
{
	struct kwasm_transport t;
	int32_t err = kwasm_transport(&t);
	int32_t port;

	if (err)
		return err == -KWASM_ENOENT ? KWASM_ACCEPT : KWASM_DROP;
	if (t.protocol != KWASM_PROTO_TCP)
		return KWASM_ACCEPT;
	port = kwasm_pkt_be16(t.offset + 2);
	if (port < 0)
		return KWASM_DROP;	/* a TCP header without a destination port */
	return port_is_blocked((uint32_t)port) ? KWASM_DROP : KWASM_ACCEPT;
}
