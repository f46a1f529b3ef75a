// SPDX-License-Identifier: GPL-2.0-only
/* Drops everything. */
#include <kwasm_guest.h>

KWASM_HANDLER(kwasm_packet)
{
	return KWASM_DROP;
}
