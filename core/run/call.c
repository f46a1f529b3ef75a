// SPDX-License-Identifier: GPL-2.0-only
/*
 * call.c - calls a function of a store from C.
 *
 * Guarantees: the outermost entry measures the stack, so that all instances that it reaches share
 * one limit; a request to leave is consumed by the entry that it ended.
 */
#include "store.h"

static int call_host(struct kwasm_func *func, u64 *values, struct kwasm_trap_info *trap)
{
	struct kwasm_store *store = container_of(func, struct kwasm_host_func, func)->store;
	const struct kwasm_functype *type = func->type;
	struct kwasm_ctx *ctx = store->host_ctx;
	u64 result = kwasm_host_call(func->host, ctx, type, values);

	if (ctx->kill) {
		ctx->trap = ctx->kill;
		ctx->kill = 0;
		ctx->trap_pc = 0;
		if (trap)
			kwasm_trap_resolve(ctx, trap);
		return -EFAULT;
	}
	if (type->num_results)
		values[0] = result;
	return 0;
}

/* All instances can be reached through tables and imports. */
void kwasm_store_measure_stack(struct kwasm_store *store)
{
	struct kwasm_instance *inst;
	u64 limit = kwasm_stack_limit(store->limits.stack_bytes);

	if (store->stack_limit == limit)
		return;
	store->stack_limit = limit;
	for (inst = store->instances; inst; inst = inst->next) {
		inst->ctx->stack_limit = limit;
		inst->ctx->checked_sp = 0;
	}
}

void kwasm_store_unwind(struct kwasm_store *store)
{
	const struct kwasm_instance *inst;
	const struct kwasm_module *m;
	struct kwasm_cell *own;

	for (inst = store->instances; inst; inst = inst->next) {
		m = inst->module;
		if (m->stack_pointer == KWASM_DIAG_NONE)
			continue;
		own = (void *)((u8 *)inst->ctx + kwasm_ctx_layout(m).globals);
		own[m->stack_pointer - m->num_global_imports].lo =
			m->globals[m->stack_pointer].init.bits;
	}
}

int kwasm_call(struct kwasm_func *func, u64 *values, struct kwasm_trap_info *trap)
{
	struct kwasm_ctx *ctx = func->ctx;
	struct kwasm_store *store;
	u32 kind;

	if (func->host)
		return call_host(func, values, trap);
	store = ctx->instance->store;
	if (!store->depth++) {
		kwasm_store_measure_stack(store);
		kind = kwasm_call_enter(ctx, func->enter, values, store->limits.call_ms);
	} else {
		kind = kwasm_enter(ctx, func->enter, values);
	}
	store->depth--;
	if (likely(!kind))
		return 0;
	WRITE_ONCE(ctx->kill, 0);
	if (trap)
		kwasm_trap_resolve(ctx, trap);
	if (!store->depth)
		kwasm_store_unwind(store);
	return -EFAULT;
}
