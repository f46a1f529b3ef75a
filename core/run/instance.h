/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * instance.h - run-time structures (spec 4.2): stores and instances.
 *
 * Everything that is linked together lives in one store and is freed with it, so that references
 * between instances never dangle.  Only one CPU at a time may enter a store: its owner ensures this
 * (per-CPU stores, BH off, or a lock).
 */
#ifndef KWASM_INSTANCE_H
#define KWASM_INSTANCE_H

#include "ctx.h"
#include "diag.h"
#include "provider.h"
#include "trap.h"
#include "wasm/module.h"

struct kwasm_code;

/**
 * struct kwasm_func - a function reference: the target of a funcref
 * @code: the function's first instruction, for callers in the same instance
 * @enter: entry thunk for calls from C and from other instances; NULL for host functions
 * @ctx: context it runs in; NULL for host functions
 * @sig: number of its type in the store (equal types, equal numbers)
 * @index: function index in its module
 * @host: host functions only
 */
struct kwasm_func {
	const void *code;
	const void *enter;
	struct kwasm_ctx *ctx;
	u32 sig;
	u32 index;
	const struct kwasm_functype *type;
	const struct kwasm_host_fn *host;
};

/**
 * struct kwasm_table - a table; elements are u64: funcref = struct kwasm_func *, externref = the
 * host's value, null = 0
 */
struct kwasm_table {
	u64 *elems;		/* compiled code reads @elems and @size; NULL if bare */
	u32 size;
	u32 capacity;		/* elements allocated */
	u32 max;		/* growth ends here: declared maximum, limit, capacity if atomic */
	struct kwasm_tabletype type;
	struct kwasm_table *next;	/* in the store */
};

struct kwasm_memory {
	struct kwasm_linear linear;
	struct kwasm_range type;
	struct kwasm_memory *next;
};

/* A global's cell; 16 bytes so that a v128 fits. */
struct kwasm_cell {
	u64 lo;
	u64 hi;
};

/**
 * struct kwasm_global_inst - a global as others see it
 * @cell: its value: @own, or the cell in the context of the instance that defines it
 */
struct kwasm_global_inst {
	struct kwasm_globaltype type;
	struct kwasm_cell *cell;
	struct kwasm_cell own;
};

struct kwasm_store;

/**
 * kwasm_store_create() - an empty store.
 * @limits: ceilings for memories, tables, stack; copied
 * @atomic_grow: guests of this store run where sleeping is forbidden
 */
struct kwasm_store *kwasm_store_create(const struct kwasm_limits *limits, bool atomic_grow);

/** kwasm_store_destroy() - free a store and everything in it; no guest may be running in it. */
void kwasm_store_destroy(struct kwasm_store *store);

/**
 * struct kwasm_externval - an object that satisfies an import
 */
struct kwasm_externval {
	u8 kind;			/* enum kwasm_extern */
	union {
		struct kwasm_func *func;
		struct kwasm_table *table;
		struct kwasm_memory *memory;
		struct kwasm_global_inst *global;
	};
};

/**
 * kwasm_link_fn - find the object that satisfies an import
 *
 * Return: 0, or -ENOENT if there is none.  Not called for functions that were bound to a host
 * function at compile time.
 */
typedef int (*kwasm_link_fn)(void *arg, const struct kwasm_module *module, u32 index,
			     struct kwasm_externval *ext);

/**
 * struct kwasm_instance - a module's instance in a store
 * @funcs: one per function of the index space (imports point elsewhere)
 * @ctx: its context
 */
struct kwasm_instance {
	struct kwasm_store *store;
	const struct kwasm_code *code;
	const struct kwasm_module *module;
	struct kwasm_ctx *ctx;
	struct kwasm_func **funcs;
	struct kwasm_func *own;			/* the functions the module defines itself */
	struct kwasm_memory **memories;
	struct kwasm_table **tables;		/* the array in the context */
	struct kwasm_global_inst **globals;
	u64 *dropped_datas;			/* bit sets */
	u64 *dropped_elems;
	struct kwasm_instance *next;
};

/**
 * kwasm_instance_create() - instantiate (spec 4.5.4), then run the start function and _initialize
 * (see kwasm_module_initialize()).
 * @store: its store
 * @code: compiled module; must outlive the store
 * @link: called for each import; may be NULL if there are none
 * @link_arg: its argument
 * @diag: on failure, names the import that is missing or has a different type
 * @trap: filled in when a segment or one of these functions traps; may be NULL
 * @out: the instance.  As the specification requires, an instance whose start function traps stays
 *	in the store (its tables may be shared) although it is not returned
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT import missing; -EPROTOTYPE incompatible import; -EFAULT trap; -ENOMEM;
 * -EDQUOT.
 */
int kwasm_instance_create(struct kwasm_store *store, const struct kwasm_code *code,
			  kwasm_link_fn link, void *link_arg, struct kwasm_diag *diag,
			  struct kwasm_trap_info *trap, struct kwasm_instance **out);

/**
 * kwasm_instance_match() - would the imports be satisfied?  Nothing is created.
 *
 * Parameters and errors as for kwasm_instance_create().
 */
int kwasm_instance_match(const struct kwasm_module *module, const struct kwasm_bindings *bindings,
			 kwasm_link_fn link, void *link_arg, struct kwasm_diag *diag);

/** kwasm_instance_externval() - the export @name of an instance, for linking others to it. */
int kwasm_instance_externval(struct kwasm_instance *inst, const char *name, size_t len,
			     struct kwasm_externval *ext);

/*
 * Objects of a host module such as "spectest"; they live as long as the store.  Each function
 * returns NULL if memory or a limit is exhausted, or if the provider cannot open its state.  A bare
 * table has a size but no elements: for one whose elements nothing reads or writes.
 */
struct kwasm_func *kwasm_store_func(struct kwasm_store *store,
				    const struct kwasm_provider *provider,
				    const struct kwasm_host_fn *host);
struct kwasm_table *kwasm_store_table(struct kwasm_store *store, struct kwasm_tabletype type);
struct kwasm_table *kwasm_store_bare_table(struct kwasm_store *store, struct kwasm_tabletype type);
struct kwasm_memory *kwasm_store_memory(struct kwasm_store *store, struct kwasm_range type);
struct kwasm_global_inst *kwasm_store_global(struct kwasm_store *store,
					     struct kwasm_globaltype type, u64 bits);

/** kwasm_instance_global() - value of global @index (a valid one). */
u64 kwasm_instance_global(const struct kwasm_instance *inst, u32 index);

/**
 * kwasm_call() - call a function with the arguments its type asks for.
 * @func: any function reference of the store
 * @values: arguments in, results out; room for max(params, results) values
 * @trap: filled in on -EFAULT; may be NULL
 *
 * The store must be the caller's alone.  Context: any in which the guest may run; the caller has
 * armed the environment's watchdog if there is one.
 * Return: 0, or -EFAULT when the guest trapped.
 */
int kwasm_call(struct kwasm_func *func, u64 *values, struct kwasm_trap_info *trap);

/** kwasm_trap_resolve() - turn ctx->trap, trap_pc and trap_address into function and offset. */
void kwasm_trap_resolve(const struct kwasm_ctx *ctx, struct kwasm_trap_info *trap);

#endif /* KWASM_INSTANCE_H */
