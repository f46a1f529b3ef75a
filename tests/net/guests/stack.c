// SPDX-License-Identifier: GPL-2.0-only
/* Has the stack shown from the bottom of three calls. */
#include "line.h"

__attribute__((import_module("test"), import_name("dump_stack"))) extern int32_t dump_stack(void);

static volatile uint32_t one = 1;

__attribute__((noinline)) uint32_t innermost(void)
{
	return (uint32_t)dump_stack() + one;
}

__attribute__((noinline)) uint32_t between(void)
{
	return innermost() + one;
}

KWASM_HANDLER(kwasm_packet)
{
	return is_echo_request() ? between() - one - one + KWASM_ACCEPT : KWASM_ACCEPT;
}
