// SPDX-License-Identifier: GPL-2.0-only
/*
 * link.c - match a module's imports with the provided objects (spec 4.5.1 - 4.5.3).
 *
 * Guarantees: a matched object is safe to use with the import's type; tables and memories are
 * matched by their current size.
 */
#include "link.h"
#include "step.h"

static const char *const kind_names[] = {
	[KWASM_EXTERN_FUNC] = "function",
	[KWASM_EXTERN_TABLE] = "table",
	[KWASM_EXTERN_MEMORY] = "memory",
	[KWASM_EXTERN_GLOBAL] = "global",
};

static bool range_matches(u32 size, const struct kwasm_range *have,
			  const struct kwasm_range *want)
{
	if (size < want->min)
		return false;
	return !want->has_max || (have->has_max && have->max <= want->max);
}

static bool matches(const struct kwasm_module *module, const struct kwasm_import *import,
		    const struct kwasm_externval *b)
{
	if (import->kind != b->kind)
		return false;
	switch (import->kind) {
	case KWASM_EXTERN_FUNC:
		return kwasm_functype_equal(b->func->type, &module->types[import->type]);
	case KWASM_EXTERN_TABLE:
		return b->table->type.elem == import->table.elem &&
		       range_matches(b->table->size, &b->table->type.range, &import->table.range);
	case KWASM_EXTERN_MEMORY:
		return range_matches(b->memory->linear.pages, &b->memory->type, &import->memory);
	default:
		return b->global->type.type == import->global.type &&
		       b->global->type.mutable == import->global.mutable;
	}
}

static int describe_mismatch(const struct kwasm_module *module, const struct kwasm_import *import,
			     const struct kwasm_externval *b, struct kwasm_diag *diag)
{
	char want[64], have[64];

	if (import->kind != b->kind)
		return kwasm_diag_set(diag, -EPROTOTYPE, KWASM_DIAG_NONE, import->offset,
				      "incompatible import type: \"%.*s\" \"%.*s\" is a %s, the module imports a %s",
				      KWASM_NAME_ARGS(import->module),
				      KWASM_NAME_ARGS(import->field), kind_names[b->kind],
				      kind_names[import->kind]);
	if (import->kind != KWASM_EXTERN_FUNC)
		return kwasm_diag_set(diag, -EPROTOTYPE, KWASM_DIAG_NONE, import->offset,
				      "incompatible import type: the %s \"%.*s\" \"%.*s\" does not match the type or size that the module imports",
				      kind_names[b->kind], KWASM_NAME_ARGS(import->module),
				      KWASM_NAME_ARGS(import->field));
	kwasm_functype_format(&module->types[import->type], want, sizeof(want));
	kwasm_functype_format(b->func->type, have, sizeof(have));
	return kwasm_diag_set(diag, -EPROTOTYPE, KWASM_DIAG_NONE, import->offset,
			      "incompatible import type: \"%.*s\" \"%.*s\" is a function %s, the module imports %s",
			      KWASM_NAME_ARGS(import->module), KWASM_NAME_ARGS(import->field),
			      have, want);
}

int kwasm_link_match(const struct kwasm_module *module, const struct kwasm_bindings *bindings,
		     kwasm_link_fn link, void *link_arg, struct kwasm_diag *diag,
		     struct kwasm_externval *externs)
{
	struct kwasm_steps steps = { };
	u32 i;
	int err;

	for (i = 0; i < module->num_imports; i++) {
		const struct kwasm_import *import = &module->imports[i];

		err = kwasm_steps_take(&steps, 1);
		if (err)
			return kwasm_diag_set(diag, err, KWASM_DIAG_NONE, import->offset,
					      "linking was interrupted");
		if (import->kind == KWASM_EXTERN_FUNC && kwasm_bindings_at(bindings, import->index))
			continue;
		if (!link || link(link_arg, module, i, &externs[i]))
			return kwasm_diag_set(diag, -ENOENT, KWASM_DIAG_NONE, import->offset,
					      "unknown import: no %s \"%.*s\" \"%.*s\"",
					      kind_names[import->kind],
					      KWASM_NAME_ARGS(import->module),
					      KWASM_NAME_ARGS(import->field));
		if (!matches(module, import, &externs[i]))
			return describe_mismatch(module, import, &externs[i], diag);
	}
	return 0;
}

int kwasm_instance_match(const struct kwasm_module *module, const struct kwasm_bindings *bindings,
			 kwasm_link_fn link, void *link_arg, struct kwasm_diag *diag)
{
	struct kwasm_externval *externs;
	int err;

	externs = kwasm_zalloc(max(module->num_imports, 1u), sizeof(*externs));
	if (!externs)
		return kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory");
	err = kwasm_link_match(module, bindings, link, link_arg, diag, externs);
	kwasm_free(externs);
	return err;
}
