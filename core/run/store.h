/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store.h - shared by the files that implement stores and instances.
 */
#ifndef KWASM_STORE_H
#define KWASM_STORE_H

#include "instance.h"

#define KWASM_STORE_STATES 16u

/* What a provider keeps of a store; in one of its buckets, and in the order of opening. */
struct kwasm_store_state {
	const struct kwasm_provider *provider;
	void *state;
	struct kwasm_store_state *next;
	struct kwasm_store_state *older;
};

/**
 * struct kwasm_store - everything that is linked together
 * @arena: functions, contexts, global cells, bit maps
 * @base: types of the first module, if it came before any other type: their numbers are its own
 * @types: the others, whose numbers follow those of @base
 * @depth: entries from C that have not returned
 * @stack_limit: of the outermost entry
 * @host_ctx: context of host functions that are called from C, without a memory
 * @thread: owned by the environment, like @owner
 * @states: of providers, by their addresses; changed only by instantiation
 */
struct kwasm_store {
	struct kwasm_arena arena;
	struct kwasm_limits limits;
	bool atomic_grow;

	const struct kwasm_typeset *base;
	struct kwasm_typeset types;

	struct kwasm_instance *instances;
	struct kwasm_memory *memories;
	struct kwasm_table *tables;

	u32 depth;
	u64 stack_limit;
	struct kwasm_ctx *host_ctx;
	void *thread;
	void *owner;

	struct kwasm_store_state *states[KWASM_STORE_STATES];
	struct kwasm_store_state *newest_state;
};

/* A function object of the host; others do not need the store. */
struct kwasm_host_func {
	struct kwasm_func func;
	struct kwasm_store *store;
};

/**
 * kwasm_store_sig() - the store's number of a function type: equal types, equal numbers.
 * @type: must live as long as the store
 *
 * Return: the number, or 0 if out of memory.
 */
u32 kwasm_store_sig(struct kwasm_store *store, const struct kwasm_functype *type);

/**
 * kwasm_store_adopt() - number the types of an empty store as the module does whose they are.
 * @types: a module's, which must outlive the store
 *
 * Return: true if the numbers of @types are those of the store, now or from before.
 */
bool kwasm_store_adopt(struct kwasm_store *store, const struct kwasm_typeset *types);

/**
 * kwasm_store_open() - let @provider open its state of the store, unless it has done so.
 *
 * Context: process, may sleep.  Return: 0 or -errno, with a sentence in @diag.
 */
int kwasm_store_open(struct kwasm_store *store, const struct kwasm_provider *provider,
		     struct kwasm_diag *diag);

/** kwasm_store_close() - close the states that were opened after @until, NULL for all. */
void kwasm_store_close(struct kwasm_store *store, struct kwasm_store_state *until);

/** kwasm_store_host_func() - kwasm_store_func() with a given type and its number in the store. */
struct kwasm_func *kwasm_store_host_func(struct kwasm_store *store,
					 const struct kwasm_host_fn *host,
					 const struct kwasm_functype *type, u32 sig);

/**
 * kwasm_store_ctx() - a zeroed context of @size bytes, aligned to a cache line.
 *
 * Return: NULL if out of memory.
 */
struct kwasm_ctx *kwasm_store_ctx(struct kwasm_store *store, u32 size);

/**
 * kwasm_store_measure_stack() - set all instances' stack limit for an outermost entry from here.
 *
 * Context: any in which a guest is entered.
 */
void kwasm_store_measure_stack(struct kwasm_store *store);

/**
 * kwasm_store_unwind() - after a trap ended the outermost entry, give each instance its stack in
 * linear memory back.
 *
 * The functions that the trap skipped would have restored its pointer; without that, a program that
 * traps often would run out of stack, and then trap always.
 * Context: any in which a guest is entered.
 */
void kwasm_store_unwind(struct kwasm_store *store);

/** kwasm_store_has_floats() - has any instance floats?  Each can be reached from the others. */
static inline bool kwasm_store_has_floats(const struct kwasm_store *store)
{
	const struct kwasm_instance *inst = store->instances;

	while (inst && !inst->module->float_code)
		inst = inst->next;
	return inst;
}

/**
 * kwasm_rt_move() - memmove() in pieces of KWASM_RT_PIECE.
 *
 * Stops early when the guest of @ctx has to leave.
 */
void kwasm_rt_move(struct kwasm_ctx *ctx, u8 *to, const u8 *from, size_t len);

/** kwasm_instance_const() - value of a constant expression in @inst. */
u64 kwasm_instance_const(const struct kwasm_instance *inst, const struct kwasm_const *c);

/** kwasm_table_reserve() - room for @size elements.  Return: 0 or -ENOMEM. */
int kwasm_table_reserve(struct kwasm_table *table, u32 size);

#endif /* KWASM_STORE_H */
