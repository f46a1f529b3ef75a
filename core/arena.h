/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arena.h - allocations that are freed together, with a limit.
 */
#ifndef KWASM_ARENA_H
#define KWASM_ARENA_H

#include "env.h"

struct kwasm_arena_chunk;

/**
 * struct kwasm_arena - a bump allocator
 * @used: bytes taken from the environment so far
 * @limit: maximum of @used; allocations beyond it fail
 * @full: one has failed for this reason
 *
 * Not locked: one owner at a time.
 */
struct kwasm_arena {
	struct kwasm_arena_chunk *chunks;
	size_t used;
	size_t limit;
	bool full;
};

void kwasm_arena_init(struct kwasm_arena *arena, size_t limit);

/**
 * kwasm_arena_alloc() - allocate zeroed memory for @n objects of @size bytes, aligned to 8.
 *
 * Return: NULL if memory or the limit is exhausted or @n * @size overflows.
 */
void *kwasm_arena_alloc(struct kwasm_arena *arena, size_t n, size_t size);

/** kwasm_arena_left() - bytes that the limit leaves. */
static inline size_t kwasm_arena_left(const struct kwasm_arena *arena)
{
	return arena->limit - min(arena->used, arena->limit);
}

/** kwasm_arena_release() - free everything; the arena can be used again. */
void kwasm_arena_release(struct kwasm_arena *arena);

#endif /* KWASM_ARENA_H */
