// SPDX-License-Identifier: GPL-2.0-only
/*
 * arena_test.c - the arena's zeroes, alignment and ceiling; bit sets on it.
 */
#include "bitset.h"
#include "tap.h"

static void test_ceiling(void)
{
	struct kwasm_arena a;
	size_t given = 0;

	kwasm_arena_init(&a, 100000);
	ok(!kwasm_arena_alloc(&a, 1, 100001), "more than the ceiling");
	ok(!kwasm_arena_alloc(&a, SIZE_MAX / 2, 3), "a product that overflows");
	ok(!kwasm_arena_alloc(&a, SIZE_MAX, 1), "a size that overflows when rounded");
	is_u64(a.used, 0, "nothing was taken for any of them");
	while (kwasm_arena_alloc(&a, 1, 24))
		given += 24;
	ok(a.used <= 100000, "never more than the ceiling");
	ok(given > 99000, "and most of it handed out: %zu", given);
	kwasm_arena_release(&a);
	is_u64(a.used, 0, "nothing is left after the release");
	ok(kwasm_arena_alloc(&a, 1, 50000), "and it can be used again");
	kwasm_arena_release(&a);
}

static void test_objects(void)
{
	unsigned int i, wrong = 0;
	struct kwasm_arena a;
	u8 *p, *prev = NULL;
	size_t size;

	kwasm_arena_init(&a, 64u << 20);
	for (i = 0; i < 5000; i++) {
		size = 1 + i * 7919 % 3000;
		p = kwasm_arena_alloc(&a, 1, size);
		if (!p || (uintptr_t)p % 8 || p[0] || p[size - 1])
			wrong++;
		else
			memset(p, 0xaa, size);
		if (prev && *prev != 0xaa)
			wrong++;
		prev = p;
	}
	is_u64(wrong, 0, "5000 objects: aligned, zeroed, apart");
	kwasm_arena_release(&a);
}

static void test_bitset(void)
{
	struct kwasm_arena a;
	u32 n, num = 0;
	u64 *s, *t;

	kwasm_arena_init(&a, 1u << 20);
	s = kwasm_bitset_create(&a, 130);
	t = kwasm_bitset_create(&a, 130);
	kwasm_bitset_add(s, 0);
	kwasm_bitset_add(s, 64);
	kwasm_bitset_add(s, 129);
	for (n = 0; n < 130; n++)
		num += kwasm_bitset_test(s, n) + kwasm_bitset_test(t, n);
	ok(kwasm_bitset_test(s, 0) && kwasm_bitset_test(s, 64) && kwasm_bitset_test(s, 129),
	   "members of a set");
	is_u64(num, 3, "and no others, of it or its neighbour");
	kwasm_arena_release(&a);
}

int main(void)
{
	test_ceiling();
	test_objects();
	test_bitset();
	return tap_done();
}
