// SPDX-License-Identifier: GPL-2.0-only
/* Lets everything pass and asks nothing about it. */
#include <kwasm_guest.h>

KWASM_HANDLER(kwasm_packet)
{
	return KWASM_ACCEPT;
}

/* Another entry of the same program. */
KWASM_HANDLER(drop_all)
{
	return KWASM_DROP;
}
