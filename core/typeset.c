// SPDX-License-Identifier: GPL-2.0-only
/*
 * typeset.c - function types and their numbers.
 *
 * Guarantees: two types have the same number if and only if they are equal; a type takes constant
 * time on average, whoever chose the types, because the hash has a key that nobody knows.
 */
#include "typeset.h"

/* The same letters can be parameters or results: their number is hashed as well. */
u32 kwasm_typeset_hash(const struct kwasm_functype *type)
{
	const u32 words[2] = {
		kwasm_hash(type->params, type->num_params + type->num_results),
		type->num_params,
	};

	return kwasm_hash(words, sizeof(words));
}

static u32 *bucket_of(const struct kwasm_typeset *set, u32 hash)
{
	return &set->buckets[hash & (set->max - 1)];
}

void kwasm_typeset_move(struct kwasm_typeset *set, struct kwasm_typeset_entry *entries,
			u32 *buckets, u32 max)
{
	u32 i, *bucket;

	if (set->num)
		memcpy(entries, set->entries, set->num * sizeof(*entries));
	set->entries = entries;
	set->buckets = buckets;
	set->max = max;
	for (i = 0; i < set->num; i++) {
		bucket = bucket_of(set, entries[i].hash);
		entries[i].next = *bucket;
		*bucket = i + 1;
	}
}

u32 kwasm_typeset_find(const struct kwasm_typeset *set, const struct kwasm_functype *type,
		       u32 hash)
{
	const struct kwasm_typeset_entry *e;
	u32 n;

	for (n = set->max ? *bucket_of(set, hash) : 0; n; n = e->next) {
		e = &set->entries[n - 1];
		if (e->hash == hash && kwasm_functype_equal(e->type, type))
			break;
	}
	return n;
}

u32 kwasm_typeset_add(struct kwasm_typeset *set, const struct kwasm_functype *type, u32 hash)
{
	u32 *bucket = bucket_of(set, hash);

	set->entries[set->num] = (struct kwasm_typeset_entry){
		.type = type, .hash = hash, .next = *bucket,
	};
	*bucket = ++set->num;
	return set->num;
}
