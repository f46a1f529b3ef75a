// SPDX-License-Identifier: MIT
/*
 * Counts packets by transport protocol and logs a line at every thousandth packet of a CPU.
 *
 * Each CPU has its own instance, so these are counters of one CPU.
 */
#include <kwasm_guest.h>

#define REPORT_EVERY 1000

static uint32_t packets;
static uint32_t by_protocol[256];

struct line {
	char text[96];
	uint32_t len;
};

static void put_text(struct line *line, const char *text)
{
	while (*text && line->len < sizeof(line->text))
		line->text[line->len++] = *text++;
}

static void put_number(struct line *line, uint32_t n)
{
	char digits[11];
	uint32_t i = sizeof(digits) - 1;

	digits[i] = 0;
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	put_text(line, &digits[i]);
}

static void report(void)
{
	struct line line = { .len = 0 };

	put_text(&line, "packets ");
	put_number(&line, packets);
	put_text(&line, " icmp ");
	put_number(&line, by_protocol[KWASM_PROTO_ICMP] + by_protocol[KWASM_PROTO_ICMPV6]);
	put_text(&line, " tcp ");
	put_number(&line, by_protocol[KWASM_PROTO_TCP]);
	put_text(&line, " udp ");
	put_number(&line, by_protocol[KWASM_PROTO_UDP]);
	kwasm_log(line.text, line.len);
}

KWASM_HANDLER(kwasm_packet)
{
	struct kwasm_transport t;

	packets++;
	if (kwasm_transport(&t) == 0)
		by_protocol[t.protocol & 0xff]++;
	if (packets % REPORT_EVERY == 0)
		report();
	return KWASM_ACCEPT;
}
