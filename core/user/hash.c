// SPDX-License-Identifier: GPL-2.0-only
/*
 * hash.c - the keyed hash in user space: SipHash-1-3 (Aumasson, Bernstein), as hsiphash() computes
 * it on 64-bit kernels.
 *
 * Guarantees: the key is random and the process's own, from before main() on.
 */
#include <endian.h>
#include <sys/random.h>

#include "user.h"

static u64 process_key[2];

__attribute__((constructor))
static void key_init(void)
{
	/* Up to 256 bytes come whole and without a signal's interruption. */
	if (getrandom(process_key, sizeof(process_key), 0) != sizeof(process_key))
		abort();
}

static u64 rotate(u64 v, unsigned int by)
{
	return v << by | v >> (64 - by);
}

static void round_of(u64 v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void absorb(u64 v[4], u64 word)
{
	v[3] ^= word;
	round_of(v);
	v[0] ^= word;
}

u64 kwasm_user_siphash(const u64 key[2], const void *p, size_t len)
{
	u64 v[4] = {
		key[0] ^ 0x736f6d6570736575ull, key[1] ^ 0x646f72616e646f6dull,
		key[0] ^ 0x6c7967656e657261ull, key[1] ^ 0x7465646279746573ull,
	};
	const u8 *byte = p, *end = byte + len / 8 * 8;
	u64 word = 0;

	for (; byte < end; byte += 8)
		absorb(v, kwasm_get_le64(byte));
	if (len % 8)
		memcpy(&word, byte, len % 8);
	absorb(v, le64toh(word) | (u64)len << 56);
	v[2] ^= 0xff;
	round_of(v);
	round_of(v);
	round_of(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

u32 kwasm_hash(const void *p, size_t len)
{
	return (u32)kwasm_user_siphash(process_key, p, len);
}
