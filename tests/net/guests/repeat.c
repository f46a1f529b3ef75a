// SPDX-License-Identifier: GPL-2.0-only
/* Has each packet shown again: three times, or for ever. */
#include <kwasm_guest.h>

static uint32_t shown;

KWASM_HANDLER(kwasm_packet)
{
	return ++shown % 4 ? KWASM_REPEAT : KWASM_ACCEPT;
}

KWASM_HANDLER(for_ever)
{
	return KWASM_REPEAT;
}
