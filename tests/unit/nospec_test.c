// SPDX-License-Identifier: GPL-2.0-only
/*
 * nospec_test.c - array_index_nospec() of user space, the kernel's arithmetic: an index stays, one
 * beyond the bounds becomes 0.
 */
#include "env.h"
#include "tap.h"

int main(void)
{
	static const u64 sizes[] = { 0, 1, 2, 7, 64, 65536, U32_MAX, 1ull << 32 };
	u64 index;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(sizes); n++) {
		for (index = 0; index < 3; index++)
			is_u64(array_index_nospec(index, sizes[n]), index < sizes[n] ? index : 0,
			       "%llu of %llu", (unsigned long long)index,
			       (unsigned long long)sizes[n]);
		if (sizes[n])
			is_u64(array_index_nospec(sizes[n] - 1, sizes[n]), sizes[n] - 1,
			       "the last of %llu", (unsigned long long)sizes[n]);
		is_u64(array_index_nospec(sizes[n], sizes[n]), 0, "the end of %llu",
		       (unsigned long long)sizes[n]);
		is_u64(array_index_nospec((u64)U32_MAX + sizes[n], sizes[n]), 0, "far beyond %llu",
		       (unsigned long long)sizes[n]);
	}
	return tap_done();
}
