// SPDX-License-Identifier: GPL-2.0-only
/*
 * trap.c - traps: their names, conversion of faults, and their place in the module.
 *
 * Guarantees: code for fault handlers (kwasm_fault_redirect()) only accesses the context and takes
 * no locks; the caller of the guest looks up the place.
 */
#include "code.h"
#include "instance.h"
#include "store.h"
#include "trap.h"

/* In the order of enum kwasm_trap, which the same table makes. */
static const char *const trap_words[] = {
#define TRAP(name, word, text) word,
	KWASM_TRAPS(TRAP)
#undef TRAP
};

static const char *const trap_texts[] = {
#define TRAP(name, word, text) text,
	KWASM_TRAPS(TRAP)
#undef TRAP
};

const char *kwasm_trap_word(u32 trap)
{
	return trap < KWASM_NUM_TRAPS ? trap_words[trap] : "unknown";
}

const char *kwasm_trap_text(u32 trap)
{
	return trap < KWASM_NUM_TRAPS ? trap_texts[trap] : "unknown trap";
}

const void *kwasm_fault_redirect(struct kwasm_ctx *ctx, u64 pc, u64 address, u32 trap)
{
	ctx->trap = trap;
	ctx->trap_pc = pc;
	ctx->trap_address = trap == KWASM_TRAP_MEMORY ? address : 0;
	return (const void *)kwasm_leave;
}

/* The trap may have occurred in another instance that the entered one called. */
static const struct kwasm_instance *instance_at(const struct kwasm_ctx *ctx, const void *pc,
						struct kwasm_trap_info *info)
{
	const struct kwasm_instance *inst = ctx->instance;

	if (inst->code->funcs && !kwasm_code_locate(inst->code, pc, &info->func, &info->offset))
		return inst;
	for (inst = inst->store->instances; inst; inst = inst->next) {
		if (inst->code->funcs &&
		    !kwasm_code_locate(inst->code, pc, &info->func, &info->offset))
			return inst;
	}
	return NULL;
}

void kwasm_trap_resolve(const struct kwasm_ctx *ctx, struct kwasm_trap_info *info)
{
	const struct kwasm_instance *inst = NULL;

	info->kind = ctx->trap;
	info->func = KWASM_DIAG_NONE;
	info->offset = KWASM_DIAG_NONE;
	info->address = 0;
	info->value = 0;
	if (ctx->instance)
		inst = instance_at(ctx, (const void *)(uintptr_t)ctx->trap_pc, info);
	if (!inst) {
		info->func = KWASM_DIAG_NONE;
		info->offset = KWASM_DIAG_NONE;
	} else if (info->kind == KWASM_TRAP_MEMORY && ctx->trap_address && inst->ctx->mem_base &&
		   ctx->trap_address - (u64)(uintptr_t)inst->ctx->mem_base < KWASM_LINEAR_RESERVE) {
		info->address = ctx->trap_address - (u64)(uintptr_t)inst->ctx->mem_base;
	}
}
