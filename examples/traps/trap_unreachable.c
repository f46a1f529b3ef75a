// SPDX-License-Identifier: MIT
/* Traps with "unreachable": a check of the program itself failed. */
#include <kwasm_guest.h>

KWASM_HANDLER(kwasm_packet)
{
	__builtin_trap();
}
