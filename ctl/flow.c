// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow.c - addresses and ports of a packet, for the list of `kwasmctl test --verbose`.
 *
 * Guarantees: never reads past the packet; ports are only reported if they are in it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "capture.h"
#include "flow.h"
#include "out.h"

#define FRAGMENT 44u

static const struct {
	u8 number;
	bool ports;
	const char *name;
} protocols[] = {
	{ 1, false, "icmp" }, { 2, false, "igmp" }, { 6, true, "tcp" }, { 17, true, "udp" },
	{ 33, true, "dccp" }, { 47, false, "gre" }, { 50, false, "esp" }, { 51, false, "ah" },
	{ 58, false, "icmpv6" }, { 132, true, "sctp" }, { 136, true, "udplite" },
};

/* Extension headers of IPv6 (RFC 8200), the authentication header and that of mobility. */
static bool is_extension(u32 protocol)
{
	return protocol == 0 || protocol == 43 || protocol == FRAGMENT || protocol == 51 ||
	       protocol == 60 || protocol == 135;
}

static u32 extension_bytes(u32 protocol, u8 len)
{
	return protocol == FRAGMENT ? 8 : protocol == 51 ? (len + 2u) * 4 : (len + 1u) * 8;
}

/* Return: where the transport header begins, 0 if the packet does not hold it. */
static u32 skip_extensions(struct ctl_flow *flow, const struct kwasm_packet *packet)
{
	u32 at = 40;

	while (is_extension(flow->protocol)) {
		const u8 *header = packet->data + at;
		u32 bytes;

		if (packet->len - at < 8)
			return 0;
		bytes = extension_bytes(flow->protocol, header[1]);
		if (flow->protocol == FRAGMENT && ctl_be16(header + 2) >> 3) {
			flow->protocol = header[0];
			return 0;
		}
		flow->protocol = header[0];
		if (packet->len - at < bytes)
			return 0;
		at += bytes;
	}
	return at;
}

void ctl_flow_read(struct ctl_flow *flow, const struct kwasm_packet *packet)
{
	const u8 *p = packet->data;
	u32 i, at;

	memset(flow, 0, sizeof(*flow));
	if (p[0] >> 4 == 4) {
		inet_ntop(AF_INET, p + 12, flow->source, sizeof(flow->source));
		inet_ntop(AF_INET, p + 16, flow->destination, sizeof(flow->destination));
		flow->protocol = p[9];
		at = ctl_be16(p + 6) & 0x1fff ? 0 : (p[0] & 15u) * 4;
	} else {
		inet_ntop(AF_INET6, p + 8, flow->source, sizeof(flow->source));
		inet_ntop(AF_INET6, p + 24, flow->destination, sizeof(flow->destination));
		flow->protocol = p[6];
		at = skip_extensions(flow, packet);
	}
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == flow->protocol)
			flow->ports = protocols[i].ports && at && packet->len - at >= 4;
	if (!flow->ports)
		return;
	flow->source_port = (u16)ctl_be16(p + at);
	flow->destination_port = (u16)ctl_be16(p + at + 2);
}

static void out_end(const char *key, const char *port_key, const char *address, bool ports,
		    u16 port)
{
	bool six = ports && strchr(address, ':');

	ctl_out_text("%s", six ? "[" : "");
	ctl_out_string(key, "%s", address);
	ctl_out_text("%s", six ? "]" : "");
	if (ports)
		ctl_out_uint(port_key, ":%llu", port);
}

void ctl_flow_out(const struct ctl_flow *flow)
{
	char number[8];
	const char *name = number;
	u32 i;

	snprintf(number, sizeof(number), "%u", flow->protocol);
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == flow->protocol)
			name = protocols[i].name;
	out_end("source", "source_port", flow->source, flow->ports, flow->source_port);
	ctl_out_text(" > ");
	out_end("destination", "destination_port", flow->destination, flow->ports,
		flow->destination_port);
	ctl_out_string("protocol", " %s", name);
}
