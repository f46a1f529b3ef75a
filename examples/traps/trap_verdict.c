// SPDX-License-Identifier: MIT
/* Traps with "handler returned an unknown verdict". */
#include <kwasm_guest.h>

KWASM_HANDLER(kwasm_packet)
{
	return 77;
}
