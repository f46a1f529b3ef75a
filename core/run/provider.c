// SPDX-License-Identifier: GPL-2.0-only
/*
 * provider.c - finds the host functions that a module's imports name.
 *
 * Guarantees: bindings that were filled in hold, for every imported function, NULL or a host
 * function of exactly the imported type.
 */
#include "provider.h"

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

static bool name_equal(const struct kwasm_name *name, const char *str)
{
	return strlen(str) == name->len && !memcmp(name->str, str, name->len);
}

static const struct kwasm_host_fn *find(const struct kwasm_import *import,
					const struct kwasm_provider *const *providers,
					u32 num_providers)
{
	u32 i, k;

	for (i = 0; i < num_providers; i++) {
		const struct kwasm_provider *p = providers[i];

		if (!name_equal(&import->module, p->module))
			continue;
		for (k = 0; k < p->num_fns; k++)
			if (name_equal(&import->field, p->fns[k].name))
				return &p->fns[k];
	}
	return NULL;
}

static int bind(const struct kwasm_module *module, const struct kwasm_import *import,
		const struct kwasm_host_fn *fn, bool strict, struct kwasm_diag *diag)
{
	const struct kwasm_functype *type = &module->types[import->type];
	char wanted[64];

	if (!fn && strict)
		return kwasm_diag_set(diag, -ENOENT, import->index, import->offset,
				      "unknown import: no host function \"%.*s\" \"%.*s\"",
				      KWASM_NAME_ARGS(import->module),
				      KWASM_NAME_ARGS(import->field));
	if (fn && !kwasm_host_sig_matches(fn->sig, type)) {
		kwasm_functype_format(type, wanted, sizeof(wanted));
		return kwasm_diag_set(diag, -EPROTOTYPE, import->index, import->offset,
				      "incompatible import type: \"%.*s\" \"%.*s\" is a function %s, the module imports %s",
				      KWASM_NAME_ARGS(import->module),
				      KWASM_NAME_ARGS(import->field), fn->sig, wanted);
	}
	return 0;
}

int kwasm_bindings_resolve(const struct kwasm_module *module,
			   const struct kwasm_provider *const *providers, u32 num_providers,
			   bool strict, struct kwasm_diag *diag, struct kwasm_bindings *bindings)
{
	const struct kwasm_host_fn **fns;
	u32 i, n = 0;
	int err;

	fns = kwasm_zalloc(max(module->num_func_imports, 1u), sizeof(*fns));
	if (!fns)
		return kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory");
	for (i = 0; i < module->num_imports; i++) {
		const struct kwasm_import *import = &module->imports[i];

		if (import->kind != KWASM_EXTERN_FUNC)
			continue;
		fns[n] = find(import, providers, num_providers);
		err = bind(module, import, fns[n++], strict, diag);
		if (err) {
			kwasm_free(fns);
			return err;
		}
	}
	bindings->fns = fns;
	bindings->num_fns = n;
	return 0;
}

void kwasm_bindings_release(struct kwasm_bindings *bindings)
{
	kwasm_free(bindings->fns);
	bindings->fns = NULL;
	bindings->num_fns = 0;
}

u64 kwasm_host_call(const struct kwasm_host_fn *fn, struct kwasm_ctx *ctx,
		    const struct kwasm_functype *type, const u64 *values)
{
	u64 a[KWASM_HOST_PARAMS] = { };
	u64 result;
	u32 k;

	for (k = 0; k < min(type->num_params, KWASM_HOST_PARAMS); k++)
		a[k] = kwasm_type_clean(type->params[k], values[k]);
	result = fn->fn(ctx, a[0], a[1], a[2], a[3], a[4]);
	return type->num_results ? kwasm_type_clean(*kwasm_functype_results(type), result) : 0;
}

void kwasm_functype_format(const struct kwasm_functype *type, char *buf, size_t size)
{
	static const char letters[] = "iIfF";
	u32 i, n = type->num_params + type->num_results;
	size_t len = 0;
	const char *c;

	for (i = 0; i <= n; i++) {
		if (i == type->num_params && len + 1 < size)
			buf[len++] = ':';
		if (i == n || len + 1 >= size)
			break;
		for (c = letters; *c && kwasm_type_by_letter(*c) != type->params[i]; c++)
			;
		buf[len++] = *c ? *c : 'r';
	}
	buf[len] = '\0';
}
