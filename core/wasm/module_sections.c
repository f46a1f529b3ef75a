// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_sections.c - the sections of a binary, except types and segments (spec 5.5.5 - 5.5.13).
 *
 * Guarantees: every index in the module is valid; every count is within the module's limits and
 * backed by bytes before memory is allocated for it.
 */
#include "module_decode.h"

/* The bit of the flags before limits; the others belong to later features. */
#define RANGE_HAS_MAX 1

static void decode_range(struct kwasm_reader *r, struct kwasm_range *range)
{
	u32 at = r->pos;
	u8 flags = kwasm_read_u8(r);

	if (!kwasm_proposal_fail(r, at, KWASM_CODE_RANGE, flags) && flags > RANGE_HAS_MAX)
		kwasm_reader_fail(r, -ENOEXEC, at, "malformed limits flags 0x%02x", flags);
	range->has_max = flags & RANGE_HAS_MAX;
	range->min = kwasm_read_leb_u32(r);
	range->max = range->has_max ? kwasm_read_leb_u32(r) : U32_MAX;
	if (!r->err && range->min > range->max)
		kwasm_reader_fail(r, -ENOEXEC, at,
				  "size minimum must not be greater than maximum: %u and %u",
				  range->min, range->max);
}

void kwasm_decode_tabletype(struct kwasm_decoder *d, struct kwasm_tabletype *t)
{
	u32 at = d->r.pos;

	t->elem = kwasm_read_reftype(&d->r);
	decode_range(&d->r, &t->range);
	d->num_elems += t->range.min;
	if (!d->r.err && d->num_elems > d->m->limits.table_elems)
		kwasm_reader_fail(&d->r, -E2BIG, at,
				  "tables too large: %llu initial elements, the limit max_table_elems is %u",
				  (unsigned long long)d->num_elems, d->m->limits.table_elems);
}

void kwasm_decode_memtype(struct kwasm_decoder *d, struct kwasm_range *range)
{
	const u32 pages = 65536;	/* 4 GiB */
	u32 at = d->r.pos;

	decode_range(&d->r, range);
	if (d->r.err)
		return;
	if (range->min > pages || (range->has_max && range->max > pages))
		kwasm_reader_fail(&d->r, -ENOEXEC, at,
				  "memory size must be at most 65536 pages (4 GiB)");
	else if (range->min > d->m->limits.memory_pages)
		kwasm_reader_fail(&d->r, -E2BIG, at,
				  "memory too large: %u initial pages, the limit max_memory_pages is %u",
				  range->min, d->m->limits.memory_pages);
}

void kwasm_decode_globaltype(struct kwasm_decoder *d, struct kwasm_globaltype *g)
{
	u32 at;
	u8 mutability;

	g->type = kwasm_read_valtype(&d->r);
	at = d->r.pos;
	mutability = kwasm_read_u8(&d->r);
	if (mutability > 1)
		kwasm_reader_fail(&d->r, -ENOEXEC, at, "malformed mutability %u", mutability);
	g->mutable = mutability;
}

static void read_type_index(struct kwasm_decoder *d, u32 *type)
{
	u32 at = d->r.pos;

	*type = kwasm_read_leb_u32(&d->r);
	if (!d->r.err && *type >= d->m->num_types)
		kwasm_reader_fail(&d->r, -ENOEXEC, at, "unknown type %u", *type);
}

static void check_memories(struct kwasm_decoder *d, u32 at)
{
	if (!d->r.err && d->m->num_memories > 1)
		kwasm_reader_fail(&d->r, -EOPNOTSUPP, at, "multiple memories are not supported");
}

static void decode_import(struct kwasm_decoder *d, u32 index)
{
	struct kwasm_module *m = d->m;
	struct kwasm_import *imp = &m->imports[index];
	struct kwasm_reader *r = &d->r;
	u32 at;

	imp->offset = r->pos;
	imp->module = kwasm_decoder_name(d, r);
	imp->field = kwasm_decoder_name(d, r);
	at = r->pos;
	imp->kind = kwasm_read_u8(r);
	if (r->err)
		return;
	switch (imp->kind) {
	case KWASM_EXTERN_FUNC:
		read_type_index(d, &imp->type);
		imp->index = m->num_funcs++;
		break;
	case KWASM_EXTERN_TABLE:
		kwasm_decode_tabletype(d, &imp->table);
		imp->index = m->num_tables++;
		break;
	case KWASM_EXTERN_MEMORY:
		kwasm_decode_memtype(d, &imp->memory);
		imp->index = m->num_memories++;
		check_memories(d, at);
		break;
	case KWASM_EXTERN_GLOBAL:
		kwasm_decode_globaltype(d, &imp->global);
		imp->index = m->num_globals++;
		break;
	default:
		if (!kwasm_proposal_fail(r, at, KWASM_CODE_EXTERN, imp->kind))
			kwasm_reader_fail(r, -ENOEXEC, at, "malformed import kind %u", imp->kind);
		break;
	}
}

/*
 * Extend the index space @old, which holds the imports, for the objects of its section; @num is its
 * total size.
 */
static void *space_extend(struct kwasm_decoder *d, const void *old, u32 *num, const char *what,
			  size_t size)
{
	u32 imported = *num;
	void *space;

	*num += kwasm_decoder_count(d, what);
	space = kwasm_decoder_alloc(d, *num, size);
	if (space && imported)
		memcpy(space, old, imported * size);
	return space;
}

/* Start each index space with the imports; a section that defines more reallocates it. */
static void place_imports(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	const struct kwasm_import *imp;
	u32 i;

	m->funcs = kwasm_decoder_alloc(d, m->num_funcs, sizeof(*m->funcs));
	m->tables = kwasm_decoder_alloc(d, m->num_tables, sizeof(*m->tables));
	m->memories = kwasm_decoder_alloc(d, m->num_memories, sizeof(*m->memories));
	m->globals = kwasm_decoder_alloc(d, m->num_globals, sizeof(*m->globals));
	if (d->r.err)
		return;
	for (i = 0; i < m->num_imports; i++) {
		imp = &m->imports[i];
		switch (imp->kind) {
		case KWASM_EXTERN_FUNC:
			m->funcs[imp->index].type = imp->type;
			break;
		case KWASM_EXTERN_TABLE:
			m->tables[imp->index] = imp->table;
			break;
		case KWASM_EXTERN_MEMORY:
			m->memories[imp->index] = imp->memory;
			break;
		case KWASM_EXTERN_GLOBAL:
			m->globals[imp->index].type = imp->global;
			break;
		}
	}
}

static void check_counts(struct kwasm_decoder *d, u32 at)
{
	const struct kwasm_module *m = d->m;

	kwasm_decoder_limit(d, at, m->num_funcs, m->limits.functions, "functions", "functions");
	kwasm_decoder_limit(d, at, m->num_tables, m->limits.tables, "tables", "tables");
}

void kwasm_decode_imports(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	u32 at = d->r.pos;

	m->imports = kwasm_decoder_list(d, "imports", sizeof(*m->imports), &m->num_imports);
	kwasm_decoder_each(d, 0, m->num_imports, decode_import);
	m->num_func_imports = m->num_funcs;
	m->num_table_imports = m->num_tables;
	m->num_memory_imports = m->num_memories;
	m->num_global_imports = m->num_globals;
	check_counts(d, at);
	place_imports(d);
}

static void decode_function(struct kwasm_decoder *d, u32 index)
{
	read_type_index(d, &d->m->funcs[index].type);
}

void kwasm_decode_functions(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	u32 at = d->r.pos;

	m->funcs = space_extend(d, m->funcs, &m->num_funcs, "functions", sizeof(*m->funcs));
	check_counts(d, at);
	kwasm_decoder_each(d, m->num_func_imports, m->num_funcs, decode_function);
}

static void decode_table(struct kwasm_decoder *d, u32 index)
{
	u32 at = d->r.pos;

	if (at >= d->r.end ||
	    !kwasm_proposal_fail(&d->r, at, KWASM_CODE_TABLE, d->r.bytes[at]))
		kwasm_decode_tabletype(d, &d->m->tables[index]);
}

void kwasm_decode_tables(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	u32 at = d->r.pos;

	m->tables = space_extend(d, m->tables, &m->num_tables, "tables", sizeof(*m->tables));
	check_counts(d, at);
	kwasm_decoder_each(d, m->num_table_imports, m->num_tables, decode_table);
}

static void decode_memory(struct kwasm_decoder *d, u32 index)
{
	kwasm_decode_memtype(d, &d->m->memories[index]);
}

void kwasm_decode_memories(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	u32 at = d->r.pos;

	m->memories = space_extend(d, m->memories, &m->num_memories, "memories",
				   sizeof(*m->memories));
	check_memories(d, at);
	kwasm_decoder_each(d, m->num_memory_imports, m->num_memories, decode_memory);
}

static void decode_global(struct kwasm_decoder *d, u32 index)
{
	struct kwasm_global *g = &d->m->globals[index];

	kwasm_decode_globaltype(d, &g->type);
	kwasm_decode_const(d, g->type.type, &g->init);
}

void kwasm_decode_globals(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;

	m->globals = space_extend(d, m->globals, &m->num_globals, "globals", sizeof(*m->globals));
	kwasm_decoder_each(d, m->num_global_imports, m->num_globals, decode_global);
}

static void check_export(struct kwasm_decoder *d, const struct kwasm_export *e, u32 at)
{
	static const char *const kinds[] = { "function", "table", "memory", "global" };
	const struct kwasm_module *m = d->m;
	const u32 counts[] = { m->num_funcs, m->num_tables, m->num_memories, m->num_globals };

	if (kwasm_proposal_fail(&d->r, at, KWASM_CODE_EXTERN, e->kind))
		return;
	if (e->kind > KWASM_EXTERN_GLOBAL)
		kwasm_reader_fail(&d->r, -ENOEXEC, at, "malformed export kind %u", e->kind);
	else if (e->index >= counts[e->kind])
		kwasm_reader_fail(&d->r, -ENOEXEC, at, "unknown %s %u exported as \"%.*s\"",
				  kinds[e->kind], e->index, KWASM_NAME_ARGS(e->name));
	else if (e->kind == KWASM_EXTERN_FUNC)
		kwasm_decode_declare(d, e->index, at);
}

static bool same_name(const struct kwasm_name *a, const struct kwasm_name *b)
{
	return a->len == b->len && !memcmp(a->str, b->str, a->len);
}

/* A table of at most half as many names as it has places, and a hash that nobody can foresee. */
static void check_duplicates(struct kwasm_decoder *d, u32 at)
{
	const struct kwasm_module *m = d->m;
	u32 room = kwasm_typeset_room(2 * m->num_exports);
	u32 *places = kwasm_zalloc(room, sizeof(*places));
	u32 i, n;

	if (!places) {
		kwasm_reader_fail(&d->r, -ENOMEM, at, "out of memory for %u exports",
				  m->num_exports);
		return;
	}
	for (i = 0; i < m->num_exports && !d->r.err; i++) {
		const struct kwasm_name *name = &m->exports[i].name;

		kwasm_decoder_work(d, 2 * kwasm_steps_bytes(name->len));
		n = kwasm_hash(name->str, name->len) & (room - 1);
		for (; places[n]; n = (n + 1) & (room - 1)) {
			if (!same_name(&m->exports[places[n] - 1].name, name))
				continue;
			kwasm_reader_fail(&d->r, -ENOEXEC, at, "duplicate export name \"%.*s\"",
					  KWASM_NAME_ARGS(*name));
			break;
		}
		places[n] = i + 1;
	}
	kwasm_free(places);
}

static void decode_export(struct kwasm_decoder *d, u32 index)
{
	struct kwasm_export *e = &d->m->exports[index];
	struct kwasm_reader *r = &d->r;
	u32 at = r->pos;

	e->name = kwasm_decoder_name(d, r);
	e->kind = kwasm_read_u8(r);
	e->index = kwasm_read_leb_u32(r);
	if (!r->err)
		check_export(d, e, at);
}

void kwasm_decode_exports(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	u32 section = d->r.pos;

	m->exports = kwasm_decoder_list(d, "exports", sizeof(*m->exports), &m->num_exports);
	kwasm_decoder_each(d, 0, m->num_exports, decode_export);
	if (!d->r.err && m->num_exports > 1)
		check_duplicates(d, section);
}

void kwasm_decode_start(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	const struct kwasm_functype *t;
	u32 at = d->r.pos;

	m->start = kwasm_read_leb_u32(&d->r);
	m->has_start = true;
	if (d->r.err)
		return;
	if (m->start >= m->num_funcs) {
		kwasm_reader_fail(&d->r, -ENOEXEC, at, "unknown function %u", m->start);
		return;
	}
	t = kwasm_module_functype(m, m->start);
	if (t->num_params || t->num_results)
		kwasm_reader_fail(&d->r, -ENOEXEC, at,
				  "start function must have no parameters and no results");
	m->funcs[m->start].escapes = true;
}

/* Local declarations of a body (spec 5.5.13); the reader is at their count. */
static void decode_locals(struct kwasm_decoder *d, struct kwasm_func_info *info, u32 params)
{
	const struct kwasm_limits *limits = &d->m->limits;
	u32 at = d->r.pos;
	struct kwasm_local_run *runs;
	u64 total = params;
	u32 i;

	info->num_runs = kwasm_decoder_count(d, "local declarations");
	runs = kwasm_decoder_alloc(d, info->num_runs, sizeof(*runs));
	for (i = 0; i < info->num_runs && !d->r.err; i++) {
		kwasm_decoder_work(d, 1);
		runs[i].count = kwasm_read_leb_u32(&d->r);
		runs[i].type = kwasm_read_valtype(&d->r);
		total += runs[i].count;
	}
	kwasm_decoder_limit(d, at, total, limits->function_locals, "function_locals", "locals");
	info->runs = runs;
	info->num_locals = (u32)total;
	d->num_locals += total;
	kwasm_decoder_limit(d, at, d->num_locals, limits->locals, "locals",
			    "locals in all functions");
}

static void decode_body(struct kwasm_decoder *d, u32 func)
{
	struct kwasm_func_info *info = &d->m->funcs[func];
	struct kwasm_reader *r = &d->r;
	u32 at = r->pos, end = r->end;
	u32 size;

	r->func = func;
	size = kwasm_read_leb_u32(r);
	if (!r->err && size > end - r->pos)
		kwasm_reader_fail(r, -ENOEXEC, at, "unexpected end: body of %u bytes, %u bytes left",
				  size, end - r->pos);
	else if (!r->err && size > d->m->limits.function_bytes)
		kwasm_reader_fail(r, -E2BIG, at, "function too large: %u bytes, the limit max_function_bytes is %u",
				  size, d->m->limits.function_bytes);
	if (r->err)
		return;
	info->body = r->pos;
	info->end = r->pos + size;
	r->end = info->end;
	decode_locals(d, info, kwasm_module_functype(d->m, func)->num_params);
	info->code = r->pos;
	if (!r->err)
		r->err = kwasm_validate_body(d->validator, func, info, r->diag);
	r->pos = info->end;
	r->end = end;
	d->m->float_code |= info->float_code != 0;
	d->m->tables_written |= info->tables_written;
	d->m->tables_read |= info->tables_read;
}

void kwasm_decode_code(struct kwasm_decoder *d)
{
	struct kwasm_module *m = d->m;
	struct kwasm_reader *r = &d->r;
	u32 at = r->pos;

	d->num_bodies = kwasm_decoder_count(d, "function bodies");
	if (r->err)
		return;
	if (d->num_bodies != m->num_funcs - m->num_func_imports) {
		kwasm_decoder_fail_bodies(d, at);
		return;
	}
	d->validator = kwasm_validator_create(m);
	if (!d->validator) {
		kwasm_reader_fail(r, -ENOMEM, at, "out of memory for the validator");
		return;
	}
	kwasm_decoder_each(d, m->num_func_imports, m->num_funcs, decode_body);
	r->func = KWASM_DIAG_NONE;
}
