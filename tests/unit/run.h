/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.h - compile WebAssembly text and run it, for the tests of generated code.
 */
#ifndef KWASM_TESTS_RUN_H
#define KWASM_TESTS_RUN_H

#include "compile.h"
#include "wat.h"

/* A module, compiled, and its instance. */
struct run {
	struct kwasm_module *module;
	struct kwasm_code *code;
	struct kwasm_store *store;
	struct kwasm_instance *inst;
};

/* Text that grows. */
struct text {
	char *s;
	size_t len, cap;
};

__attribute__((__format__(__printf__, 2, 3)))
static inline void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	if (t->cap - t->len < 4096) {
		t->cap = t->cap ? 2 * t->cap : 65536;
		t->s = realloc(t->s, t->cap);
		if (!t->s)
			bail_out("out of memory");
	}
	va_start(ap, fmt);
	t->len += (size_t)vsnprintf(t->s + t->len, 4096, fmt, ap);
	va_end(ap);
}

/*
 * Compile @module as @opts say, whose imports @provider (may be NULL) and @link satisfy, and
 * instantiate it in @store, a new one if it is NULL.  A failure ends the test.
 */
static inline struct run run_module_as(struct kwasm_module *module,
				       const struct kwasm_compile_opts *opts,
				       const struct kwasm_provider *provider, kwasm_link_fn link,
				       void *arg, struct kwasm_store *store)
{
	struct kwasm_limits limits = kwasm_limits_default;
	struct run r = { .module = module, .store = store };
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_diag error;

	kwasm_diag_init(&error);
	if (kwasm_bindings_resolve(module, &provider, provider ? 1 : 0, !link, &error,
				   &bindings) ||
	    kwasm_code_compile(module, &bindings, opts, &error, &r.code))
		bail_out("not compiled: function %u, byte %#x: %s", error.func, error.offset,
			 error.text);
	if (!store)
		r.store = kwasm_store_create(&limits, false);
	if (!r.store || kwasm_instance_create(r.store, r.code, link, arg, &error, NULL, &r.inst))
		bail_out("not instantiated: %s", error.text);
	return r;
}

/* The same with every pass verified. */
static inline struct run run_module(struct kwasm_module *module,
				    const struct kwasm_provider *provider, kwasm_link_fn link,
				    void *arg, struct kwasm_store *store)
{
	struct kwasm_compile_opts opts = { .dump_func = KWASM_DIAG_NONE, .verify = true };

	return run_module_as(module, &opts, provider, link, arg, store);
}

static inline struct run run_text(const char *wat)
{
	return run_module(wat_module(wat), NULL, NULL, NULL, NULL);
}

/* Instantiate what compiles but must not be instantiated.  Return: the error. */
static inline int run_refused(const char *wat, struct kwasm_diag *error,
			      struct kwasm_trap_info *trap)
{
	struct kwasm_store *store = kwasm_store_create(NULL, false);
	struct kwasm_module *module = wat_module(wat);
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_instance *inst = NULL;
	struct kwasm_code *code;
	int err;

	kwasm_diag_init(error);
	if (kwasm_code_compile(module, &bindings, NULL, error, &code))
		bail_out("not compiled: %s", error->text);
	err = kwasm_instance_create(store, code, NULL, NULL, error, trap, &inst);
	ok(!inst, "no instance is returned");
	kwasm_store_destroy(store);
	kwasm_code_destroy(code);
	kwasm_module_destroy(module);
	return err;
}

/* Destroys the store as well: of several runs in one store, close the last one this way. */
static inline void run_close(struct run *r)
{
	kwasm_store_destroy(r->store);
	kwasm_code_destroy(r->code);
	kwasm_module_destroy(r->module);
}

static inline struct kwasm_func *run_find(struct run *r, const char *name)
{
	struct kwasm_externval b;

	if (kwasm_instance_externval(r->inst, name, strlen(name), &b))
		bail_out("no export %s", name);
	return b.func;
}

/* Call an export with operands in @values.  Return: enum kwasm_trap; @at is where. */
static inline u32 run_call(struct run *r, const char *name, u64 *values,
			   struct kwasm_trap_info *at)
{
	struct kwasm_trap_info trap = { 0 };

	if (!kwasm_call(run_find(r, name), values, &trap))
		return KWASM_TRAP_NONE;
	if (at)
		*at = trap;
	return trap.kind;
}

#endif /* KWASM_TESTS_RUN_H */
