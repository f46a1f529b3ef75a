// SPDX-License-Identifier: GPL-2.0-only
/*
 * cross.c - calls that compiled code makes into other instances and, by reference, into the host.
 *
 * Guarantees: the callee runs under the stack limit of the outermost entry; when it traps, so does
 * the caller, for the same reason.
 */
#include "x64.h"

/* Copy a guest function's arguments to an array in order. */
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
		values[k] = kwasm_type_clean(type->params[k], value);
	}
}

u64 kwasm_cross_call(struct kwasm_ctx *ctx, struct kwasm_func *func, const u64 *frame)
{
	const struct kwasm_functype *type = func->type;
	u64 *values = ctx->results;
	u32 trap;

	gather(type, frame, values);
	/* The function of a module without code is one of the host's, of any type. */
	if (func->host)
		return kwasm_host_call(func->host, ctx, type, values);
	trap = kwasm_enter(func->ctx, func->enter, values);
	if (unlikely(trap)) {
		WRITE_ONCE(func->ctx->kill, 0);
		kwasm_ctx_trap(ctx, trap);
		return 0;
	}
	return type->num_results ? values[0] : 0;
}
