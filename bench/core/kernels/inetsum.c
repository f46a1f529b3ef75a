// SPDX-License-Identifier: GPL-2.0-only
/* inetsum.c - the Internet checksum, by 32-bit words into a 64-bit sum. */
#include "../kernel.h"

static uint8_t frame[2048];

static NOINLINE uint32_t checksum(const uint8_t *p, uint32_t len)
{
	uint64_t sum = 0;
	uint32_t word;

	for (; len >= 4; len -= 4, p += 4) {
		__builtin_memcpy(&word, p, 4);
		sum += word;
	}
	if (len & 2) {
		sum += (uint32_t)p[0] | (uint32_t)p[1] << 8;
		p += 2;
	}
	if (len & 1)
		sum += p[0];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~(uint32_t)sum & 0xffff;
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	fill_random(frame, sizeof(frame), 4);
	for (i = 0; i < n; i++)
		sum = sum * 31 + checksum(frame + (i & 15), 20 + (i * 7) % 1480);
	return sum;
}
