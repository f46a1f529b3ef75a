// SPDX-License-Identifier: MIT
/* Traps with "out of bounds memory access": a bulk fill beyond the end of the memory. */
#include <kwasm_guest.h>

static volatile uint32_t length = 0x7fffffff;

KWASM_HANDLER(kwasm_packet)
{
	__builtin_memset((void *)1024, 0, length);
	return KWASM_ACCEPT;
}
