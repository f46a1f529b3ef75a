// SPDX-License-Identifier: MIT
/* Traps with "undefined element": calls through an invalid function pointer. */
#include <kwasm_guest.h>

static volatile uint32_t number = 4711;

KWASM_HANDLER(kwasm_packet)
{
	return ((uint32_t (*)(void))number)();
}
