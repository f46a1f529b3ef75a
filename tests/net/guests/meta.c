// SPDX-License-Identifier: GPL-2.0-only
/* Logs the hook at which it sees an echo request. */
#include "line.h"

KWASM_HANDLER(kwasm_packet)
{
	struct line line = { .len = 0 };

	if (!is_echo_request())
		return KWASM_ACCEPT;
	line_number(&line, "hook", kwasm_pkt_hook());
	line_number(&line, "family", kwasm_pkt_family());
	line_number(&line, "protocol", kwasm_pkt_protocol());
	line_number(&line, "in", kwasm_pkt_ifindex_in());
	line_number(&line, "out", kwasm_pkt_ifindex_out());
	line_number(&line, "mark", kwasm_pkt_mark());
	line_log(&line);
	return KWASM_ACCEPT;
}
