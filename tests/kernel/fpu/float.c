// SPDX-License-Identifier: GPL-2.0-only
/* A call that does not end, with floats. */
#include "work.h"

__attribute__((export_name("spin"))) uint64_t spin(uint32_t seed)
{
	for (;;) {
		seed += (uint32_t)work(1000, seed, 0);
		__asm__ volatile("" : "+r"(seed));
	}
}
