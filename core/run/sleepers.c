// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleepers.c - which functions of a module reach, by direct calls, an import that may sleep.
 *
 * Guarantees: each function body is read twice at most, each call followed once; a way that is told
 * is one of the shortest.
 */
#include "wasm/op.h"
#include "sleepers.h"
#include "step.h"

/**
 * struct graph - who calls whom
 * @first: place in @callers of the callers of each function, and the end
 * @callers: functions that call, one entry per call instruction; NULL while they are counted
 * @queue: functions whose callers are still to be looked at
 */
struct graph {
	const struct kwasm_module *module;
	u32 *first;
	u32 *callers;
	u32 *queue;
	struct kwasm_steps steps;
};

static int read_calls(struct graph *g, u32 func)
{
	const struct kwasm_func_info *info = &g->module->funcs[func];
	struct kwasm_reader r = {
		.bytes = g->module->bytes,
		.pos = info->code,
		.end = info->end,
		.func = func,
	};
	struct kwasm_op op;
	int err;

	while (r.pos < r.end) {
		if (kwasm_op_read(&r, &op))
			return r.err;
		err = kwasm_steps_take(&g->steps, 1 + op.num_targets);
		if (err)
			return err;
		if (op.code != WASM_CALL)
			continue;
		if (g->callers)
			g->callers[g->first[op.index]++] = func;
		else
			g->first[op.index]++;
	}
	return 0;
}

static int read_bodies(struct graph *g)
{
	const struct kwasm_module *m = g->module;
	int err = 0;
	u32 i;

	for (i = m->num_func_imports; i < m->num_funcs && !err; i++)
		err = kwasm_steps_take(&g->steps, 1) ?: m->funcs[i].leaf ? 0 : read_calls(g, i);
	return err;
}

/* Numbers of calls become the ends of their places, which filling them in turns to beginnings. */
static int graph_read(struct graph *g)
{
	u32 num = g->module->num_funcs;
	u32 i, calls, sum = 0;
	int err = read_bodies(g);

	for (i = 0; i <= num && !err; i++) {
		calls = g->first[i];
		g->first[i] = sum;
		sum += calls;
	}
	if (err)
		return err;
	g->callers = kwasm_zalloc(max(sum, 1u), sizeof(*g->callers));
	if (!g->callers)
		return -ENOMEM;
	err = read_bodies(g);
	memmove(g->first + 1, g->first, num * sizeof(*g->first));
	g->first[0] = 0;
	return err;
}

/* The nearest ones first; @queue has the imports that may sleep. */
static int follow(struct graph *g, u32 *next, u32 queued)
{
	u32 at, i;
	int err;

	for (at = 0; at < queued; at++) {
		u32 callee = g->queue[at];

		for (i = g->first[callee]; i < g->first[callee + 1]; i++) {
			u32 caller = g->callers[i];

			err = kwasm_steps_take(&g->steps, 1);
			if (err)
				return err;
			if (next[caller] != U32_MAX)
				continue;
			next[caller] = callee;
			g->queue[queued++] = caller;
		}
	}
	return 0;
}

static bool sleeps(const struct kwasm_host_fn *fn)
{
	return fn && fn->context & KWASM_HOST_SLEEP;
}

static bool any_sleeps(const struct kwasm_bindings *bindings)
{
	u32 i;

	for (i = 0; i < bindings->num_fns; i++)
		if (sleeps(bindings->fns[i]))
			return true;
	return false;
}

static int find(struct graph *g, const struct kwasm_bindings *bindings, u32 *next)
{
	u32 i, queued = 0;
	int err = graph_read(g);

	if (err)
		return err;
	memset(next, 0xff, g->module->num_funcs * sizeof(*next));
	for (i = 0; i < bindings->num_fns; i++) {
		if (!sleeps(bindings->fns[i]))
			continue;
		next[i] = i;
		g->queue[queued++] = i;
	}
	return follow(g, next, queued);
}

int kwasm_sleepers_find(const struct kwasm_module *module, const struct kwasm_bindings *bindings,
			struct kwasm_diag *diag, struct kwasm_sleepers *sleepers)
{
	struct graph g = { .module = module };
	u32 *next;
	int err = -ENOMEM;

	sleepers->next = NULL;
	if (!any_sleeps(bindings))
		return 0;
	next = kwasm_zalloc(module->num_funcs, sizeof(*next));
	g.first = kwasm_zalloc(module->num_funcs + 1, sizeof(*g.first));
	g.queue = kwasm_zalloc(module->num_funcs, sizeof(*g.queue));
	if (next && g.first && g.queue)
		err = find(&g, bindings, next);
	kwasm_free(g.first);
	kwasm_free(g.queue);
	kwasm_free(g.callers);
	if (err) {
		kwasm_free(next);
		return kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      err == -EINTR ? "the search for calls was interrupted" :
						      "out of memory");
	}
	sleepers->next = next;
	return 0;
}

void kwasm_sleepers_release(struct kwasm_sleepers *sleepers)
{
	kwasm_free(sleepers->next);
	sleepers->next = NULL;
}

#define WAY_FUNCS 4u
#define WAY_NAME 20u

/* The functions after @func up to the import, " by way of 3 (helper), 4, ..."; cut to @size. */
static void describe_way(const struct kwasm_module *m, const u32 *next, u32 func, char *text,
			 size_t size)
{
	const char *before = " by way of function ";
	size_t len = 0;
	u32 n;

	text[0] = '\0';
	for (n = 0, func = next[func]; next[func] != func; n++, func = next[func]) {
		const struct kwasm_name *name = &m->funcs[func].name;
		int k;

		if (n == WAY_FUNCS) {
			snprintf(text + len, size - len, ", ...");
			return;
		}
		k = snprintf(text + len, size - len, name->len ? "%s%u (%.*s)" : "%s%u", before,
			     func, (int)min(name->len, WAY_NAME), name->str);
		if (k < 0 || (size_t)k >= size - len)
			return;
		len += (size_t)k;
		before = ", ";
	}
}

static const struct kwasm_import *import_of(const struct kwasm_module *m, u32 func)
{
	u32 i;

	for (i = 0; i < m->num_imports; i++)
		if (m->imports[i].kind == KWASM_EXTERN_FUNC && m->imports[i].index == func)
			break;
	return &m->imports[i];
}

int kwasm_sleepers_check(const struct kwasm_module *m, const struct kwasm_sleepers *sleepers,
			 u32 func, struct kwasm_diag *diag)
{
	const u32 *next = sleepers->next;
	const struct kwasm_import *import;
	char way[140];
	u32 last;

	if (!next || next[func] == U32_MAX)
		return 0;
	describe_way(m, next, func, way, sizeof(way));
	for (last = func; next[last] != last; last = next[last])
		;
	import = import_of(m, last);
	return kwasm_diag_set(diag, -EDEADLK, func, KWASM_DIAG_NONE,
			      "a handler may not sleep: it calls %.*s.%.*s%s",
			      (int)min(import->module.len, 32u), import->module.str,
			      (int)min(import->field.len, 32u), import->field.str, way);
}
