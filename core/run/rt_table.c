// SPDX-License-Identifier: GPL-2.0-only
/*
 * rt_table.c - run-time functions on tables and references.
 *
 * Guarantees: as rt.c.  Table numbers and segment numbers come from validated code.
 */
#include "bitset.h"
#include "rt.h"
#include "store.h"

#define PIECE (KWASM_RT_PIECE / 8)	/* elements */

static struct kwasm_table *table_at(struct kwasm_ctx *ctx, u32 table)
{
	return ctx->instance->tables[table];
}

/*
 * Is [@index, @index + @len) inside?  Else the guest will trap.  Speculation must not pass a failed
 * check: the caller has a barrier, or masks the index.
 */
static bool in_bounds(struct kwasm_ctx *ctx, u32 index, u32 len, u32 size)
{
	if ((u64)index + len <= size)
		return true;
	kwasm_ctx_trap(ctx, KWASM_TRAP_TABLE);
	return false;
}

u64 kwasm_rt_table_get(struct kwasm_ctx *ctx, u32 index, u32 table)
{
	struct kwasm_table *t = table_at(ctx, table);

	if (!in_bounds(ctx, index, 1, t->size))
		return 0;
	return t->elems[array_index_nospec(index, t->size)];
}

void kwasm_rt_table_set(struct kwasm_ctx *ctx, u32 index, u64 value, u32 table)
{
	struct kwasm_table *t = table_at(ctx, table);

	if (in_bounds(ctx, index, 1, t->size))
		t->elems[array_index_nospec(index, t->size)] = value;
}

u32 kwasm_rt_table_size(struct kwasm_ctx *ctx, u32 table)
{
	return table_at(ctx, table)->size;
}

/* Capacity doubles, so that growing one by one is linear in total. */
static int make_room(struct kwasm_table *t, u32 size)
{
	if (size <= t->capacity)
		return 0;
	return kwasm_table_reserve(t, min_t(u64, t->max, max_t(u64, size, t->capacity * 2ull)));
}

/* Entries beyond a table's end are null, so that an interrupted growth is sound. */
static void fill(struct kwasm_ctx *ctx, u64 *elems, u64 value, u32 len)
{
	u32 i;

	for (i = 0; i < len && (i % PIECE || !READ_ONCE(ctx->kill)); i++)
		elems[i] = value;
}

u32 kwasm_rt_table_grow(struct kwasm_ctx *ctx, u64 value, u32 delta, u32 table)
{
	struct kwasm_table *t = table_at(ctx, table);
	u32 old = t->size;

	if (delta > t->max - old || make_room(t, old + delta))
		return U32_MAX;
	barrier_nospec();
	fill(ctx, t->elems + old, value, delta);
	WRITE_ONCE(t->size, old + delta);
	return old;
}

void kwasm_rt_table_fill(struct kwasm_ctx *ctx, u32 index, u64 value, u32 len, u32 table)
{
	struct kwasm_table *t = table_at(ctx, table);

	if (!in_bounds(ctx, index, len, t->size))
		return;
	barrier_nospec();
	fill(ctx, t->elems + index, value, len);
}

void kwasm_rt_table_copy(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len, u32 dst_table,
			 u32 src_table)
{
	struct kwasm_table *to = table_at(ctx, dst_table);
	struct kwasm_table *from = table_at(ctx, src_table);

	if (!in_bounds(ctx, dst, len, to->size) || !in_bounds(ctx, src, len, from->size))
		return;
	barrier_nospec();
	kwasm_rt_move(ctx, (u8 *)(to->elems + dst), (const u8 *)(from->elems + src),
		      (size_t)len * sizeof(u64));
}

void kwasm_rt_table_init(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len, u32 segment, u32 table)
{
	const struct kwasm_instance *inst = ctx->instance;
	const struct kwasm_elem *elem = &inst->module->elems[segment];
	u32 count = kwasm_bitset_test(inst->dropped_elems, segment) ? 0 : elem->count;
	struct kwasm_table *t = table_at(ctx, table);
	u32 i;

	if (!in_bounds(ctx, dst, len, t->size) || !in_bounds(ctx, src, len, count))
		return;
	barrier_nospec();
	for (i = 0; i < len && (i % PIECE || !READ_ONCE(ctx->kill)); i++)
		t->elems[dst + i] = kwasm_instance_const(inst, &elem->init[src + i]);
}

void kwasm_rt_elem_drop(struct kwasm_ctx *ctx, u32 segment)
{
	kwasm_bitset_add(ctx->instance->dropped_elems, segment);
}

u64 kwasm_rt_ref_func(struct kwasm_ctx *ctx, u32 func)
{
	return (u64)(uintptr_t)ctx->instance->funcs[func];
}
