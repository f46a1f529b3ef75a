// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_line.c - a handler that traps on known lines, marked by comments: in an inlined function
 * and in one that stays; the linker removes the third.
 */
#include <kwasm_guest.h>

static inline __attribute__((always_inline)) uint32_t check(uint32_t length)
{
	if (length < 1000)
		__builtin_trap();	/* inlined */
	return length;
}

__attribute__((noinline)) static uint32_t refuse(uint32_t length)
{
	if (length < 1000)
		__builtin_trap();	/* called */
	return length;
}

__attribute__((noinline)) uint32_t removed(uint32_t a)
{
	return a + 1;
}

KWASM_HANDLER(kwasm_packet)
{
	return check(kwasm_pkt_len());
}

KWASM_HANDLER(other)
{
	return refuse(kwasm_pkt_len()) + 1;
}
