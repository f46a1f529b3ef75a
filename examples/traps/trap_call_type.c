// SPDX-License-Identifier: MIT
/* Traps with "indirect call type mismatch": calls a function with the wrong type. */
#include <kwasm_guest.h>

static uint32_t twice(uint32_t n)
{
	return 2 * n;
}

static uint32_t (*volatile function)(uint32_t) = twice;

KWASM_HANDLER(kwasm_packet)
{
	return ((uint64_t (*)(uint64_t, uint64_t))function)(1, 2) != 0;
}
