// SPDX-License-Identifier: GPL-2.0-only
/*
 * image.c - from the bytes of a module to machine code that can be instantiated.
 *
 * Guarantees: imports that are denied are refused before anything is compiled; providers outlive
 * the code that calls them.
 */
#include <linux/err.h>
#include <linux/glob.h>

#include "compile.h"
#include "step.h"
#include "kernel/limits.h"
#include "kernel/machine/ksym.h"
#include "uapi/kwasm.h"
#include "image.h"

/* Steps of matching a name with a pattern, both as long as they can be. */
#define DENY_STEPS 64u

static bool import_matches(const struct kwasm_import *imp, const char *pattern)
{
	char name[2 * KWASM_NAME_LEN];

	snprintf(name, sizeof(name), "%.*s.%.*s", (int)min_t(u32, imp->module.len, KWASM_NAME_LEN),
		 imp->module.str, (int)min_t(u32, imp->field.len, KWASM_NAME_LEN), imp->field.str);
	return glob_match(pattern, name);
}

static int check_denied(const struct kwasm_module *m, const struct kwasm_image_request *req,
			struct kwasm_diag *diag)
{
	struct kwasm_steps steps = { };
	u32 i, d;
	int err;

	for (i = 0; i < m->num_imports; i++) {
		for (d = 0; d < req->num_deny; d++) {
			err = kwasm_steps_take(&steps, DENY_STEPS);
			if (err)
				return err;
			if (import_matches(&m->imports[i], req->deny[d]))
				return kwasm_diag_set(diag, -EACCES, KWASM_DIAG_NONE,
						      m->imports[i].offset,
						      "import %.*s.%.*s is denied by pattern \"%.64s\"",
						      (int)min(m->imports[i].module.len, 64u),
						      m->imports[i].module.str,
						      (int)min(m->imports[i].field.len, 64u),
						      m->imports[i].field.str, req->deny[d]);
		}
	}
	return 0;
}

static int image_compile(struct kwasm_image *image, struct kwasm_diag *diag)
{
	struct kwasm_compile_opts opts = {
		.dump_func = KWASM_DIAG_NONE,
		.time_limit_ns = kwasm_limit_compile_ns(),
	};
	struct kwasm_bindings bindings = { };
	int err;

	err = kwasm_bindings_resolve(image->module, image->providers.list, image->providers.num,
				     true, diag, &bindings);
	if (err)
		return err;
	err = kwasm_code_compile(image->module, &bindings, &opts, diag, &image->code);
	if (err)
		kwasm_bindings_release(&bindings);
	return err;
}

int kwasm_image_create(const struct kwasm_image_request *req, struct kwasm_diag *diag,
		       struct kwasm_image *image)
{
	struct kwasm_ksyms *ksyms;
	int err;

	memset(image, 0, sizeof(*image));
	err = kwasm_module_decode(req->bytes, req->size, req->limits, diag, &image->module);
	err = err ?: check_denied(image->module, req, diag);
	err = err ?: kwasm_providers_hold(image->module, &image->providers);
	err = err ?: image_compile(image, diag);
	err = err ?: kwasm_sleepers_find(image->module, &image->code->bindings, diag,
					 &image->sleepers);
	if (err)
		return err;
	ksyms = kwasm_ksyms_add(image->code, req->name);
	if (IS_ERR(ksyms))
		return PTR_ERR(ksyms);
	image->ksyms = ksyms;
	return 0;
}

void kwasm_image_destroy(struct kwasm_image *image)
{
	kwasm_ksyms_del(image->ksyms);
	kwasm_sleepers_release(&image->sleepers);
	kwasm_code_destroy(image->code);
	kwasm_providers_drop(&image->providers);
	kwasm_module_destroy(image->module);
}
