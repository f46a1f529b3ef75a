// SPDX-License-Identifier: MIT
/* Traps with "integer divide by zero". */
#include <kwasm_guest.h>

static volatile uint32_t zero;

KWASM_HANDLER(kwasm_packet)
{
	return 100 / zero;
}
