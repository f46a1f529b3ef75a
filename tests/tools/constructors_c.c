// SPDX-License-Identifier: GPL-2.0-only
/* The second file of the program constructors: in C, with the same header. */
#include "constructors.h"

volatile uint32_t constructed;

__attribute__((constructor)) static void count(void)
{
	constructed++;
}
