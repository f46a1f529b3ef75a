// SPDX-License-Identifier: GPL-2.0-only
/* Sends a datagram for each echo request; the datagram passes this handler's hook. */
#include "line.h"

__attribute__((import_module("test"), import_name("transmit"))) extern int32_t transmit(void);

KWASM_HANDLER(kwasm_packet)
{
	struct line line = { .len = 0 };

	if (is_echo_request()) {
		line_number(&line, "transmit", transmit());
		line_log(&line);
	}
	return KWASM_ACCEPT;
}
