// SPDX-License-Identifier: GPL-2.0-only
/*
 * store.c - objects that instances consist of and share: memories, tables, globals, host functions
 * and the numbers of function types.
 *
 * Guarantees: objects of a store live until it is destroyed, wherever they were created; two
 * function types have the same number in a store if and only if they are equal.
 */
#include "store.h"

#define CTX_ALIGN 64u
/* Elements that a table of an atomic store can grow by: they are allocated from the start. */
#define ATOMIC_TABLE_ROOM 1024u

/* Twice the room for types of the store's own. */
static int types_grow(struct kwasm_store *store)
{
	u32 max = kwasm_typeset_room(store->types.num + 1);
	struct kwasm_typeset old = store->types;
	struct kwasm_typeset_entry *entries = kwasm_zalloc(max, sizeof(*entries));
	u32 *buckets = kwasm_zalloc(max, sizeof(*buckets));

	if (!entries || !buckets) {
		kwasm_free(entries);
		kwasm_free(buckets);
		return -ENOMEM;
	}
	kwasm_typeset_move(&store->types, entries, buckets, max);
	kwasm_free(old.entries);
	kwasm_free(old.buckets);
	return 0;
}

u32 kwasm_store_sig(struct kwasm_store *store, const struct kwasm_functype *type)
{
	u32 hash = kwasm_typeset_hash(type);
	u32 first = 0, n;

	if (store->base) {
		n = kwasm_typeset_find(store->base, type, hash);
		if (n)
			return n;
		first = store->base->num;
	}
	n = kwasm_typeset_find(&store->types, type, hash);
	if (n)
		return first + n;
	if (store->types.num == store->types.max && types_grow(store))
		return 0;
	return first + kwasm_typeset_add(&store->types, type, hash);
}

bool kwasm_store_adopt(struct kwasm_store *store, const struct kwasm_typeset *types)
{
	if (!store->base && !store->types.num)
		store->base = types;
	return store->base == types;
}

struct kwasm_ctx *kwasm_store_ctx(struct kwasm_store *store, u32 size)
{
	u8 *p = kwasm_arena_alloc(&store->arena, 1, (size_t)size + CTX_ALIGN);
	struct kwasm_ctx *ctx;

	if (!p)
		return NULL;
	ctx = (struct kwasm_ctx *)round_up((uintptr_t)p, CTX_ALIGN);
	ctx->store = store;
	return ctx;
}

/**
 * kwasm_store_create() - see instance.h.
 *
 * Context: process, may sleep.  Return: NULL if out of memory.
 */
struct kwasm_store *kwasm_store_create(const struct kwasm_limits *limits, bool atomic_grow)
{
	struct kwasm_store *store = kwasm_zalloc(1, sizeof(*store));

	if (!store)
		return NULL;
	kwasm_arena_init(&store->arena, SIZE_MAX);
	store->limits = limits ? *limits : kwasm_limits_default;
	store->atomic_grow = atomic_grow;
	store->host_ctx = kwasm_store_ctx(store, sizeof(struct kwasm_ctx));
	if (!store->host_ctx) {
		kwasm_store_destroy(store);
		return NULL;
	}
	return store;
}

/** kwasm_store_destroy() - see instance.h.  Context: process, may sleep; NULL is allowed. */
void kwasm_store_destroy(struct kwasm_store *store)
{
	struct kwasm_memory *memory;
	struct kwasm_table *table;

	if (!store)
		return;
	kwasm_store_close(store, NULL);
	for (memory = store->memories; memory; memory = memory->next)
		kwasm_linear_release(&memory->linear);
	for (table = store->tables; table; table = table->next)
		kwasm_free(table->elems);
	kwasm_free(store->types.entries);
	kwasm_free(store->types.buckets);
	kwasm_arena_release(&store->arena);
	kwasm_free(store);
}

/* A copy of the type that a host function's signature spells; @sig is known to be well formed. */
static const struct kwasm_functype *functype_create(struct kwasm_store *store, const char *sig)
{
	struct kwasm_functype *type = kwasm_arena_alloc(&store->arena, 1, sizeof(*type));
	u8 *types = kwasm_arena_alloc(&store->arena, strlen(sig) + 1, 1);
	const char *c;
	u32 n = 0;

	if (!type || !types)
		return NULL;
	type->params = types;
	for (c = sig; *c; c++) {
		if (*c == ':')
			type->num_params = n;
		else
			types[n++] = kwasm_type_by_letter(*c);
	}
	type->num_results = n - type->num_params;
	return type;
}

struct kwasm_func *kwasm_store_host_func(struct kwasm_store *store,
					 const struct kwasm_host_fn *host,
					 const struct kwasm_functype *type, u32 sig)
{
	struct kwasm_host_func *f = kwasm_arena_alloc(&store->arena, 1, sizeof(*f));

	if (!f)
		return NULL;
	f->store = store;
	f->func.host = host;
	f->func.type = type;
	f->func.sig = sig;
	return &f->func;
}

struct kwasm_func *kwasm_store_func(struct kwasm_store *store,
				    const struct kwasm_provider *provider,
				    const struct kwasm_host_fn *host)
{
	const struct kwasm_functype *type = functype_create(store, host->sig);
	struct kwasm_diag diag;
	u32 sig;

	kwasm_diag_init(&diag);
	if (!type || kwasm_store_open(store, provider, &diag))
		return NULL;
	sig = kwasm_store_sig(store, type);
	return sig ? kwasm_store_host_func(store, host, type, sig) : NULL;
}

int kwasm_table_reserve(struct kwasm_table *table, u32 size)
{
	u64 *elems;

	if (size <= table->capacity)
		return 0;
	elems = kwasm_array_grow(table->elems, table->size, size, sizeof(*elems));
	if (!elems)
		return -ENOMEM;
	WRITE_ONCE(table->elems, elems);
	table->capacity = size;
	return 0;
}

/* @bare: without elements */
static struct kwasm_table *table_create(struct kwasm_store *store, struct kwasm_tabletype type,
					bool bare)
{
	struct kwasm_table *table;
	u32 room = type.range.min;

	if (type.range.min > store->limits.table_elems)
		return NULL;
	table = kwasm_arena_alloc(&store->arena, 1, sizeof(*table));
	if (!table)
		return NULL;
	table->type = type;
	table->max = store->limits.table_elems;
	if (type.range.has_max)
		table->max = min(table->max, type.range.max);
	if (store->atomic_grow) {
		room = min(table->max, max(room, ATOMIC_TABLE_ROOM));
		table->max = room;
	}
	if (!bare && kwasm_table_reserve(table, room))
		return NULL;
	table->size = type.range.min;
	table->next = store->tables;
	store->tables = table;
	return table;
}

struct kwasm_table *kwasm_store_table(struct kwasm_store *store, struct kwasm_tabletype type)
{
	return table_create(store, type, false);
}

struct kwasm_table *kwasm_store_bare_table(struct kwasm_store *store, struct kwasm_tabletype type)
{
	return table_create(store, type, true);
}

struct kwasm_memory *kwasm_store_memory(struct kwasm_store *store, struct kwasm_range type)
{
	struct kwasm_memory *memory;
	u32 pages = min(store->limits.memory_pages, type.has_max ? type.max : 65536u);

	if (type.min > pages)
		return NULL;
	memory = kwasm_arena_alloc(&store->arena, 1, sizeof(*memory));
	if (!memory)
		return NULL;
	memory->type = type;
	if (kwasm_linear_reserve(&memory->linear, type.min, pages, store->atomic_grow))
		return NULL;
	memory->next = store->memories;
	store->memories = memory;
	return memory;
}

struct kwasm_global_inst *kwasm_store_global(struct kwasm_store *store,
					     struct kwasm_globaltype type, u64 bits)
{
	struct kwasm_global_inst *global = kwasm_arena_alloc(&store->arena, 1, sizeof(*global));

	if (!global)
		return NULL;
	global->type = type;
	global->own.lo = bits;
	global->cell = &global->own;
	return global;
}
