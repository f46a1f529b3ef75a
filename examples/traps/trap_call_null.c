// SPDX-License-Identifier: MIT
/* Traps with "uninitialized element": calls through a null function pointer. */
#include <kwasm_guest.h>

static uint32_t (*volatile handler)(void);

KWASM_HANDLER(kwasm_packet)
{
	return handler();
}
