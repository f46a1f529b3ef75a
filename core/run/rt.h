/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rt.h - functions that compiled code calls for instructions too large to emit inline.
 *
 * Called with the guest's context by the System V convention; i32 operands arrive zero-extended.
 * All checks come before the first write (spec 4.4.6, 4.4.7); a function that traps calls
 * kwasm_ctx_trap(), and its result is then ignored.
 * Context: any in which a guest runs; only the two grow functions allocate memory.
 */
#ifndef KWASM_RT_H
#define KWASM_RT_H

#include "env.h"

struct kwasm_ctx;

enum kwasm_rt {
#define RT(NAME, name, sig, bound) KWASM_RT_##NAME,
#include "rt.def"
#undef RT
	KWASM_NUM_RT
};

/**
 * struct kwasm_rt_fn - one of them
 * @name: "memory_grow"
 * @sig: as in rt.def
 * @fn: C function, cast to a plain pointer
 */
struct kwasm_rt_fn {
	const char *name;
	const char *sig;
	const void *fn;
};

/*
 * Long work is split into pieces of this many bytes, and a request to leave (a deadline, a kill) is
 * checked between them: this bounds the run time of an instruction for any operands.
 */
#define KWASM_RT_PIECE (64u << 10)

extern const struct kwasm_rt_fn kwasm_rt_fns[KWASM_NUM_RT];

u32 kwasm_rt_memory_grow(struct kwasm_ctx *ctx, u32 delta);
void kwasm_rt_memory_copy(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len);
void kwasm_rt_memory_fill(struct kwasm_ctx *ctx, u32 dst, u32 value, u32 len);
void kwasm_rt_memory_init(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len, u32 segment);
void kwasm_rt_data_drop(struct kwasm_ctx *ctx, u32 segment);

u64 kwasm_rt_table_get(struct kwasm_ctx *ctx, u32 index, u32 table);
void kwasm_rt_table_set(struct kwasm_ctx *ctx, u32 index, u64 value, u32 table);
u32 kwasm_rt_table_size(struct kwasm_ctx *ctx, u32 table);
u32 kwasm_rt_table_grow(struct kwasm_ctx *ctx, u64 value, u32 delta, u32 table);
void kwasm_rt_table_fill(struct kwasm_ctx *ctx, u32 index, u64 value, u32 len, u32 table);
void kwasm_rt_table_copy(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len, u32 dst_table,
			 u32 src_table);
void kwasm_rt_table_init(struct kwasm_ctx *ctx, u32 dst, u32 src, u32 len, u32 segment,
			 u32 table);
void kwasm_rt_elem_drop(struct kwasm_ctx *ctx, u32 segment);
u64 kwasm_rt_ref_func(struct kwasm_ctx *ctx, u32 func);

#endif /* KWASM_RT_H */
