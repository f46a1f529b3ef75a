// SPDX-License-Identifier: MIT
/* Traps with "out of bounds memory access": writes to the last byte of the 32-bit range. */
#include <kwasm_guest.h>

static volatile uint32_t last = 0xffffffff;

KWASM_HANDLER(kwasm_packet)
{
	*(volatile uint8_t *)last = 1;
	return KWASM_ACCEPT;
}
