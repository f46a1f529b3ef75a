// SPDX-License-Identifier: GPL-2.0-only
/*
 * host.c - calls of host functions from C, and what providers keep of a store.
 *
 * Guarantees: a function that may sleep is called only where the environment lets it; the state of
 * a provider is opened once a store, before anything of the store is bound to it, and closed before
 * anything of the store is freed, the newest first.
 */
#include "store.h"

static u64 call(const struct kwasm_host_fn *fn, struct kwasm_ctx *ctx, const u64 *a)
{
	return fn->wide ? fn->wide(ctx, a) : fn->fn(ctx, a[0], a[1], a[2], a[3], a[4]);
}

u64 kwasm_host_call(const struct kwasm_host_fn *fn, struct kwasm_ctx *ctx,
		    const struct kwasm_functype *type, const u64 *values)
{
	u64 a[KWASM_HOST_WIDE_PARAMS] = { };
	u64 result;
	u32 trap;
	u32 k;

	for (k = 0; k < min(type->num_params, KWASM_HOST_WIDE_PARAMS); k++)
		a[k] = kwasm_type_clean(type->params[k], values[k]);
	if (!(fn->context & KWASM_HOST_SLEEP)) {
		result = call(fn, ctx, a);
	} else {
		trap = kwasm_sleep_begin(ctx);
		if (trap) {
			kwasm_ctx_trap(ctx, trap);
			return 0;
		}
		result = call(fn, ctx, a);
		kwasm_sleep_end(ctx);
	}
	return type->num_results ? kwasm_type_clean(*kwasm_functype_results(type), result) : 0;
}

static u32 bucket_of(const struct kwasm_provider *provider)
{
	return (u32)((uintptr_t)provider >> 4) % KWASM_STORE_STATES;
}

static struct kwasm_store_state *find(const struct kwasm_store *store,
				      const struct kwasm_provider *provider)
{
	struct kwasm_store_state *s = store->states[bucket_of(provider)];

	while (s && s->provider != provider)
		s = s->next;
	return s;
}

void *kwasm_provider_state(const struct kwasm_ctx *ctx, const struct kwasm_provider *provider)
{
	const struct kwasm_store_state *s = find(ctx->store, provider);

	return s ? s->state : NULL;
}

int kwasm_store_open(struct kwasm_store *store, const struct kwasm_provider *provider,
		     struct kwasm_diag *diag)
{
	struct kwasm_store_state **bucket = &store->states[bucket_of(provider)];
	struct kwasm_store_state *s;
	int err;

	if (!provider->open || find(store, provider))
		return 0;
	s = kwasm_arena_alloc(&store->arena, 1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	err = provider->open(store, diag, &s->state);
	if (err)
		return kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "import module \"%s\" cannot be used now", provider->module);
	s->provider = provider;
	s->next = *bucket;
	*bucket = s;
	s->older = store->newest_state;
	store->newest_state = s;
	return 0;
}

void kwasm_store_close(struct kwasm_store *store, struct kwasm_store_state *until)
{
	struct kwasm_store_state *s;

	while (store->newest_state != until) {
		s = store->newest_state;
		store->newest_state = s->older;
		store->states[bucket_of(s->provider)] = s->next;
		s->provider->close(store, s->state);
	}
}
