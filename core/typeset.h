/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * typeset.h - function types and their numbers: equal types, equal numbers.
 */
#ifndef KWASM_TYPESET_H
#define KWASM_TYPESET_H

#include "types.h"

/* A type of the set; its number is its place in kwasm_typeset.entries plus one. */
struct kwasm_typeset_entry {
	const struct kwasm_functype *type;
	u32 hash;
	u32 next;		/* number of the next one in its bucket, 0 if it is the last */
};

/**
 * struct kwasm_typeset - distinct function types, in the order in which they were added
 * @entries: @num of them, room for @max
 * @buckets: @max heads of chains through @entries, a power of two
 *
 * Not locked.  The owner provides the memory of both arrays.
 */
struct kwasm_typeset {
	struct kwasm_typeset_entry *entries;
	u32 *buckets;
	u32 num;
	u32 max;
};

/** kwasm_typeset_hash() - the keyed hash of @type, for the functions below. */
u32 kwasm_typeset_hash(const struct kwasm_functype *type);

/** kwasm_typeset_room() - the smallest size of the arrays for @n types. */
static inline u32 kwasm_typeset_room(u32 n)
{
	u32 room = 16;

	while (room < n)
		room *= 2;
	return room;
}

/**
 * kwasm_typeset_move() - give the set arrays of @max zeroed entries and buckets.
 *
 * Takes over what the set holds.  @max is a kwasm_typeset_room(); the caller frees the old arrays.
 */
void kwasm_typeset_move(struct kwasm_typeset *set, struct kwasm_typeset_entry *entries,
			u32 *buckets, u32 max);

/** kwasm_typeset_find() - the number of @type, 0 if it is not in the set. */
u32 kwasm_typeset_find(const struct kwasm_typeset *set, const struct kwasm_functype *type,
		       u32 hash);

/**
 * kwasm_typeset_add() - add @type, which is not in the set and lives as long.
 *
 * There must be room.  Return: its number.
 */
u32 kwasm_typeset_add(struct kwasm_typeset *set, const struct kwasm_functype *type, u32 hash);

#endif /* KWASM_TYPESET_H */
