// SPDX-License-Identifier: MIT
/* Traps with "integer overflow": dividing the smallest integer by -1. */
#include <kwasm_guest.h>

static volatile int32_t least = INT32_MIN;
static volatile int32_t minus_one = -1;

KWASM_HANDLER(kwasm_packet)
{
	return (uint32_t)(least / minus_one);
}
