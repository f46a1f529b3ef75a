// SPDX-License-Identifier: GPL-2.0-only
/*
 * cross.c - calls that compiled code makes into other instances and, by reference, into the host.
 *
 * Guarantees: the callee runs under the stack limit of the outermost entry; when it traps, so does
 * the caller, for the same reason.
 */
#include "x64.h"

/* The C prototype of every host function, see host.h. */
typedef u64 (*host_fn)(struct kwasm_ctx *ctx, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4);

/* A value of 32 bits has no meaning above them in a register. */
static u64 clean(u8 type, u64 value)
{
	return type == KWASM_I32 || type == KWASM_F32 ? (u32)value : value;
}

/* From where a guest function's arguments are to an array in their order. */
static void gather(const struct kwasm_functype *type, const u64 *frame, u64 *values)
{
	struct x64_args args = { };
	u32 k;

	for (k = 0; k < type->num_params; k++) {
		u8 reg = x64_args_next(&args, type->params[k]);
		u64 value;

		if (reg == X64_NONE)
			value = frame[X64_CROSS_STACK + args.stack - 1];
		else if (x64_is_xmm(reg))
			value = frame[X64_CROSS_FLOATS + args.floats - 1];
		else
			value = frame[X64_CROSS_INTS + args.ints - 1];
		values[k] = clean(type->params[k], value);
	}
}

u64 kwasm_cross_call(struct kwasm_ctx *ctx, struct kwasm_func *func, const u64 *frame)
{
	const struct kwasm_functype *type = func->type;
	u64 *values = ctx->results;
	u32 trap;

	if (func->host) {
		host_fn fn = (host_fn)func->host->fn;
		u64 a[X64_NUM_HOST_ARGS] = { };
		u64 result;

		/* The function of a module without code is one of the host's, of any type. */
		gather(type, frame, values);
		memcpy(a, values, min_t(u32, type->num_params, X64_NUM_HOST_ARGS) * sizeof(*a));
		result = fn(ctx, a[0], a[1], a[2], a[3], a[4]);
		return type->num_results ? clean(*kwasm_functype_results(type), result) : 0;
	}
	gather(type, frame, values);
	trap = kwasm_enter(func->ctx, func->enter, values);
	if (unlikely(trap)) {
		WRITE_ONCE(func->ctx->kill, 0);
		kwasm_ctx_trap(ctx, trap);
		return 0;
	}
	return type->num_results ? values[0] : 0;
}
