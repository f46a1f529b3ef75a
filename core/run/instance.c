// SPDX-License-Identifier: GPL-2.0-only
/*
 * instance.c - instantiation (spec 4.5.4) and calls from C.
 *
 * Guarantees: all imports are matched before anything is created; active segments are applied in
 * order, element segments first, each checked entirely before it is written; effects before a trap
 * persist, as the specification requires.
 */
#include "bitset.h"
#include "code.h"
#include "link.h"
#include "rt.h"
#include "step.h"
#include "store.h"

struct kwasm_ctx_layout kwasm_ctx_layout(const struct kwasm_module *m)
{
	struct kwasm_ctx_layout l;

	l.globals = round_up((u32)sizeof(struct kwasm_ctx), 16u);
	l.global_ptrs = l.globals +
			(m->num_globals - m->num_global_imports) * (u32)sizeof(struct kwasm_cell);
	l.tables = l.global_ptrs + m->num_global_imports * 8;
	l.imports = l.tables + m->num_tables * 8;
	l.sigs = l.imports + m->num_func_imports * 8;
	l.size = round_up(l.sigs + m->num_types * 4, 8u);
	return l;
}

static void *ctx_at(const struct kwasm_instance *inst, u32 offset)
{
	return (u8 *)inst->ctx + offset;
}

u64 kwasm_instance_global(const struct kwasm_instance *inst, u32 index)
{
	const struct kwasm_module *m = inst->module;
	const struct kwasm_cell *own = ctx_at(inst, kwasm_ctx_layout(m).globals);

	if (index < m->num_global_imports)
		return inst->globals[index]->cell->lo;
	return own[index - m->num_global_imports].lo;
}

u64 kwasm_instance_const(const struct kwasm_instance *inst, const struct kwasm_const *c)
{
	switch (c->kind) {
	case KWASM_CONST_VALUE:
		return c->bits;
	case KWASM_CONST_GLOBAL:
		return kwasm_instance_global(inst, c->index);
	case KWASM_CONST_FUNC:
		return (u64)(uintptr_t)inst->funcs[c->index];
	default:
		return 0;
	}
}

/* Stands in for the functions of a module that was only declared. */
static u64 uncompiled(KWASM_HOST0(ctx))
{
	kwasm_ctx_trap(ctx, KWASM_TRAP_HOST);
	return 0;
}

static const struct kwasm_host_fn uncompiled_fn = {
	.name = "uncompiled",
	.sig = ":",
	.fn = uncompiled,
};

/* Memory for everything whose size depends on the module. */
static struct kwasm_instance *alloc_instance(struct kwasm_store *store,
					     const struct kwasm_code *code)
{
	const struct kwasm_module *m = code->module;
	struct kwasm_ctx_layout layout = kwasm_ctx_layout(m);
	struct kwasm_arena *arena = &store->arena;
	struct kwasm_instance *inst = kwasm_arena_alloc(arena, 1, sizeof(*inst));

	if (!inst)
		return NULL;
	inst->store = store;
	inst->code = code;
	inst->module = m;
	inst->ctx = kwasm_store_ctx(store, layout.size);
	inst->funcs = kwasm_arena_alloc(arena, m->num_funcs, sizeof(*inst->funcs));
	inst->own = kwasm_arena_alloc(arena, m->num_funcs - m->num_func_imports,
				      sizeof(*inst->own));
	inst->memories = kwasm_arena_alloc(arena, m->num_memories, sizeof(*inst->memories));
	inst->globals = kwasm_arena_alloc(arena, m->num_globals, sizeof(*inst->globals));
	inst->dropped_datas = kwasm_bitset_create(arena, m->num_datas);
	inst->dropped_elems = kwasm_bitset_create(arena, m->num_elems);
	if (!inst->ctx || !inst->funcs || !inst->own || !inst->memories || !inst->globals ||
	    !inst->dropped_datas || !inst->dropped_elems)
		return NULL;
	inst->ctx->results = kwasm_arena_alloc(arena, m->widest_type, sizeof(u64));
	if (!inst->ctx->results)
		return NULL;
	inst->ctx->instance = inst;
	inst->ctx->stack_limit = store->stack_limit;
	inst->tables = ctx_at(inst, layout.tables);
	return inst;
}

/* A store that has numbered other types before asks for each of the module's. */
static int number_anew(struct kwasm_instance *inst, u32 *sigs, struct kwasm_steps *steps)
{
	const struct kwasm_module *m = inst->module;
	u32 *numbers = kwasm_zalloc(m->typeset.num + 1, sizeof(*numbers));
	int err = numbers ? 0 : -ENOMEM;
	u32 i;

	for (i = 0; i < m->typeset.num && !err; i++) {
		const struct kwasm_functype *type = m->typeset.entries[i].type;
		u32 len = type->num_params + type->num_results;

		numbers[i + 1] = kwasm_store_sig(inst->store, type);
		err = numbers[i + 1] ? kwasm_steps_take(steps, kwasm_steps_bytes(len)) : -ENOMEM;
	}
	for (i = 0; i < m->num_types && !err; i++) {
		sigs[i] = numbers[m->type_numbers[i]];
		err = kwasm_steps_take(steps, 1);
	}
	kwasm_free(numbers);
	return err;
}

/* The types' numbers in the store; those of its first module are the module's own. */
static int number_types(struct kwasm_instance *inst, struct kwasm_steps *steps)
{
	const struct kwasm_module *m = inst->module;
	u32 *sigs = ctx_at(inst, kwasm_ctx_layout(m).sigs);
	size_t bytes = m->num_types * sizeof(*sigs);

	if (!kwasm_store_adopt(inst->store, &m->typeset))
		return number_anew(inst, sigs, steps);
	if (bytes)
		memcpy(sigs, m->type_numbers, bytes);
	return kwasm_steps_take(steps, kwasm_steps_bytes(bytes));
}

/* Imports take their places at the front of each index space. */
static int place_imports(struct kwasm_instance *inst, const struct kwasm_externval *externs,
			 struct kwasm_steps *steps)
{
	const struct kwasm_module *m = inst->module;
	struct kwasm_ctx_layout layout = kwasm_ctx_layout(m);
	struct kwasm_func **imports = ctx_at(inst, layout.imports);
	struct kwasm_cell **cells = ctx_at(inst, layout.global_ptrs);
	const u32 *sigs = ctx_at(inst, layout.sigs);
	const struct kwasm_host_fn *host;
	int err = 0;
	u32 i;

	for (i = 0; i < m->num_imports && !err; i++) {
		const struct kwasm_import *import = &m->imports[i];
		const struct kwasm_externval *b = &externs[i];

		err = kwasm_steps_take(steps, 1);

		switch (import->kind) {
		case KWASM_EXTERN_FUNC:
			host = kwasm_bindings_at(&inst->code->bindings, import->index);
			inst->funcs[import->index] = !host ? b->func :
				kwasm_store_host_func(inst->store, host, &m->types[import->type],
						      sigs[import->type]);
			imports[import->index] = inst->funcs[import->index];
			if (!imports[import->index])
				return -ENOMEM;
			break;
		case KWASM_EXTERN_TABLE:
			inst->tables[import->index] = b->table;
			break;
		case KWASM_EXTERN_MEMORY:
			inst->memories[import->index] = b->memory;
			break;
		default:
			inst->globals[import->index] = b->global;
			cells[import->index] = b->global->cell;
			break;
		}
	}
	return err;
}

/* An object of each function that the module defines. */
static int create_funcs(struct kwasm_instance *inst, struct kwasm_steps *steps)
{
	const struct kwasm_module *m = inst->module;
	const struct kwasm_code *code = inst->code;
	const u32 *sigs = ctx_at(inst, kwasm_ctx_layout(m).sigs);
	struct kwasm_func *f;
	int err = 0;
	u32 i;

	for (i = m->num_func_imports; i < m->num_funcs && !err; i++) {
		const struct kwasm_code_func *c =
			code->funcs ? &code->funcs[i - m->num_func_imports] : NULL;

		err = kwasm_steps_take(steps, 1);
		if (!c) {
			inst->funcs[i] = kwasm_store_host_func(inst->store, &uncompiled_fn,
							       kwasm_module_functype(m, i),
							       sigs[m->funcs[i].type]);
			if (!inst->funcs[i])
				return -ENOMEM;
			continue;
		}
		f = &inst->own[i - m->num_func_imports];
		f->code = code->text.exec + c->start;
		f->enter = c->enter ? code->text.exec + c->enter : NULL;
		f->ctx = inst->ctx;
		f->sig = sigs[m->funcs[i].type];
		f->index = i;
		f->type = kwasm_module_functype(m, i);
		inst->funcs[i] = f;
	}
	return err;
}

/* Why a table or memory of initial size @size could not be created in a store with limit @limit. */
static int no_room(struct kwasm_diag *diag, const char *what, u32 index, u32 size,
		   const char *unit)
{
	return kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			      "no room for %s %u of %u %s", what, index, size, unit);
}

/*
 * Tables, of the first 64, whose elements nobody reads or writes once the code is there: what calls
 * find through them is in the code, once for all instances.
 */
static u64 bare_tables(const struct kwasm_instance *inst, struct kwasm_steps *steps)
{
	const struct kwasm_module *m = inst->module;
	u64 used = m->tables_written | m->tables_read | inst->code->tables_called;
	u32 i;

	if (!inst->code->funcs)
		return 0;
	for (i = 0; i < m->num_exports; i++) {
		if (kwasm_steps_take(steps, 1))
			return 0;
		if (m->exports[i].kind == KWASM_EXTERN_TABLE)
			used |= kwasm_table_bit(m->exports[i].index);
	}
	return ~used;
}

static int create_tables(struct kwasm_instance *inst, struct kwasm_steps *steps,
			 struct kwasm_diag *diag)
{
	const struct kwasm_module *m = inst->module;
	u32 limit = inst->store->limits.table_elems;
	u64 bare = bare_tables(inst, steps);
	u32 i, size;
	int err = 0;

	for (i = m->num_table_imports; i < m->num_tables && !err; i++) {
		size = m->tables[i].range.min;
		err = kwasm_steps_take(steps, kwasm_steps_bytes((u64)size * sizeof(u64)));
		inst->tables[i] = bare & kwasm_table_bit(i) ?
			kwasm_store_bare_table(inst->store, m->tables[i]) :
			kwasm_store_table(inst->store, m->tables[i]);
		if (!inst->tables[i])
			return size <= limit ? no_room(diag, "table", i, size, "elements") :
			       kwasm_diag_set(diag, -EDQUOT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
					      "cannot allocate table %u with %u elements, the limit max_table_elems is %u",
					      i, size, limit);
	}
	return err;
}

static int create_memories(struct kwasm_instance *inst, struct kwasm_diag *diag)
{
	const struct kwasm_module *m = inst->module;
	u32 limit = inst->store->limits.memory_pages;
	u32 i, pages;

	for (i = m->num_memory_imports; i < m->num_memories; i++) {
		pages = m->memories[i].min;
		inst->memories[i] = kwasm_store_memory(inst->store, m->memories[i]);
		if (!inst->memories[i])
			return pages <= limit ? no_room(diag, "memory", i, pages, "pages") :
			       kwasm_diag_set(diag, -EDQUOT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
					      "cannot allocate a memory of %u pages, the limit is %u",
					      pages, limit);
	}
	if (m->num_memories) {
		inst->ctx->memory = inst->memories[0];
		inst->ctx->mem_base = inst->memories[0]->linear.base;
	}
	return 0;
}

/* Values first; then objects for those globals that others can import. */
static int create_globals(struct kwasm_instance *inst, struct kwasm_steps *steps)
{
	const struct kwasm_module *m = inst->module;
	struct kwasm_cell *own = ctx_at(inst, kwasm_ctx_layout(m).globals);
	struct kwasm_global_inst *global;
	int err = 0;
	u32 i, index;

	for (i = m->num_global_imports; i < m->num_globals && !err; i++) {
		own[i - m->num_global_imports].lo =
			kwasm_instance_const(inst, &m->globals[i].init);
		err = kwasm_steps_take(steps, 1);
	}
	for (i = 0; i < m->num_exports && !err; i++) {
		index = m->exports[i].index;
		err = kwasm_steps_take(steps, 1);
		if (m->exports[i].kind != KWASM_EXTERN_GLOBAL || inst->globals[index])
			continue;
		global = kwasm_store_global(inst->store, m->globals[index].type, 0);
		if (!global)
			return -ENOMEM;
		global->cell = &own[index - m->num_global_imports];
		inst->globals[index] = global;
	}
	return err;
}

static int fail_interrupted(int err, struct kwasm_diag *diag)
{
	return kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			      "instantiation was interrupted");
}

static int trapped(struct kwasm_instance *inst, struct kwasm_trap_info *trap,
		   struct kwasm_diag *diag, const char *what, u32 index)
{
	u32 kind = inst->ctx->kill;

	WRITE_ONCE(inst->ctx->kill, 0);
	if (trap) {
		trap->kind = kind;
		trap->func = KWASM_DIAG_NONE;
		trap->offset = KWASM_DIAG_NONE;
		trap->address = 0;
	}
	return kwasm_diag_set(diag, -EFAULT, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			      "%s: %s segment %u does not fit", kwasm_trap_text(kind), what, index);
}

/*
 * Whole, or not at all if it does not fit; in pieces, between which others run.  A bare table takes
 * no more than the check.
 */
static int apply_elem(struct kwasm_instance *inst, u32 index, struct kwasm_steps *steps)
{
	const struct kwasm_elem *elem = &inst->module->elems[index];
	u32 offset = (u32)kwasm_instance_const(inst, &elem->offset);
	bool fits = (u64)offset + elem->count <= inst->tables[elem->table]->size;
	u32 at = 0, n;
	int err;

	if (fits && !inst->tables[elem->table]->elems)
		return kwasm_steps_take(steps, 1);
	do {
		n = fits ? min(elem->count - at, KWASM_STEPS_PER_CHECKPOINT) : elem->count;
		kwasm_rt_table_init(inst->ctx, offset + at, at, n, index, elem->table);
		at += n;
		err = kwasm_steps_take(steps, n + 1);
	} while (at < elem->count && !err);
	return err;
}

static int apply_data(struct kwasm_instance *inst, u32 index, struct kwasm_steps *steps)
{
	const struct kwasm_data *data = &inst->module->datas[index];
	u32 offset = (u32)kwasm_instance_const(inst, &data->offset);
	bool fits = (u64)offset + data->size <=
		    (u64)inst->ctx->memory->linear.pages * KWASM_PAGE_SIZE;
	u32 at = 0, n;
	int err;

	do {
		n = fits ? min(data->size - at, KWASM_RT_PIECE) : data->size;
		kwasm_rt_memory_init(inst->ctx, offset + at, at, n, index);
		at += n;
		err = kwasm_steps_take(steps, kwasm_steps_bytes(n));
	} while (at < data->size && !err);
	return err;
}

static int apply_segments(struct kwasm_instance *inst, struct kwasm_trap_info *trap,
			  struct kwasm_steps *steps, struct kwasm_diag *diag)
{
	const struct kwasm_module *m = inst->module;
	struct kwasm_ctx *ctx = inst->ctx;
	int err = 0;
	u32 i;

	for (i = 0; i < m->num_elems && !err; i++) {
		err = kwasm_steps_take(steps, 1);
		if (err)
			break;
		if (m->elems[i].mode == KWASM_SEGMENT_ACTIVE) {
			err = apply_elem(inst, i, steps);
			if (ctx->kill)
				return trapped(inst, trap, diag, "element", i);
		}
		if (m->elems[i].mode != KWASM_SEGMENT_PASSIVE)
			kwasm_rt_elem_drop(ctx, i);
	}
	for (i = 0; i < m->num_datas && !err; i++) {
		err = kwasm_steps_take(steps, 1);
		if (err)
			break;
		if (m->datas[i].mode != KWASM_SEGMENT_ACTIVE)
			continue;
		err = apply_data(inst, i, steps);
		if (ctx->kill)
			return trapped(inst, trap, diag, "data", i);
		kwasm_rt_data_drop(ctx, i);
	}
	return err ? fail_interrupted(err, diag) : 0;
}

static int call_once(struct kwasm_instance *inst, u32 func, const char *what,
		     struct kwasm_trap_info *trap, struct kwasm_diag *diag)
{
	struct kwasm_trap_info info;
	u64 value = 0;

	if (!kwasm_call(inst->funcs[func], &value, &info))
		return 0;
	if (trap)
		*trap = info;
	return kwasm_diag_set(diag, -EFAULT, info.func, info.offset, "%s trapped: %s", what,
			      kwasm_trap_text(info.kind));
}

/* The start function, then the function that the convention of reactors adds to it. */
static int run_start(struct kwasm_instance *inst, struct kwasm_trap_info *trap,
		     struct kwasm_diag *diag)
{
	const struct kwasm_module *m = inst->module;
	const struct kwasm_export *initialize = kwasm_module_initialize(m);
	int err = 0;

	if (!inst->code->funcs)
		return 0;
	if (m->has_start)
		err = call_once(inst, m->start, "the start function", trap, diag);
	if (!err && initialize)
		err = call_once(inst, initialize->index, "_initialize", trap, diag);
	return err;
}

static int open_states(struct kwasm_store *store, const struct kwasm_bindings *bindings,
		       struct kwasm_diag *diag)
{
	int err = 0;
	u32 i;

	for (i = 0; i < bindings->num_providers && !err; i++)
		err = kwasm_store_open(store, bindings->providers[i], diag);
	return err;
}

static int populate(struct kwasm_instance *inst, const struct kwasm_externval *externs,
		    struct kwasm_steps *steps, struct kwasm_diag *diag)
{
	int err = number_types(inst, steps);

	err = err ?: place_imports(inst, externs, steps);
	err = err ?: create_funcs(inst, steps);
	err = err ?: create_tables(inst, steps, diag);
	err = err ?: create_memories(inst, diag);
	return err ?: create_globals(inst, steps);
}

int kwasm_instance_create(struct kwasm_store *store, const struct kwasm_code *code,
			  kwasm_link_fn link, void *link_arg, struct kwasm_diag *diag,
			  struct kwasm_trap_info *trap, struct kwasm_instance **out)
{
	struct kwasm_store_state *states = store->newest_state;
	struct kwasm_externval *externs;
	struct kwasm_instance *inst;
	struct kwasm_steps steps = { };
	int err;

	externs = kwasm_zalloc(max(code->module->num_imports, 1u), sizeof(*externs));
	if (!externs)
		return kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory");
	err = kwasm_link_match(code->module, &code->bindings, link, link_arg, diag, externs);
	if (err)
		goto free;
	inst = alloc_instance(store, code);
	err = inst ? open_states(store, &code->bindings, diag) : -ENOMEM;
	err = err ?: populate(inst, externs, &steps, diag);
	if (err) {
		kwasm_store_close(store, states);
		if (err == -EINTR)
			fail_interrupted(err, diag);
		kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE, "out of memory");
		goto free;
	}
	inst->next = store->instances;
	store->instances = inst;
	err = apply_segments(inst, trap, &steps, diag);
	err = err ?: run_start(inst, trap, diag);
	if (!err)
		*out = inst;
free:
	kwasm_free(externs);
	return err;
}

int kwasm_instance_externval(struct kwasm_instance *inst, const char *name, size_t len,
			     struct kwasm_externval *ext)
{
	const struct kwasm_module *m = inst->module;
	u32 i;

	for (i = 0; i < m->num_exports; i++) {
		const struct kwasm_export *e = &m->exports[i];

		if (e->name.len != len || memcmp(e->name.str, name, len))
			continue;
		ext->kind = e->kind;
		if (e->kind == KWASM_EXTERN_FUNC)
			ext->func = inst->funcs[e->index];
		else if (e->kind == KWASM_EXTERN_TABLE)
			ext->table = inst->tables[e->index];
		else if (e->kind == KWASM_EXTERN_MEMORY)
			ext->memory = inst->memories[e->index];
		else
			ext->global = inst->globals[e->index];
		return 0;
	}
	return -ENOENT;
}
