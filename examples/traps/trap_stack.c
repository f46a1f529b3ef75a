// SPDX-License-Identifier: MIT
/* Traps with "call stack exhausted": infinite recursion. */
#include <kwasm_guest.h>

static volatile uint32_t end;

__attribute__((noinline)) static uint32_t descend(uint32_t n)
{
	return end ? n : descend(n + 1) + end;
}

KWASM_HANDLER(kwasm_packet)
{
	return descend(0);
}
