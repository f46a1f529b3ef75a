/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * provider.h - named sets of host functions, and how a module's imports are bound to them.
 */
#ifndef KWASM_PROVIDER_H
#define KWASM_PROVIDER_H

#include "host.h"
#include "wasm/module.h"

struct kwasm_store;
struct module;

/**
 * struct kwasm_provider - the functions of an import module
 * @module: name of the import module
 * @fns: its @num_fns functions
 * @owner: the kernel module that they belong to, THIS_MODULE; NULL elsewhere
 * @open: make its state of a store that is about to be bound to it; NULL: it has none.  @state may
 *	be left NULL.  Context: process, may sleep.  Return: 0 or -errno, with a sentence in @diag
 * @close: the end of that state, together with its store, in which nobody is any more; NULL
 *	exactly if @open is.  Context: process, may sleep; in the kernel kwasm_lock and
 *	pernet_ops_rwsem may be held: it takes neither rtnl nor a lock under which kwasm is called
 *
 * A kernel module registers its provider last: programs can be bound to it from then on, and an
 * initialisation that fails afterwards would have to wait for them.
 */
struct kwasm_provider {
	const char *module;
	const struct kwasm_host_fn *fns;
	u32 num_fns;
	struct module *owner;
	int (*open)(struct kwasm_store *store, struct kwasm_diag *diag, void **state);
	void (*close)(struct kwasm_store *store, void *state);
};

/**
 * kwasm_provider_check() - can guests be bound to it?
 * @provider: to be offered
 * @diag: the sentence otherwise
 *
 * Return: 0; -EINVAL a name is empty, a signature is none, a C function is missing or of the wrong
 * kind, @open and @close do not go together; -E2BIG more than KWASM_HOST_WIDE_PARAMS parameters or
 * more than one result; -EEXIST a name stands there twice; -EPROTOTYPE an inline operation that
 * does not fit the signature or the context.
 */
int kwasm_provider_check(const struct kwasm_provider *provider, struct kwasm_diag *diag);

/**
 * kwasm_provider_state() - what @provider's open() made for the store of @ctx.
 *
 * In constant time.  Context: any; of a function of @provider.
 */
void *kwasm_provider_state(const struct kwasm_ctx *ctx, const struct kwasm_provider *provider);

/**
 * kwasm_bindings_resolve() - bind function imports to the functions of providers.
 * @module: the importing module
 * @providers: @num_providers of them
 * @strict: an import without a provider is an error (else its entry stays NULL)
 * @diag: on failure, names the import, its type and the expected type
 * @bindings: filled in; free with kwasm_bindings_release()
 *
 * Return: 0, -ENOENT no such function, -EPROTOTYPE another type, -ENOMEM.
 */
int kwasm_bindings_resolve(const struct kwasm_module *module,
			   const struct kwasm_provider *const *providers, u32 num_providers,
			   bool strict, struct kwasm_diag *diag, struct kwasm_bindings *bindings);

/**
 * kwasm_host_call() - call a host function like compiled code.
 * @fn: the function
 * @ctx: its first argument
 * @type: of the function; it may have more parameters if @fn stands in for missing code
 * @values: the arguments; the upper 32 bits of an i32 or f32 are ignored
 *
 * Where it may sleep and the caller may not the guest is made to trap.
 * Context: the guest's.  Return: the result, those of 32 bits zero-extended, or 0.
 */
u64 kwasm_host_call(const struct kwasm_host_fn *fn, struct kwasm_ctx *ctx,
		    const struct kwasm_functype *type, const u64 *values);

/**
 * kwasm_functype_format() - spell a type as people do, "(i32 i32 -> i32)".
 *
 * Cut to @size bytes with the NUL.
 */
void kwasm_functype_format(const struct kwasm_functype *type, char *buf, size_t size);

/** kwasm_host_sig_matches() - does "ii:i" describe @type? */
bool kwasm_host_sig_matches(const char *sig, const struct kwasm_functype *type);

#endif /* KWASM_PROVIDER_H */
