// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls each function of the ABI for an echo request and logs its result, one per line:
 * "function=value".  A second line of the same function is for an offset beyond the packet's end.
 */
#include "line.h"

static void report(const char *name, int64_t value)
{
	struct line line = { .len = 0 };

	line_number(&line, name, value);
	line_log(&line);
}

static uint32_t bytes_sum(const uint8_t *bytes, int32_t n)
{
	uint32_t sum = 0;

	for (int32_t i = 0; i < n; i++)
		sum = sum * 256 + bytes[i];
	return sum;
}

static void inside(void)
{
	static uint8_t bytes[4];

	report("pkt_len", kwasm_pkt_len());
	report("pkt_hook", kwasm_pkt_hook());
	report("pkt_family", kwasm_pkt_family());
	report("pkt_ifindex_in", kwasm_pkt_ifindex_in());
	report("pkt_ifindex_out", kwasm_pkt_ifindex_out());
	report("pkt_mark", kwasm_pkt_mark());
	report("pkt_protocol", kwasm_pkt_protocol());
	report("pkt_u8", kwasm_pkt_u8(0));
	report("pkt_be16", kwasm_pkt_be16(2));
	report("pkt_be32", kwasm_pkt_be32(12));
	report("pkt_le16", kwasm_pkt_le16(2));
	report("pkt_le32", kwasm_pkt_le32(12));
	report("pkt_read", bytes_sum(bytes, kwasm_pkt_read(16, bytes, 4)));
	report("log", kwasm_log("hello", 5));
}

/* A load that begins inside and ends outside, and one that wraps around. */
static void outside(void)
{
	uint32_t len = kwasm_pkt_len();
	static uint8_t bytes[8];

	report("end pkt_u8", kwasm_pkt_u8(len));
	report("end pkt_be16", kwasm_pkt_be16(len - 1));
	report("end pkt_be32", kwasm_pkt_be32(len - 3));
	report("end pkt_le16", kwasm_pkt_le16(0xffffffff));
	report("end pkt_le32", kwasm_pkt_le32(0xfffffffd));
	report("end pkt_read", kwasm_pkt_read(len, bytes, 8));
	report("part pkt_read", kwasm_pkt_read(len - 3, bytes, 8));
	report("last pkt_u8", kwasm_pkt_u8(len - 1));
	report("last pkt_be32", kwasm_pkt_be32(len - 4));
}

KWASM_HANDLER(kwasm_packet)
{
	if (is_echo_request()) {
		inside();
		outside();
	}
	return KWASM_ACCEPT;
}
