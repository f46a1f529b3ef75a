// SPDX-License-Identifier: GPL-2.0-only
/* packet.c - Ethernet, VLAN, IPv4 and IPv6, TCP and UDP headers of many packets, to a flow hash. */
#include "../kernel.h"

#define PACKETS 256u
#define SLOT 128u

static uint8_t packets[PACKETS][SLOT];

struct flow {
	uint32_t src, dst;
	uint16_t sport, dport;
	uint8_t protocol, flags;
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void build(void)
{
	uint32_t i;

	for (i = 0; i < PACKETS; i++) {
		uint8_t *p = packets[i], *ip = p + 14;

		fill_random(p, SLOT, i);
		p[12] = 0x08;
		p[13] = 0;
		if (i % 4 == 1) {
			p[12] = 0x81;
			ip += 4;
			ip[-2] = 0x08;
			ip[-1] = 0;
		}
		ip[0] = 0x45 + (i % 8 == 2);
		ip[6] = i % 16 == 3 ? 0x20 : 0;
		ip[7] = 0;
		ip[9] = i % 3 ? 6 : 17;
		if (i % 5 == 4) {
			ip[-2] = 0x86;
			ip[-1] = 0xdd;
			ip[0] = 0x60;
			ip[6] = ip[9];
		}
	}
}

static int parse_ports(const uint8_t *p, const uint8_t *end, struct flow *f)
{
	if (f->protocol != 6 && f->protocol != 17)
		return 0;
	if (p + (f->protocol == 6 ? 20 : 8) > end)
		return -1;
	f->sport = get16(p);
	f->dport = get16(p + 2);
	f->flags = f->protocol == 6 ? p[13] & 0x3f : 0;
	return 0;
}

static int parse_ipv4(const uint8_t *p, const uint8_t *end, struct flow *f)
{
	uint32_t len = (p[0] & 15u) * 4;

	if (p + 20 > end || len < 20 || p + len > end || p[0] >> 4 != 4)
		return -1;
	f->src = get32(p + 12);
	f->dst = get32(p + 16);
	f->protocol = p[9];
	if (get16(p + 6) & 0x3fff)
		return 0;
	return parse_ports(p + len, end, f);
}

static int parse_ipv6(const uint8_t *p, const uint8_t *end, struct flow *f)
{
	if (p + 40 > end || p[0] >> 4 != 6)
		return -1;
	f->src = get32(p + 8) ^ get32(p + 12) ^ get32(p + 16) ^ get32(p + 20);
	f->dst = get32(p + 24) ^ get32(p + 28) ^ get32(p + 32) ^ get32(p + 36);
	f->protocol = p[6];
	return parse_ports(p + 40, end, f);
}

static NOINLINE int parse(const uint8_t *p, const uint8_t *end, struct flow *f)
{
	uint16_t type = get16(p + 12);

	*f = (struct flow){ 0 };
	p += 14;
	while (type == 0x8100 || type == 0x88a8) {
		if (p + 4 > end)
			return -1;
		type = get16(p + 2);
		p += 4;
	}
	switch (type) {
	case 0x0800:
		return parse_ipv4(p, end, f);
	case 0x86dd:
		return parse_ipv6(p, end, f);
	default:
		return -1;
	}
}

KERNEL(n)
{
	uint32_t sum = 0, i, j;
	struct flow f;

	build();
	for (i = 0; i < n; i++) {
		for (j = 0; j < PACKETS; j++) {
			if (parse(packets[j], packets[j] + 60 + (i + j) % 64, &f))
				continue;
			sum = rotl32(sum, 5) ^ f.src;
			sum = sum * 5 + f.dst;
			sum ^= (uint32_t)f.sport << 16 | f.dport;
			sum += f.protocol + f.flags;
		}
	}
	return sum;
}
