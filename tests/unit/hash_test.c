// SPDX-License-Identifier: GPL-2.0-only
/*
 * hash_test.c - the keyed hash of the library, and the numbers of types that stand on it.
 */
#include "run/store.h"
#include "typeset.h"
#include "user/user.h"
#include "tap.h"

/* What CPython 3.11 computes of bytes 0, 1, ... with PYTHONHASHSEED=0, a key of zeroes. */
static const struct {
	u32 len;
	u64 hash;
} vectors[] = {
	{ 1, 0x68a914128e01e473 },
	{ 7, 0x2f098ab0c751325a },
	{ 8, 0xead411e67ebe2eea },
	{ 9, 0x75927f9d95124362 },
	{ 15, 0xf30eb725bb91c9ea },
	{ 16, 0x8972188433a5c5b7 },
	{ 63, 0x385d3e39e5f37359 },
	{ 64, 0x75e05fd5bbc870c6 },
	{ 200, 0x7176378efd9e8a23 },
};

static void test_vectors(void)
{
	static const u64 zero[2], other[2] = { 1, 0 };
	u8 bytes[256];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)i;
	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		is_u64(kwasm_user_siphash(zero, bytes, vectors[i].len), vectors[i].hash,
		       "%u bytes", vectors[i].len);
	ok(kwasm_user_siphash(other, bytes, 64) != kwasm_user_siphash(zero, bytes, 64),
	   "another key, another hash");
	ok(kwasm_hash(bytes, 64) != (u32)kwasm_user_siphash(zero, bytes, 64),
	   "the process has a key");
	is_u64(kwasm_hash(bytes, 64), kwasm_hash(bytes, 64), "which it keeps");
}

#define TYPES 1000u

static void test_types(void)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	static struct kwasm_typeset_entry entries[1024];
	static struct kwasm_functype ft[TYPES + 1];
	struct kwasm_typeset set = { .num = 0 };
	static u32 buckets[1024];
	static u8 types[TYPES][10];
	u32 i, b, good = 0, kept = 0, known = 0;

	for (i = 0; i < TYPES; i++) {
		for (b = 0; b < 10; b++)
			types[i][b] = i >> b & 1 ? KWASM_I32 : KWASM_I64;
		ft[i] = (struct kwasm_functype){ types[i], 10, 0 };
	}
	ft[TYPES] = (struct kwasm_functype){ types[0], 9, 1 };
	for (i = 0; i < TYPES; i++)
		good += kwasm_store_sig(store, &ft[i]) == i + 1;
	for (i = 0; i < TYPES; i++)
		kept += kwasm_store_sig(store, &ft[i]) == i + 1;
	is_u64(good, TYPES, "different types have different numbers");
	is_u64(kept, TYPES, "which they keep");
	is_u64(kwasm_store_sig(store, &ft[TYPES]), TYPES + 1, "a result is not a parameter");
	kwasm_store_destroy(store);

	store = kwasm_store_create(NULL, false);
	kwasm_typeset_move(&set, entries, buckets, 1024);
	for (i = 0; i < 500; i++)
		kwasm_typeset_add(&set, &ft[2 * i], kwasm_typeset_hash(&ft[2 * i]));
	ok(kwasm_store_adopt(store, &set), "an empty store takes the numbers of a module");
	for (i = 0, good = 0; i < TYPES; i++) {
		b = kwasm_store_sig(store, &ft[i]);
		known += !(i % 2) && b == i / 2 + 1;
		good += i % 2 && b == 500 + i / 2 + 1;
	}
	is_u64(known, 500, "which its types have then");
	is_u64(good, 500, "and others have the numbers after them");
	set.num = 0;
	ok(!kwasm_store_adopt(store, &(struct kwasm_typeset){ .num = 0 }),
	   "a second module is numbered by the store");
	kwasm_store_destroy(store);
}

int main(void)
{
	test_vectors();
	test_types();
	return tap_done();
}
