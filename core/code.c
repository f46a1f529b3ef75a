// SPDX-License-Identifier: GPL-2.0-only
/*
 * code.c - compiled code: its release, and the function of a machine address.
 *
 * Guarantees: a lookup does not lock or allocate, so that it is safe in exceptions.
 */
#include "code.h"
#include "wasm/module.h"

void kwasm_bindings_release(struct kwasm_bindings *bindings)
{
	kwasm_free(bindings->fns);
	kwasm_free(bindings->providers);
	memset(bindings, 0, sizeof(*bindings));
}

void kwasm_code_destroy(struct kwasm_code *code)
{
	if (!code)
		return;
	kwasm_text_free(&code->text);
	kwasm_bindings_release(&code->bindings);
	kwasm_free(code->funcs);
	kwasm_free(code->sites);
	kwasm_free(code);
}

/* Start of a function's code, including its entry thunk, if any, which precedes it. */
static u32 func_begin(const struct kwasm_code_func *cf)
{
	return cf->enter ? cf->enter : cf->start;
}

/*
 * The last function that starts at or before @pc; functions are in ascending order.  U32_MAX: none.
 */
static u32 find_func(const struct kwasm_code *code, u32 pc)
{
	u32 low = 0, high = code->module->num_funcs - code->module->num_func_imports;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (func_begin(&code->funcs[mid]) <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

/* The last site at or before @pc.  U32_MAX: none. */
static u32 find_site(const struct kwasm_code *code, u32 pc)
{
	u32 low = 0, high = code->num_sites;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (code->sites[mid].pc <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

/*
 * A pc without a site (a watchdog may stop code anywhere) belongs to the last site before it in its
 * function, else to the function's first instruction.
 */
int kwasm_code_locate(const struct kwasm_code *code, const void *pc, u32 *func, u32 *at)
{
	u64 offset = (u64)(unsigned long)pc - (u64)(unsigned long)code->text.exec;
	const struct kwasm_code_func *cf;
	u32 index, site;

	if (offset >= code->text_used)
		return -ENOENT;
	index = find_func(code, (u32)offset);
	if (index == U32_MAX)
		return -ENOENT;
	cf = &code->funcs[index];
	if (offset >= cf->end)
		return -ENOENT;
	*func = code->module->num_func_imports + index;
	site = find_site(code, (u32)offset);
	*at = site != U32_MAX && code->sites[site].pc >= func_begin(cf) ?
		code->sites[site].at : code->module->funcs[*func].code;
	return 0;
}
