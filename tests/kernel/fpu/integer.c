// SPDX-License-Identifier: GPL-2.0-only
/* A call that does not end, without floats. */
#include <stdint.h>

__attribute__((export_name("spin"))) uint64_t spin(uint32_t seed)
{
	for (;;) {
		seed = seed * 0x9e3779b1 + 1;
		__asm__ volatile("" : "+r"(seed));
	}
}
