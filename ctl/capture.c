// SPDX-License-Identifier: GPL-2.0-only
/*
 * capture.c - link layers of captures: position and type of the network header.
 */
#include <pcap/pcap.h>

#include "capture.h"

#define ETHERNET 14u
#define SLL 16u
#define SLL2 20u
#define VLAN_TAG 4u
#define SLL_OTHER_HOST 3	/* packet type in both cooked headers */

/* Position in a frame: @at, and the EtherType of the data there. */
struct cursor {
	u32 at;
	u32 protocol;
	bool other_host;
};

static u32 protocol_of_version(u8 first)
{
	return first >> 4 == 4 ? 0x0800 : first >> 4 == 6 ? 0x86dd : 0;
}

/* BSD loopback: an address family, whose number for IPv6 depends on the system. */
static u32 protocol_of_family(const u8 *p, bool network_order)
{
	u32 family = kwasm_get_le32(p);

	if (network_order || family > 0xffff)
		family = swab32(family);
	switch (family) {
	case 2:
		return 0x0800;
	case 10:
	case 24:
	case 28:
	case 30:
		return 0x86dd;
	}
	return 0;
}

static u32 header_bytes(int link)
{
	switch (link) {
	case DLT_EN10MB:
		return ETHERNET;
	case DLT_LINUX_SLL:
		return SLL;
	case DLT_LINUX_SLL2:
		return SLL2;
	case DLT_NULL:
	case DLT_LOOP:
		return 4;
	default:
		return 1;	/* raw IP: the version */
	}
}

bool ctl_link_known(int link)
{
	switch (link) {
	case DLT_EN10MB:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return true;
	}
	return false;
}

/* The caller has checked that header_bytes() are present. */
static void read_header(const u8 *p, int link, struct cursor *c)
{
	c->at = header_bytes(link);
	switch (link) {
	case DLT_EN10MB:
		c->protocol = ctl_be16(p + 12);
		break;
	case DLT_LINUX_SLL:
		c->protocol = ctl_be16(p + 14);
		c->other_host = ctl_be16(p) == SLL_OTHER_HOST;
		break;
	case DLT_LINUX_SLL2:
		c->protocol = ctl_be16(p);
		c->other_host = p[10] == SLL_OTHER_HOST;
		break;
	case DLT_NULL:
	case DLT_LOOP:
		c->protocol = protocol_of_family(p, link == DLT_LOOP);
		break;
	default:
		c->at = 0;
		c->protocol = protocol_of_version(p[0]);
	}
}

static bool is_vlan(u32 protocol)
{
	return protocol == 0x8100 || protocol == 0x88a8;
}

static bool is_ip(u32 protocol)
{
	return protocol == 0x0800 || protocol == 0x86dd;
}

enum ctl_sight ctl_frame_packet(const struct ctl_frame *frame, int link,
				struct kwasm_packet *packet)
{
	struct cursor c = { 0 };

	if (frame->captured < header_bytes(link))
		return frame->len < header_bytes(link) ? CTL_SIGHT_TRUNCATED : CTL_SIGHT_CUT;
	read_header(frame->data, link, &c);
	while (is_vlan(c.protocol)) {
		if (frame->captured - c.at < VLAN_TAG)
			return frame->len - c.at < VLAN_TAG ? CTL_SIGHT_TRUNCATED : CTL_SIGHT_CUT;
		c.protocol = ctl_be16(frame->data + c.at + 2);
		c.at += VLAN_TAG;
	}
	if (!is_ip(c.protocol))
		return CTL_SIGHT_NOT_IP;
	if (c.other_host)
		return CTL_SIGHT_OTHER_HOST;
	packet->protocol = c.protocol;
	return ctl_ip_check(frame->data + c.at, frame->captured - c.at, frame->len - c.at,
			    packet);
}
