/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spectest.h - the host module "spectest" that the specification's suite imports from.
 */
#ifndef KWASM_SPECTEST_H
#define KWASM_SPECTEST_H

#include "run/instance.h"

#define KWASM_SPECTEST_FUNCS 7

/* Its functions, for kwasm_bindings_resolve(). */
extern const struct kwasm_provider kwasm_spectest_provider;

/**
 * struct kwasm_spectest - its objects in one store
 */
struct kwasm_spectest {
	struct kwasm_func *funcs[KWASM_SPECTEST_FUNCS];
	struct kwasm_global_inst *globals[4];
	struct kwasm_table *table;
	struct kwasm_memory *memory;
};

/** kwasm_spectest_create() - make the objects; they live as long as @store.  0 or -ENOMEM. */
int kwasm_spectest_create(struct kwasm_store *store, struct kwasm_spectest *spectest);

/** kwasm_spectest_externval() - its export @name.  Return: 0 or -ENOENT. */
int kwasm_spectest_externval(const struct kwasm_spectest *spectest, const struct kwasm_name *name,
			     struct kwasm_externval *ext);

#endif /* KWASM_SPECTEST_H */
