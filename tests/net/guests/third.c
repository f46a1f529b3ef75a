// SPDX-License-Identifier: GPL-2.0-only
/* Counts echo requests, logs the count, and traps at the third. */
#include "line.h"

static uint32_t count;

KWASM_HANDLER(kwasm_packet)
{
	struct line line = { .len = 0 };

	if (!is_echo_request())
		return KWASM_ACCEPT;
	if (++count == 3)
		__builtin_trap();
	line_number(&line, "count", count);
	line_log(&line);
	return KWASM_ACCEPT;
}
