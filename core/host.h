/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - host functions for guests, as the compiler sees them.
 *
 * Compiled code calls a host function directly, in the context the guest runs in (softirq
 * with BH off, or process context).  i32 arguments arrive zero-extended; an i32 result is truncated
 * by the caller.  Floats arrive and return as bit patterns in integer registers, those of an f32
 * zero-extended.  Guest pointers go through kwasm_ctx_slice() only, other indices through
 * array_index_nospec() after their check, or a barrier_nospec() follows it.
 *
 * Functions of more than KWASM_HOST_PARAMS parameters are wide: these come in an array, one u64
 * each, in the same form.
 */
#ifndef KWASM_HOST_H
#define KWASM_HOST_H

#include "env.h"

struct kwasm_ctx;
struct kwasm_provider;

#define KWASM_HOST_PARAMS 5u		/* in registers */
#define KWASM_HOST_WIDE_PARAMS 16u	/* of a wide function */

/*
 * The C prototype of every function that is not wide, independent of its signature:
 * KWASM_HOST2(ctx, text, len) declares the parameters of one with two, followed by the unused ones.
 */
#define KWASM_HOST5(ctx, a, b, c, d, e) struct kwasm_ctx *ctx, u64 a, u64 b, u64 c, u64 d, u64 e
#define KWASM_HOST4(ctx, a, b, c, d) KWASM_HOST5(ctx, a, b, c, d, unused4)
#define KWASM_HOST3(ctx, a, b, c) KWASM_HOST4(ctx, a, b, c, unused3)
#define KWASM_HOST2(ctx, a, b) KWASM_HOST3(ctx, a, b, unused2)
#define KWASM_HOST1(ctx, a) KWASM_HOST2(ctx, a, unused1)
#define KWASM_HOST0(ctx) KWASM_HOST1(ctx, unused0)

/* Code that the compiler may emit instead of the call. */
enum kwasm_host_inline {
	KWASM_INLINE_NONE,
	KWASM_INLINE_PKTLOAD,	/* @access, @swap: typed load from the packet; slow: a call */
	KWASM_INLINE_CTXLOAD,	/* @ctx_offset, @access: field of struct kwasm_ctx */
};

/* What such a load reads: so many bits, zero- or sign-extended. */
enum kwasm_host_access {
	KWASM_ACCESS_U8,
	KWASM_ACCESS_S8,
	KWASM_ACCESS_U16,
	KWASM_ACCESS_S16,
	KWASM_ACCESS_U32,
	KWASM_ACCESS_S32,
	KWASM_ACCESS_U64,
};

/*
 * Where a function may be called.  Functions for anywhere and for packets neither sleep nor rely on
 * BH being on or off.  One that may sleep does not enter the store.
 */
enum kwasm_host_context {
	KWASM_HOST_ANY = 0,
	KWASM_HOST_PACKET = 1 << 0,	/* only while a packet is being handled */
	KWASM_HOST_SLEEP = 1 << 1,	/* may sleep, killable; not for handlers */
};

/**
 * struct kwasm_host_fn - one host function
 * @name: import field name
 * @sig: "ii:i" as in wasm_ops.def
 * @fn: C function of up to KWASM_HOST_PARAMS parameters; see above for its prototype
 * @wide: C function of more; the other one is NULL
 * @context: enum kwasm_host_context
 * @inline_op: enum kwasm_host_inline; with @access (enum kwasm_host_access), @swap, @ctx_offset
 * @doc: description for documentation and `kwasmctl show`
 */
struct kwasm_host_fn {
	const char *name;
	const char *sig;
	u64 (*fn)(struct kwasm_ctx *ctx, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4);
	u64 (*wide)(struct kwasm_ctx *ctx, const u64 *args);
	u8 context;
	u8 inline_op;
	u8 access;
	bool swap;
	u16 ctx_offset;
	const char *doc;
};

/**
 * struct kwasm_bindings - compile-time bindings of a module's imported functions
 * @fns: one entry per imported function; NULL entries are bound at instantiation to another
 *	instance's function and called through struct kwasm_ctx
 * @providers: whose functions these are, each one once
 */
struct kwasm_bindings {
	const struct kwasm_host_fn **fns;
	u32 num_fns;
	const struct kwasm_provider **providers;
	u32 num_providers;
};

/** kwasm_bindings_at() - host function that imported function @index is bound to, or NULL. */
static inline const struct kwasm_host_fn *kwasm_bindings_at(const struct kwasm_bindings *bindings,
							    u32 index)
{
	return index < bindings->num_fns ? bindings->fns[index] : NULL;
}

/** kwasm_bindings_release() - free what it holds, and leave it empty; code.c. */
void kwasm_bindings_release(struct kwasm_bindings *bindings);

#endif /* KWASM_HOST_H */
