// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accepts a packet if the two constructors, this one and that of constructors_c.c, have run once.
 * WITHOUT_HEADER: nothing calls them, so that the linker wraps the handler.
 */
#include "constructors.h"

struct counter {
	counter()
	{
		constructed = constructed + 1;
	}
};

static counter counter;

KWASM_HANDLER(kwasm_packet)
{
	return constructed == 2 ? 1 : 0;
}
