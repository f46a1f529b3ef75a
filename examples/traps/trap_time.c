// SPDX-License-Identifier: MIT
/* Traps with "time limit exceeded": an infinite loop. */
#include <kwasm_guest.h>

static volatile uint32_t rounds;

KWASM_HANDLER(kwasm_packet)
{
	for (;;)
		rounds++;
}
