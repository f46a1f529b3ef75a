// SPDX-License-Identifier: GPL-2.0-only
/*
 * spectest.c - the host module "spectest" that the specification's suite imports from.
 *
 * Its functions print in the reference implementation; nothing checks what, so here they return.
 */
#include "spectest.h"

static u64 print(KWASM_HOST2(ctx, a, b))
{
	return 0;
}

#define PRINT(field, params) \
	{ .name = field, .sig = params ":", .fn = print }

static const struct kwasm_host_fn host_fns[KWASM_SPECTEST_FUNCS] = {
	PRINT("print", ""),
	PRINT("print_i32", "i"),
	PRINT("print_i64", "I"),
	PRINT("print_f32", "f"),
	PRINT("print_f64", "F"),
	PRINT("print_i32_f32", "if"),
	PRINT("print_f64_f64", "FF"),
};

const struct kwasm_provider kwasm_spectest_provider = {
	.module = "spectest",
	.fns = host_fns,
	.num_fns = ARRAY_SIZE(host_fns),
};

/* The floats are 666.6 in both precisions. */
static const struct {
	const char *name;
	u8 type;
	u64 bits;
} globals[] = {
	{ "global_i32", KWASM_I32, 666 },
	{ "global_i64", KWASM_I64, 666 },
	{ "global_f32", KWASM_F32, 0x4426a666 },
	{ "global_f64", KWASM_F64, 0x4084d4cccccccccd },
};

int kwasm_spectest_create(struct kwasm_store *store, struct kwasm_spectest *spectest)
{
	struct kwasm_tabletype table = { KWASM_FUNCREF, { 10, 20, true } };
	struct kwasm_range memory = { 1, 2, true };
	u32 i;

	for (i = 0; i < KWASM_SPECTEST_FUNCS; i++) {
		spectest->funcs[i] = kwasm_store_func(store, &kwasm_spectest_provider,
						      &host_fns[i]);
		if (!spectest->funcs[i])
			return -ENOMEM;
	}
	for (i = 0; i < ARRAY_SIZE(globals); i++) {
		struct kwasm_globaltype type = { globals[i].type, false };

		spectest->globals[i] = kwasm_store_global(store, type, globals[i].bits);
		if (!spectest->globals[i])
			return -ENOMEM;
	}
	spectest->table = kwasm_store_table(store, table);
	spectest->memory = kwasm_store_memory(store, memory);
	return spectest->table && spectest->memory ? 0 : -ENOMEM;
}

static bool is(const struct kwasm_name *name, const char *str)
{
	return name->len == strlen(str) && !memcmp(name->str, str, name->len);
}

int kwasm_spectest_externval(const struct kwasm_spectest *spectest, const struct kwasm_name *name,
			     struct kwasm_externval *ext)
{
	u32 i;

	for (i = 0; i < KWASM_SPECTEST_FUNCS; i++) {
		if (is(name, host_fns[i].name)) {
			ext->kind = KWASM_EXTERN_FUNC;
			ext->func = spectest->funcs[i];
			return 0;
		}
	}
	for (i = 0; i < ARRAY_SIZE(globals); i++) {
		if (is(name, globals[i].name)) {
			ext->kind = KWASM_EXTERN_GLOBAL;
			ext->global = spectest->globals[i];
			return 0;
		}
	}
	if (is(name, "table")) {
		ext->kind = KWASM_EXTERN_TABLE;
		ext->table = spectest->table;
		return 0;
	}
	if (is(name, "memory")) {
		ext->kind = KWASM_EXTERN_MEMORY;
		ext->memory = spectest->memory;
		return 0;
	}
	return -ENOENT;
}
