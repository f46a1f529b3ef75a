// SPDX-License-Identifier: GPL-2.0-only
/*
 * rt.c - the table of run-time functions, and those on linear memory.
 *
 * Guarantees: nothing is written when the instruction traps, ranges may overlap, and a length of
 * zero at the very end is in bounds.  Speculation that passes a failed check reads nothing beyond
 * the bounds, as rt.def says of each function.
 */
#include "bitset.h"
#include "rt.h"
#include "store.h"

const struct kwasm_rt_fn kwasm_rt_fns[KWASM_NUM_RT] = {
#define RT(NAME, name, sig, bound) { #name, sig, (const void *)kwasm_rt_##name },
#include "rt.def"
#undef RT
};

u8 *kwasm_ctx_slice(struct kwasm_ctx *ctx, u32 ptr, u32 len)
{
	struct kwasm_memory *memory = ctx->memory;

	if (!memory || (u64)ptr + len > (u64)memory->linear.pages * KWASM_PAGE_SIZE) {
		kwasm_ctx_trap(ctx, KWASM_TRAP_MEMORY);
		return NULL;
	}
	return memory->linear.base + ptr;
}

u32 kwasm_rt_memory_grow(struct kwasm_ctx *ctx, u32 delta)
{
	s64 old = kwasm_linear_grow(&ctx->memory->linear, delta);

	return old < 0 ? U32_MAX : (u32)old;
}

void kwasm_rt_move(struct kwasm_ctx *ctx, u8 *to, const u8 *from, size_t len)
{
	bool down = to <= from;		/* first byte first, or overlapping pieces are lost */
	size_t n, at;

	for (; len && !READ_ONCE(ctx->kill); len -= n) {
		n = min_t(size_t, len, KWASM_RT_PIECE);
		at = down ? 0 : len - n;
		memmove(to + at, from + at, n);
		if (down) {
			to += n;
			from += n;
		}
	}
}

void kwasm_rt_memory_copy(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len)
{
	u8 *to = kwasm_ctx_slice(ctx, dst, len);
	u8 *from = kwasm_ctx_slice(ctx, src, len);

	if (to && from)
		kwasm_rt_move(ctx, to, from, len);
}

void kwasm_rt_memory_fill(struct kwasm_ctx *ctx, u32 dst, u32 value, u32 len)
{
	u8 *to = kwasm_ctx_slice(ctx, dst, len);
	u32 n;

	for (; to && len && !READ_ONCE(ctx->kill); len -= n) {
		n = min(len, KWASM_RT_PIECE);
		memset(to, (u8)value, n);
		to += n;
	}
}

void kwasm_rt_memory_init(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len, u32 segment)
{
	const struct kwasm_instance *inst = ctx->instance;
	const struct kwasm_data *data = &inst->module->datas[segment];
	u32 size = kwasm_bitset_test(inst->dropped_datas, segment) ? 0 : data->size;
	u8 *to = kwasm_ctx_slice(ctx, dst, len);

	if (!to)
		return;
	if ((u64)src + len > size) {
		kwasm_ctx_trap(ctx, KWASM_TRAP_MEMORY);
		return;
	}
	barrier_nospec();
	kwasm_rt_move(ctx, to, data->bytes + src, len);
}

void kwasm_rt_data_drop(struct kwasm_ctx *ctx, u32 segment)
{
	kwasm_bitset_add(ctx->instance->dropped_datas, segment);
}
