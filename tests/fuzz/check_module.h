/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_module.h - invariants of an accepted module on which the rest of the core relies.
 */
#ifndef KWASM_TESTS_CHECK_MODULE_H
#define KWASM_TESTS_CHECK_MODULE_H

#include "wasm/module.h"
#include "wasm/op.h"

/* Instructions end with the body, and every index that the compiler uses is valid. */
static inline const char *check_body(const struct kwasm_module *m, u32 func)
{
	const struct kwasm_func_info *f = &m->funcs[func];
	struct kwasm_reader r = { .bytes = m->bytes, .pos = f->code, .end = f->end, .func = func };
	struct kwasm_op op = { .code = 0 };

	if (f->type >= m->num_types)
		return "a function without type";
	while (r.pos < r.end) {
		if (kwasm_op_read(&r, &op))
			return "an instruction that cannot be read";
		if (op.code == WASM_CALL && op.index >= m->num_funcs)
			return "a call of nothing";
		if (op.code == WASM_LOCAL_GET && op.index >= f->num_locals)
			return "a local that is not there";
		if (op.code == WASM_BR_TABLE && op.num_targets > f->num_branches)
			return "branches that were not counted";
	}
	return op.code == WASM_END ? NULL : "a body without end";
}

/* Description of the violation, or NULL. */
static inline const char *check_module(const struct kwasm_module *m)
{
	const char *what;
	u32 i;

	for (i = m->num_func_imports; i < m->num_funcs; i++) {
		what = check_body(m, i);
		if (what)
			return what;
	}
	for (i = 0; i < m->num_exports; i++) {
		if (m->exports[i].kind == KWASM_EXTERN_FUNC && m->exports[i].index >= m->num_funcs)
			return "an export of nothing";
	}
	for (i = 0; i < m->num_datas; i++) {
		if (m->datas[i].bytes + m->datas[i].size > m->bytes + m->size)
			return "data outside of the module";
	}
	return NULL;
}

#endif /* KWASM_TESTS_CHECK_MODULE_H */
