// SPDX-License-Identifier: GPL-2.0-only
/* Sends echo requests to user space, queue 5. */
#include "line.h"

KWASM_HANDLER(kwasm_packet)
{
	return is_echo_request() ? KWASM_QUEUE | KWASM_QUEUE_NR(5) : KWASM_ACCEPT;
}
