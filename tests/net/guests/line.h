/* SPDX-License-Identifier: GPL-2.0-only */
/* line.h - guests that log lines "name=number name=number". */
#ifndef LINE_H
#define LINE_H

#include <kwasm_guest.h>

struct line {
	char text[160];
	uint32_t len;
};

static inline void line_text(struct line *line, const char *text)
{
	while (*text && line->len < sizeof(line->text))
		line->text[line->len++] = *text++;
}

static inline void line_number(struct line *line, const char *name, int64_t value)
{
	uint64_t n = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char digits[21];
	uint32_t i = sizeof(digits) - 1;

	digits[i] = 0;
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	line_text(line, line->len ? " " : "");
	line_text(line, name);
	line_text(line, value < 0 ? "=-" : "=");
	line_text(line, &digits[i]);
}

static inline int32_t line_log(const struct line *line)
{
	return kwasm_log(line->text, line->len);
}

/* Is this an echo request, of either family? */
static inline int is_echo_request(void)
{
	struct kwasm_transport t;

	if (kwasm_transport(&t) < 0)
		return 0;
	return (t.protocol == KWASM_PROTO_ICMP && kwasm_pkt_u8(t.offset) == 8) ||
	       (t.protocol == KWASM_PROTO_ICMPV6 && kwasm_pkt_u8(t.offset) == 128);
}

#endif /* LINE_H */
