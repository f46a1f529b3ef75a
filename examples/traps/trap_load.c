// SPDX-License-Identifier: MIT
/* Traps with "out of bounds memory access": reads far beyond the end of its memory. */
#include <kwasm_guest.h>

static volatile uint32_t far = 0x70000000;

KWASM_HANDLER(kwasm_packet)
{
	return *(volatile uint8_t *)far;
}
