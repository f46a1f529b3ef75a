// SPDX-License-Identifier: MIT
/* Traps with "unreachable": a failed check in the program. */
#include <kwasm_guest.h>

KWASM_HANDLER(kwasm_packet)
{
	__builtin_trap();
}
