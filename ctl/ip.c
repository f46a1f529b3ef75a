// SPDX-License-Identifier: GPL-2.0-only
/*
 * ip.c - which IP packets reach the first hook: the checks of the kernel's receive path.
 *
 * Guarantees: never reads past the captured bytes; a packet that the kernel drops before
 * NF_INET_PRE_ROUTING is not seen here either, and the reason is reported.  Relevant sysctls are
 * assumed to have their defaults, and the ingress device not to be the loopback.
 */
#include "capture.h"

#define IPV4_HEADER 20u
#define IPV6_HEADER 40u
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd

#define HOP_BY_HOP 0
#define MAX_HOP_OPTIONS 8	/* net.ipv6.max_hbh_opts_number */
#define MAX_PADDING 7		/* bytes of padding in a row */

enum ipv6_option {
	OPTION_PAD1 = 0,
	OPTION_PADN = 1,
	OPTION_ROUTER_ALERT = 5,
	OPTION_CALIPSO = 7,
	OPTION_IOAM = 49,
	OPTION_JUMBO = 194,
};

static u32 be32(const u8 *p)
{
	return ctl_be16(p) << 16 | ctl_be16(p + 2);
}

/*
 * Missing bytes were cut off by the capture if they were on the wire; else the packet is truncated.
 */
static enum ctl_sight missing(u32 need, u32 len)
{
	return need <= len ? CTL_SIGHT_CUT : CTL_SIGHT_TRUNCATED;
}

static bool checksum_good(const u8 *header, u32 len)
{
	u32 i, sum = 0;

	for (i = 0; i < len; i += 2)
		sum += ctl_be16(header + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static enum ctl_sight check_ipv4(const u8 *data, u32 captured, u32 len,
				 struct kwasm_packet *packet)
{
	u32 header, total;

	if (captured < IPV4_HEADER)
		return missing(IPV4_HEADER, len);
	header = (data[0] & 15u) * 4;
	if (data[0] >> 4 != 4 || header < IPV4_HEADER)
		return CTL_SIGHT_HEADER;
	if (captured < header)
		return missing(header, len);
	if (!checksum_good(data, header))
		return CTL_SIGHT_CHECKSUM;
	total = ctl_be16(data + 2);
	if (len < total)
		return CTL_SIGHT_TRUNCATED;
	if (total < header)
		return CTL_SIGHT_HEADER;
	if (captured < total)
		return CTL_SIGHT_CUT;
	packet->len = total;
	packet->family = 2;
	return CTL_SIGHT_SEEN;
}

/* RFC 4291: addresses that are never valid on the wire. */
static bool addresses_good(const u8 *data)
{
	static const u8 loopback[16] = { [15] = 1 };
	const u8 *from = data + 8, *to = data + 24;

	if (!memcmp(from, loopback, 16) || !memcmp(to, loopback, 16))
		return false;
	/* A multicast destination of scope 0 (reserved) or 1 (this interface). */
	if (to[0] == 0xff && (to[1] & 15) <= 1)
		return false;
	return from[0] != 0xff;
}

/* Options known to the kernel have specific rules; @at is relative to the IPv6 header. */
static bool option_good(const u8 *data, u32 at, u32 packet_len)
{
	u32 len = data[at + 1];

	switch (data[at]) {
	case OPTION_ROUTER_ALERT:
		return len == 2;
	case OPTION_IOAM:
		return at % 4 == 0;
	case OPTION_CALIPSO:
		return len >= 8 && data[at + 6] * 4u + 8 <= len;
	case OPTION_JUMBO:
		return len == 4 && at % 4 == 2 && be32(data + at + 2) > 65535 &&
		       !ctl_be16(data + 4) && be32(data + at + 2) <= packet_len - IPV6_HEADER;
	default:
		/* The two high bits define the treatment of an unknown option: 0 means skip. */
		return !(data[at] >> 6);
	}
}

static bool padding_zero(const u8 *p, u32 len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

static bool options_good(const u8 *data, u32 at, u32 end, u32 packet_len)
{
	u32 padding = 0, options = 0, len;

	while (at < end) {
		if (data[at] == OPTION_PAD1) {
			if (++padding > MAX_PADDING)
				return false;
			at++;
			continue;
		}
		if (end - at < 2)
			return false;
		len = data[at + 1] + 2u;
		if (len > end - at)
			return false;
		if (data[at] == OPTION_PADN) {
			padding += len;
			if (padding > MAX_PADDING || !padding_zero(data + at + 2, len - 2))
				return false;
		} else {
			if (++options > MAX_HOP_OPTIONS || !option_good(data, at, packet_len))
				return false;
			padding = 0;
		}
		at += len;
	}
	return true;
}

static enum ctl_sight check_hop_by_hop(const u8 *data, u32 captured, u32 len)
{
	u32 end;

	if (len < IPV6_HEADER + 8)
		return CTL_SIGHT_TRUNCATED;
	if (captured < IPV6_HEADER + 8)
		return CTL_SIGHT_CUT;
	end = IPV6_HEADER + (data[IPV6_HEADER + 1] + 1u) * 8;
	if (len < end)
		return CTL_SIGHT_TRUNCATED;
	if (captured < end)
		return CTL_SIGHT_CUT;
	return options_good(data, IPV6_HEADER + 2, end, len) ? CTL_SIGHT_SEEN : CTL_SIGHT_OPTIONS;
}

static enum ctl_sight check_ipv6(const u8 *data, u32 captured, u32 len,
				 struct kwasm_packet *packet)
{
	enum ctl_sight sight;
	u32 payload;

	if (captured < IPV6_HEADER)
		return missing(IPV6_HEADER, len);
	if (data[0] >> 4 != 6)
		return CTL_SIGHT_HEADER;
	if (!addresses_good(data))
		return CTL_SIGHT_ADDRESS;
	payload = ctl_be16(data + 4);
	/* A packet with length 0 may be a jumbogram, whose option has the length. */
	if (payload || data[6] != HOP_BY_HOP) {
		if (payload + IPV6_HEADER > len)
			return CTL_SIGHT_TRUNCATED;
		len = payload + IPV6_HEADER;
		captured = min(captured, len);
	}
	if (data[6] == HOP_BY_HOP) {
		sight = check_hop_by_hop(data, captured, len);
		if (sight != CTL_SIGHT_SEEN)
			return sight;
	}
	if (captured < len)
		return CTL_SIGHT_CUT;
	packet->len = len;
	packet->family = 10;
	return CTL_SIGHT_SEEN;
}

enum ctl_sight ctl_ip_check(const u8 *data, u32 captured, u32 len, struct kwasm_packet *packet)
{
	enum ctl_sight sight = CTL_SIGHT_NOT_IP;

	if (packet->protocol == ETHERTYPE_IPV4)
		sight = check_ipv4(data, captured, len, packet);
	else if (packet->protocol == ETHERTYPE_IPV6)
		sight = check_ipv6(data, captured, len, packet);
	packet->data = data;
	packet->linear = packet->len;
	return sight;
}
