// SPDX-License-Identifier: GPL-2.0-only
/*
 * warn.c - what a valid module probably does not mean: constructors at every call, or never.
 *
 * Guarantees: a warning changes neither the exit status nor what is done.
 */
#include "ctl.h"
#include "guest.h"
#include "out.h"

#include "../core/wasm/op.h"

#define INITIALIZE "_initialize"
#define CONSTRUCTORS "__wasm_call_ctors"
#define WRAPPER_SUFFIX ".command_export"

static bool name_is(const struct kwasm_name *name, const char *text)
{
	return name->len == strlen(text) && !memcmp(name->str, text, name->len);
}

static bool name_ends(const struct kwasm_name *name, const char *text)
{
	size_t len = strlen(text);

	return name->len > len && !memcmp(name->str + name->len - len, text, len);
}

/* The body begins with a call of the constructors. */
static bool begins_with_constructors(const struct kwasm_module *m, u32 func)
{
	const struct kwasm_func_info *info = &m->funcs[func];
	struct kwasm_reader r = {
		.bytes = m->bytes, .pos = info->code, .end = info->end, .func = func,
	};
	struct kwasm_op op;

	return func >= m->num_func_imports && !kwasm_op_read(&r, &op) && op.code == WASM_CALL &&
	       name_is(&m->funcs[op.index].name, CONSTRUCTORS);
}

/* _start is for commands, which nothing calls here. */
static bool is_wrapped(const struct kwasm_module *m, const struct kwasm_export *e)
{
	if (e->kind != KWASM_EXTERN_FUNC || name_is(&e->name, INITIALIZE) ||
	    name_is(&e->name, "_start"))
		return false;
	return name_ends(&m->funcs[e->index].name, WRAPPER_SUFFIX) ||
	       begins_with_constructors(m, e->index);
}

/* In an order that does not change; false after the last. */
static bool next_warning(const struct kwasm_module *m, u32 *at, char *buf, size_t size)
{
	for (; *at < m->num_exports; ++*at) {
		const struct kwasm_export *e = &m->exports[*at];

		if (!is_wrapped(m, e))
			continue;
		snprintf(buf, size,
			 "export %.*s runs all constructors at every call: include kwasm_guest.h, or export an _initialize that calls __wasm_call_ctors",
			 KWASM_NAME_ARGS(e->name));
		*at = m->num_exports;	/* the linker wraps all or none */
		return true;
	}
	if (*at > m->num_exports || kwasm_module_initialize(m) ||
	    !kwasm_module_export(m, INITIALIZE, strlen(INITIALIZE), KWASM_EXTERN_FUNC))
		return false;
	snprintf(buf, size, "_initialize is not called: it has parameters or results");
	++*at;
	return true;
}

void ctl_warn_module(const struct kwasm_module *m)
{
	char text[512];
	u32 at = 0;

	ctl_out_array("warnings");
	while (next_warning(m, &at, text, sizeof(text))) {
		ctl_out_string(NULL, NULL, text);
		if (!ctl_out_is_json())
			ctl_warn("warning: %s", ctl_clean(text));
	}
	ctl_out_end();
}

void ctl_warn_file(int fd, const char *path)
{
	struct kwasm_module *module = NULL;
	struct kwasm_diag diag;
	size_t size;
	u8 *bytes = ctl_file_read(fd, path, &size);

	if (!bytes)
		return;
	kwasm_diag_init(&diag);
	if (!kwasm_module_decode(bytes, size, &kwasm_limits_default, &diag, &module))
		ctl_warn_module(module);
	kwasm_module_destroy(module);
	free(bytes);
}
