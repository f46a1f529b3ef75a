// SPDX-License-Identifier: MIT
/* Traps with "integer overflow": the quotient of the least number by -1 has no place. */
#include <kwasm_guest.h>

static volatile int32_t least = INT32_MIN;
static volatile int32_t minus_one = -1;

KWASM_HANDLER(kwasm_packet)
{
	return (uint32_t)(least / minus_one);
}
