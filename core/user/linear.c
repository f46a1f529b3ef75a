// SPDX-License-Identifier: GPL-2.0-only
/*
 * linear.c - linear memories in user space.
 *
 * Guarantees: every address that 33-bit arithmetic can form from the base lies in a reservation of
 * which only the current size is accessible; memory never moves.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "user.h"

int kwasm_linear_reserve(struct kwasm_linear *linear, u32 pages, u32 max_pages, bool atomic_grow)
{
	void *base;

	memset(linear, 0, sizeof(*linear));
	if (pages > max_pages || max_pages > 65536)
		return -EDQUOT;
	base = mmap(NULL, KWASM_LINEAR_RESERVE, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return -ENOMEM;
	linear->base = base;
	linear->max_pages = max_pages;
	if (kwasm_linear_grow(linear, pages) < 0) {
		kwasm_linear_release(linear);
		return -ENOMEM;
	}
	return 0;
}

s64 kwasm_linear_grow(struct kwasm_linear *linear, u32 delta)
{
	u32 old = linear->pages;

	if (delta > linear->max_pages - old)
		return -ENOMEM;
	if (delta && mprotect(linear->base + (size_t)old * KWASM_PAGE_SIZE,
			      (size_t)delta * KWASM_PAGE_SIZE, PROT_READ | PROT_WRITE))
		return -ENOMEM;
	WRITE_ONCE(linear->pages, old + delta);
	return old;
}

void kwasm_linear_release(struct kwasm_linear *linear)
{
	if (linear->base)
		munmap(linear->base, KWASM_LINEAR_RESERVE);
	memset(linear, 0, sizeof(*linear));
}
