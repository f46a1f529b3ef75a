// SPDX-License-Identifier: GPL-2.0-only
/*
 * provider.c - checks providers, and finds the host functions that a module's imports name.
 *
 * Guarantees: bindings that were filled in hold, for every imported function, NULL or a host
 * function of exactly the imported type; each provider of them stands there once.
 */
#include "provider.h"
#include "step.h"

/* Names that are compared in one step. */
#define FNS_PER_STEP 4u

bool kwasm_host_sig_matches(const char *sig, const struct kwasm_functype *type)
{
	u32 i;

	for (i = 0; i < type->num_params + type->num_results; i++) {
		if (i == type->num_params && *sig++ != ':')
			return false;
		if (!*sig || kwasm_type_by_letter(*sig++) != type->params[i])
			return false;
	}
	if (!type->num_results && *sig++ != ':')
		return false;
	return !*sig;
}

/* Letters of a signature up to a colon or its end; U32_MAX where another one stands between. */
static u32 count_letters(const char *sig)
{
	u32 n = 0;

	for (; *sig && *sig != ':'; sig++, n++)
		if (!kwasm_type_by_letter(*sig))
			return U32_MAX;
	return n;
}

/* An inline operation takes the place of the call: its operands have to be those of the call. */
static bool inline_fits(const struct kwasm_host_fn *fn, u32 params, char result)
{
	switch (fn->inline_op) {
	case KWASM_INLINE_NONE:
		return true;
	case KWASM_INLINE_PKTLOAD:
		return params == 1 && fn->sig[0] == 'i' && (result == 'i' || result == 'I') &&
		       !(fn->context & KWASM_HOST_SLEEP);
	case KWASM_INLINE_CTXLOAD:
		return !params && result && fn->ctx_offset && !(fn->context & KWASM_HOST_SLEEP);
	default:
		return false;
	}
}

static int check_fn(const struct kwasm_host_fn *fn, const char **why)
{
	u32 params = fn->sig ? count_letters(fn->sig) : U32_MAX;
	const char *results = params != U32_MAX && fn->sig[params] ? fn->sig + params + 1 : NULL;
	u32 num_results = results ? count_letters(results) : U32_MAX;

	*why = "invalid signature";
	if (num_results == U32_MAX || results[num_results])
		return -EINVAL;
	*why = "too many parameters or results";
	if (params > KWASM_HOST_WIDE_PARAMS || num_results > 1)
		return -E2BIG;
	*why = "up to 5 parameters need .fn, more need .wide";
	if (params > KWASM_HOST_PARAMS ? !fn->wide || fn->fn : !fn->fn || fn->wide)
		return -EINVAL;
	*why = "the inline operation does not match the signature or context";
	return inline_fits(fn, params, results[0]) ? 0 : -EPROTOTYPE;
}

static bool is_named(const char *name)
{
	return name && name[0];
}

int kwasm_provider_check(const struct kwasm_provider *provider, struct kwasm_diag *diag)
{
	const char *why;
	u32 i, k;
	int err;

	if (!is_named(provider->module) || !provider->open != !provider->close)
		return kwasm_diag_set(diag, -EINVAL, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "a provider needs a name, and open and close together or neither");
	for (i = 0; i < provider->num_fns; i++) {
		const struct kwasm_host_fn *fn = &provider->fns[i];

		if (!is_named(fn->name))
			return kwasm_diag_set(diag, -EINVAL, i, KWASM_DIAG_NONE,
					      "provider %s: a function has no name",
					      provider->module);
		for (k = 0; k < i; k++)
			if (!strcmp(provider->fns[k].name, fn->name))
				return kwasm_diag_set(diag, -EEXIST, i, KWASM_DIAG_NONE,
						      "provider %s: duplicate function %s",
						      provider->module, fn->name);
		err = check_fn(fn, &why);
		if (err)
			return kwasm_diag_set(diag, err, i, KWASM_DIAG_NONE,
					      "provider %s: function %s: %s", provider->module,
					      fn->name, why);
	}
	return 0;
}

static const struct kwasm_host_fn *find(const struct kwasm_import *import,
					const struct kwasm_provider *provider)
{
	u32 k;

	if (!kwasm_name_is(&import->module, provider->module))
		return NULL;
	for (k = 0; k < provider->num_fns; k++)
		if (kwasm_name_is(&import->field, provider->fns[k].name))
			return &provider->fns[k];
	return NULL;
}

/* Adds a word of a type to @len bytes of it.  Return: their number then, at most @size - 1. */
static size_t add_word(char *buf, size_t size, size_t len, const char *word)
{
	char before = len ? ' ' : '(';

	if (len + 1 < size)
		buf[len++] = before;
	while (*word && len + 1 < size)
		buf[len++] = *word++;
	return len;
}

static void end_words(char *buf, size_t size, size_t len)
{
	if (len + 1 < size)
		buf[len++] = ')';
	buf[len] = '\0';
}

static void format_sig(const char *sig, char *buf, size_t size)
{
	size_t len = 0;

	for (; *sig; sig++)
		len = add_word(buf, size, len, *sig == ':' ? "->" :
			       kwasm_type_name(kwasm_type_by_letter(*sig)));
	end_words(buf, size, len);
}

static int check_type(const struct kwasm_module *module, const struct kwasm_import *import,
		      const struct kwasm_host_fn *fn, bool strict, struct kwasm_diag *diag)
{
	const struct kwasm_functype *type = &module->types[import->type];
	char wanted[64], given[64];

	if (!fn && strict)
		return kwasm_diag_set(diag, -ENOENT, import->index, import->offset,
				      "unknown import: no host function \"%.*s\" \"%.*s\"",
				      KWASM_NAME_ARGS(import->module),
				      KWASM_NAME_ARGS(import->field));
	if (fn && !kwasm_host_sig_matches(fn->sig, type)) {
		format_sig(fn->sig, given, sizeof(given));
		kwasm_functype_format(type, wanted, sizeof(wanted));
		return kwasm_diag_set(diag, -EPROTOTYPE, import->index, import->offset,
				      "incompatible import type: \"%.*s\" \"%.*s\" is a function %s, the module imports %s",
				      KWASM_NAME_ARGS(import->module),
				      KWASM_NAME_ARGS(import->field), given, wanted);
	}
	return 0;
}

static void add_provider(struct kwasm_bindings *bindings, const struct kwasm_provider *provider)
{
	u32 i;

	for (i = 0; i < bindings->num_providers; i++)
		if (bindings->providers[i] == provider)
			return;
	bindings->providers[bindings->num_providers++] = provider;
}

static const struct kwasm_host_fn *bind(struct kwasm_bindings *bindings,
					const struct kwasm_import *import,
					const struct kwasm_provider *const *providers,
					u32 num_providers)
{
	const struct kwasm_host_fn *fn;
	u32 i;

	for (i = 0; i < num_providers; i++) {
		fn = find(import, providers[i]);
		if (fn) {
			add_provider(bindings, providers[i]);
			return fn;
		}
	}
	return NULL;
}

int kwasm_bindings_resolve(const struct kwasm_module *module,
			   const struct kwasm_provider *const *providers, u32 num_providers,
			   bool strict, struct kwasm_diag *diag, struct kwasm_bindings *bindings)
{
	struct kwasm_bindings b = { };
	struct kwasm_steps steps = { };
	u32 i, fns = 0;
	int err = 0;

	b.fns = kwasm_zalloc(max(module->num_func_imports, 1u), sizeof(*b.fns));
	b.providers = kwasm_zalloc(max(num_providers, 1u), sizeof(*b.providers));
	if (!b.fns || !b.providers)
		err = kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				     "out of memory");
	for (i = 0; i < num_providers; i++)
		fns += providers[i]->num_fns;
	for (i = 0; i < module->num_imports && !err; i++) {
		const struct kwasm_import *import = &module->imports[i];
		const struct kwasm_host_fn *fn;

		err = kwasm_steps_take(&steps, 1 + fns / FNS_PER_STEP);
		if (err) {
			kwasm_diag_set(diag, err, KWASM_DIAG_NONE, import->offset,
				       "linking was interrupted");
			break;
		}
		if (import->kind != KWASM_EXTERN_FUNC)
			continue;
		fn = bind(&b, import, providers, num_providers);
		b.fns[b.num_fns++] = fn;
		err = check_type(module, import, fn, strict, diag);
	}
	if (err)
		kwasm_bindings_release(&b);
	else
		*bindings = b;
	return err;
}

void kwasm_functype_format(const struct kwasm_functype *type, char *buf, size_t size)
{
	u32 i, n = type->num_params + type->num_results;
	size_t len = 0;

	for (i = 0; i <= n && len + 1 < size; i++) {
		if (i == type->num_params)
			len = add_word(buf, size, len, "->");
		if (i < n)
			len = add_word(buf, size, len, kwasm_type_name(type->params[i]));
	}
	end_words(buf, size, len);
}
