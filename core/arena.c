// SPDX-License-Identifier: GPL-2.0-only
/*
 * arena.c - bump allocation out of chunks that grow with the arena.
 *
 * Guarantees: memory is zeroed and aligned to 8; memory taken from the environment never exceeds
 * the limit; at most a quarter of it plus one chunk is wasted.
 */
#include "arena.h"

#define CHUNK_MIN 4096u
#define CHUNK_MAX (256u << 10)

/**
 * struct kwasm_arena_chunk - header of a chunk, followed by its bytes
 * @size: usable bytes
 * @fill: bytes allocated
 */
struct kwasm_arena_chunk {
	struct kwasm_arena_chunk *next;
	size_t size;
	size_t fill;
	u64 room[];
};

void kwasm_arena_init(struct kwasm_arena *arena, size_t limit)
{
	arena->chunks = NULL;
	arena->used = 0;
	arena->limit = limit;
	arena->full = false;
}

static struct kwasm_arena_chunk *chunk_create(struct kwasm_arena *arena, size_t room)
{
	struct kwasm_arena_chunk *c;
	size_t left = kwasm_arena_left(arena);
	size_t size;

	if (check_add_overflow(room, sizeof(*c), &size) || size > left) {
		arena->full = true;
		return NULL;
	}
	c = kwasm_zalloc(1, size);
	if (!c)
		return NULL;
	c->size = room;
	arena->used += size;
	return c;
}

void *kwasm_arena_alloc(struct kwasm_arena *arena, size_t n, size_t size)
{
	struct kwasm_arena_chunk *c = arena->chunks;
	size_t bytes, room, left;
	void *p;

	if (check_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - 7)
		return NULL;
	bytes = round_up(bytes, (size_t)8);
	if (!c || c->size - c->fill < bytes) {
		left = kwasm_arena_left(arena);
		room = min(max_t(size_t, arena->used, CHUNK_MIN), (size_t)CHUNK_MAX) - sizeof(*c) -
		       KWASM_ZALLOC_HEADER;
		if (room > left - min(left, sizeof(*c)))
			room = left - min(left, sizeof(*c));
		c = chunk_create(arena, max(bytes, room & ~(size_t)7));
		if (!c)
			return NULL;
		/*
		 * A large object gets its own chunk, linked after the current one, which still has
		 * room.
		 */
		if (arena->chunks && bytes == c->size) {
			c->next = arena->chunks->next;
			arena->chunks->next = c;
		} else {
			c->next = arena->chunks;
			arena->chunks = c;
		}
	}
	p = (u8 *)c->room + c->fill;
	c->fill += bytes;
	return p;
}

void kwasm_arena_release(struct kwasm_arena *arena)
{
	struct kwasm_arena_chunk *c, *next;

	for (c = arena->chunks; c; c = next) {
		next = c->next;
		kwasm_free(c);
	}
	arena->chunks = NULL;
	arena->used = 0;
}
